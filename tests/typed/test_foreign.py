"""Types that read themselves: pydantic's, as guests."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import pydantic
import pytest
from json_types import Model, Nested, Point
from pydantic import AfterValidator, AnyHttpUrl, Field, HttpUrl, SecretStr

from dragoman import errors
from dragoman.typed import Invalid, convert, schema_of
from dragoman.typed.foreign import foreign, wants_foreign

T = TypeVar("T")


class Envelope(pydantic.BaseModel, Generic[T]):
    content: T
    sender: str = Field(alias="from")


@pydantic.dataclasses.dataclass
class Checked:
    count: Annotated[int, Field(gt=0)]


@dataclass
class Holder:
    first: Model
    second: Model | None
    tree: Nested


class Duck:
    """A class of another library that knows its own schema."""

    def __init__(self, sound: str) -> None:
        self.sound = sound

    @classmethod
    def model_json_schema(cls) -> dict[str, Any]:
        return {"title": "Duck", "type": "object", "properties": {"sound": {"title": "Sound", "type": "string"}}}

    @classmethod
    def model_validate_json(cls, text: str) -> Duck:
        if "quack" not in text:
            raise ValueError("no duck")
        return cls("quack")


def test_models_within_our_types_and_ours_within_models() -> None:
    """Each reads its own part."""
    value = {"first": {"name": "a"}, "second": None, "tree": {"model": {"name": "b"}, "parent": {"model": {"name": "c"}}}}

    assert Holder(Model(name="a"), None, Nested(model=Model(name="b"), parent=Nested(model=Model(name="c")))) == convert(
        value, Holder
    )
    schema = schema_of(Holder)
    assert {"Model", "Model_2", "Nested"} == set(schema["$defs"])
    assert "title" not in str(schema)
    assert {"$ref": "#/$defs/Nested"} == schema["properties"]["tree"]


def test_generics_aliases_and_dataclasses_of_pydantic() -> None:
    """What a model calls its keys is what counts."""
    assert ["content", "from"] == list(schema_of(Envelope[int])["properties"])
    assert Envelope[int].model_validate({"content": 1, "from": "a"}) == convert({"content": 1, "from": "a"}, Envelope[int])
    assert Checked(1) == convert({"count": 1}, Checked)
    with pytest.raises(Invalid, match=r"^\$\.count: input should be greater than 0, got 0$"):
        convert({"count": 0}, Checked)


def test_types_and_validators_of_pydantic() -> None:
    """What only pydantic understands it reads, where the program has imported it."""
    even = Annotated[int, AfterValidator(lambda value: value * 2)]

    assert [2, 4] == convert([1, 2], list[even])  # type: ignore[valid-type]
    assert HttpUrl("https://example.com/") == convert("https://example.com", HttpUrl)
    assert "x" == convert("x", SecretStr).get_secret_value()
    assert {"type": "string", "format": "uri", "minLength": 1, "maxLength": 2083} == schema_of(HttpUrl)
    with pytest.raises(Invalid, match=r"^\$\[0\]: input should be a valid URL, .*, got \"nowhere\"$"):
        convert(["nowhere"], list[HttpUrl])


def test_a_duck_is_a_duck(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two methods are all that is asked for, and pydantic need not be there."""
    monkeypatch.delitem(sys.modules, "pydantic")

    assert {"type": "object", "properties": {"sound": {"type": "string"}}} == schema_of(Duck)
    assert "quack" == convert({"sound": "quack"}, Duck).sound
    with pytest.raises(Invalid, match=r"^\$: not accepted for an object \(Duck\)$"):
        convert({"sound": "moo"}, Duck)
    assert foreign(AnyHttpUrl) is None
    with pytest.raises(errors.UsageError, match="AnyHttpUrl has no JSON form"):
        schema_of(AnyHttpUrl)


def test_places_of_problems_are_real() -> None:
    """The names of types and validators in pydantic's locations are no keys."""
    kind = pydantic.create_model("Either", it=(int | Model, ...))
    with pytest.raises(Invalid) as caught:
        convert({"it": {"name": 1}}, kind)

    assert {"$.it", "$.it.name"} == {problem.path for problem in caught.value.problems}


def test_values_that_are_no_json_are_refused() -> None:
    """A Python object is no JSON value."""
    with pytest.raises(Invalid, match=r"^\$: expected JSON, got an object with the key \"name\"$"):
        convert({"name": object()}, Model)


def test_what_is_left_to_pydantic() -> None:
    """A validator is; bounds that we can say are not."""
    assert wants_foreign(AfterValidator(int))
    assert not wants_foreign(Field(ge=1))
    assert not wants_foreign("words")
    assert Point(1.0, 2.0) == convert({"x": 1, "y": 2}, Annotated[Point, "A place."])
