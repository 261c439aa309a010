"""The observers of one client, and whether anybody watches a call at all.

Nothing here costs a call anything while nobody watches: without observers, and without a handler for the logger `dragoman`, an
errand runs as it is. `logging` is not imported for that: a program that has not imported it has no handler.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..engine.observe import Hooks, Observed, Observer, hook_names
from ..errors import UsageError

if TYPE_CHECKING:
    from ..engine.exchange import Exchange
    from ..engine.listing import Listing
    from ..engine.routed import Routed

__all__ = ["Watch"]

E = TypeVar("E", bound="Exchange | Routed | Listing")


class Watch:
    """Who watches the calls of one client. `awaits`: whether the client can await what their methods return."""

    __slots__ = ("_awaits", "_complained", "_hooks", "_hooks_logged", "_log", "_observers")

    def __init__(self, observers: Iterable[Observer] = (), *, awaits: bool = False) -> None:
        """Raises UsageError for what cannot be an observer of this client."""
        self._awaits = awaits
        self._complained: set[tuple[str, type]] = set()
        self._observers = tuple(observers)
        for observer in self._observers:
            _check(observer, awaits)
        self._hooks = Hooks(self._observers, self._complain, awaits=awaits) if self._observers else None
        self._hooks_logged: Hooks | None = None
        self._log: Any = None

    def over(self, errand: E) -> E:
        """The errand itself, or the same observed."""
        hooks = self._logged() if "logging" in sys.modules else None
        if hooks is None:
            hooks = self._hooks
        return errand if hooks is None else cast(E, Observed(errand, hooks))

    def _logged(self) -> Hooks | None:
        """The observers and the log, None while nobody listens to it."""
        if self._log is None:
            from . import log

            self._log = log
        if not self._log.listening():
            return None
        if self._hooks_logged is None:
            self._hooks_logged = Hooks((self._log.Log(), *self._observers), self._complain, awaits=self._awaits)
        return self._hooks_logged

    def _complain(self, name: str, observer: object, error: Exception) -> None:
        """Log what an observer's method raised, the first time. Where no handler is set up, Python prints it."""
        import logging

        kind = type(observer)
        if (name, kind) in self._complained:
            return
        self._complained.add((name, kind))
        message = "%s.%s of an observer raised %s; the call goes on, and this is not logged again"
        logging.getLogger("dragoman").error(message, kind.__name__, name, type(error).__name__, exc_info=error)


def _check(observer: object, awaits: bool) -> None:
    from inspect import iscoroutinefunction  # slow to import, and only needed by who has observers

    names = [name for name in hook_names() if callable(getattr(observer, name, None))]
    if not names or isinstance(observer, type):
        raise UsageError(f"{observer!r} is no observer: pass an object with methods of dragoman.observe.Observer")
    for name in names:
        if iscoroutinefunction(getattr(observer, name)) and (name == "on_cancel" or not awaits):
            reason = "a call that is stopped cannot wait for it" if awaits else "it takes an AsyncClient to await it"
            raise UsageError(f"{type(observer).__name__}.{name} is async: make it a plain function, {reason}")
