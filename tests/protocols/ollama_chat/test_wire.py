"""Words and numbers of the wire, both ways."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dragoman.protocols.ollama_chat.wire import (
    arguments_text,
    arguments_value,
    compact,
    decode_finish,
    decode_picture,
    decode_time,
    decode_usage,
    encode_finish,
    encode_time,
    encode_usage,
    vendor_fields,
)
from dragoman.types import Finish, Usage


@pytest.mark.parametrize(
    ("word", "calls", "finish"),
    [
        ("stop", False, Finish("stop", "stop")),
        ("stop", True, Finish("tool_calls", "stop")),
        ("length", True, Finish("length", "length")),
        ("unload", False, Finish("other", "unload")),
        (None, True, Finish("tool_calls")),
        ("", False, Finish("stop")),
        (5, False, Finish("stop")),
    ],
)
def test_ends(word: Any, calls: bool, finish: Finish) -> None:
    """Calls that wait are told from an answer by what it holds."""
    assert finish == decode_finish(word, word, calls=calls)


@pytest.mark.parametrize(
    ("finish", "fields"),
    [
        (Finish("stop", "stop"), {"done_reason": "stop"}),
        (Finish("tool_calls", "stop"), {"done_reason": "stop"}),
        (Finish("tool_calls", "tool_use"), {"done_reason": "stop", "raw_done_reason": "tool_use"}),
        (Finish("length", "max_tokens"), {"done_reason": "length", "raw_done_reason": "max_tokens"}),
        (Finish("content_filter", "SAFETY"), {"done_reason": "content_filter", "raw_done_reason": "SAFETY"}),
        (Finish("other", "load"), {"done_reason": "load"}),
        (Finish("stop"), {"done_reason": "stop", "raw_done_reason": None}),
    ],
)
def test_ends_said(finish: Finish, fields: dict[str, Any]) -> None:
    """This wire's word, and the vendor's own beside it where it is another; read again they are the same end."""
    assert fields == encode_finish(finish)
    word = fields["done_reason"]
    assert finish == decode_finish(word, fields.get("raw_done_reason", word), calls=finish.reason == "tool_calls")


def test_counts() -> None:
    """What is not said is unknown; the vendor's own object goes back, that of another does not."""
    own = {"prompt_eval_count": 3, "eval_count": 2, "eval_duration": 9}

    assert Usage(3, 2, raw=own) == decode_usage(own)
    assert Usage(None, None, raw={"eval_count": -1}) == decode_usage({"eval_count": -1})
    assert own == encode_usage(Usage(3, 2, raw=own))
    assert {"prompt_eval_count": 10} == encode_usage(Usage(4, None, 5, 1, raw={"input_tokens": 4}))
    assert {"prompt_eval_count": 4, "eval_count": 2} == encode_usage(Usage(4, 2, raw=own))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-08-04T19:58:15.115854Z", 1785873495),
        ("2026-08-04T21:58:15.115854123+02:00", 1785873495),
        ("2026-08-04T19:58:15", 1785873495),
        ("1969-12-31T23:59:59.5Z", -1),
        ("0001-01-01T00:00:00Z", None),
        ("yesterday", None),
        (5, None),
        (None, None),
    ],
)
def test_times(text: Any, seconds: int | None) -> None:
    """Unix seconds, whatever the fraction and the zone; Go's zero time is none."""
    assert seconds == decode_time(text)
    assert seconds == decode_time(encode_time(seconds))


def test_a_time_beyond_the_calendar() -> None:
    """A number that is no time is not said."""
    assert "0001-01-01T00:00:00Z" == encode_time(10**18)


@pytest.mark.parametrize(
    ("data", "kind"),
    [("iVBORw0KGgoAA", "png"), ("/9j/4AA", "jpeg"), ("R0lGODlh", "gif"), ("UklGRg", "webp"), ("QkA", "bmp"), ("AAAA", "*")],
)
def test_pictures_are_known_by_their_first_bytes(data: str, kind: str) -> None:
    """The wire does not say what they are."""
    assert (f"image/{kind}", data) == ((found := decode_picture(data)).media_type, found.data)


def test_arguments() -> None:
    """An object as compact text and back, its names and numbers as they were spelled; what is none stays text."""
    assert ['{"a":1.0,"b":[1,2]}', "text", "{}", "[1]"] == [
        arguments_text(value) for value in ({"a": 1.0, "b": [1, 2]}, "text", None, [1])
    ]
    assert b'{"a":1.50}' == compact('{ "a":\n1.50 }')
    assert [None, None, None] == [compact(text) for text in ("[1]", '{"a"', "")]
    assert [{}, {}, msgspec.Raw(b"{}"), "[1]"] == [arguments_value(text) for text in ("", " ", "{}", "[1]")]


def test_numbers_beyond_64_bits_survive() -> None:
    """Integers stay integers, however long."""
    number = 2**80

    assert f'{{"n":{number}}}' == arguments_text(msgspec.json.decode(f'{{"n":{number}}}'))


def test_our_own_marks_are_not_the_vendors() -> None:
    """They say how a block stood on the wire and are never sent."""
    assert {"x": 1} == vendor_fields({"synthetic_id": True, "unnamed": True, "field": "tool_calls", "x": 1})
