"""An answer of a type: what came is read, and what does not fit goes back to the model, a bounded number of times.

An errand with the surface of an exchange (`run`, `response`). Every asking is an exchange of its own; counts and cost of
the answer are those of all of them. What cannot be mended by asking again (cut off, refused, filtered) is not asked again, and
neither is an answer that the caller has seen in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import DragomanError, OutputInvalid, UsageError
from ..types.content import Text
from ..types.events import BlockStart, Event, TextDelta
from ..types.messages import Message, user
from ..types.response import Adaptation, Cost, Response, Usage
from .exchange import Exchange, Flow
from .routed import Routed

if TYPE_CHECKING:
    from ..wire.partial_json import PartialJson

__all__ = ["Answer", "Answered", "Ask", "Read", "Show", "output_of"]

T = TypeVar("T")

Ask = Callable[[tuple[Message, ...]], Exchange | Routed]
Read = Callable[[Response], Any]
"""A whole answer to its value. Raises OutputInvalid, with a message for the model, for one that does not fit."""
Show = Callable[[dict[str, Any] | None], Any]
"""The object that is under way, None for none yet, to what is shown of it."""

_HOPELESS = {
    "length": "it was cut off at the limit of tokens: allow more with max_tokens",
    "context_window": "it was cut off where the model's window ends: shorten the conversation",
    "content_filter": "the provider's filter stopped it",
    "refusal": "the model declined to answer",
}


class Answer(Response, Generic[T], frozen=True, omit_defaults=True):
    """A response with a value of the type that was asked for, as `output`.

    `given` is False where the model has not answered yet: it calls tools, or pauses. `misfits` are the answers before this
    one that did not fit; `usage`, `cost` and `attempts` count them in.
    """

    value: T | None = None
    given: bool = False
    misfits: tuple[Response, ...] = ()

    @property
    def output(self) -> T:
        """The value. Raises UsageError where the model has not answered yet."""
        if not self.given:
            raise UsageError("there is no output yet: the answer has not ended, or it calls tools; answer them and ask again")
        value: Any = self.value
        typed: T = value
        return typed


def output_of(response: Response) -> Any:
    """The value of an answer of a type. Raises UsageError where no type was asked for, or there is none yet."""
    if not isinstance(response, Answer):
        raise UsageError("this call asks for no type: say output=... to get a value")
    return response.output


class Answered:
    """The state of one call with a typed answer."""

    __slots__ = (
        "_ask",
        "_current",
        "_given",
        "_history",
        "_misfits",
        "_partial",
        "_read",
        "_repairs",
        "_show",
        "_value",
        "_watched",
    )

    def __init__(
        self, ask: Ask, history: Sequence[Message], read: Read, show: Show, *, repairs: int = 1, watched: bool = False
    ) -> None:
        """`watched`: the answer is seen as it comes, so that it is not asked for again and `partial` shows it."""
        self._ask = ask
        self._history = tuple(history)
        self._read = read
        self._show = show
        self._repairs = 0 if watched else repairs
        self._watched = watched
        self._current: Exchange | Routed = ask(self._history)
        self._partial: PartialJson | None = None
        self._misfits: list[Response] = []
        self._value: Any = None
        self._given = False

    @property
    def adaptations(self) -> tuple[Adaptation, ...]:
        """What had to change for the target that answers."""
        return self._current.adaptations

    @property
    def partial(self) -> Any:
        """The JSON value as far as it has come, None before it has begun. It is one value that grows: copy it to keep it."""
        return self._show(self._partial.value if self._partial is not None else None)

    def response(self) -> Answer[Any]:
        """What has arrived so far."""
        response = self._current.response()
        fields = {name: getattr(response, name) for name in response.__struct_fields__}
        if misfits := tuple(self._misfits):
            every = (*misfits, response)
            fields |= {
                "usage": _usage([each.usage for each in every]),
                "cost": _cost([each.cost for each in every]),
                "attempts": tuple([attempt for each in every for attempt in each.attempts]),
            }
        return Answer(**fields, value=self._value, given=self._given, misfits=misfits)

    def run(self) -> Flow[None]:
        """Yield effects and lists of events until an answer fits.

        Raises OutputInvalid when none does, with the last one as its `partial`, and the error of an exchange that fails.
        """
        while True:
            try:
                yield from self._watch() if self._watched else self._current.run()
            except DragomanError as error:
                error.attempts = tuple([each for misfit in self._misfits for each in misfit.attempts]) + error.attempts
                raise
            response = self._current.response()
            reason = response.finish_reason
            if response.tool_calls or reason == "pause":
                return
            try:
                self._value = self._read(response)
            except OutputInvalid as error:
                hopeless = _HOPELESS.get(reason or "")
                if hopeless is not None or len(self._misfits) >= self._repairs:
                    raise self._failed(error, hopeless) from error
                said = (response.message,) if response.message.content else ()
                self._misfits.append(response)
                self._history = (*self._history, *said, user(_told(error)))
                self._current = self._ask(self._history)
            else:
                self._given = True
                return

    def _watch(self) -> Flow[None]:
        """The exchange, with the text that passes taken down."""
        from ..wire.partial_json import PartialJson

        self._partial = PartialJson()
        flow = self._current.run()
        value: Any = None
        step: Any = flow.send
        while True:
            try:
                effect = step(value)
            except StopIteration:
                return
            step, value = flow.send, None
            if type(effect) is list:
                _take(effect, self._partial)
            try:
                value = yield effect
            except GeneratorExit:
                flow.close()
                raise
            except BaseException as error:
                step, value = flow.throw, error

    def _failed(self, error: OutputInvalid, hopeless: str | None) -> OutputInvalid:
        response = self.response()
        times = f" (asked {len(self._misfits) + 1} times)" if self._misfits else ""
        message = f"the answer has no value of the type that was asked for: {hopeless or error.message}{times}"
        failed = OutputInvalid(message, provider=response.provider, model=response.model)
        failed.problems = error.problems
        failed.partial = response
        failed.attempts = response.attempts
        return failed


def _take(events: list[Event], partial: PartialJson) -> None:
    for event in events:
        if type(event) is TextDelta:
            partial.feed(event.text)
        elif type(event) is BlockStart and type(event.block) is Text and event.block.text:
            partial.feed(event.block.text)


def _told(error: OutputInvalid) -> str:
    return f"The answer does not fit the form that was asked for:\n{error.message}\nGive the whole answer again, corrected."


def _usage(usages: Sequence[Usage]) -> Usage:
    """All counts; unknown where one is."""
    counts: dict[str, Any] = {}
    for name in ("input", "output", "cache_read", "cache_write", "reasoning"):
        parts = [getattr(usage, name) for usage in usages]
        counts[name] = None if None in parts else sum(parts)
    return Usage(**counts, raw=usages[-1].raw)


def _cost(costs: Sequence[Cost | None]) -> Cost | None:
    """All costs; unknown where one is, and a bill only where all of them are billed."""
    known = [cost for cost in costs if cost is not None]
    if len(known) < len(costs) or len({cost.currency for cost in known}) > 1:
        return None
    billed = all(cost.source == "vendor" for cost in known)
    start = known[0].amount
    return Cost(sum([cost.amount for cost in known[1:]], start), "vendor" if billed else "catalogue", known[0].currency)
