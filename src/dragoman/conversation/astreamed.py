"""One streamed answer of a conversation in asynchronous code, and who answers; the twin of `streamed`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, Unpack

from ..arun import AsyncRun
from ..engine.answered import output_of
from ..errors import Cancelled, UsageError
from ..options import Messages, Options
from ..prepare import Plan
from ..routes import ModelLike
from ..run import RunKeeper, RunOptions
from ..transport.stopping import to_the_end
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

__all__ = ["AsyncAnswers", "AsyncConversationStream", "AsyncStreamed", "aside", "obey"]

_T = TypeVar("_T")
_P = ParamSpec("_P")


class AsyncStreamed(Protocol):
    """An answer as it comes."""

    @property
    def response(self) -> Response: ...

    @property
    def partial(self) -> Any: ...

    def __aiter__(self) -> AsyncIterator[Event]: ...

    def cancel(self) -> None: ...


class AsyncAnswers(Protocol):
    """Who answers: an `AsyncClient`."""

    def chat(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Awaitable[Response]: ...

    def stream(
        self, model: ModelLike, messages: Messages, **options: Unpack[Options]
    ) -> AbstractAsyncContextManager[AsyncStreamed]: ...

    def plan(self, model: ModelLike, messages: Messages, *, stream: bool = False, **options: Unpack[Options]) -> Plan: ...

    def _run(
        self, model: ModelLike, messages: Messages, stream: bool, options: RunOptions, keeper: RunKeeper | None = None
    ) -> AsyncRun[Any]: ...


async def aside(core: Core, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """A function that may wait for the disk, in a thread.

    It cannot be stopped there, so that a cancelled task waits for its end: what was stored, the conversation knows.
    """
    if core.store is None:
        return function(*args, **kwargs)
    result: _T = await to_the_end(partial(function, *args, **kwargs))
    return result


class AsyncConversationStream(Generic[T]):
    """One streamed answer of a conversation: iterate over it once, in an `async with` block.

    When the last event has been given, question and answer are stored, and `response` is the whole answer. Leaving early
    stops the answer: nothing is stored then, or what had arrived where `keep_partial` is set.
    """

    def __init__(self, client: AsyncAnswers, core: Core, flow: Flow[Response]) -> None:
        self._client = client
        self._core = core
        self._flow: Flow[Response] | None = flow
        self._events: AsyncIterator[Event] | None = None
        self._stream: AsyncStreamed | None = None
        self._response: Response | None = None
        self._cancelled = False

    async def __aenter__(self) -> AsyncConversationStream[T]:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    def __aiter__(self) -> AsyncIterator[Event]:
        flow, self._flow = self._flow, None
        if flow is None:
            raise UsageError("this stream is over: an answer can be iterated once; its content is in stream.response")
        self._events = self._run(flow)
        return self._events

    @property
    async def text_stream(self) -> AsyncIterator[str]:
        """The answer's text, piece by piece."""
        async for event in self:
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
        """Stop, from any task: whoever reads gets `Cancelled`, with what had arrived as its `partial`."""
        self._cancelled = True
        if self._stream is not None:
            self._stream.cancel()

    async def close(self) -> None:
        """Stop, and store what had arrived where it is wanted."""
        self._flow = None
        events: Any = self._events
        if events is not None:
            await events.aclose()

    async def _run(self, flow: Flow[Response]) -> AsyncIterator[Event]:
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
                    async with self._client.stream(effect.model, effect.messages, **effect.options) as stream:
                        self._stream = stream
                        if self._cancelled:
                            stream.cancel()
                        async for event in stream:
                            yield event
                        value = stream.response
                else:
                    value = await obey(self._client, self._core, effect)
            except Exception as error:
                step, value = flow.throw, error
            except BaseException:
                await self._stopped(flow)
                raise

    async def _stopped(self, flow: Flow[Response]) -> None:
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
                value = await obey(self._client, self._core, effect)
            except BaseException as error:
                step, value = flow.throw, error


async def obey(client: AsyncAnswers, core: Core, effect: Effect) -> Response | None:
    """What a conversation\'s flow asks for, done."""
    match effect:
        case Check():
            return await aside(core, core.check)
        case Keep(turns=turns, head=head):
            return await aside(core, core.keep, turns, head)
    return await client.chat(effect.model, effect.messages, **effect.options)
