"""Shapes of which one of several fits.

Which one is meant is decided by the kind of value, then by a key that tells the members apart (`type`, `kind`, a tag),
then by trying: the member that has to forgive least. When none fits, the problems told are those of the member that came
nearest, for a list of everything that is wrong with every member helps nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .containers import misplaced
from .problems import Place, listed, shown
from .scalars import FLOAT, INTEGER
from .shapes import FAILED, Book, Reading, Shape, kind_of

__all__ = ["Union", "union"]


def union(members: Sequence[Shape]) -> Shape:
    """The shape of any of these: nested unions are one, and one member alone needs none."""
    flat: list[Shape] = []
    for member in members:
        for each in member.members if isinstance(member, Union) else [member]:
            if each not in flat:
                flat.append(each)
    return flat[0] if len(flat) == 1 else Union(flat)


class _Telling(NamedTuple):
    """The key that tells members apart, what each of its constants means, and whether all members demand it."""

    key: str
    members: dict[tuple[str, Any], Shape]
    always: bool


class Union(Shape):
    """Any of several shapes."""

    def __init__(self, members: Sequence[Shape]) -> None:
        self.members = tuple(members)
        self._kinds: frozenset[str] | None = None
        self._telling: _Telling | None = None
        self._asked = False

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override]
        if self._kinds is None:
            self._kinds = frozenset()  # a union that holds itself adds nothing to its kinds
            self._kinds = frozenset().union(*[member.kinds for member in self.members])
        return self._kinds

    @property
    def words(self) -> str:  # type: ignore[override]
        words = list(dict.fromkeys([member.words for member in self.members]))
        if FLOAT.words in words:
            words = [each for each in words if each != INTEGER.words]
        return listed(words)

    @property
    def rank(self) -> int:  # type: ignore[override]
        return max([member.rank for member in self.members])

    def schema(self, book: Book) -> dict[str, Any]:
        return {"anyOf": [member.schema(book) for member in self.members]}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        kind = kind_of(value)
        fitting = [member for member in self.members if kind in member.kinds]
        if not fitting:
            return reading.unexpected(place, self.words, value, misplaced(value))
        if len(fitting) == 1:
            return fitting[0].read(value, place, reading)
        if kind == "object" and (telling := self._tells_apart()) and (telling.always or telling.key in value):
            return _by_tag(telling, value, place, reading)
        return self._by_trying(fitting, value, place, reading)

    def _by_trying(self, fitting: list[Shape], value: Any, place: Place, reading: Reading) -> Any:
        known = reading.memo.get((id(self), place))
        if known is None:
            known = reading.memo[id(self), place] = self._tried(fitting, value, place, reading)
        reading.add(known[1])
        return known[0]

    def _tried(self, fitting: list[Shape], value: Any, place: Place, reading: Reading) -> tuple[Any, Reading]:
        best: tuple[tuple[int, int], Any, Reading] | None = None
        nearest: Reading | None = None
        for member in fitting:
            trial = Reading(reading.memo)
            made = member.read(value, place, trial)
            if made is FAILED:
                # What a member left aside counts too: keys that another one knows.
                if nearest is None or _distance(trial) < _distance(nearest):
                    nearest = trial
                continue
            cost = (trial.forgiven, member.rank)
            if best is None or cost < best[0]:
                best = (cost, made, trial)
            if cost == (0, 0):
                break
        if best is not None:
            return best[1], best[2]
        assert nearest is not None
        if kind_of(value) in ("object", "array"):
            return FAILED, nearest
        trial = Reading(reading.memo)
        return trial.unexpected(place, self.words, value), trial

    def _tells_apart(self) -> _Telling | None:
        """What tells the objects among the members apart, if anything does."""
        if not self._asked:
            self._asked = True
            self._telling = _telling([member for member in self.members if "object" in member.kinds])
        return self._telling


def _distance(reading: Reading) -> int:
    return len(reading.problems) + reading.forgiven


def _telling(members: Sequence[Shape]) -> _Telling | None:
    tags = [member.tags() for member in members]
    for key in tags[0]:
        if all(key in others for others in tags):
            constants = [constant for others in tags for constant in others[key].constants]
            if len(constants) == len(set(constants)):
                by_constant = {
                    constant: member for member, own in zip(members, tags, strict=True) for constant in own[key].constants
                }
                return _Telling(key, by_constant, all(own[key].required for own in tags))
    return None


def _by_tag(telling: _Telling, value: Any, place: Place, reading: Reading) -> Any:
    constant = value.get(telling.key)
    kind = kind_of(constant)
    member = telling.members.get((kind, constant)) if kind not in ("object", "array") else None
    if member is not None:
        return member.read(value, place, reading)
    inside = (*place, telling.key)
    expected = listed([shown(constant) for _, constant in telling.members])
    if telling.key not in value:
        return reading.refuse(inside, f"missing; it should be {expected}")
    return reading.unexpected(inside, expected, constant)
