"""Calls in the standard `logging`, for whoever listens to the logger `dragoman`; nobody else hears of them.

| level | what |
|---|---|
| DEBUG | every try: where, how it ended, after how many seconds, the provider's name for it; why a target is asked; waiting |
| INFO | a try that failed and is followed by another; another target asked because one failed |
| WARNING | the same, where an answer had begun: the provider may count what is asked for again |

No line holds what was said, nor a provider's message, which may quote it, nor a header. What comes from outside (a model's
name, an id, a host) is made printable and bounded, so that it cannot begin a line of its own.

The lines are written only when a handler hears them. So there is no `NullHandler`: the few things that a program
has to know, such as an observer of its own that fails, still reach a program that has set up no logging.
"""

from __future__ import annotations

import logging
import time
from typing import Any
from urllib.parse import urlsplit

from ..engine.observe import Call, Observer
from ..engine.trip import request_id
from ..types.response import Attempt, Response
from ..wire.http import HttpHead, HttpRequest
from ..wire.plain import plain

__all__ = ["LOGGER", "Log", "host_of", "listening"]

LOGGER = logging.getLogger("dragoman")

_WORD = 200
_BROKE_OFF = frozenset({"StreamCut", "DecodeError"})


class Log(Observer):
    """Writes what happens to the logger `dragoman`."""

    def on_wait(self, call: Call, seconds: float | None) -> None:
        """Say that it waits, once, since a program that is silent wants to be understood."""
        if (self, "wait") in call.notes:
            return
        call.notes[self, "wait"] = time.monotonic()
        LOGGER.debug("%s: waiting for its turn", _target(call))

    def before_request(self, call: Call, request: HttpRequest) -> None:
        """Remember where it goes, and say why it is this target where there are several."""
        if (since := call.notes.pop((self, "wait"), None)) is not None:
            LOGGER.debug("%s: its turn after %.3f s", _target(call), time.monotonic() - since)
        before = call.notes.get(self)
        call.notes[self] = _Asked(host_of(request.url), call.decision)
        decision = call.decision
        if decision is None or (before is not None and before.decision is decision):
            return
        level = logging.DEBUG if before is None else logging.WARNING if decision.resumed else logging.INFO
        if LOGGER.isEnabledFor(level):
            passed = ", ".join([plain(name, _WORD) for name, _ in decision.passed_over])
            message = "asking %s: %s" + ("; passed over: %s" if passed else "%s")
            LOGGER.log(level, message, plain(decision.target, _WORD), plain(decision.reason, _WORD), passed)

    def on_head(self, call: Call, head: HttpHead) -> None:
        """Remember the provider's name for the request."""
        asked = call.notes.get(self)
        if asked is not None:
            asked.open, asked.request_id = True, request_id(head.headers)

    def after_try(self, call: Call, attempt: Attempt) -> None:
        """Say how it ended."""
        asked = call.notes.get(self) or _Asked("", None)
        asked.open = False
        again = attempt.waited is not None
        level = logging.WARNING if again and attempt.error in _BROKE_OFF else logging.INFO if again else logging.DEBUG
        if not LOGGER.isEnabledFor(level):
            return
        facts = {
            "provider": plain(attempt.provider, _WORD),
            "model": plain(attempt.model, _WORD) or None,
            "host": asked.host or None,
            "status": attempt.status,
            "error": attempt.error,
            "seconds": round(attempt.seconds, 3),
            "request_id": plain(asked.request_id, _WORD) if asked.request_id else None,
        }
        asked.request_id = None
        LOGGER.log(level, "%s", _line(facts, attempt.waited), extra={"dragoman": facts})

    def on_cancel(self, call: Call, partial: Response | None) -> None:
        """Say that a try was stopped."""
        asked = call.notes.get(self)
        if asked is not None and asked.open and LOGGER.isEnabledFor(logging.DEBUG):
            LOGGER.debug("%s: stopped by the caller%s", _target(call, asked.host), _named(asked.request_id))


class _Asked:
    """What is remembered of a try under way."""

    __slots__ = ("decision", "host", "open", "request_id")

    def __init__(self, host: str, decision: Any) -> None:
        self.host = host
        self.decision = decision
        self.open = True
        self.request_id: str | None = None


def listening() -> bool:
    """Whether a handler hears the logger `dragoman` at a level that calls are logged at."""
    if not LOGGER.isEnabledFor(logging.WARNING):
        return False
    logger: logging.Logger | None = LOGGER
    while logger is not None:
        for handler in logger.handlers:
            if type(handler) is not logging.NullHandler:
                return True
        logger = logger.parent if logger.propagate else None
    return False


def host_of(url: str) -> str:
    """The host a URL names, with its port where it has one, printable."""
    return plain(urlsplit(url).netloc.rpartition("@")[2], _WORD)


def _line(facts: dict[str, Any], waited: float | None) -> str:
    where = _where(facts["provider"], facts["model"] or "", facts["host"] or "")
    status, error = facts["status"], facts["error"]
    how = f"{error} ({status})" if error and status else str(error or status)
    again = f"; trying again in {waited:.1f} s" if waited else "; trying again" if waited is not None else ""
    return f"{where}: {how} in {facts['seconds']:.3f} s{_named(facts['request_id'])}{again}"


def _target(call: Call, host: str = "") -> str:
    return _where(plain(call.provider or "", _WORD), plain(call.model or "", _WORD), host)


def _where(provider: str, model: str, host: str) -> str:
    return " ".join([part for part in (provider, model, f"at {host}" if host else "") if part])


def _named(request: str | None) -> str:
    return f", request {plain(request, _WORD)}" if request else ""
