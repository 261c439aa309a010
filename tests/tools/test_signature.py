"""Functions, as a schema and a call."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, TypedDict, Unpack

import pytest
from json_types import Colour, Point
from pydantic import Field

from dragoman import errors
from dragoman.tools import ToolContext
from dragoman.tools.signature import local_names, plain_function, read_signature


class Options(TypedDict):
    limit: Annotated[int, "How many."]
    deep: NotRequired[bool]


def everything(
    city: str,
    /,
    place: Point | None = None,
    *more: int,
    unit: Literal["c", "f"] = "c",
    context: ToolContext[int],
    **rest: str,
) -> str:
    """Weather today.

    Args:
        city: Its whole name.
        more: Numbers.
        rest: Words.
    """
    return repr((city, place, more, unit, context.value, rest))


class Callable_:
    """An object that is called."""

    async def __call__(self, a: int) -> int:
        """Gives it back."""
        return a


def schema(function: Callable[..., Any], **given: Any) -> dict[str, Any]:
    return read_signature(function, 0, given).form.schema


def test_every_kind_of_parameter() -> None:
    """Positional, keyword, variable and injected ones: what the model sees, and what the function gets."""
    signature = read_signature(everything, 0, {})

    assert {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Its whole name."},
            "place": {
                "anyOf": [
                    {"type": "object", "properties": {"x": {"type": "number"}, "y": {"type": "number"}}, "required": ["x", "y"]},
                    {"type": "null"},
                ],
                "default": None,
            },
            "more": {"type": "array", "items": {"type": "integer"}, "description": "Numbers."},
            "unit": {"type": "string", "enum": ["c", "f"], "default": "c"},
        },
        "required": ["city"],
        "additionalProperties": {"type": "string"},
    } == signature.form.schema
    assert "Weather today." == signature.text
    given = signature.form.convert({"city": "Oslo", "more": [1, 2], "word": "x"})
    args, named = signature.arguments(given, ToolContext(3))
    assert "('Oslo', None, (1, 2), 'c', 3, {'word': 'x'})" == everything(*args, **named)
    args, named = signature.arguments(
        signature.form.convert({"city": "Oslo", "place": {"x": 1, "y": 2}, "unit": "f"}), ToolContext(3)
    )
    assert "('Oslo', Point(x=1.0, y=2.0), (), 'f', 3, {})" == everything(*args, **named)


def test_a_function_that_takes_nothing() -> None:
    """Its arguments are an empty object, and no other."""
    assert {"type": "object", "properties": {}, "additionalProperties": False} == schema(lambda: None)


def test_parameters_without_annotations_take_anything() -> None:
    """Nothing is guessed of them."""
    assert {"a": {}, "b": {"default": 1}} == schema(lambda a, b=1: None)["properties"]


def test_keyword_arguments_of_a_typed_dict_are_parameters() -> None:
    """`**options: Unpack[Options]` is the keys of Options."""

    def search(query: str, **options: Unpack[Options]) -> None: ...

    assert {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "limit": {"type": "integer", "description": "How many."},
            "deep": {"type": "boolean"},
        },
        "required": ["query", "limit"],
        "additionalProperties": False,
    } == schema(search)


def test_defaults_and_words_of_pydantic() -> None:
    """`Field(...)` as a default says what it says in a model."""

    one, several = Field(description="One.", ge=1), Field(default_factory=list)

    def paint(a: int = one, b: list[str] = several, c: Colour = Colour.RED) -> None: ...

    found = schema(paint)

    assert {"type": "integer", "minimum": 1, "description": "One."} == found["properties"]["a"]
    assert ["a"] == found["required"]
    assert "red" == found["properties"]["c"]["default"]


def test_partials_and_callable_objects() -> None:
    """What a partial has given is not asked for; an object is what its `__call__` is."""
    partial = functools.partial(everything, "Oslo", unit="f")

    assert ["place", "more"] == list(schema(partial)["properties"])
    assert {"a": {"type": "integer"}} == schema(Callable_())["properties"]
    assert "Gives it back." == read_signature(Callable_(), 0, {}).text
    assert plain_function(functools.partial(partial, None)) is everything


def test_wrapped_functions_are_what_they_wrap() -> None:
    """A decorator that uses `functools.wraps` changes nothing."""

    @functools.wraps(everything)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return everything(*args, **kwargs)

    assert schema(everything) == schema(wrapper)


def test_a_schema_of_the_callers_goes_by_name() -> None:
    """It stands as it is given, and must fit the function."""
    given = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a"]}

    assert given == read_signature(lambda a, b=1: None, 0, {}, given).form.schema
    assert given == read_signature(lambda **all: None, 0, {}, given).form.schema
    with pytest.raises(errors.UsageError, match=r"has a property 'b' that <lambda>\(\) does not take"):
        read_signature(lambda a: None, 0, {}, given)
    with pytest.raises(errors.UsageError, match=r"<lambda>\(\) needs 'c', which the schema does not require"):
        read_signature(lambda a, b, c: None, 0, {}, {**given, "required": ["a", "b"]})


def test_names_around_a_definition() -> None:
    """Annotations may use what is local to the function, through class bodies; at module level there is nothing around."""

    @dataclass
    class Local:
        a: int

    class Body:
        names = local_names(sys._getframe())

    def use(it: Local) -> None: ...

    assert Local is Body.names["Local"]
    assert ["a"] == list(schema(use, **Body.names)["properties"]["it"]["properties"])
    with pytest.raises(NameError):
        schema(use)
    assert {} == eval("names(frame())", {"names": local_names, "frame": sys._getframe})


def test_a_parameter_without_a_json_form_is_named() -> None:
    """The error says which parameter of which function."""

    def run(callback: Callable[[], None]) -> None: ...

    with pytest.raises(errors.UsageError, match=r"run\(\) parameter callback has no JSON form"):
        schema(run)
