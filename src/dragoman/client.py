"""The blocking face: what a program calls; how the engine is obeyed is in `stream`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, overload

from .access import Key
from .engine.answered import Answer
from .engine.gate import Limits
from .engine.policy import Retry, Timeouts
from .engine.route import Route
from .errors import UsageError
from .observe import Observer, Watch
from .options import Messages, Options, Words
from .prepare import Plan, Preparer, Settings
from .protocols.base import Policy
from .providers.base import Provider
from .routes import ModelLike, Router
from .spending import Budget
from .stream import Errand, Stream
from .transport import open_transport
from .transport.base import Transport
from .types.cached import CachedPrompt
from .types.count import Count
from .types.model import Model
from .types.request import Output
from .types.response import Response
from .types.run import RunResult

if TYPE_CHECKING:
    from .conversation.conversation import Conversation
    from .conversation.core import Opening
    from .output import Typed
    from .run import Run, RunKeeper, RunOptions, RunWords

T = TypeVar("T")

__all__ = ["Client", "Stream"]


class Client:
    """A client for every provider: one for a program is enough, and many threads may share it.

    `transport` is a transport or the name of one (`"native"`, `"httpx2"`, `"pyreqwest"`). `keys` and `base_urls` are by provider
    name, and so are `variables`, the parts of a base URL that are yours (`{"bedrock": {"region": "eu-west-1"}}`). `providers`
    adds providers of your own, and `models` what you know of models: it wins over the catalogue, field by field. `routes`
    gives names to several models that stand in for each other. `limits` bounds what is under way: for each provider alike,
    or by provider and by `provider:model`. `timeout`, `retry` and `adapt` are the defaults of every call. `observers`
    are told of every call (`dragoman.observe`). `budget` is what all calls may cost together (`dragoman.spending`).
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
        budget: Budget | None = None,
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
                budget=budget,
            )
        )
        self._watch = Watch(observers, awaits=False)
        self._router = Router(self._preparer, routes or {}, watch=self._watch)
        self._transport = transport if not isinstance(transport, str | None) else None
        self._transport_name = transport if isinstance(transport, str) else None
        self._embedded: Transport | None = None
        self._lock = threading.Lock()
        self._under_way: set[Errand] = set()
        self._closed = False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @overload
    def chat(
        self, model: ModelLike, messages: Messages, *, output: type[T] | Typed[T], **options: Unpack[Words]
    ) -> Answer[T]: ...
    @overload
    def chat(self, model: ModelLike, messages: Messages, *, output: Output | None, **options: Unpack[Words]) -> Response: ...
    @overload
    def chat(self, model: ModelLike, messages: Messages, *, output: Any, **options: Unpack[Words]) -> Answer[Any]: ...
    @overload
    def chat(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Response: ...
    def chat(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Response:
        """The whole answer to one or more messages; see `Options` for what a call may say.

        With a type as `output` the response is an `Answer`, whose `output` is a value of that type.

        Raises the errors of `dragoman.errors`.
        """
        exchange = self._router.call(model, messages, False, options)
        stream: Stream[Any] = Stream(exchange, self._open(), self._under_way)
        with stream:
            for _ in stream._batches():
                pass
        return exchange.response()

    @overload
    def stream(
        self, model: ModelLike, messages: Messages, *, output: type[T] | Typed[T], **options: Unpack[Words]
    ) -> Stream[T]: ...
    @overload
    def stream(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Stream[Any]: ...
    def stream(self, model: ModelLike, messages: Messages, **options: Unpack[Options]) -> Stream[Any]:
        """The answer as it comes, as typed events; use it in a `with` block.

        Raises the errors of `dragoman.errors`, those of the exchange while iterating.
        """
        exchange = self._router.call(model, messages, True, options)
        return Stream(exchange, self._open(), self._under_way)

    @overload
    def run(
        self, model: ModelLike, messages: Messages, *, output: type[T] | Typed[T], **options: Unpack[RunWords]
    ) -> RunResult[T]: ...
    @overload
    def run(self, model: ModelLike, messages: Messages, **options: Unpack[RunOptions]) -> RunResult[Any]: ...
    def run(self, model: ModelLike, messages: Messages, **options: Unpack[RunOptions]) -> RunResult[Any]:
        """A model with tools, asked and told until it is done; see `RunOptions` for what a run may say.

        Raises the errors of `dragoman.errors`; what a tool raises is told to the model, unless the tool says otherwise.
        """
        with self._run(model, messages, False, options) as run:
            for _ in run:
                pass
        return run.result

    @overload
    def run_stream(
        self, model: ModelLike, messages: Messages, *, output: type[T] | Typed[T], **options: Unpack[RunWords]
    ) -> Run[T]: ...
    @overload
    def run_stream(self, model: ModelLike, messages: Messages, **options: Unpack[RunOptions]) -> Run[Any]: ...
    def run_stream(self, model: ModelLike, messages: Messages, **options: Unpack[RunOptions]) -> Run[Any]:
        """As `run`, as it goes on: the events of every answer, and steps and tools as they start and finish.

        Use it in a `with` block. Raises as `run` does, while iterating.
        """
        return self._run(model, messages, True, options)

    def _run(
        self, model: ModelLike, messages: Messages, stream: bool, options: RunOptions, keeper: RunKeeper | None = None
    ) -> Run[Any]:
        from .run import start

        return start(self._router, model, messages, stream, self._open(), self._under_way, keeper, **options)

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
        errand = Errand(counting, self._open(), self._under_way)
        for _ in errand._batches():
            pass
        return counting.count

    def keep(self, model: str, messages: Messages, *, lifetime: str = "1h", **options: Unpack[Options]) -> CachedPrompt:
        """Keep instructions, tools and messages at the vendor, for calls that begin with them: pass the result as `cache`.

        For vendors that keep prompts under a name (Gemini's cached contents); `cache="auto"` is for the others, and what
        it places is not asked for here. `lifetime` is how long, such as `"30m"`. Raises `Unsupported` where none is kept.
        """
        keeping = self._preparer.keeping(model, messages, lifetime, options)
        errand = Errand(keeping, self._open(), self._under_way)
        for _ in errand._batches():
            pass
        assert keeping.cached is not None
        return keeping.cached

    def let_go(self, cached: CachedPrompt, **options: Unpack[Options]) -> None:
        """Let go of what is kept at the vendor before it expires. Raises the errors of `dragoman.errors`."""
        errand = Errand(self._preparer.letting_go(cached, options), self._open(), self._under_way)
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
        errand = Errand(self._watch.over(listing), self._open(), self._under_way)
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
