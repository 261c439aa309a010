"""One streamed answer of a conversation in blocking code, and who answers. `astreamed` is its twin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Unpack

from ..engine.answered import output_of
from ..errors import Cancelled, UsageError
from ..options import Messages, Options
from ..prepare import Plan
from ..routes import ModelLike
from ..run import Run, RunKeeper, RunOptions
from ..types.events import Event, TextDelta
from ..types.messages import Message
from ..types.response import Response
from .core import Core
from .effects import Ask, Check, Effect, Flow, Keep

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["Answers", "ConversationStream", "Streamed", "obey"]


class Streamed(Protocol):
    """An answer as it comes."""

    @property
    def response(self) -> Response: ...

    @property
    def partial(self) -> Any: ...

    def __iter__(self) -> Iterator[Event]: ...

    def cancel(self) -> None: ...


class Answers(Protocol):
    """Who answers: a `Client`."""

    def chat(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Response: ...

    def stream(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> AbstractContextManager[Streamed]: ...

    def plan(self, model: ModelLike, messages: Messages, *, stream: bool = False, **options: Unpack[Options]) -> Plan: ...

    def _run(
        self, model: ModelLike, messages: Messages, stream: bool, options: RunOptions, keeper: RunKeeper | None = None
    ) -> Run[Any]: ...


class ConversationStream(Generic[T]):
    """One streamed answer of a conversation: iterate over it once, in a `with` block.

    When the last event has been given, question and answer are stored, and `response` is the whole answer. Leaving early
    stops the answer: nothing is stored then, or what had arrived where `keep_partial` is set.
    """

    def __init__(self, client: Answers, core: Core, flow: Flow[Response]) -> None:
        self._client = client
        self._core = core
        self._flow: Flow[Response] | None = flow
        self._events: Iterator[Event] | None = None
        self._stream: Streamed | None = None
        self._response: Response | None = None
        self._cancelled = False

    def __enter__(self) -> ConversationStream[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        flow, self._flow = self._flow, None
        if flow is None:
            raise UsageError("this stream is over: an answer can be iterated once; its content is in stream.response")
        self._events = self._run(flow)
        return self._events

    @property
    def text_stream(self) -> Iterator[str]:
        """The answer's text, piece by piece."""
        for event in self:
            if type(event) is TextDelta:
                yield event.text

    @property
    def response(self) -> Response:
        """The answer as far as it has arrived; complete when its `finish` is set."""
        if self._response is not None:
            return self._response
        return self._stream.response if self._stream is not None else Response(Message("assistant", ()))

    @property
    def partial(self) -> Any:
        """The JSON value of a typed answer as far as it has arrived, not checked yet, None before it has begun."""
        return self._stream.partial if self._stream is not None else None

    @property
    def output(self) -> T:
        """The value of a typed answer that has ended. Raises UsageError where there is none."""
        output: T = output_of(self.response)
        return output

    def cancel(self) -> None:
        """Stop, from any thread: whoever reads gets `Cancelled`, with what had arrived as its `partial`."""
        self._cancelled = True
        if self._stream is not None:
            self._stream.cancel()

    def close(self) -> None:
        """Stop, and store what had arrived where it is wanted."""
        self._flow = None
        events: Any = self._events
        if events is not None:
            events.close()

    def _run(self, flow: Flow[Response]) -> Iterator[Event]:
        step: Any = flow.send
        value: Any = None
        while True:
            try:
                effect = step(value)
            except StopIteration as end:
                self._response = end.value
                return
            step = flow.send
            try:
                if type(effect) is Ask:
                    with self._client.stream(effect.model, effect.messages, **effect.options) as stream:
                        self._stream = stream
                        if self._cancelled:
                            stream.cancel()
                        yield from stream
                        value = stream.response
                else:
                    value = obey(self._client, self._core, effect)
            except Exception as error:
                step, value = flow.throw, error
            except BaseException:
                self._stopped(flow)
                raise

    def _stopped(self, flow: Flow[Response]) -> None:
        """The reader has gone: the flow decides what becomes of what had arrived."""
        partial = self.response if self._stream is not None else None
        step: Any = flow.throw
        value: Any = Cancelled("the answer was stopped before its end", partial=partial)
        while True:
            try:
                effect = step(value)
            except (Cancelled, StopIteration):
                return
            step = flow.send
            try:
                value = obey(self._client, self._core, effect)
            except BaseException as error:
                step, value = flow.throw, error


def obey(client: Answers, core: Core, effect: Effect) -> Response | None:
    """What a conversation\'s flow asks for, done."""
    match effect:
        case Check():
            core.check()
            return None
        case Keep(turns=turns, head=head):
            core.keep(turns, head)
            return None
    return client.chat(effect.model, effect.messages, **effect.options)
