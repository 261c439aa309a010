"""The blocking way to obey: one flow of effects at a time, in the thread that asks for its steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol

from .beside import Threads
from .engine.answered import Answered, output_of
from .engine.effects import Bell, Call, Close, Commit, Drop, Effect, Next, Now, Random, Read, Send, Sleep, Start, Wait, Wall
from .engine.exchange import Exchange
from .engine.routed import Routed
from .errors import TimedOut, UsageError
from .transport.base import Body, Transport
from .transport.stopping import Bell as ThreadBell
from .transport.stopping import Stop, aside, stopped
from .types.events import Event, Finished, TextDelta
from .types.response import Response
from .types.secret import concealed

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["Errand", "Flowing", "Stream"]


class Flowing(Protocol):
    """What can be obeyed: an exchange, a listing, a count, a run of tools."""

    def run(self) -> Generator[Any, Any, None]:
        """Yield effects and lists of events."""
        ...


class Errand:
    """One flow of effects, obeyed. `under_way` are the client's errands of which somebody waits for the next step."""

    def __init__(
        self,
        errand: Flowing,
        transport: Callable[[str], Transport],
        under_way: set[Errand],
    ) -> None:
        self._transport = transport
        self._under_way = under_way
        self._body: Body | None = None
        self._batch: list[Event] = []
        self._stop = Stop()
        self._beside: Threads | None = None
        self._flow: Generator[Any, Any, None] | None = errand.run()
        self._paused: Generator[Any, Any, None] | None = None

    def cancel(self) -> None:
        """Stop, from any thread, at any time: the connection is cut at once, and whoever reads gets `Cancelled`.

        What had arrived is the `partial` of that error. An answer that has come whole is not touched; after the end this
        does nothing. Safe in a signal handler.
        """
        self._stop.ask()
        batch = self._batch
        if batch and type(batch[-1]) is not Finished:
            batch.clear()

    def _end(self) -> None:
        flows, self._flow, self._paused = (self._flow, self._paused), None, None
        for flow in flows:
            if flow is not None:
                with suppress(ValueError):  # a thread that is just going on: it sees the wish to stop
                    flow.close()
        if self._beside is not None:
            self._beside.end()
        body, self._body = self._body, None
        self._stop.during(None)
        if body is not None:
            body.close()

    def _batches(self) -> Iterator[list[Event]]:
        flow = self._flow
        if flow is None:
            raise UsageError("this stream is over: an answer can be iterated once; its content is in stream.response")
        self._flow = None
        self._under_way.add(self)
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
                        value = self._body.read(effect.timeout)
                    else:
                        value = self._obey(effect)
                except Exception as error:
                    step, value = flow.throw, error
        finally:
            self._under_way.discard(self)
            flow.close()
            self._end()

    def _obey(self, effect: Effect) -> Any:
        match effect:
            case Send(request=request, connect=connect, first_byte=first_byte, total=total):
                answer = self._transport(request.url).send(
                    request, connect=connect, first_byte=first_byte, total=total, stop=self._stop
                )
                self._body = answer
                self._stop.during(answer.close)
                return answer.head
            case Read():
                if self._stop.asked:
                    raise stopped()
                return b""
            case Close():
                self._stop.during(None)
                body, self._body = self._body, None
                return body.close() if body is not None else None
            case Sleep(seconds=seconds):
                return self._wait(ThreadBell(), seconds)
            case Bell():
                return ThreadBell()
            case Wait(bell=bell, seconds=most):
                return self._wait(bell, most)
            case Now():
                return time.monotonic()
            case Wall():
                return time.time()
            case Random():
                from random import random  # only a retry needs it, and importing it costs every program a millisecond

                return random()
            case Call(function=function, blocks=blocks, timeout=timeout, secret=secret):
                result = self._call(function, blocks, timeout)
                return concealed(result) if secret else result
            case Commit(function=function):
                return function()
            case Start() | Next() | Drop():
                return self._next_to(effect)

    def _next_to(self, effect: Start | Next | Drop) -> Any:
        """Functions that run beside the flow."""
        if self._beside is None:
            self._beside = Threads(self._stop)
        match effect:
            case Start(function=function):
                return self._beside.start(function)
            case Next(timeout=timeout):
                return self._beside.next(timeout)
            case Drop(handle=handle):
                return self._beside.drop(handle)

    def _wait(self, bell: ThreadBell, seconds: float | None) -> None:
        self._stop.during(bell.ring)
        bell.wait(seconds)
        self._stop.during(None)
        if self._stop.asked:
            raise stopped()

    def _call(self, function: Callable[[], Any], blocks: bool, timeout: float | None) -> Any:
        if blocks:
            return aside(function, timeout, self._stop, late=lambda: _late(timeout))
        if self._stop.asked:
            raise stopped()
        result = function()
        if hasattr(result, "__await__"):
            if hasattr(result, "close"):
                result.close()
            raise UsageError("an async function was given, which nobody can await here: use AsyncClient, or a plain function")
        return result


class _Gone:
    """A body of which nothing more is wanted, although it may have more, or be at its end."""

    def __init__(self, body: Body) -> None:
        self.head = body.head
        self.close = body.close

    def read(self, timeout: float | None = None) -> bytes:
        raise stopped()


def _late(seconds: float | None) -> TimedOut:
    error = TimedOut(f"the function that gives the key took longer than {seconds or 0:g} seconds; allow more time")
    error.phase = "first_byte"
    return error


class Stream(Errand, Generic[T]):
    """One streamed answer: iterate over it for typed events, in a `with` block so that it is closed in time.

    The request is sent when iteration begins. After the end, `response` is the whole answer; before it, and after
    closing early, what has arrived. Any thread may `cancel` it.
    """

    def __init__(
        self, exchange: Exchange | Routed | Answered, transport: Callable[[str], Transport], under_way: set[Errand]
    ) -> None:
        super().__init__(exchange, transport, under_way)
        self._exchange = exchange

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        for batch in self._batches():
            yield from batch

    @property
    def text_stream(self) -> Iterator[str]:
        """The answer's text, piece by piece."""
        for batch in self._batches():
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

    def close(self) -> None:
        """Stop, and free the connection; what has arrived stays in `response`."""
        self._stop.ask()
        self._end()
