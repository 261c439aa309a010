"""Arguments in pieces: places, text that goes on, and what cannot be put together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.gemini.partial_args import PartialArgs


def joined(*pieces: Any) -> Any:
    args = PartialArgs()
    for piece in pieces:
        args.take([piece])
    return json.loads(args.text(complete=True))


def test_pieces_find_their_places() -> None:
    """Names, quoted names and numbers lead through objects and lists; text goes on where it said so."""
    assert joined(
        {"jsonPath": "$.rows[0].name", "stringValue": "a", "willContinue": True},
        {"jsonPath": "$.rows[0].name", "stringValue": "b"},
        {"jsonPath": "$.rows[0].price", "numberValue": 0.5},
        {"jsonPath": "$.rows[1]['odd key']", "boolValue": False},
        {"jsonPath": '$.rows[1]["it\\"s"]', "nullValue": None},
        {"jsonPath": "$.list[0]", "stringValue": "x"},
        {"jsonPath": "$.list[1]", "stringValue": "y"},
    ) == {"rows": [{"name": "ab", "price": 0.5}, {"odd key": False, 'it"s': None}], "list": ["x", "y"]}


def test_text_that_does_not_go_on_is_replaced() -> None:
    """A second value for a place that is complete takes the place of the first."""
    assert joined({"jsonPath": "$.a", "stringValue": "x"}, {"jsonPath": "$.a", "stringValue": "y"}) == {"a": "y"}


@pytest.mark.parametrize(
    "piece",
    [
        3,
        {},
        {"jsonPath": "$", "stringValue": "x"},
        {"jsonPath": "a.b", "stringValue": "x"},
        {"jsonPath": "$.a..b", "stringValue": "x"},
        {"jsonPath": "$.a[", "stringValue": "x"},
        {"jsonPath": "$.a"},
        {"jsonPath": "$[0]", "stringValue": "x"},
        {"jsonPath": "$.list[7]", "stringValue": "x"},
        {"jsonPath": "$.list[7].x", "stringValue": "x"},
        {"jsonPath": "$.text.x", "stringValue": "x"},
    ],
)
def test_pieces_without_a_place_are_listed(piece: Any) -> None:
    """What cannot be put together stays visible as what came, which is no object and so no arguments."""
    first = {"jsonPath": "$.text", "stringValue": "t"}

    assert joined(first, {"jsonPath": "$.list[0]", "numberValue": 1}, piece)[::2] == [first, piece]


def test_incomplete_arguments_do_not_parse() -> None:
    """Without the end of the call its last brace is missing."""
    args = PartialArgs()
    args.take([{"jsonPath": "$.a", "stringValue": "x", "willContinue": True}])
    args.take("nonsense")

    assert args.text(complete=False) == '{"a":"x"'
    assert PartialArgs().text(complete=True) == "{}"


def test_many_pieces_stay_cheap() -> None:
    """Fifty thousand pieces of one text are joined once."""
    args = PartialArgs()
    for _ in range(50_000):
        args.take([{"jsonPath": "$.a", "stringValue": "x" * 20, "willContinue": True}])

    assert len(args.text(complete=True)) == 1_000_008
