"""A streamed JSON array: elements as they complete, however the bytes are cut, and bodies of other kinds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.wire.frames import TooLarge
from dragoman.wire.jsonarray import JsonArrayFramer


def frames(*chunks: bytes) -> list[bytes]:
    framer = JsonArrayFramer()
    found = [frame for chunk in chunks for frame in framer.feed(chunk)] + framer.close()
    assert {name for name, _ in found} <= {b""}
    return [data for _, data in found]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\[]{},\u2028é')),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=5), st.sampled_from([None, 1]), st.integers(1, 9), st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_array_in_any_pieces(values: list[Any], indent: int | None, size: int, ascii_only: bool, mark: bool) -> None:
    """The elements come out as they went in."""
    body = (
        (b"\xef\xbb\xbf" if mark else b"")
        + b" \r\n"
        + json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
        + b"\n"
    )
    pieces = [body[at : at + size] for at in range(0, len(body), size)]

    assert [json.loads(data) for data in frames(*pieces)] == values
    assert frames(body) == frames(*pieces)


def test_an_element_comes_when_it_is_complete() -> None:
    """Nothing waits for the end of the body."""
    framer = JsonArrayFramer()

    assert framer.feed(b'[{"a": "],"}') == [(b"", b'{"a": "],"}')]
    assert framer.feed(b"\n,\r\n") == []
    assert framer.feed(b'{"b":[1]},2') == [(b"", b'{"b":[1]}')]
    assert framer.feed(b"3 ]") == [(b"", b"23")]
    assert framer.feed(b"[1,2]") == []
    assert framer.close() == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"", []), (b" ", []), (b"[", []), (b"[]", []), (b'[{"a":', []), (b"[1", []), (b'[{"a":1}', [b'{"a":1}'])],
)
def test_an_array_that_breaks_off(body: bytes, expected: list[bytes]) -> None:
    """The element it breaks off in is not given."""
    assert frames(body) == frames(*[body[at : at + 1] for at in range(len(body))]) == expected


@pytest.mark.parametrize("body", [b'{"error": {"code": 400}}', b"<html>[1,2]", b'"x"'])
def test_other_bodies_are_one_frame(body: bytes) -> None:
    """What is no array is for the decoder to judge."""
    assert frames(body) == frames(*[body[at : at + 1] for at in range(len(body))]) == [body]


def test_the_limit() -> None:
    """One element may not grow without end; the array may."""
    framer = JsonArrayFramer(10)

    assert len(framer.feed(b"[" + b"1," * 100)) == 100
    with pytest.raises(TooLarge):
        framer.feed(b"1" * 11)
