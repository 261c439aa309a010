"""The blocking face: it obeys the engine's effects and decides nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Unpack

from .engine.effects import Call, Close, Effect, Now, Random, Read, Send, Sleep, Wall
from .engine.exchange import Exchange
from .engine.listing import Listing
from .engine.policy import Retry, Timeouts
from .engine.route import Route
from .engine.routed import Routed
from .errors import UsageError
from .prepare import Key, Messages, Options, Plan, Preparer, Settings
from .protocols.base import Policy
from .providers.base import Provider
from .routes import ModelLike, Router
from .transport import open_transport
from .transport.base import Body, Transport
from .types.events import Event, TextDelta
from .types.model import Model
from .types.response import Response

__all__ = ["Client", "Stream"]


class _Errand:
    """One flow of effects, obeyed."""

    def __init__(self, errand: Exchange | Routed | Listing, transport: Callable[[str], Transport]) -> None:
        self._transport = transport
        self._body: Body | None = None
        self._flow: Generator[Any, Any, None] | None = errand.run()

    def _stop(self) -> None:
        flow, self._flow = self._flow, None
        if flow is not None:
            flow.close()
        body, self._body = self._body, None
        if body is not None:
            body.close()

    def _batches(self) -> Iterator[list[Event]]:
        flow = self._flow
        if flow is None:
            raise UsageError("this stream is over: an answer can be iterated once; its content is in stream.response")
        self._flow = None
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
                    yield effect
                    continue
                try:
                    if type(effect) is Read and self._body is not None:
                        value = self._body.read(effect.timeout)
                    else:
                        value = self._obey(effect)
                except Exception as error:
                    step, value = flow.throw, error
        finally:
            flow.close()
            self._stop()

    def _obey(self, effect: Effect) -> Any:
        match effect:
            case Send(request=request, connect=connect, first_byte=first_byte):
                self._body = self._transport(request.url).send(request, connect=connect, first_byte=first_byte)
                return self._body.head
            case Read():
                return b""
            case Close():
                body, self._body = self._body, None
                if body is not None:
                    body.close()
                return None
            case Sleep(seconds=seconds):
                return time.sleep(seconds)
            case Now():
                return time.monotonic()
            case Wall():
                return time.time()
            case Random():
                from random import random  # only a retry needs it, and importing it costs every program a millisecond

                return random()
            case Call(function=function):
                result = function()
                if hasattr(result, "__await__"):
                    if hasattr(result, "close"):
                        result.close()
                    raise UsageError("the key is given by an async function: use AsyncClient, or a plain function")
                return result


class Stream(_Errand):
    """One streamed answer: iterate over it for typed events, in a `with` block so that it is closed in time.

    The request is sent when iteration begins. After the end, `response` is the whole answer; before it, and after
    closing early, what has arrived.
    """

    def __init__(self, exchange: Exchange | Routed, transport: Callable[[str], Transport]) -> None:
        super().__init__(exchange, transport)
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
        self._stop()


class Client:
    """A client for every provider: one for a program is enough, and many threads may share it.

    `transport` is a transport or the name of one (`"native"`, `"httpx2"`, `"pyreqwest"`). `keys` and `base_urls` are by provider
    name, and so are `variables`, the parts of a base URL that are yours (`{"bedrock": {"region": "eu-west-1"}}`). `providers`
    adds providers of your own, and `models` what you know of models: it wins over the catalogue, field by field. `routes`
    gives names to several models that stand in for each other. `timeout`, `retry` and `adapt` are the defaults of every
    call.
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
            )
        )
        self._router = Router(self._preparer, routes or {})
        self._transport = transport if not isinstance(transport, str | None) else None
        self._transport_name = transport if isinstance(transport, str) else None
        self._embedded: Transport | None = None
        self._lock = threading.Lock()
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
        with Stream(exchange, self._open()) as stream:
            for _ in stream._batches():
                pass
        return exchange.response()

    def stream(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Stream:
        """The answer as it comes, as typed events; use it in a `with` block.

        Raises the errors of `dragoman.errors`, those of the exchange while iterating.
        """
        exchange = self._router.call(model, messages, True, options)
        return Stream(exchange, self._open())

    def plan(self, model: ModelLike, messages: Messages, *, stream: bool = False, **options: Unpack[Options]) -> Plan:
        """What a call would send, without sending it: the exact HTTP request and what had to be adapted.

        Raises `Unsupported` where the call would be refused, and the other UsageErrors of a call except for a missing key.
        """
        return self._preparer.plan(self._router.first(model), messages, stream, options)

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
        errand = _Errand(listing, self._open())
        for _ in errand._batches():
            pass
        return listing.models

    def close(self) -> None:
        """Close all connections; the client cannot be used afterwards."""
        self._closed = True
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
