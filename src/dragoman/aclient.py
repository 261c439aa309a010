"""The asyncio face: it obeys the engine's effects and decides nothing."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from inspect import isawaitable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack

from .engine.effects import Bell, Call, Close, Effect, Now, Random, Read, Send, Sleep, Wait, Wall
from .engine.exchange import Exchange
from .engine.gate import Limits
from .engine.listing import Listing
from .engine.policy import Retry, Timeouts
from .engine.route import Route
from .engine.routed import Routed
from .errors import DragomanError, TimedOut, UsageError
from .observe import Observer, Watch
from .prepare import Key, Messages, Options, Plan, Preparer, Settings
from .protocols.base import Policy
from .providers.base import Provider
from .routes import ModelLike, Router
from .transport import open_async_transport
from .transport.base import AsyncBody, AsyncTransport
from .transport.stopping import stopped
from .types.cached import CachedPrompt
from .types.count import Count
from .types.events import Event, Finished, TextDelta
from .types.model import Model
from .types.response import Response

if TYPE_CHECKING:
    from .conversation.aconversation import AsyncConversation
    from .conversation.core import Opening
    from .engine.counting import Counting
    from .engine.keeping import Keeping

__all__ = ["AsyncClient", "AsyncStream"]


class _Errand:
    """One flow of effects, obeyed. `under_way` are the client's errands of which somebody waits for the next step."""

    def __init__(
        self,
        errand: Exchange | Routed | Listing | Counting | Keeping,
        transport: Callable[[str], AsyncTransport],
        under_way: set[_Errand],
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
        self._flow: Generator[Any, Any, None] | None = errand.run()

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
        flow, self._flow = self._flow, None
        if flow is not None:
            flow.close()
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
                    self._batch = effect
                    yield effect
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
            case Call(function=function, blocks=blocks, timeout=timeout):
                result = asyncio.to_thread(function) if blocks else function()
                return await _in_time(result, timeout) if isawaitable(result) else result


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


class AsyncStream(_Errand):
    """One streamed answer: iterate over it with `async for`, in an `async with` block so that it is closed in time.

    The request is sent when iteration begins. After the end, `response` is the whole answer; before it, and after
    closing early, what has arrived. Any task or thread may `cancel` it.
    """

    def __init__(self, exchange: Exchange | Routed, transport: Callable[[str], AsyncTransport], under_way: set[_Errand]) -> None:
        super().__init__(exchange, transport, under_way)
        self._exchange = exchange

    async def __aenter__(self) -> AsyncStream:
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

    async def close(self) -> None:
        """Stop, and free the connection; what has arrived stays in `response`."""
        self._asked = True
        if self._waiting is not None:
            self._interrupt()
        await self._end()


class AsyncClient:
    """A client for every provider: one for a program is enough, and many tasks of one event loop may share it.

    `transport` is a transport or the name of one (`"native"`, `"httpx2"`, `"pyreqwest"`). `keys` and `base_urls` are by provider
    name, and so are `variables`, the parts of a base URL that are yours (`{"bedrock": {"region": "eu-west-1"}}`). `providers`
    adds providers of your own, and `models` what you know of models: it wins over the catalogue, field by field. `routes`
    gives names to several models that stand in for each other. `limits` bounds what is under way: for each provider alike,
    or by provider and by `provider:model`. `timeout`, `retry` and `adapt` are the defaults of every call. `observers`
    are told of every call (`dragoman.observe`).
    """

    def __init__(
        self,
        *,
        transport: AsyncTransport | str | None = None,
        keys: Mapping[str, Key] | None = None,
        base_urls: Mapping[str, str] | None = None,
        providers: Iterable[Provider] = (),
        timeout: float | Timeouts | None = None,
        retry: int | bool | Retry | None = None,
        adapt: Policy = "adapt",
        models: Iterable[Model] = (),
        variables: Mapping[str, Mapping[str, str]] | None = None,
        routes: Mapping[str, Route | Sequence[str]] | None = None,
        limits: Limits | Mapping[str, Limits] | None = None,
        observers: Iterable[Observer] = (),
    ) -> None:
        self._preparer = Preparer(
            Settings.make(
                keys=keys,
                base_urls=base_urls,
                providers=providers,
                timeout=timeout,
                retry=retry,
                adapt=adapt,
                models=models,
                variables=variables,
                limits=limits,
            )
        )
        self._watch = Watch(observers, awaits=True)
        self._router = Router(self._preparer, routes or {}, watch=self._watch)
        self._transport = transport if not isinstance(transport, str | None) else None
        self._transport_name = transport if isinstance(transport, str) else None
        self._embedded: AsyncTransport | None = None
        self._under_way: set[_Errand] = set()
        self._closed = False

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def chat(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Response:
        """The whole answer to one or more messages; see `Options` for what a call may say.

        Raises the errors of `dragoman.errors`.
        """
        exchange = self._router.call(model, messages, False, options)
        async with AsyncStream(exchange, self._open(), self._under_way) as stream:
            async for _ in stream._batches():
                pass
        return exchange.response()

    def stream(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> AsyncStream:
        """The answer as it comes, as typed events; use it in an `async with` block.

        Raises the errors of `dragoman.errors`, those of the exchange while iterating.
        """
        exchange = self._router.call(model, messages, True, options)
        return AsyncStream(exchange, self._open(), self._under_way)

    def plan(self, model: ModelLike, messages: Messages, *, stream: bool = False, **options: Unpack[Options]) -> Plan:
        """What a call would send, without sending it: the exact HTTP request and what had to be adapted.

        Raises `Unsupported` where the call would be refused, and the other UsageErrors of a call except for a missing key.
        """
        return self._preparer.plan(self._router.first(model), messages, stream, options)

    async def conversation(self, model: ModelLike | None = None, **words: Unpack[Opening]) -> AsyncConversation:
        """A conversation that remembers what was said, and keeps it in a store; see `Opening` for the words it takes.

        `model` may be left out where the conversation goes on. Raises UsageError, `StoreError`, and ValueError for what is not
        a saved conversation.
        """
        from .conversation.aconversation import AsyncConversation

        return await AsyncConversation.open(self, self._router.known, model, words)

    async def count(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Count:
        """How many tokens the prompt of a call would have: the vendor's count where it gives one, else an estimate.

        Counted is what `chat` with the same words would send. `Count.exact` and `Count.error` say how sure the number is.
        An estimate asks nobody and needs no key. Raises the errors of `dragoman.errors`.
        """
        counting = self._preparer.counting(self._router.first(model), messages, options)
        errand = _Errand(counting, self._open(), self._under_way)
        async for _ in errand._batches():
            pass
        return counting.count

    async def keep(self, model: str, messages: Messages, *, lifetime: str = "1h", **options: Unpack[Options]) -> CachedPrompt:
        """Keep instructions, tools and messages at the vendor, for calls that begin with them: pass the result as `cache`.

        For vendors that keep prompts under a name (Gemini's cached contents); `cache="auto"` is for the others, and what
        it places is not asked for here. `lifetime` is how long, such as `"30m"`. Raises `Unsupported` where none is kept.
        """
        keeping = self._preparer.keeping(model, messages, lifetime, options)
        errand = _Errand(keeping, self._open(), self._under_way)
        async for _ in errand._batches():
            pass
        assert keeping.cached is not None
        return keeping.cached

    async def let_go(self, cached: CachedPrompt, **options: Unpack[Options]) -> None:
        """Let go of what is kept at the vendor before it expires. Raises the errors of `dragoman.errors`."""
        errand = _Errand(self._preparer.letting_go(cached, options), self._open(), self._under_way)
        async for _ in errand._batches():
            pass

    async def models(
        self,
        provider: str,
        *,
        key: Key | None = None,
        base_url: str | None = None,
        timeout: float | Timeouts | None = None,
        retry: int | bool | Retry | None = None,
    ) -> tuple[Model, ...]:
        """The models that a provider lists now, in its order, with what it states of each and nothing from elsewhere.

        Raises `Unsupported` for a provider that has no list, and the other errors of a call.
        """
        listing = self._preparer.listing(provider, key=key, base_url=base_url, timeout=timeout, retry=retry)
        errand = _Errand(self._watch.over(listing), self._open(), self._under_way)
        async for _ in errand._batches():
            pass
        return listing.models

    async def close(self) -> None:
        """Close all connections; the client cannot be used afterwards.

        Calls and streams under way in other tasks are cancelled: they raise `Cancelled`.
        """
        self._closed = True
        for errand in tuple(self._under_way):
            errand.cancel()
        if self._transport is not None:
            await self._transport.close()

    def _open(self) -> Callable[[str], AsyncTransport]:
        if self._closed:
            raise UsageError("this client is closed: make a new one")
        return self._transport_to

    def _transport_to(self, url: str) -> AsyncTransport:
        if url.startswith("local://"):
            if self._embedded is None:
                from .offline import async_transport

                self._embedded = async_transport()
            return self._embedded
        if self._transport is None:
            self._transport = open_async_transport(self._transport_name)
        return self._transport
