"""Reading a folder of recordings."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from dragoman.testing.conformance import CorpusError, Exchange, load
from dragoman.wire.eventstream import eventstream_frame


def test_a_split_is_read_whole(split: Path) -> None:
    """Exchanges come with what SDKs made of them, and pairs with the parts they echo."""
    corpus = load(split)

    assert 4 == len(corpus.of_wire("openai-chat"))
    assert "overloaded_error" == corpus.exchanges["anthropic-messages-overloaded-midway"].oracle[0]["error"]["type"]
    assert ("anthropic-messages-thinking-streamed", ("signature", "text", "thinking_text", "tool_id")) == (
        corpus.pairs[0].answer,
        corpus.pairs[0].echoes,
    )


def test_a_folder_of_splits_is_read_as_one(split: Path) -> None:
    """The folder above the splits means all of them."""
    assert load(split).exchanges.keys() == load(split.parent).exchanges.keys()


def test_a_folder_without_recordings_says_what_is_missing(tmp_path: Path) -> None:
    """A folder that holds no split, or is none, is refused with what was looked for."""
    with pytest.raises(CorpusError, match=r"expected index\.csv"):
        load(tmp_path)
    with pytest.raises(CorpusError, match="not a folder"):
        load(tmp_path / "nowhere")


def test_a_broken_file_is_named(split: Path, tmp_path: Path) -> None:
    """A recording that cannot be read is not passed over."""
    copy = tmp_path / "split"
    shutil.copytree(split, copy)
    (copy / "openai-chat.jsonl.gz").write_bytes(b"not gzip")

    with pytest.raises(CorpusError, match=r"cannot read .*openai-chat\.jsonl\.gz"):
        load(copy)


def test_bodies_may_be_base64_and_requests_text(kit: ModuleType) -> None:
    """Binary answers and requests kept as text are the bytes they stand for."""
    record = {
        "request": {
            "method": "POST",
            "host": "h",
            "path": "/p",
            "query": {"a": ["1", "2"]},
            "headers": {"X-A": "b"},
            "body_text": "[1]",
        },
        "response": {"status": 200, "headers": {"Content-Type": "x/y; z"}, "body_b64": base64.b64encode(b"\x00\xff").decode()},
    }
    exchange = Exchange(record)

    assert b"\x00\xff" == exchange.body
    assert ("https://h/p?a=1&a=2", {"x-a": "b"}, b"[1]") == (
        exchange.request.url,
        exchange.request.headers,
        exchange.request.body,
    )
    assert exchange.request_json is None
    assert "x/y" == exchange.head.media_type


def test_the_values_of_binary_messages(kit: ModuleType) -> None:
    """They are found by the lengths of the messages alone, and a rest that is none is read over."""
    recorded = kit.exchange(b"", framing="eventstream")
    recorded.__dict__["body"] = eventstream_frame("a", b'{"x": 1}') + eventstream_frame("b", b'"y"') + b"\0" * 20

    assert ({"x": 1}, "y") == recorded.answer_values


def test_the_strings_of_a_stream_are_whole_and_in_pieces(kit: ModuleType) -> None:
    """What an answer said holds each piece, and what the pieces of one place add up to."""
    strings = kit.exchange(b'data: {"a": {"b": "xy"}}\n\ndata: {"a": {"b": "z"}}\n\n: no\n\ndata: [DONE]\n\n').answer_strings

    assert {"xy", "z", "xyz"} == strings
