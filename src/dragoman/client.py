"""The blocking face: it obeys the engine's effects and decides nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack

from .engine.effects import Bell, Call, Close, Effect, Now, Random, Read, Send, Sleep, Wait, Wall
from .engine.exchange import Exchange
from .engine.gate import Limits
from .engine.listing import Listing
from .engine.policy import Retry, Timeouts
from .engine.route import Route
from .engine.routed import Routed
from .errors import TimedOut, UsageError
from .observe import Observer, Watch
from .prepare import Key, Messages, Options, Plan, Preparer, Settings
from .protocols.base import Policy
from .providers.base import Provider
from .routes import ModelLike, Router
from .transport import open_transport
from .transport.base import Body, Transport
from .transport.stopping import Bell as ThreadBell
from .transport.stopping import Stop, aside, stopped
from .types.cached import CachedPrompt
from .types.count import Count
from .types.events import Event, Finished, TextDelta
from .types.model import Model
from .types.response import Response

if TYPE_CHECKING:
    from .conversation.conversation import Conversation
    from .conversation.core import Opening
    from .engine.counting import Counting
    from .engine.keeping import Keeping

__all__ = ["Client", "Stream"]


class _Errand:
    """One flow of effects, obeyed. `under_way` are the client's errands of which somebody waits for the next step."""

    def __init__(
        self,
        errand: Exchange | Routed | Listing | Counting | Keeping,
        transport: Callable[[str], Transport],
        under_way: set[_Errand],
    ) -> None:
        self._transport = transport
        self._under_way = under_way
        self._body: Body | None = None
        self._batch: list[Event] = []
        self._stop = Stop()
        self._flow: Generator[Any, Any, None] | None = errand.run()

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
        flow, self._flow = self._flow, None
        if flow is not None:
            flow.close()
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
                    self._batch = effect
                    yield effect
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
            case Call(function=function, blocks=blocks, timeout=timeout):
                return self._call(function, blocks, timeout)

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


class Stream(_Errand):
    """One streamed answer: iterate over it for typed events, in a `with` block so that it is closed in time.

    The request is sent when iteration begins. After the end, `response` is the whole answer; before it, and after
    closing early, what has arrived. Any thread may `cancel` it.
    """

    def __init__(self, exchange: Exchange | Routed, transport: Callable[[str], Transport], under_way: set[_Errand]) -> None:
        super().__init__(exchange, transport, under_way)
        self._exchange = exchange

    def __enter__(self) -> Stream:
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

    def close(self) -> None:
        """Stop, and free the connection; what has arrived stays in `response`."""
        self._stop.ask()
        self._end()


class Client:
    """A client for every provider: one for a program is enough, and many threads may share it.

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
        transport: Transport | str | None = None,
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
        self._watch = Watch(observers, awaits=False)
        self._router = Router(self._preparer, routes or {}, watch=self._watch)
        self._transport = transport if not isinstance(transport, str | None) else None
        self._transport_name = transport if isinstance(transport, str) else None
        self._embedded: Transport | None = None
        self._lock = threading.Lock()
        self._under_way: set[_Errand] = set()
        self._closed = False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def chat(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Response:
        """The whole answer to one or more messages; see `Options` for what a call may say.

        Raises the errors of `dragoman.errors`.
        """
        exchange = self._router.call(model, messages, False, options)
        with Stream(exchange, self._open(), self._under_way) as stream:
            for _ in stream._batches():
                pass
        return exchange.response()

    def stream(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Stream:
        """The answer as it comes, as typed events; use it in a `with` block.

        Raises the errors of `dragoman.errors`, those of the exchange while iterating.
        """
        exchange = self._router.call(model, messages, True, options)
        return Stream(exchange, self._open(), self._under_way)

    def plan(self, model: ModelLike, messages: Messages, *, stream: bool = False, **options: Unpack[Options]) -> Plan:
        """What a call would send, without sending it: the exact HTTP request and what had to be adapted.

        Raises `Unsupported` where the call would be refused, and the other UsageErrors of a call except for a missing key.
        """
        return self._preparer.plan(self._router.first(model), messages, stream, options)

    def conversation(self, model: ModelLike | None = None, **words: Unpack[Opening]) -> Conversation:
        """A conversation that remembers what was said, and keeps it in a store; see `Opening` for the words it takes.

        `model` may be left out where the conversation goes on. Raises UsageError, `StoreError`, and ValueError for what is not
        a saved conversation.
        """
        from .conversation.conversation import Conversation

        return Conversation.open(self, self._router.known, model, words)

    def count(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Count:
        """How many tokens the prompt of a call would have: the vendor's count where it gives one, else an estimate.

        Counted is what `chat` with the same words would send. `Count.exact` and `Count.error` say how sure the number is.
        An estimate asks nobody and needs no key. Raises the errors of `dragoman.errors`.
        """
        counting = self._preparer.counting(self._router.first(model), messages, options)
        errand = _Errand(counting, self._open(), self._under_way)
        for _ in errand._batches():
            pass
        return counting.count

    def keep(self, model: str, messages: Messages, *, lifetime: str = "1h", **options: Unpack[Options]) -> CachedPrompt:
        """Keep instructions, tools and messages at the vendor, for calls that begin with them: pass the result as `cache`.

        For vendors that keep prompts under a name (Gemini's cached contents); `cache="auto"` is for the others, and what
        it places is not asked for here. `lifetime` is how long, such as `"30m"`. Raises `Unsupported` where none is kept.
        """
        keeping = self._preparer.keeping(model, messages, lifetime, options)
        errand = _Errand(keeping, self._open(), self._under_way)
        for _ in errand._batches():
            pass
        assert keeping.cached is not None
        return keeping.cached

    def let_go(self, cached: CachedPrompt, **options: Unpack[Options]) -> None:
        """Let go of what is kept at the vendor before it expires. Raises the errors of `dragoman.errors`."""
        errand = _Errand(self._preparer.letting_go(cached, options), self._open(), self._under_way)
        for _ in errand._batches():
            pass

    def models(
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
        for _ in errand._batches():
            pass
        return listing.models

    def close(self) -> None:
        """Close all connections; the client cannot be used afterwards.

        Calls and streams under way in other threads are cancelled: they raise `Cancelled`.
        """
        self._closed = True
        for errand in tuple(self._under_way):
            errand.cancel()
        if self._transport is not None:
            self._transport.close()

    def _open(self) -> Callable[[str], Transport]:
        if self._closed:
            raise UsageError("this client is closed: make a new one")
        return self._transport_to

    def _transport_to(self, url: str) -> Transport:
        with self._lock:
            if url.startswith("local://"):
                if self._embedded is None:
                    from .offline import transport

                    self._embedded = transport()
                return self._embedded
            if self._transport is None:
                self._transport = open_transport(self._transport_name)
            return self._transport
