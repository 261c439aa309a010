"""Types that a program may hand to a model, each with a value of it: the table that schemas and conversions are held to."""

from __future__ import annotations

import collections
import datetime
import enum
import ipaddress
import pathlib
import typing
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass, field
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Optional,
    Required,
    TypeVar,
    Union,
)

import annotated_types
import attrs
import msgspec
import pydantic
from pydantic import Field, StringConstraints
from typing_extensions import TypeAliasType, TypedDict  # pydantic takes no other before Python 3.12

T = TypeVar("T")
K = TypeVar("K")


class Colour(enum.Enum):
    """What light does."""

    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(enum.StrEnum):
    YES = "yes"
    NO = "no"


class Mixed(enum.Enum):
    NUMBER = 1
    TEXT = "one"
    TRUTH = "truth"


@dataclass
class Point:
    x: float
    y: float


@dataclass
class Defaults:
    name: str = "nobody"
    tags: list[str] = field(default_factory=list)
    colour: Colour = Colour.RED
    maybe: int | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    key: str
    at: datetime.date


@dataclass
class KeywordOnly:
    a: int
    _: KW_ONLY
    b: int = 2
    c: str


@dataclass
class Shapes:
    points: list[Point]
    named: dict[str, Point]
    best: Point | None = None


@dataclass
class Tree:
    value: int
    children: list[Tree] = field(default_factory=list)


@dataclass
class Left:
    right: Optional[Right] = None  # noqa: UP045 - a reference to what comes later


@dataclass
class Right:
    left: Left | None = None
    word: str = ""


@dataclass
class Child(Point):
    z: float = 0.0


@dataclass
class Odd:
    kept: int
    shared: ClassVar[int] = 3
    given: InitVar[int] = 0
    made: int = field(init=False, default=7)


@dataclass
class Box(Generic[T]):
    item: T
    more: list[T] = field(default_factory=list)


@dataclass
class Pair(Box[K], Generic[K, T]):
    other: T | None = None


@dataclass
class Circle:
    kind: Literal["circle"]
    radius: float


@dataclass
class Square:
    kind: Literal["square"]
    side: float
    at: Point | None = None


@dataclass
class Cat:
    meows: int


@dataclass
class Dog:
    barks: int
    breed: str = "mutt"


class Movie(TypedDict):
    title: str
    year: int


class Partial(TypedDict, total=False):
    title: Required[str]
    year: int


class Some(TypedDict):
    title: str
    year: NotRequired[int]


class Longer(Movie, total=False):
    stars: float


class Plain(typing.TypedDict):
    title: str
    year: NotRequired[Annotated[int, "When."]]


class Position(NamedTuple):
    line: int
    column: int = 0


class Struct(msgspec.Struct):
    name: str
    size: int = 0


class Renamed(msgspec.Struct, rename="camel"):
    first_name: str
    last_name: str | None = None


class Closed(msgspec.Struct, forbid_unknown_fields=True):
    a: int


class Bounded(msgspec.Struct):
    count: Annotated[int, msgspec.Meta(ge=0, lt=10, description="How many.")]
    code: Annotated[str, msgspec.Meta(pattern="^[a-z]+$", min_length=2)]


class Add(msgspec.Struct, tag="add"):
    left: int
    right: int


class Negate(msgspec.Struct, tag="negate"):
    of: Add | Negate | int


class Model(pydantic.BaseModel):
    name: str = Field(description="Whose.")
    size: int = Field(default=1, ge=0)


class Nested(pydantic.BaseModel):
    model: Model
    others: list[Model] = []
    parent: Nested | None = None


@attrs.define
class Attrs:
    a: int
    b: str = "b"
    c: list[int] = attrs.field(factory=list)


UserId = NewType("UserId", int)
Json = TypeAliasType("Json", "dict[str, Json] | list[Json] | str | int | float | bool | None")
Names = TypeAliasType("Names", list[str])


class Case(NamedTuple):
    """A type, an instance, and the same instance as JSON."""

    kind: Any
    instance: Any
    json: Any


ID = uuid.UUID("3f2b8c1e-0d4a-4f6e-9a57-2c1d8e7b6a90")

# What pydantic knows too: the schemas are compared.
SHARED: dict[str, Case] = {
    "none": Case(None, None, None),
    "bool": Case(bool, True, True),
    "int": Case(int, 3, 3),
    "float": Case(float, 2.5, 2.5),
    "str": Case(str, "a", "a"),
    "any": Case(Any, {"a": [1]}, {"a": [1]}),
    "decimal": Case(Decimal, Decimal("1.10"), "1.10"),
    "datetime": Case(datetime.datetime, datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.UTC), "2026-01-31T09:30:00Z"),
    "date": Case(datetime.date, datetime.date(2026, 1, 31), "2026-01-31"),
    "time": Case(datetime.time, datetime.time(9, 30), "09:30:00"),
    "timedelta": Case(datetime.timedelta, datetime.timedelta(minutes=90), "PT5400S"),
    "uuid": Case(uuid.UUID, ID, str(ID)),
    "path": Case(pathlib.Path, pathlib.Path("a/b"), "a/b"),
    "ip": Case(ipaddress.IPv4Address, ipaddress.IPv4Address("127.0.0.1"), "127.0.0.1"),
    "optional": Case(int | None, None, None),
    "old optional": Case(Optional[str], "a", "a"),  # noqa: UP045
    "union of scalars": Case(Union[int, str], "a", "a"),  # noqa: UP007
    "union of many": Case(int | list[int] | dict[str, int], [1], [1]),
    "literal of one": Case(Literal["a"], "a", "a"),
    "literal of strings": Case(Literal["a", "b"], "b", "b"),
    "literal of numbers": Case(Literal[1, 2], 2, 2),
    "literal of kinds": Case(Literal["a", 1, None], None, None),
    "literal of members": Case(Literal[Colour.RED], Colour.RED, "red"),
    "enum": Case(Colour, Colour.BLUE, "blue"),
    "enum of numbers": Case(Level, Level.HIGH, 2),
    "enum of words": Case(Word, Word.NO, "no"),
    "enum of kinds": Case(Mixed, Mixed.NUMBER, 1),
    "string or enum": Case(Colour | str, Colour.RED, "red"),
    "list": Case(list[int], [1, 2], [1, 2]),
    "bare list": Case(list, [1, "a"], [1, "a"]),
    "sequence": Case(Sequence[str], ["a"], ["a"]),
    "iterable": Case(Iterable[int], [1], [1]),
    "set": Case(set[str], {"a"}, ["a"]),
    "frozen set": Case(frozenset[int], frozenset({1}), [1]),
    "deque": Case(collections.deque[int], collections.deque([1]), [1]),
    "pair": Case(tuple[int, str], (1, "a"), [1, "a"]),
    "any number": Case(tuple[int, ...], (1, 2), [1, 2]),
    "empty tuple": Case(tuple[()], (), []),
    "dict": Case(dict[str, int], {"a": 1}, {"a": 1}),
    "bare dict": Case(dict, {"a": [1]}, {"a": [1]}),
    "mapping": Case(Mapping[str, list[int]], {"a": [1]}, {"a": [1]}),
    "dict by number": Case(dict[int, str], {1: "a"}, {"1": "a"}),
    "dict by word": Case(dict[Literal["a", "b"], int], {"a": 1}, {"a": 1}),
    "nested": Case(dict[str, list[tuple[int, float | None]]], {"a": [(1, None)]}, {"a": [[1, None]]}),
    "at least": Case(Annotated[int, annotated_types.Ge(0)], 0, 0),
    "interval": Case(Annotated[float, annotated_types.Interval(gt=0, le=1)], 0.5, 0.5),
    "multiple": Case(Annotated[int, annotated_types.MultipleOf(5)], 10, 10),
    "length": Case(Annotated[str, annotated_types.Len(1, 3)], "abc", "abc"),
    "pattern": Case(Annotated[str, StringConstraints(pattern="^a+$")], "aa", "aa"),
    "few items": Case(Annotated[list[int], Field(min_length=1, max_length=2)], [1], [1]),
    "bounded or none": Case(Annotated[int | None, Field(ge=0)], None, None),
    "new type": Case(UserId, 3, 3),
    "alias": Case(Names, ["a"], ["a"]),
    "dataclass": Case(Point, Point(1.0, 2.0), {"x": 1.0, "y": 2.0}),
    "dataclass of defaults": Case(
        Defaults, Defaults("a", ["t"], Colour.BLUE, 3), {"name": "a", "tags": ["t"], "colour": "blue", "maybe": 3}
    ),
    "frozen dataclass": Case(Frozen, Frozen("k", datetime.date(2026, 1, 31)), {"key": "k", "at": "2026-01-31"}),
    "keyword-only dataclass": Case(KeywordOnly, KeywordOnly(1, c="c"), {"a": 1, "b": 2, "c": "c"}),
    "nested dataclass": Case(
        Shapes,
        Shapes([Point(1.0, 2.0)], {"a": Point(0.0, 0.0)}),
        {"points": [{"x": 1.0, "y": 2.0}], "named": {"a": {"x": 0.0, "y": 0.0}}, "best": None},
    ),
    "inherited dataclass": Case(Child, Child(1.0, 2.0, 3.0), {"x": 1.0, "y": 2.0, "z": 3.0}),
    "recursive dataclass": Case(Tree, Tree(1, [Tree(2)]), {"value": 1, "children": [{"value": 2, "children": []}]}),
    "mutual dataclasses": Case(Left, Left(Right(None, "w")), {"right": {"left": None, "word": "w"}}),
    "generic dataclass": Case(Box[int], Box(1, [2]), {"item": 1, "more": [2]}),
    "told apart by a key": Case(Circle | Square, Square("square", 2.0), {"kind": "square", "side": 2.0, "at": None}),
    "told apart by shape": Case(Cat | Dog, Dog(2, "pug"), {"barks": 2, "breed": "pug"}),
    "typed dict": Case(Movie, {"title": "M", "year": 1931}, {"title": "M", "year": 1931}),
    "typed dict in parts": Case(Partial, {"title": "M"}, {"title": "M"}),
    "typed dict with gaps": Case(Some, {"title": "M", "year": 1931}, {"title": "M", "year": 1931}),
    "inherited typed dict": Case(Longer, {"title": "M", "year": 1931, "stars": 4.5}, {"title": "M", "year": 1931, "stars": 4.5}),
    "named tuple": Case(Position, Position(1, 2), [1, 2]),
    "model": Case(Model, Model(name="a", size=2), {"name": "a", "size": 2}),
    "nested model": Case(
        Nested,
        Nested(model=Model(name="a"), parent=Nested(model=Model(name="b"))),
        {
            "model": {"name": "a", "size": 1},
            "others": [],
            "parent": {"model": {"name": "b", "size": 1}, "others": [], "parent": None},
        },
    ),
    "models in a list": Case(list[Model], [Model(name="a")], [{"name": "a", "size": 1}]),
    "recursive alias": Case(Json, {"a": [1, None]}, {"a": [1, None]}),
}

# What pydantic does not know, or says otherwise.
OURS: dict[str, Case] = {
    "bytes": Case(bytes, b"\x00\xff", "AP8="),
    "struct": Case(Struct, Struct("a", 1), {"name": "a", "size": 1}),
    "renamed struct": Case(Renamed, Renamed("a"), {"firstName": "a", "lastName": None}),
    "closed struct": Case(Closed, Closed(1), {"a": 1}),
    "bounded struct": Case(Bounded, Bounded(1, "ab"), {"count": 1, "code": "ab"}),
    "tagged structs": Case(
        Add | Negate,
        Negate(Negate(Add(1, 2))),
        {"type": "negate", "of": {"type": "negate", "of": {"type": "add", "left": 1, "right": 2}}},
    ),
    "plain typed dict": Case(Plain, {"title": "M"}, {"title": "M"}),
    "attrs": Case(Attrs, Attrs(1, "x", [2]), {"a": 1, "b": "x", "c": [2]}),
    "generic over two": Case(Pair[int, str], Pair(1, [2], "a"), {"item": 1, "more": [2], "other": "a"}),
    "string or date": Case(str | datetime.date, datetime.date(2026, 1, 31), "2026-01-31"),
    "mixed classes": Case(
        list[Closed | Model | Point], [Point(1.0, 2.0), Model(name="m", size=1)], [{"x": 1.0, "y": 2.0}, {"name": "m", "size": 1}]
    ),
    "typing names": Case(typing.Dict[str, typing.List[int]], {"a": [1]}, {"a": [1]}),  # noqa: UP006
}
