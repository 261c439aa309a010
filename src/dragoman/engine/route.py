"""Routes: several targets for one call, which one is asked first, and which one next.

A route is decided before content has come and never after: what the caller has seen is not said a second time. The
decision stands on the response, with every target that was passed over and why.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from ..errors import (
    APIError,
    AuthenticationFailed,
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    DecodeError,
    DragomanError,
    MissingKey,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    Refused,
    ServerError,
    StreamCut,
    TransportError,
    Unsupported,
)
from ..types.response import Decision
from .health import Health

__all__ = ["Candidate", "Route", "Sticky", "blames_target", "choose", "falls_back"]

Pick = Literal["ordered", "weighted", "cheapest", "fastest"]


class Route(msgspec.Struct, frozen=True):
    """Several models for one name, as `provider:model` references.

    `pick` says which comes first: `ordered` as listed; `weighted` at random by `weights`; `cheapest` by the catalogue,
    where a prompt counts three times an answer and unknown prices come last; `fastest` by the time to the first event
    measured so far, where what was never asked comes first. Targets that rest after failures come last in any case.

    A conversation stays for `sticky` seconds with the model that answered it last, so that its prompt cache is used
    (0: not at all). `tries` is how often a target is asked before the next one; the last one has the call's own
    `retry`. `resume` continues an answer that broke off in the middle of text on the next model that takes a begun
    answer; the response then says so.
    """

    models: tuple[str, ...]
    pick: Pick = "ordered"
    weights: tuple[float, ...] = ()
    sticky: float = 600.0
    tries: int = 1
    resume: bool = False


class Candidate(msgspec.Struct, frozen=True):
    """One target of a route as it is now: `price` is dollars for a million tokens, prompts weighing three times."""

    reference: str
    health: Health
    weight: float = 1.0
    price: Decimal | None = None


# Another target may do what this one did not. What a caller did wrong is wrong everywhere, and another model is not
# asked for what one has declined to say.
_ELSEWHERE: tuple[type[DragomanError], ...] = (
    AuthenticationFailed,
    ContextTooLong,
    DecodeError,
    MissingKey,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
    StreamCut,
    TransportError,
    Unsupported,
)
_NOWHERE: tuple[type[DragomanError], ...] = (ContentFiltered, Refused)
_TARGETS_OWN: tuple[type[DragomanError], ...] = (
    AuthenticationFailed,
    DecodeError,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
    StreamCut,
    TransportError,
)


def falls_back(error: DragomanError) -> bool:
    """Whether another target is worth asking after this error."""
    if isinstance(error, _NOWHERE):
        return False
    if isinstance(error, _ELSEWHERE):
        return True
    return error.retryable or (isinstance(error, APIError) and not isinstance(error, BadRequest))


def blames_target(error: DragomanError) -> bool:
    """Whether an error says something about the health of the target."""
    return error.retryable or isinstance(error, _TARGETS_OWN)


class Sticky:
    """Which target answered a conversation last; the `most` conversations that spoke last are remembered."""

    __slots__ = ("_last", "_most")

    def __init__(self, most: int = 4096) -> None:
        self._last: OrderedDict[int, tuple[str, float]] = OrderedDict()
        self._most = most

    def keep(self, conversation: int, reference: str, now: float) -> None:
        """Remember who has answered."""
        self._last[conversation] = (reference, now)
        self._last.move_to_end(conversation)
        while len(self._last) > self._most:
            self._last.popitem(last=False)

    def last(self, conversation: int, now: float, seconds: float) -> str | None:
        """Who answered within so many seconds."""
        reference, moment = self._last.get(conversation, (None, 0.0))
        return reference if now - moment < seconds else None


def choose(
    route: Route, candidates: Sequence[Candidate], now: float, random: float, last: str | None = None
) -> tuple[list[Candidate], Decision]:
    """The targets in the order in which to ask them, and the decision so far; `random` is in [0, 1).

    Those that are well come first, then the one whose rest is over soonest; `last` is who answered the conversation.
    """
    ordered, reason = _PICKS[route.pick](candidates, random)
    passed: list[tuple[str, str]] = []
    well, resting = [], []
    for candidate in ordered:
        state = candidate.health.state(now)
        if state == "well":
            well.append(candidate)
        else:
            resting.append(candidate)
            left = candidate.health.until - now
            rests = f"it rests for another {left:.0f} s after failures" if state == "resting" else "it is being probed"
            passed.append((candidate.reference, rests))
    resting.sort(key=lambda candidate: candidate.health.until)
    if last is not None and any(candidate.reference == last for candidate in well[1:]):
        well.sort(key=lambda candidate: candidate.reference != last)
        reason = "it answered this conversation last"
    listed = well + resting
    if not well:
        reason, passed = "all rest, and its rest is over soonest", passed[:0]
    return listed, Decision(listed[0].reference, reason, tuple(passed))


def _as_listed(candidates: Sequence[Candidate], random: float) -> tuple[list[Candidate], str]:
    return list(candidates), "it is listed first"


def _by_weight(candidates: Sequence[Candidate], random: float) -> tuple[list[Candidate], str]:
    """One drawn by weight, the others by weight after it."""
    point = random * sum([candidate.weight for candidate in candidates])
    drawn = next((one for one in candidates if (point := point - one.weight) < 0), candidates[-1])
    others = sorted([one for one in candidates if one is not drawn], key=lambda one: -one.weight)
    return [drawn, *others], "it was drawn by weight"


def _by_price(candidates: Sequence[Candidate], random: float) -> tuple[list[Candidate], str]:
    unknown = Decimal("Infinity")
    return sorted(candidates, key=lambda one: one.price if one.price is not None else unknown), "it is the cheapest"


def _by_latency(candidates: Sequence[Candidate], random: float) -> tuple[list[Candidate], str]:
    return sorted(candidates, key=lambda one: one.health.latency or 0.0), "its first event comes soonest"


_PICKS: dict[str, Callable[[Sequence[Candidate], float], tuple[list[Candidate], str]]] = {
    "ordered": _as_listed,
    "weighted": _by_weight,
    "cheapest": _by_price,
    "fastest": _by_latency,
}
