"""Ends, counts and JSON of this wire."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.mistral_chat.wire import (
    arguments_text,
    decode_finish,
    decode_usage,
    encode_finish,
    encode_usage,
    is_own,
    message_key,
    own_extra,
)
from dragoman.types import Finish, Origin, Text, Usage


@pytest.mark.parametrize(
    ("word", "calls", "reason"),
    [
        ("stop", False, "stop"),
        ("stop", True, "tool_calls"),
        ("tool_calls", True, "tool_calls"),
        ("length", True, "length"),
        ("model_length", False, "context_window"),
        ("error", False, "error"),
        (None, False, "stop"),
        (None, True, "tool_calls"),
        ("strange", False, "other"),
    ],
)
def test_ends(word: str | None, calls: bool, reason: str) -> None:
    """The vendor's words, and what calls that wait say."""
    finish = decode_finish(word, word, {}, calls=calls)

    assert (reason, word) == (finish.reason, finish.raw)


@pytest.mark.parametrize(
    ("finish", "said"),
    [
        (Finish("stop", "stop"), {"finish_reason": "stop"}),
        (Finish("tool_calls", "stop"), {"finish_reason": "stop"}),
        (Finish("context_window", "model_length"), {"finish_reason": "model_length"}),
        (Finish("context_window", "max_tokens"), {"finish_reason": "model_length", "raw_finish_reason": "max_tokens"}),
        (Finish("stop"), {"finish_reason": "stop", "raw_finish_reason": None}),
        (Finish("length", "length", details={"x": 1}), {"finish_reason": "length", "x": 1}),
    ],
)
def test_saying_an_end(finish: Finish, said: dict[str, Any]) -> None:
    """The vendor's word where it means the same, else the nearest, and the provider's own beside it."""
    assert said == encode_finish(finish)


@pytest.mark.parametrize(
    ("more", "read"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 64}}, 64),
        ({"prompt_token_details": {"cached_tokens": 64}}, 64),
        ({"num_cached_tokens": 64}, 64),
        ({"num_cached_tokens": 0}, 0),
        ({"prompt_tokens_details": None}, None),
    ],
)
def test_cached_tokens_are_not_counted_twice(more: dict[str, Any], read: int | None) -> None:
    """They are inside `prompt_tokens`, under one of three names."""
    raw = {"prompt_tokens": 77, "completion_tokens": 20, "total_tokens": 97, **more}

    assert Usage(77 - (read or 0), 20, read, raw=raw) == decode_usage(raw)
    assert raw == encode_usage(decode_usage(raw))


def test_counts_of_another_wire_are_made_ours() -> None:
    """What was written to a cache was asked, too; unknown is unknown."""
    usage = Usage(10, 5, cache_read=3, cache_write=2, raw={"input_tokens": 10})
    expected = {"prompt_tokens": 15, "completion_tokens": 5, "total_tokens": 20, "prompt_tokens_details": {"cached_tokens": 3}}

    assert expected == encode_usage(usage)
    assert {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3} == encode_usage(Usage(1, 2))
    assert Usage(raw={"prompt_tokens": True}) == decode_usage({"prompt_tokens": True})


def test_arguments_are_text_or_an_object() -> None:
    """Both are text for us; nothing is no text."""
    assert ['{"x":1}', '{"x": 1}', ""] == [arguments_text(value) for value in ({"x": 1}, '{"x": 1}', None)]


def test_whose_vendor_data_it_is() -> None:
    """Another wire's fields mean nothing here."""
    ours, theirs = Text("", origin=Origin("mistral_chat"), extra={"x": 1}), Text("", origin=Origin("gemini"), extra={"x": 1})

    assert [True, False] == [is_own(ours), is_own(theirs)]
    assert [{"x": 1}, {}] == [own_extra(ours), own_extra(theirs)]
    assert "choices[2].message" == message_key(2)
