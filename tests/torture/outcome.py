"""What came of one exchange, and what should have: values that can be compared and told in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dragoman.errors import ConnectionFailed, DragomanError, TimedOut
from dragoman.types import Event, Extra, OpaqueEvent, Ping, Response

__all__ = ["Expect", "Outcome", "failed", "succeeded"]


@dataclass(frozen=True)
class Outcome:
    """One end of an exchange.

    `error` is the name of the class, empty for an answer; `how` the kind of a broken connection or the phase of a timeout.
    Text, thinking, calls and `finish` are those of the answer or of the partial one; `text` is None where there is neither.
    `tries` is how many requests reached the server, `events` what was iterated over without what says nothing.
    """

    error: str = ""
    how: str = ""
    retryable: bool = False
    status: int | None = None
    retry_after: float | None = None
    text: str | None = None
    thinking: str | None = None
    calls: tuple[tuple[str, str], ...] = ()
    malformed: tuple[bool, ...] = ()
    ids: tuple[str, ...] = ()
    finish: str | None = None
    output: int | None = None
    message: str = ""
    tries: int = 0
    events: tuple[Event, ...] = ()


def succeeded(response: Response, events: Iterable[Event], tries: int) -> Outcome:
    """The outcome of an answer."""
    return Outcome(tries=tries, **_said(response, events))


def failed(error: DragomanError, events: Iterable[Event], tries: int) -> Outcome:
    """The outcome of an error."""
    how = error.kind if isinstance(error, ConnectionFailed) else error.phase if isinstance(error, TimedOut) else ""
    return Outcome(
        error=type(error).__name__,
        how=how,
        retryable=error.retryable,
        status=error.status,
        retry_after=error.retry_after,
        message=error.message,
        tries=tries,
        **_said(error.partial, events),
    )


def _said(response: Response | None, events: Iterable[Event]) -> dict[str, Any]:
    said = tuple([event for event in events if not isinstance(event, Ping | OpaqueEvent | Extra)])
    if response is None:
        return {"events": said}
    return {
        "text": response.text,
        "thinking": response.thinking,
        "calls": tuple([(call.name, call.arguments) for call in response.tool_calls]),
        "malformed": tuple([call.malformed for call in response.tool_calls]),
        "ids": tuple([call.id for call in response.tool_calls]),
        "finish": response.finish.reason if response.finish is not None else None,
        "output": response.usage.output,
        "events": said,
    }


class Expect:
    """The facts that an outcome must have: `Expect("StreamCut", text="Rain in ", tries=1)`; `words` tell them on the page."""

    def __init__(self, error: str = "", words: str = "", **facts: Any) -> None:
        self.facts = {"error": error, **facts}
        self._words = words

    def missed(self, outcome: Outcome) -> dict[str, tuple[Any, Any]]:
        """What is otherwise: the expected and the actual value by name. A set names several values that are all right."""
        found = {name: (value, getattr(outcome, name)) for name, value in self.facts.items()}
        return {name: pair for name, pair in found.items() if not _fits(*pair)}

    @property
    def words(self) -> str:
        """The facts as a person says them."""
        if self._words:
            return self._words
        error, tries, after = [self.facts.get(name) for name in ("error", "tries", "retry_after")]
        if not error:
            return "the answer" + (" at the second try" if tries == 2 else "")
        how = self.facts.get("how")
        how = " or ".join(sorted(how)) if isinstance(how, set | frozenset) else how
        parts = [f"`{error}`" + (f" ({how})" if how else "")]
        if self.facts.get("text") or self.facts.get("thinking"):
            parts.append("what came is kept")
        if tries == 2:
            parts.append("tried again")
        elif self.facts.get("retryable"):
            parts.append("retryable")
        if after is not None:
            parts.append(f"to be sent again after {after:g} s")
        return ", ".join(parts)


def _fits(expected: Any, actual: Any) -> bool:
    return actual in expected if isinstance(expected, set | frozenset) else bool(expected == actual)
