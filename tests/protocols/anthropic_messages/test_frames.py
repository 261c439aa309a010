"""The strict reader takes ordinary deltas only; opaque blocks change as their deltas say."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.anthropic_messages.frames import (
    Arguments,
    Thought,
    Words,
    beside,
    changed,
    ordinary,
    wire_index,
)
from dragoman.wire.json import UNREADABLE


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (b'{"type":"text_delta","text":"a"}', Words("a")),
        (b'{"thinking":"t","type":"thinking_delta"}', Thought("t")),
        (b'{"type":"input_json_delta","partial_json":"{"}', Arguments("{")),
    ],
)
def test_ordinary_deltas_are_read(delta: bytes, expected: Any) -> None:
    """The three deltas that make up nearly all of a stream, keys in any order."""
    frame = ordinary(b'{"index":3,"delta":' + delta + b',"type":"content_block_delta"}')

    assert (3, expected) == (frame.index, frame.delta)


@pytest.mark.parametrize(
    "data",
    [
        b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a","new":1}}',
        b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"},"new":1}',
        b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":null}}',
        b'{"type":"content_block_delta","index":true,"delta":{"type":"text_delta","text":"a"}}',
        b'{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}',
        b'{"type":"ping"}',
        b"[DONE]",
        b'"\xff"',
        b"[" * 100_000,
    ],
)
def test_everything_else_is_left_to_the_general_way(data: bytes) -> None:
    """Anything beyond the documented fields is refused, so that it is not lost."""
    with pytest.raises(UNREADABLE):
        ordinary(data)


def test_only_what_says_something_stands_beside() -> None:
    """The type, known fields and nulls are not beside the point."""
    assert {"x": 0} == beside({"type": "t", "index": 1, "x": 0, "y": None}, "index")


@pytest.mark.parametrize(("index", "expected"), [(2, 2), (2.0, 2), (2.5, None), (True, None), ("2", None), (None, None)])
def test_an_index_is_a_whole_number(index: Any, expected: int | None) -> None:
    """As in the strict reader, 2.0 is 2 and true is no number."""
    assert expected == wire_index({"index": index})


@pytest.mark.parametrize(
    ("data", "deltas", "expected"),
    [
        (
            {"type": "compaction", "content": None},
            [
                {"type": "compaction_delta", "content": "a", "encrypted_content": "e"},
                {"type": "compaction_delta", "content": "b"},
            ],
            {"type": "compaction", "content": "b", "encrypted_content": "e"},
        ),
        (
            {"type": "note", "text": "a"},
            [{"type": "text_delta", "text": "b"}, {"type": "text_delta", "text": "c"}],
            {"type": "note", "text": "abc"},
        ),
        (
            {"type": "new_use", "input": {}},
            [{"type": "input_json_delta", "partial_json": '{"a"'}, {"type": "input_json_delta", "partial_json": ":1}"}],
            {"type": "new_use", "input": {"a": 1}},
        ),
        (
            {"type": "new_use", "input": {}},
            [{"type": "input_json_delta", "partial_json": '{"a"'}],
            {"type": "new_use", "input": {}, "partial_json": '{"a"'},
        ),
        (
            {"type": "note"},
            [{"type": "citations_delta", "citation": 1}, {"type": "citations_delta", "citation": 2}],
            {"type": "note", "citations": [1, 2]},
        ),
    ],
)
def test_an_opaque_block_changes_as_its_deltas_say(data: Any, deltas: list[Any], expected: Any) -> None:
    """Text grows, argument text is parsed, citations are listed, all else is replaced; the start is not touched."""
    before = dict(data)

    assert expected == changed(data, deltas)
    assert before == data
