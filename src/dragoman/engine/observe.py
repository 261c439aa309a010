"""Watching calls: what observers are told of a call, and the flow that tells them.

`observed` runs the flow of an errand (an exchange, a call over several targets, a list of models), passes on what it yields,
and tells observers what that means: an effect that sends is a request, a list is events, the end is one of three. It decides
nothing, and what an observer raises changes nothing. Whoever is not observed does not come by here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import Cancelled
from ..types.events import Event
from ..types.request import Request
from ..types.response import Attempt, Decision, Response
from ..wire.http import HttpHead, HttpRequest
from .effects import Call as Run
from .effects import Effect, Send, Sleep, Wait

if TYPE_CHECKING:
    from .exchange import Exchange
    from .listing import Listing
    from .routed import Routed

    Errand = Exchange | Routed | Listing

__all__ = ["Call", "Hooks", "Observed", "Observer", "hook_names", "observed"]

Flow = Generator[Effect | list[Event], Any, None]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_FRAMING = frozenset({"connection", "content-length", "host", "transfer-encoding"})


class Call:
    """One call, as its observers see it: a view that shows how far it has come, for reading.

    `notes` is theirs, to remember something until the end of the call; each uses itself as its key.
    """

    __slots__ = ("_errand", "notes")

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self.notes: dict[Any, Any] = {}

    def __repr__(self) -> str:
        return f"Call({self.provider!r}, {self.model!r})"

    @property
    def _asked(self) -> Exchange | Listing | None:
        """The exchange with one target, of those of a routed call the one under way."""
        errand = self._errand
        return errand.current if hasattr(errand, "current") else errand

    @property
    def provider(self) -> str | None:
        """The provider's name; None for a call with several targets before one is chosen."""
        asked = self._asked
        return asked.target.provider if asked is not None else None

    @property
    def protocol(self) -> str | None:
        """The wire format's name, None as for `provider`."""
        asked = self._asked
        return asked.target.protocol if asked is not None else None

    @property
    def model(self) -> str | None:
        """The model as it is asked for; None as for `provider`, and where a provider's list of models is asked for."""
        asked = self._asked
        return asked.target.model or None if asked is not None else None

    @property
    def request(self) -> Request | None:
        """What is asked, as the present target takes it; None as for `model`. It holds what the user said."""
        return getattr(self._asked, "request", None)

    @property
    def http(self) -> HttpRequest | None:
        """The same as it is sent, without its credential; None as for `provider`."""
        asked = self._asked
        return asked.http if asked is not None else None

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The tries that have ended, of all targets."""
        return self._errand.attempts

    @property
    def decision(self) -> Decision | None:
        """Of a call with several targets: why the present one is asked; None before one is chosen."""
        decision: Decision | None = getattr(self._errand, "decision", None)
        return decision if decision is not None and decision.target else None

    def response(self) -> Response | None:
        """What has arrived so far; None where a list of models is asked for."""
        errand = self._errand
        return errand.response() if hasattr(errand, "response") else None


class Observer:
    """What a program wants to know of its calls: subclass it and write the methods you need.

    They are called in the order in which things happen, by the thread or task that makes the call. With `AsyncClient` each may
    be `async`, except `on_cancel`. What a method raises is logged once and changes nothing. A call ends in exactly one
    of `after_response`, `on_error` and `on_cancel`; a list of models that has come ends in none.
    """

    def on_call(self, call: Call) -> Any:
        """A call begins; nothing has been sent."""

    def on_wait(self, call: Call, seconds: float | None) -> Any:
        """The call waits for its turn, as the client's limits want it, at most so many seconds before it asks again."""

    def before_request(self, call: Call, request: HttpRequest) -> Any:
        """A request is about to be sent, once for each try; `request` is shown without its credential.

        What is returned, a mapping or None, are headers to add; those the request has are kept as they are.
        """

    def on_head(self, call: Call, head: HttpHead) -> Any:
        """The head of an answer has come, whatever its status."""

    def after_try(self, call: Call, attempt: Attempt) -> Any:
        """A try has ended; when `attempt.waited` is a number there will be another after so many seconds."""

    def on_event(self, call: Call, event: Event) -> Any:
        """An event is about to be delivered; whole answers have them too."""

    def after_response(self, call: Call, response: Response) -> Any:
        """The answer is complete."""

    def on_error(self, call: Call, error: Exception) -> Any:
        """The call has failed: `error` is what its caller gets."""

    def on_cancel(self, call: Call, partial: Response | None) -> None:
        """The caller has stopped the call; `partial` is what has arrived."""


def hook_names() -> tuple[str, ...]:
    """The names of an observer's methods."""
    return tuple(name for name in vars(Observer) if not name.startswith("_"))


class Hooks:
    """The methods that a client's observers have, by name.

    `awaits` says whether what a method returns may be awaited. `complain` is told of a method's name, its observer and
    what it raised.
    """

    __slots__ = (
        "_awaits",
        "_complain",
        "after_response",
        "after_try",
        "before_request",
        "on_call",
        "on_cancel",
        "on_error",
        "on_event",
        "on_head",
        "on_wait",
    )

    def __init__(self, observers: Iterable[object], complain: Callable[[str, object, Exception], None], *, awaits: bool) -> None:
        watching = tuple(observers)
        self._complain = complain
        self._awaits = awaits
        self.on_call = _watchers(watching, "on_call")
        self.on_wait = _watchers(watching, "on_wait")
        self.before_request = _watchers(watching, "before_request")
        self.on_head = _watchers(watching, "on_head")
        self.after_try = _watchers(watching, "after_try")
        self.on_event = _watchers(watching, "on_event")
        self.after_response = _watchers(watching, "after_response")
        self.on_error = _watchers(watching, "on_error")
        self.on_cancel = _watchers(watching, "on_cancel")

    def tell(self, name: str, watchers: Iterable[object], *what: Any) -> Generator[Effect, Any, list[Any]]:
        """Call a method of these observers, awaiting what it gives; its results, those of failed ones left out."""
        results = []
        for watcher in watchers:
            try:
                result = getattr(watcher, name)(*what)
                if result is not None and hasattr(result, "__await__"):
                    result = yield from self._awaited(result)
                results.append(result)
            except Exception as error:
                self._complain(name, watcher, error)
        return results

    def tell_cancelled(self, call: Call) -> None:
        """As `tell` for `on_cancel`: the flow is being closed and can yield no more."""
        name = "on_cancel"
        for watcher in self.on_cancel:
            try:
                getattr(watcher, name)(call, call.response())
            except Exception as error:
                self._complain(name, watcher, error)

    def dress(self, call: Call, shown: HttpRequest, effect: Send) -> Generator[Effect, Any, Send]:
        """The effect with the headers that `before_request` adds."""
        added: dict[str, str] = {}
        for watcher in self.before_request:
            for given in (yield from self.tell("before_request", (watcher,), call, shown)):
                try:
                    added |= _headers(given)
                except (AttributeError, TypeError, ValueError) as error:
                    self._complain("before_request", watcher, error)
        if not added:
            return effect
        request = msgspec.structs.replace(effect.request, headers={**added, **effect.request.headers})
        return msgspec.structs.replace(effect, request=request)

    def _awaited(self, result: Any) -> Generator[Effect, Any, Any]:
        if self._awaits:
            return (yield Run(lambda: result))
        if hasattr(result, "close"):
            result.close()
        raise TypeError("an async method can only be awaited with AsyncClient")


class Observed:
    """An errand that tells its observers what happens when it runs. Everything else of it is the errand's own."""

    __slots__ = ("_errand", "_hooks")

    def __init__(self, errand: Errand, hooks: Hooks) -> None:
        self._errand = errand
        self._hooks = hooks

    def run(self) -> Flow:
        """The errand's flow, observed."""
        return observed(self._errand, self._hooks)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._errand, name)


def observed(errand: Errand, hooks: Hooks) -> Flow:
    """The errand's flow, and its observers told of what happens."""
    call = Call(errand)
    flow = errand.run()
    ended = 0
    step: Any = flow.send
    value: Any = None
    try:
        yield from hooks.tell("on_call", hooks.on_call, call)
        while True:
            try:
                effect = step(value)
            except StopIteration:
                break
            step, value = flow.send, None
            kind = type(effect)
            if kind is list:
                if hooks.on_event:
                    for event in effect:
                        yield from hooks.tell("on_event", hooks.on_event, call, event)
                yield effect
                continue
            request = None
            if kind is Sleep or kind is Send:
                ended = yield from _tell_tries(hooks, call, ended)
                if kind is Send and not effect.request.private:
                    request = call.http
            elif kind is Wait:
                yield from hooks.tell("on_wait", hooks.on_wait, call, effect.seconds)
            if request is not None:
                effect = yield from hooks.dress(call, request, effect)
            try:
                value = yield effect
            except GeneratorExit:
                raise
            except BaseException as error:
                step, value = flow.throw, error
            else:
                if request is not None:
                    yield from hooks.tell("on_head", hooks.on_head, call, value)
        yield from _tell_tries(hooks, call, ended)
    except GeneratorExit:
        flow.close()
        hooks.tell_cancelled(call)
        raise
    except Cancelled:
        yield from _tell_tries(hooks, call, ended)
        hooks.tell_cancelled(call)
        raise
    except Exception as error:
        yield from _tell_tries(hooks, call, ended)
        yield from hooks.tell("on_error", hooks.on_error, call, error)
        raise
    if hooks.after_response and (response := call.response()) is not None:
        yield from hooks.tell("after_response", hooks.after_response, call, response)


def _tell_tries(hooks: Hooks, call: Call, told: int) -> Generator[Effect, Any, int]:
    """Tell of the tries that have ended since, and how many have."""
    if not hooks.after_try:
        return told
    attempts = call.attempts
    for attempt in attempts[told:]:
        yield from hooks.tell("after_try", hooks.after_try, call, attempt)
    return len(attempts)


def _watchers(observers: tuple[object, ...], name: str) -> tuple[object, ...]:
    """Those that have this method as their own."""
    own = getattr(Observer, name)
    return tuple(one for one in observers if getattr(type(one), name, None) is not own and callable(getattr(one, name, None)))


def _headers(given: Any) -> dict[str, str]:
    """Headers to add, names lower case. Raises what says why they cannot be."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"before_request returns headers or None, not {type(given).__name__}")
    headers = {name.lower(): value for name, value in given.items()}
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or name in _FRAMING:
            raise ValueError(f"before_request may not add the header {name[:40]!r}")
        if not _VALUE.fullmatch(value):
            raise ValueError(f"the value of the header {name!r} holds what no header can carry")
    return headers
