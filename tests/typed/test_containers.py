"""Arrays and free objects, and what they become."""

from __future__ import annotations

import collections
import collections.abc as abc
from typing import Any

import pytest
from json_types import Colour

from dragoman.typed import Invalid, convert, schema_of
from dragoman.typed.containers import misplaced


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (list, (1, "a"), [1, "a"]),
        (set, [1, 1], {1}),
        (abc.Set[int], [1], {1}),
        (frozenset[str], ["a"], frozenset({"a"})),
        (tuple, [1, 2], (1, 2)),
        (tuple[Colour, ...], ["red"], (Colour.RED,)),
        (collections.deque[int], [1], collections.deque([1])),
        (dict[Colour, list[int]], {"red": [1]}, {Colour.RED: [1]}),
        (dict[float, int], {"1.5": 1}, {1.5: 1}),
        (dict[int | str, int], {"1": 1}, {"1": 1}),
        (dict[bool, int], {"true": 1}, {True: 1}),
        (collections.OrderedDict[str, int], {"b": 1, "a": 2}, collections.OrderedDict(b=1, a=2)),
        (abc.MutableMapping[str, int], {}, {}),
    ],
)
def test_items_are_gathered_as_the_type_says(kind: Any, value: Any, expected: Any) -> None:
    """An array is a list, tuple, set or deque, an object a mapping, with keys of their own types."""
    made = convert(value, kind)

    assert (type(expected), expected) == (type(made), made)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (set[list[int]], [[1]], r"^\$: unhashable type: 'list'$"),
        (tuple[int], [], r"^\$: expected an array of 1, got an empty array$"),
        (tuple[()], [1], r"^\$: expected an empty array, got an array of 1$"),
        (dict[int, int], {"a": 1}, r"^\$\.a: the key should be a whole number, not \"a\"$"),
        (list[int], {"0": 1}, r"^\$: expected an array, got an object with the key \"0\"$"),
        (dict[str, int], [1], r"^\$: expected an object, got an array of 1$"),
    ],
)
def test_what_cannot_be_gathered_is_a_problem(kind: Any, value: Any, said: str) -> None:
    """Wrong lengths and keys are told at their place."""
    with pytest.raises(Invalid, match=said):
        convert(value, kind)


def test_schemas_of_arrays_and_free_objects() -> None:
    """Items, lengths, uniqueness and keys are said."""
    assert {"type": "array"} == schema_of(list)
    assert {"type": "array", "items": {"type": "string"}, "uniqueItems": True} == schema_of(set[str])
    assert {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [{"type": "integer"}, {}]} == schema_of(tuple[int, Any])
    assert {"type": "object", "additionalProperties": True} == schema_of(dict)
    assert {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "propertyNames": {"type": "string", "description": "What light does.", "enum": ["red", "blue"]},
    } == schema_of(dict[Colour, int])


def test_json_in_a_string_is_recognised() -> None:
    """Models like to write arrays and objects as strings of JSON; ordinary text is none."""
    assert misplaced(' {"a": 1}')
    assert misplaced("[1]")
    assert not misplaced("a [1]")
    assert not misplaced(["["])
