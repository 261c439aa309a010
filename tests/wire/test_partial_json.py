"""A JSON object that is shown while it is written: certain at every moment, and whole at its end."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.wire.partial_json import PartialJson

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=4)


def after(*pieces: str) -> Any:
    reading = PartialJson()
    for piece in pieces:
        reading.feed(piece)
    return reading.value


def grows(one: Any, other: Any) -> bool:
    """Whether a value may be what has come of another."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = list(zip(one.items(), other.items(), strict=False))
        same = all(key == name for (key, _), (name, _) in pairs) and all(left == right for (_, left), (_, right) in pairs[:-1])
        return len(one) <= len(other) and same and (not pairs or grows(pairs[-1][0][1], pairs[-1][1][1]))
    if isinstance(one, list) and isinstance(other, list):
        return (
            len(one) <= len(other)
            and one[:-1] == other[: max(0, len(one) - 1)]
            and (not one or grows(one[-1], other[len(one) - 1]))
        )
    if isinstance(one, str) and isinstance(other, str):
        return other.startswith(one)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("Here it is:\n```json\n", None),
        ("{", {}),
        ('{"na', {}),
        ('{"name":', {}),
        ('{"name": "', {"name": ""}),
        ('{"name": "Ad', {"name": "Ad"}),
        ('{"name": "A\\', {"name": "A"}),
        ('{"name": "A\\u00', {"name": "A"}),
        ('{"name": "A\\u00e9', {"name": "Aé"}),
        ('{"a": "\\ud83d', {"a": ""}),
        ('{"a": "\\ud83d\\ude00', {"a": "😀"}),
        ('{"a": "\\ud83dx"}', {"a": "�x"}),
        ('{"a": "\\ude00"}', {"a": "�"}),
        ('{"n": 12', {}),
        ('{"n": 12,', {"n": 12}),
        ('{"n": tru', {}),
        ('{"n": [1, {"a": null}, "x', {"n": [1, {"a": None}, "x"]}),
        ('Sure. {"a": 1} That is all {"b": 2}', {"a": 1}),
    ],
)
def test_what_is_certain_is_there(text: str, value: Any) -> None:
    """Strings grow, other scalars appear when they are complete, and words around the object are passed over."""
    assert value == after(text)


@pytest.mark.parametrize(
    "text",
    ['{"a": 1 "b"', '{"a": 1]', '{"a": x,', "{1", '{"a" 1', '{"a": [1}', '{"a": 1, }x', '{"a": 1,,', '{"a": 01,', '{"a": [1,]}'],
)
def test_what_is_no_json_ends_the_reading(text: str) -> None:
    """Nothing is raised, and nothing is added to what was certain before."""
    reading = PartialJson()
    reading.feed(text)
    before = copy.deepcopy(reading.value)
    reading.feed(', "later": "words"}')

    assert before == reading.value
    assert not reading.complete


def test_depth_is_bounded() -> None:
    """What is nested deeper than a whole answer may be is not gone into."""
    value, depth = after('{"a":' + "[" * 10_000), 0
    while value:
        value, depth = value["a"] if isinstance(value, dict) else value[0], depth + 1

    assert depth <= 128


@settings(max_examples=60, deadline=None)
@given(OBJECTS, st.booleans(), st.data())
def test_every_beginning_grows_into_the_whole(value: dict[str, Any], escaped: bool, data: st.DataObject) -> None:
    """At any cut the value is a beginning of every later one, and at the end the whole."""
    text = json.dumps(value, ensure_ascii=escaped, indent=data.draw(st.sampled_from([None, 1])))
    cut = data.draw(st.integers(0, len(text)))
    later = data.draw(st.integers(cut, len(text)))
    first, second = after(text[:cut]), after(text[:later])

    assert first is None or grows(first, second)
    assert value == after(text)


@settings(max_examples=60, deadline=None)
@given(OBJECTS)
def test_how_it_is_cut_makes_no_difference(value: dict[str, Any]) -> None:
    """Character by character, asked after each, it comes to the same as at once."""
    reading = PartialJson()
    for character in json.dumps(value):
        reading.feed(character)
        assert reading.value is None or not reading.complete or value == reading.value

    assert (value, True) == (reading.value, reading.complete)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='{}[]",:\\u0d8e1-.tnfabc '))
def test_any_text_can_come(text: str) -> None:
    """Whatever a model writes, there is an object or nothing."""
    assert isinstance(after("{", text), dict)
