"""The asyncio way to obey: one flow of effects, step by step in the task that asks for them."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import suppress
from inspect import isawaitable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic

from .beside import Tasks
from .engine.answered import Answered, output_of
from .engine.effects import Bell, Call, Close, Commit, Drop, Effect, Next, Now, Random, Read, Send, Sleep, Start, Wait, Wall
from .engine.exchange import Exchange
from .engine.routed import Routed
from .errors import DragomanError, TimedOut, UsageError
from .stream import Flowing
from .transport.base import AsyncBody, AsyncTransport
from .transport.stopping import stopped, to_the_end
from .types.events import Event, Finished, TextDelta
from .types.response import Response
from .types.secret import concealed

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["AsyncStream", "Errand"]


class Errand:
    """One flow of effects, obeyed. `under_way` are the client's errands of which somebody waits for the next step."""

    def __init__(
        self,
        errand: Flowing,
        transport: Callable[[str], AsyncTransport],
        under_way: set[Errand],
    ) -> None:
        self._transport = transport
        self._under_way = under_way
        self._body: AsyncBody | None = None
        self._batch: list[Event] = []
        self._asked = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: asyncio.Task[Any] | None = None
        self._interrupted = False
        self._closing: asyncio.Task[None] | None = None
        self._beside: Tasks | None = None
        self._flow: Generator[Any, Any, None] | None = errand.run()
        self._paused: Generator[Any, Any, None] | None = None

    def cancel(self) -> None:
        """Stop, from any thread, at any time: the connection is cut at once, and whoever reads gets `Cancelled`.

        What had arrived is the `partial` of that error. An answer that has come whole is not touched; after the end this
        does nothing. It needs no `await`.
        """
        self._asked = True
        loop = self._loop
        if loop is None:
            return  # nobody has begun to read, or it is over
        if asyncio._get_running_loop() is loop:
            self._interrupt()
            return
        try:
            loop.call_soon_threadsafe(self._interrupt)
        except RuntimeError:
            return  # the loop is closed, and so are its connections

    def _interrupt(self) -> None:
        """End the wait under way, in the loop that waits."""
        if self._batch and type(self._batch[-1]) is not Finished:
            self._batch.clear()
        if self._waiting is not None:
            if not self._interrupted:
                self._interrupted = True
                self._waiting.cancel()
        elif self._body is not None and self._loop is not None:
            self._closing = self._loop.create_task(_close(self._body))

    async def _end(self) -> None:
        self._loop = None
        flows, self._flow, self._paused = (self._flow, self._paused), None, None
        for flow in flows:
            if flow is not None:
                flow.close()
        if self._beside is not None:
            await self._beside.end()
        body, self._body = self._body, None
        if body is not None:
            await body.close()

    async def _batches(self) -> AsyncIterator[list[Event]]:
        flow = self._flow
        if flow is None:
            raise UsageError("this stream is over: an answer can be iterated once; its content is in stream.response")
        self._flow = None
        self._under_way.add(self)
        self._loop = asyncio.get_running_loop()
        step: Any = flow.send
        value: Any = None
        try:
            while True:
                try:
                    effect = step(value)
                except StopIteration:
                    return
                step, value = flow.send, None
                if type(effect) is list:
                    self._batch, self._paused = effect, flow
                    yield effect
                    if self._paused is None:
                        raise stopped()  # closed while somebody still held the iterator
                    self._paused = None
                    if not effect and self._body is not None:
                        self._body = _Gone(self._body)
                    continue
                try:
                    if type(effect) is Read and self._body is not None:
                        value = await self._body.read(effect.timeout)
                    else:
                        value = await self._obey(effect)
                except Exception as error:
                    step, value = flow.throw, error
        finally:
            self._under_way.discard(self)
            flow.close()
            await self._end()

    async def _obey(self, effect: Effect) -> Any:
        match effect:
            case Read():
                if self._asked:
                    raise stopped()
                return b""
            case Close():
                body, self._body = self._body, None
                return await body.close() if body is not None else None
            case Bell():
                return _LoopBell()
            case Now():
                return time.monotonic()
            case Wall():
                return time.time()
            case Random():
                return random.random()
            case Commit(function=function, blocks=blocks):
                return await to_the_end(function, blocks=blocks)
            case Start(function=function):
                return self._next_to().start(function)
            case Drop(handle=handle):
                return self._next_to().drop(handle)
        if self._asked:
            raise stopped()
        self._waiting = task = asyncio.current_task()
        cancelling = task.cancelling() if task is not None else 0
        try:
            value = await self._waited(effect)
        except asyncio.CancelledError:
            if self._interrupted and task is not None and task.uncancel() <= cancelling:
                raise stopped() from None
            raise
        finally:
            self._waiting = None
        if self._interrupted and task is not None:
            task.uncancel()  # what was waited for would not be interrupted
            raise stopped()
        return value

    def _next_to(self) -> Tasks:
        """Functions that run beside the flow."""
        if self._beside is None:
            self._beside = Tasks()
        return self._beside

    async def _waited(self, effect: Effect) -> Any:
        """What an effect gives that takes its time; the task that waits here may be cancelled to end it."""
        match effect:
            case Send(request=request, connect=connect, first_byte=first_byte, total=total):
                self._body = answer = await self._transport(request.url).send(
                    request, connect=connect, first_byte=first_byte, total=total
                )
                return answer.head
            case Sleep(seconds=seconds):
                return await asyncio.sleep(seconds)
            case Wait(bell=bell, seconds=most):
                return await bell.wait(most)
            case Next(timeout=timeout):
                return await self._next_to().next(timeout)
            case Call(function=function, blocks=blocks, timeout=timeout, secret=secret):
                result = asyncio.to_thread(function) if blocks else function()
                result = await _in_time(result, timeout) if isawaitable(result) else result
                return concealed(result) if secret else result


class _LoopBell:
    """What one task waits for and any thread rings, once for each wait."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:
            return  # the loop is closed: nobody waits

    async def wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds) as timer:
                await self._rung.wait()
        except TimeoutError:
            if not timer.expired():
                raise
        self._rung.clear()


class _Gone:
    """A body of which nothing more is wanted, although it may have more, or be at its end."""

    def __init__(self, body: AsyncBody) -> None:
        self.head = body.head
        self.close = body.close

    async def read(self, timeout: float | None = None) -> bytes:
        raise stopped()


async def _close(body: AsyncBody) -> None:
    """Close a body beside its reader, who is told what that meant for it."""
    with suppress(DragomanError):
        await body.close()


async def _in_time(result: Awaitable[Any], seconds: float | None) -> Any:
    try:
        async with asyncio.timeout(seconds) as timer:
            return await result
    except TimeoutError:
        if not timer.expired():
            raise
        error = TimedOut(f"the function that gives the key took longer than {seconds or 0:g} seconds; allow more time")
        error.phase = "first_byte"
        raise error from None


class AsyncStream(Errand, Generic[T]):
    """One streamed answer: iterate over it with `async for`, in an `async with` block so that it is closed in time.

    The request is sent when iteration begins. After the end, `response` is the whole answer; before it, and after
    closing early, what has arrived. Any task or thread may `cancel` it.
    """

    def __init__(
        self, exchange: Exchange | Routed | Answered, transport: Callable[[str], AsyncTransport], under_way: set[Errand]
    ) -> None:
        super().__init__(exchange, transport, under_way)
        self._exchange = exchange

    async def __aenter__(self) -> AsyncStream[T]:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[Event]:
        async for batch in self._batches():
            for event in batch:
                yield event

    @property
    async def text_stream(self) -> AsyncIterator[str]:
        """The answer's text, piece by piece."""
        async for batch in self._batches():
            for event in batch:
                if type(event) is TextDelta:
                    yield event.text

    @property
    def response(self) -> Response:
        """The answer as far as it has arrived; complete when its `finish` is set."""
        return self._exchange.response()

    @property
    def partial(self) -> Any:
        """The JSON value of a typed answer as far as it has arrived, not checked yet, None before it has begun.

        It is one value that grows: copy it to keep a moment of it.
        """
        return self._exchange.partial if isinstance(self._exchange, Answered) else None

    @property
    def output(self) -> T:
        """The value of a typed answer that has ended. Raises UsageError where there is none."""
        output: T = output_of(self.response)
        return output

    async def close(self) -> None:
        """Stop, and free the connection; what has arrived stays in `response`."""
        self._asked = True
        if self._waiting is not None:
            self._interrupt()
        await self._end()
