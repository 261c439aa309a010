"""Schemas of others: values are held against them as a validator would."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from json_types import OURS, SHARED

from dragoman.typed import Invalid, raw_form, schema_of

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "age": {"type": ["integer", "null"], "minimum": 0},
        "mood": {"enum": ["good", "bad"]},
        "home": {"$ref": "#/$defs/place"},
        "friends": {"type": "array", "items": {"$ref": "#"}},
    },
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {"place": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
}


def test_everything_wrong_is_told() -> None:
    """Paths, expectations and near keys are as for our own types."""
    with pytest.raises(Invalid) as caught:
        raw_form(PERSON).convert(
            {"nam": "", "age": -1, "mood": "glad", "home": {}, "friends": [{"name": "", "x": 1}, "[]", {"name": "b", "age": 1.5}]}
        )

    assert str(caught.value).splitlines() == [
        "8 problems:",
        '- $.nam: unknown key; did you mean "name"?',
        "- $.age: expected at least 0, got -1",
        '- $.mood: expected "good" or "bad", got "glad"',
        "- $.home.city: missing; it should be a string",
        '- $.friends[0].name: expected at least 1 characters, got ""',
        '- $.friends[0].x: unknown key; known here: "name", "age", "mood", "home" and "friends"',
        '- $.friends[1]: expected an object, got "[]"; write the JSON itself, not a string that holds it',
        "- $.friends[2].age: expected a whole number or null, got 1.5",
    ]


def test_null_for_an_optional_key_is_left_out() -> None:
    """As strict modes make models write it; where null is a value it stays."""
    assert {"name": "a", "age": None} == raw_form(PERSON).convert({"name": "a", "age": None, "mood": None, "home": None})


@pytest.mark.parametrize("name", SHARED | OURS)
def test_it_judges_as_a_validator_does(name: str) -> None:
    """Over every type of the table, what a schema refuses is refused; only null for an optional key is let through."""
    case = (SHARED | OURS)[name]
    schema = schema_of(case.kind)
    form, validator = raw_form(schema), jsonschema.Draft202012Validator(schema)
    for value in (*VALUES, case.json, [case.json], {"a": case.json}, {"unasked": 1}):
        try:
            form.convert(value)
        except Invalid:
            assert not validator.is_valid(value), value
        else:
            assert validator.is_valid(value), value


VALUES: list[Any] = [
    *[None, True, 0, 1, -1, 3, 0.5, 1.0, 1e300, "", "a", "aa", "red", "2026-01-31", [], [1], ["a"], [1, "a"], [1, 1], [[]], {}],
    *[{"a": 1}, {"a": []}, {"1": "a"}, {"kind": "circle", "radius": 1}, {"x": 1, "y": 2}, {"value": 1, "children": [{}]}],
    *[{"title": "M", "year": "x"}, {"count": 10, "code": "A"}, {"type": "negate", "of": {"type": "add", "left": 1}}, {"b": 1}],
]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({}, [None, 1, {"a": []}], []),
        ({"type": "integer"}, [1, 1.0], [1.5, True, "1"]),
        ({"const": {"a": 1}}, [{"a": 1}], [{"a": 2}]),
        ({"allOf": [{"type": "integer"}, {"minimum": 3}]}, [3], [2, "x"]),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, [3, "x"], [None]),
        (
            {"patternProperties": {"^n_": {"type": "integer"}}, "additionalProperties": False},
            [{"n_a": 1}],
            [{"n_a": "x"}, {"b": 1}],
        ),
        ({"propertyNames": {"maxLength": 2}}, [{"ab": 1}], [{"abc": 1}]),
        ({"prefixItems": [{"type": "integer"}], "items": False}, [[], [1]], [[1, 2], ["x"]]),
        ({"uniqueItems": True}, [[1, 2], [{"a": 1, "b": 2}]], [[{"a": 1, "b": 2}, {"b": 2, "a": 1}]]),
        ({"multipleOf": 0.1}, [0.3, "x"], [0.35]),
        ({"pattern": "^a"}, ["ab"], ["b"]),
        ({"pattern": r"^\p{L}+$"}, ["anything: the pattern is ECMAScript's"], []),
        ({"minimum": "nonsense"}, [1], []),
        ({"format": "email", "not": {}, "if": {}}, ["not judged"], []),
        ({"$ref": "https://example.com/schema"}, ["not fetched"], []),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "integer"}}}, [1], ["x"]),
        ({"$ref": "#"}, ["a reference to itself asks nothing"], []),
        ({"required": ["a"]}, [{"a": 1}, "x"], [{}]),
    ],
)
def test_words_of_schemas(schema: dict[str, Any], good: list[Any], bad: list[Any]) -> None:
    """Each keyword that is commonly used is judged; the rest refuses nothing."""
    form = raw_form(schema)

    for value in good:
        assert value == form.convert(value)
    for value in bad:
        with pytest.raises(Invalid):
            form.convert(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"kind": "circle"}, "$.radius: missing; it should be a number"),
        ({"kind": "square", "side": "x"}, '$.side: expected a number, got "x"'),
        (3, "$: expected an object or null, got 3"),
    ],
)
def test_the_nearest_alternative_is_told(value: Any, said: str) -> None:
    """The constants of an alternative say whether it was meant."""
    circle = {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["radius"]}
    square = {
        "type": "object",
        "properties": {"kind": {"enum": ["square"]}, "side": {"type": "number"}, "at": {}},
        "required": ["side"],
    }

    with pytest.raises(Invalid) as caught:
        raw_form({"anyOf": [square, circle, {"type": "null"}]}).convert(value)

    assert said == str(caught.value)
