"""The contract of a wire's rules: what the five checks must know about one wire format, and nothing about its bytes.

A wire's module holds one `RULES = WireRules(...)`. Rules speak of causes: they look at an exchange, decide whether
their reason applies to it, and change what is expected. They never name recordings.

- An `OracleRule` corrects an official SDK where it is wrong: `applies` decides from the exchange, from what the SDK
  says (`expected`) and from what we say (`ours`); `amend` changes `expected` in place, from the exchange and from
  `expected` alone, so that it cannot just copy our answer. `ANY` stands for a value nobody can know, such as an id
  that we make up. Rules are asked only where the two differ, and count as used only where they helped.
- An `Equivalence` says that two ways of writing a request mean the same: `apply` changes a request body in place to
  one of them, and is applied to both sides. It counts as used where the two sides differ without it. `features` are
  the adaptations (`Adaptation.feature`) that it covers.
- `across` are equivalences of answers, for what a whole body of this wire cannot say though a stream can, or the other
  way round: `apply` changes a `Response` as JSON in place. They are applied only where check 5 goes from one form to the
  other.

Rules that never apply are pointed out in the report: on a small folder that is nothing, on a large one they are dead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ...types.response import Response, Usage
from .corpus import Exchange

__all__ = [
    "ANY",
    "Echo",
    "Equivalence",
    "OracleRule",
    "Summary",
    "WireRules",
    "all_covered",
    "no_dialect",
    "no_extra",
    "vendors_own",
    "without_nulls",
]

Summary = dict[str, Any]
"""What an answer says, field by field, in the words of the oracle rows; `oracle.py` says how it is made."""

Echo = list[tuple[str, Any]]
"""What one assistant message of a request sends back: (kind, value) in wire order; kinds are those of `Pair.echoes`."""


class _Any:
    """Equal to everything, for what cannot be known."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "<any>"

    def __deepcopy__(self, memo: dict[int, Any]) -> _Any:
        return self


ANY: Final[Any] = _Any()


@dataclass(frozen=True)
class OracleRule:
    """Where the official SDK reads an answer wrongly, and what is right instead."""

    name: str
    reason: str
    applies: Callable[[Exchange, Summary, Summary], bool]
    amend: Callable[[Exchange, Summary], None]


@dataclass(frozen=True)
class Equivalence:
    """Two ways of writing a request that mean the same to the vendor, or what one form of an answer cannot say."""

    name: str
    reason: str
    apply: Callable[[dict[str, Any]], None]
    features: frozenset[str] = frozenset()


def no_extra(response: Response) -> Summary:
    """For wires whose oracle rows hold nothing beyond the common fields."""
    return {}


def no_dialect(exchange: Exchange) -> Any:
    """For wires that every vendor speaks as the reference vendor does."""
    return None


def all_covered(exchange: Exchange) -> str | None:
    """For wires of one format: nothing is apart."""
    return None


def vendors_own(exchange: Exchange, dialect: Any) -> Any:
    """For wires whose vendors differ in nothing that a recorded client may have said otherwise."""
    return dialect


@dataclass(frozen=True)
class WireRules:
    """All that is particular to one wire.

    `protocol` is the name in `dragoman.protocols`. `usage` undoes what our counts do to the vendor's: it gives
    `input`, `output`, `total`, `cache_read`, `cache_write` and `reasoning` as the wire means them. `extra` adds the
    wire's own summary fields. `echoes` reads what each assistant message of a request body sends back. `dialect` is
    asked for vendors that `dragoman.providers` does not know. `spoken` is given the vendor's dialect and an exchange and
    gives the dialect its recorded client spoke: what a codec can say is held against what was said (checks 3 and 4),
    which options we would choose for the vendor is not. `headers` are request headers that say part of the
    request and must survive; a list in one (`a, b`) is compared as a set. `apart` says why an exchange is none of this
    protocol's, where one endpoint takes bodies of several formats; None for those that are.
    """

    wire: str
    protocol: str
    usage: Callable[[Usage], Summary]
    echoes: Callable[[dict[str, Any]], list[Echo]]
    extra: Callable[[Response], Summary] = no_extra
    dialect: Callable[[Exchange], Any] = no_dialect
    spoken: Callable[[Exchange, Any], Any] = vendors_own
    oracle_rules: tuple[OracleRule, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()
    across: tuple[Equivalence, ...] = ()
    headers: tuple[str, ...] = ()
    apart: Callable[[Exchange], str | None] = all_covered


def without_nulls(value: Any, keep: frozenset[str] = frozenset()) -> None:
    """Drop fields that are null, at any depth, in place; what stands in a field of `keep` is the caller's own JSON."""
    if isinstance(value, dict):
        for key in [key for key, item in value.items() if item is None]:
            del value[key]
        for key, item in value.items():
            if key not in keep:
                without_nulls(item, keep)
    elif isinstance(value, list):
        for item in value:
            without_nulls(item, keep)
