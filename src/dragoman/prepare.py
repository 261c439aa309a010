"""What the caller wrote, made into what is sent and the route it takes: `provider:model`, keys, defaults, dialect, model.

The words of a call are read in `options`. Everything here is decided before anything is sent, and every refusal says what
to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from .access import Entrance, Held, Key, held_key
from .engine.exchange import Credential, Exchange
from .engine.gate import Limits
from .engine.handoff import handoff
from .engine.listing import Listing
from .engine.policy import Retry, Timeouts
from .engine.shares import LimitsLike, Shares
from .errors import UnknownProvider, Unsupported, UsageError
from .options import Messages, Options, read_request, read_retry, read_timeouts
from .protocols import load as load_protocol
from .protocols.base import Policy, Protocol, Report, Target
from .providers import NAMES
from .providers import load as load_provider
from .providers import unknown as unknown_provider
from .providers.base import Provider
from .spending import Budget, Hold
from .types.cached import CachedPrompt
from .types.model import Model, Price
from .types.request import Output, Request
from .types.response import Adaptation
from .wire.http import HttpRequest

if TYPE_CHECKING:
    from .engine.counting import Counting
    from .engine.keeping import Keeping
    from .output import Typed

__all__ = ["Plan", "Preparer", "Settings"]

_ANSWER = 4096
"""Tokens of budget that a call holds for an answer whose size nobody has bounded."""


class Settings(NamedTuple):
    """What a client was made with."""

    keys: Mapping[str, Held]
    base_urls: Mapping[str, str]
    providers: Mapping[str, Provider]
    timeouts: Timeouts
    retry: Retry
    adapt: Policy
    models: Mapping[tuple[str, str], Model] = {}
    """By provider and id, aliases too."""
    variables: Mapping[str, Mapping[str, str]] = {}
    """Of base URLs, by provider."""
    limits: LimitsLike = None
    budget: Budget | None = None

    @classmethod
    def make(
        cls,
        *,
        keys: Mapping[str, Key] | None = None,
        base_urls: Mapping[str, str] | None = None,
        providers: Iterable[Provider] = (),
        timeout: float | Timeouts | None = None,
        retry: int | bool | Retry | None = None,
        adapt: Policy = "adapt",
        models: Iterable[Model] = (),
        variables: Mapping[str, Mapping[str, str]] | None = None,
        limits: LimitsLike = None,
        budget: Budget | None = None,
    ) -> Settings:
        """Settings from the words a client takes."""
        return cls(
            {name: held_key(key) for name, key in (keys or {}).items()},
            dict(base_urls or {}),
            {provider.name: provider for provider in providers},
            read_timeouts(timeout, Timeouts()),
            read_retry(retry, Retry()),
            adapt,
            {(model.provider, name): model for model in models for name in (*model.aliases, model.id)},
            {name: dict(values) for name, values in (variables or {}).items()},
            limits if limits is None or isinstance(limits, Limits) else dict(limits),
            budget,
        )


class Plan(NamedTuple):
    """What a call would send: the exact HTTP request, credential aside, and what had to change to make it fit.

    `reasoning` are the fields of it that steer reasoning, by their paths, as on `Response`.
    """

    http: HttpRequest
    adaptations: tuple[Adaptation, ...]
    provider: str
    protocol: str
    model: str
    reasoning: dict[str, Any]


class _Route(NamedTuple):
    provider: Provider
    protocol: Protocol
    target: Target
    model: Model | None = None
    """What is known of the model; None is nothing."""


class Preparer:
    """Makes exchanges from what a caller says, remembering what a model reference means."""

    __slots__ = ("_entrance", "_routes", "_shares", "settings")

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._entrance = Entrance(settings.keys, settings.base_urls, settings.variables)
        self._routes: dict[tuple[str, str | None], _Route] = {}
        self._shares = Shares(settings.limits, Lock)

    def exchange(self, model: str, messages: Messages, stream: bool, options: Options) -> Exchange:
        """The exchange that a call means, encoded and ready to run.

        Raises UsageError and its kin when the call cannot be meant, before anything is sent.
        """
        settings = self.settings
        route, request, report = self._understand(model, messages, stream, options)
        retry = read_retry(options.get("retry"), settings.retry)
        return Exchange(
            request,
            route.target,
            route.protocol,
            report,
            credential=self._credential(route, options.get("key"), options.get("base_url")),
            auth=route.provider.auth,
            timeouts=read_timeouts(options.get("timeout"), settings.timeouts),
            retry=retry,
            gate=self._shares.gate(route.target),
            budget=self._shares.budget(route.target, retry.budget),
            price=route.model.price if route.model is not None else None,
            as_text=_as_text(options.get("output"), request),
            hold=self._hold(options.get("budget") or settings.budget, request, route.model),
        )

    def _hold(self, budget: Budget | None, request: Request, model: Model | None) -> Callable[[], Hold] | None:
        """What reserves the most that a call is expected to cost: its prompt as estimated, with the estimate's own error, and
        the answer it may give."""
        if budget is None:
            return None

        def hold() -> Hold:
            from .engine.estimate import estimate

            prompt = estimate(request, request.model)
            asked = ceil(prompt.tokens * (1 + prompt.error))
            given = request.max_tokens or min(_ANSWER, (model.max_output if model is not None else None) or _ANSWER)
            return budget.reserve(_worth(model.price if model is not None else None, asked, given), asked + given)

        return hold

    def plan(self, model: str, messages: Messages, stream: bool, options: Options) -> Plan:
        """What a call would send; no key is needed or looked for. Raises as `exchange` does."""
        route, request, report = self._understand(model, messages, stream, options)
        http = route.protocol.encode_request(request, route.target, report)
        target = route.target
        return Plan(http, tuple(report.adaptations), target.provider, target.protocol, target.model, report.reasoning)

    def counting(self, model: str, messages: Messages, options: Options) -> Counting:
        """The count of what a call would send, ready to be asked for; no key is needed for an estimate.

        Raises as `exchange` does.
        """
        from .engine.counting import Counting

        settings = self.settings
        route, request, report = self._understand(model, messages, False, options)
        http = route.protocol.encode_count(request, route.target, report)
        retry = read_retry(options.get("retry"), settings.retry)
        return Counting(
            request,
            route.target,
            route.protocol,
            http,
            credential=self._credential(route, options.get("key"), options.get("base_url")) if http is not None else None,
            auth=route.provider.auth,
            timeouts=read_timeouts(options.get("timeout"), settings.timeouts),
            retry=retry,
            budget=self._shares.budget(route.target, retry.budget),
        )

    def keeping(self, model: str, messages: Messages, lifetime: str, options: Options) -> Keeping:
        """The errand to keep what a call would say at the vendor. Raises Unsupported where none is kept, else as `exchange`."""
        from .engine.caching import lifetime_seconds

        route, request, report = self._understand(model, messages, False, options)
        http = route.protocol.encode_cached(request, route.target, report, lifetime_seconds(lifetime))
        return self._keeping(route, http, options)

    def letting_go(self, cached: CachedPrompt, options: Options) -> Keeping:
        """The errand to let go of what is kept. Raises as `keeping` does."""
        route = self._route(f"{cached.provider}:{cached.model}", options.get("base_url"))
        return self._keeping(route, route.protocol.encode_uncached(cached.name, route.target), options)

    def _keeping(self, route: _Route, http: HttpRequest, options: Options) -> Keeping:
        from .engine.keeping import Keeping

        retry = read_retry(options.get("retry"), self.settings.retry)
        return Keeping(
            route.target,
            route.protocol,
            http,
            credential=self._credential(route, options.get("key"), options.get("base_url")),
            auth=route.provider.auth,
            timeouts=read_timeouts(options.get("timeout"), self.settings.timeouts),
            retry=retry,
            budget=self._shares.budget(route.target, retry.budget),
        )

    def listing(
        self,
        name: str,
        *,
        key: Key | None = None,
        base_url: str | None = None,
        timeout: float | Timeouts | None = None,
        retry: int | bool | Retry | None = None,
    ) -> Listing:
        """The list of a provider's models, ready to be asked for.

        Raises Unsupported for a provider without one, and the other UsageErrors of a call.
        """
        if ":" in name:
            raise UsageError(f"{name!r} names a model: write the provider alone, {name.partition(':')[0]!r}")
        settings = self.settings
        route = self._place(name, "", base_url)
        tries = read_retry(retry, settings.retry)
        return Listing(
            route.target,
            route.protocol,
            credential=self._credential(route, key, base_url),
            auth=route.provider.auth,
            timeouts=read_timeouts(timeout, settings.timeouts),
            retry=tries,
            budget=self._shares.budget(route.target, tries.budget),
        )

    def price(self, reference: str) -> Price | None:
        """What a model costs, as far as it is known. Raises as `exchange` does for what names no model."""
        known = self._route(reference, None).model
        return known.price if known is not None else None

    def known(self, reference: str, base_url: str | None = None) -> Model | None:
        """What is known of a model. Raises as `exchange` does for what names no model."""
        return self._route(reference, base_url).model

    def takes_begun(self, reference: str) -> bool:
        """Whether a model is known to go on with a begun answer."""
        known = self._route(reference, None).model
        return known is not None and known.prefill is True

    def retry(self, options: Options) -> Retry:
        """How often a call tries."""
        return read_retry(options.get("retry"), self.settings.retry)

    def _understand(self, model: str, messages: Messages, stream: bool, options: Options) -> tuple[_Route, Request, Report]:
        """The route a call takes, its request made fit for it, and the report of what had to change so far."""
        route = self._route(model, options.get("base_url"))
        report = Report(route.target, options.get("adapt") or self.settings.adapt)
        cache = options.get("cache")
        unasked = isinstance(cache, str) and cache.partition(":")[0] == "auto"
        if isinstance(cache, CachedPrompt):
            options = _recalling(cache, route, options)
        elif unasked:
            options = {**options, "cache": None}
        typed = _typed(options.get("output"))
        if typed is not None:
            options = {**options, "output": None}
        request = handoff(read_request(route.target.model, messages, stream, options), route.target, route.protocol, report)
        if typed is not None:
            from .output import say

            request = say(request, typed, route.target, route.protocol, route.model, report)
        if route.model is not None:
            request = self._fit(request, route.model, report)
        if unasked:
            from .engine.caching import place

            lifetime = str(cache).partition(":")[2] or None
            request = place(request, route.protocol.caching(route.target), route.model, lifetime, report)
        return route, request, report

    def _fit(self, request: Request, model: Model, report: Report) -> Request:
        """The request as the model takes it. Raises Unsupported, which says what else could be done."""
        from .catalog.fit import fit

        try:
            return fit(request, model, report)
        except Unsupported as refusal:
            from .catalog import info, models
            from .catalog.fit_advice import advise

            own = self.settings.models
            date = None if (model.provider, model.id) in own else info().date
            advice = advise(refusal, model, [*models(model.provider), *own.values()], date)
            error = Unsupported(advice, provider=refusal.provider, model=refusal.model)
            error.feature = refusal.feature
            raise error from None

    def _route(self, model: str, base_url: str | None) -> _Route:
        route = self._routes.get((model, base_url))
        if route is None:
            route = self._routes[model, base_url] = self._resolve(model, base_url)
        return route

    def _resolve(self, reference: str, base_url: str | None) -> _Route:
        name, colon, model = reference.partition(":")
        if not colon or not name or not model:
            raise UsageError(f"{reference!r} names no model: write provider:model, such as offline:eliza or openai:gpt-5.6")
        return self._place(name, model, base_url)

    def _place(self, name: str, model: str, base_url: str | None) -> _Route:
        provider = self._provider(name)
        url = self._entrance.where(provider, base_url).url
        target = Target(provider.name, provider.protocol, model, url, provider.dialect, provider.headers, provider.kin)
        protocol = load_protocol(provider.protocol)
        known = self._known(provider, model) if model else None
        if known is None:
            return _Route(provider, protocol, target)
        from .catalog.fit_dialect import fit_dialect, steerable

        target = fit_dialect(target, known)
        return _Route(provider, protocol, target, steerable(known, target))

    def _known(self, provider: Provider, model: str) -> Model | None:
        """What the catalogue and the program know of a model, where both speak the program."""
        from .catalog import find

        listed = provider.catalog or provider.name
        own = self.settings.models.get((provider.name, model)) or self.settings.models.get((listed, model))
        known = find(listed, model)
        if own is None or known is None:
            return own or known
        said = {name: value for name in own.__struct_fields__ if (value := getattr(own, name)) not in (None, ())}
        return msgspec.structs.replace(known, **said)

    def _provider(self, name: str) -> Provider:
        own = self.settings.providers
        if name in own:
            return own[name]
        try:
            return load_provider(name)
        except UnknownProvider:
            if not own:
                raise
            raise unknown_provider(name, (*own, *NAMES)) from None

    def _credential(self, route: _Route, key: Key | None, base_url: str | None) -> Credential:
        return self._entrance.access(route.provider, key, base_url, route.target.model)


def _worth(price: Price | None, asked: int, given: int) -> Decimal | None:
    """Dollars for so many tokens of prompt and answer, None where the price is not known."""
    if price is None or price.input is None or price.output is None:
        return None
    return (price.input * asked + price.output * given) / 1_000_000


def _typed(output: Any) -> Typed[Any] | None:
    """The type that a call wants its answer to be of."""
    if output is None or isinstance(output, Output):
        return None
    from .output import asked

    return asked(output)


def _as_text(output: Any, request: Request) -> str | None:
    """The tool whose calls are the answer to a request."""
    typed = _typed(output)
    if typed is None:
        return None
    from .output import by_call

    return by_call(request, typed)


def _recalling(cached: CachedPrompt, route: _Route, options: Options) -> Options:
    """The options of a call that begins with what is kept. Raises UsageError where it cannot."""
    if (cached.provider, cached.model) != (route.target.provider, route.target.model):
        raise UsageError(f"this prompt is kept for {cached.provider}:{cached.model}, not for {route.target.model}: keep another")
    for name in ("system", "tools", "tool_choice"):
        if options.get(name):
            raise UsageError(f"{name}= is part of the prompt that is kept and cannot be said again: leave it out")
    return {**options, "cache": None, "extra": {**(options.get("extra") or {}), **route.protocol.recall(cached.name)}}
