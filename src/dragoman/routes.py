"""Calls with several models: what a list or a named route means, and what a client remembers about its targets.

A model reference has a colon; a name without one is a route of the client's, a list is a route for one call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from .engine.answered import Answered
from .engine.exchange import Exchange
from .engine.health import Health, HealthPolicy
from .engine.policy import Retry
from .engine.resume import begun
from .engine.route import Candidate, Route, Sticky
from .engine.routed import Routed
from .errors import Unsupported, UsageError
from .observe import Watch
from .options import Messages, Options, listed
from .prepare import Preparer
from .types.messages import Message
from .types.model import Model
from .types.request import Output
from .types.response import Response

__all__ = ["ModelLike", "Router"]

ModelLike = str | Sequence[str] | Route
"""`provider:model`, the name of a route, several of them in order, or a route."""


class Router:
    """Makes the call that a caller means, over one target or several."""

    __slots__ = ("_health", "_policy", "_preparer", "_routes", "_sticky", "_watch")

    def __init__(
        self,
        preparer: Preparer,
        routes: Mapping[str, Route | Sequence[str]],
        policy: HealthPolicy | None = None,
        *,
        watch: Watch | None = None,
    ) -> None:
        self._preparer = preparer
        self._routes = {name: _checked(name, value) for name, value in routes.items()}
        self._policy = policy
        self._watch = watch if watch is not None else Watch()
        self._health: dict[str, Health] = {}
        self._sticky = Sticky()

    def call(self, model: ModelLike, messages: Messages, stream: bool, options: Options) -> Exchange | Routed | Answered:
        """What answers a call.

        Raises UsageError and its kin when the call cannot be meant, before anything is sent; what one target of several
        cannot take is decided when it is its turn.
        """
        output = options.get("output")
        if output is None or isinstance(output, Output):
            return self._asking(model, messages, stream, options)
        from .output import Typed

        typed = output if isinstance(output, Typed) else Typed(output)
        now: Options = {**options, "output": typed}
        return Answered(
            lambda history: self._asking(model, history, stream, now),
            listed(messages),
            typed.read,
            typed.partial,
            repairs=typed.repairs,
            watched=stream,
        )

    def _asking(self, model: ModelLike, messages: Messages, stream: bool, options: Options) -> Exchange | Routed:
        """What asks once."""
        route = self._route(model)
        if route is None:
            assert isinstance(model, str)
            return self._watch.over(self._preparer.exchange(model, messages, stream, options))
        for name in ("key", "base_url"):
            if options.get(name) is not None:
                raise UsageError(f"{name}= is one provider's and this call has several: give the client {name}s={{...}} instead")
        history = listed(messages)

        def make(reference: str, last: bool, partial: Response | None) -> Exchange:
            now: Options = options if last else {**options, "retry": self._tries(options, route.tries)}
            if partial is None:
                return self._preparer.exchange(reference, history, stream, now)
            if not self._preparer.takes_begun(reference):
                raise Unsupported("it is not known to continue a begun answer")
            return self._preparer.exchange(reference, (*history, begun(partial)), stream, now)

        weights = route.weights or (1.0,) * len(route.models)
        candidates = [self._candidate(reference, weight) for reference, weight in zip(route.models, weights, strict=True)]
        conversation = _conversation(history, options)
        return self._watch.over(Routed(route, candidates, make, sticky=self._sticky, conversation=conversation))

    def first(self, model: ModelLike) -> str:
        """The reference that stands first: what a plan is made for."""
        route = self._route(model)
        if route is not None:
            return route.models[0]
        assert isinstance(model, str)
        return model

    def known(self, model: ModelLike, base_url: str | None = None) -> list[Model | None]:
        """What is known of each model that a call may go to. Raises UsageError and its kin for what names none."""
        route = self._route(model)
        references = route.models if route is not None else (str(model),)
        return [self._preparer.known(reference, base_url) for reference in references]

    def _route(self, model: ModelLike) -> Route | None:
        if isinstance(model, str):
            if model not in self._routes:
                if self._routes and ":" not in model:
                    known = ", ".join(sorted(self._routes))
                    raise UsageError(f"{model!r} is neither provider:model nor one of this client's routes: {known}")
                return None
            return self._routes[model]
        return _checked("this call", model)

    def _tries(self, options: Options, tries: int) -> Retry:
        return msgspec.structs.replace(self._preparer.retry(options), attempts=tries)

    def _candidate(self, reference: str, weight: float) -> Candidate:
        health = self._health.get(reference)
        if health is None:
            health = self._health.setdefault(reference, Health(self._policy))
        price = self._preparer.price(reference)
        blend = (3 * price.input + price.output) / 4 if price and price.input is not None and price.output is not None else None
        return Candidate(reference, health, weight, Decimal(blend) if blend is not None else None)


def _checked(name: str, value: Route | Sequence[str]) -> Route:
    route = value if isinstance(value, Route) else Route(tuple(value))
    if ":" in name:
        raise UsageError(f"a route's name has no colon, which {name!r} has: colons are for provider:model")
    if not route.models:
        raise UsageError(f"the route of {name} has no models: name at least one provider:model")
    if bad := next((model for model in route.models if ":" not in model), None):
        raise UsageError(f"{bad!r} in the route of {name} names no model: write provider:model")
    if twice := next((model for model in route.models if route.models.count(model) > 1), None):
        raise UsageError(f"{twice!r} stands twice in the route of {name}: more tries are tries=...")
    if route.weights and (len(route.weights) != len(route.models) or min(route.weights) < 0 or not sum(route.weights)):
        raise UsageError(f"the route of {name} needs one weight for each model, none of them negative and not all 0")
    if route.tries < 1:
        raise UsageError(f"tries of the route of {name} must be at least 1, not {route.tries}")
    return route


def _conversation(history: Sequence[Message], options: Options) -> tuple[int, bool]:
    """A number for the conversation, the same from its first turn on, and whether it has had an answer already."""
    key = options.get("cache_key")
    begun_before = key is not None or any(message.role == "assistant" for message in history)
    said = key.encode() if key is not None else msgspec.json.encode((str(options.get("system")), history[0]))
    return hash(said), begun_before
