"""Counts, reasons to stop, and blocks that come whole."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.anthropic_messages.answers import (
    MessageDelta,
    decode_finish,
    decode_usage,
    encode_stop,
    encode_usage,
    merge_usage,
    whole_block,
)
from dragoman.types import (
    ArgumentsDelta,
    Block,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Finish,
    Image,
    Opaque,
    ServerToolCall,
    SignatureDelta,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Url,
    Usage,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("stop_sequence", "stop"),
        ("tool_use", "tool_calls"),
        ("pause_turn", "pause"),
        ("refusal", "refusal"),
        ("model_context_window_exceeded", "context_window"),
        ("compaction", "pause"),
        ("tired", "other"),
    ],
)
def test_every_reason_has_a_common_word(raw: str, expected: str) -> None:
    """The common word and the vendor's stand side by side, and the vendor's comes back."""
    stop = MessageDelta()
    stop.update({"stop_reason": raw, "stop_sequence": None, "stop_details": {"type": "x"}})
    finish = decode_finish(stop, calls=False)

    assert Finish(expected, raw, None, {"type": "x"}) == finish  # type: ignore[arg-type]
    assert {"stop_reason": raw, "stop_sequence": None, "stop_details": {"type": "x"}} == encode_stop(finish)


@pytest.mark.parametrize(("calls", "expected"), [(True, "tool_calls"), (False, "stop")])
def test_without_a_reason_the_content_decides(calls: bool, expected: str) -> None:
    """An answer that ends without saying why stopped by itself or for its tools."""
    assert Finish(expected) == decode_finish(MessageDelta(), calls)  # type: ignore[arg-type]


def test_a_later_reason_replaces_an_earlier_one() -> None:
    """What a later frame leaves null keeps its earlier value."""
    stop = MessageDelta()
    stop.update({"stop_reason": "tool_use", "stop_sequence": "x"})
    stop.update({"stop_reason": "end_turn", "stop_sequence": None, "stop_details": 7})

    assert Finish("stop", "end_turn", "x") == decode_finish(stop, calls=True)


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        (Finish("stop", "STOP"), "end_turn"),
        (Finish("stop", None, "###"), "stop_sequence"),
        (Finish("length", "length"), "max_tokens"),
        (Finish("content_filter", "SAFETY"), "refusal"),
        (Finish("cancelled"), "end_turn"),
        (Finish("other", "compacted"), "compacted"),
    ],
)
def test_other_wires_reasons_are_said_in_the_nearest_word(finish: Finish, expected: str) -> None:
    """A client of this wire never meets a word it does not know, unless there is no common one."""
    assert expected == encode_stop(finish)["stop_reason"]


def test_counts_do_not_overlap() -> None:
    """Input, cache reads and cache writes are apart already; thinking is of the output."""
    wire = {
        "input_tokens": 1,
        "cache_creation_input_tokens": 2,
        "cache_read_input_tokens": 3,
        "output_tokens": 4,
        "output_tokens_details": {"thinking_tokens": 3},
        "service_tier": "standard",
    }
    usage = decode_usage(wire)

    assert Usage(1, 4, 3, 2, 3, wire) == usage
    assert wire is encode_usage(usage)


@pytest.mark.parametrize("wire", [{}, {"input_tokens": None}, {"input_tokens": "1"}, {"output_tokens_details": []}])
def test_unknown_counts_are_none(wire: dict[str, Any]) -> None:
    """A count that is missing or no number is unknown, which is not 0."""
    assert Usage(raw=wire) == decode_usage(wire)


def test_counts_are_totals() -> None:
    """A later count replaces an earlier one; null and missing ones leave it."""
    known = {"input_tokens": 5, "output_tokens": 1, "speed": None}
    merged = merge_usage(known, {"output_tokens": 9, "input_tokens": None, "iterations": None})

    assert {"input_tokens": 5, "output_tokens": 9, "speed": None, "iterations": None} == merged
    assert known is merge_usage(known, None)


def test_other_wires_counts_are_said_in_ours() -> None:
    """The raw object of another wire is not shown; the two counts that clients expect are always there."""
    foreign = Usage(10, 5, 2, 1, 3, {"prompt_tokens": 12, "completion_tokens": 5})

    assert {
        "input_tokens": 10,
        "cache_creation_input_tokens": 1,
        "cache_read_input_tokens": 2,
        "output_tokens": 5,
        "output_tokens_details": {"thinking_tokens": 3},
    } == encode_usage(foreign)
    assert {"input_tokens": 0, "output_tokens": 0} == encode_usage(None)


CITED = Citation("x", raw={"type": "x"})


@pytest.mark.parametrize(
    ("block", "deltas"),
    [
        (Text("a", citations=(CITED,)), [CitationDelta(0, CITED), TextDelta(0, "a")]),
        (Text(""), []),
        (Thinking("t", "s"), [ThinkingDelta(0, "t"), SignatureDelta(0, "s")]),
        (Thinking("", "s"), [SignatureDelta(0, "s")]),
        (Thinking(encrypted="d"), []),
        (ToolCall("i", "n", "{}"), [ArgumentsDelta(0, "{}")]),
        (ServerToolCall("i", "n", '{"a":1}'), [ArgumentsDelta(0, '{"a":1}')]),
        (Image(Url("u")), []),
        (Opaque({"type": "x"}), []),
    ],
)
def test_a_whole_block_is_told_as_a_stream_would(block: Block, deltas: list[Any]) -> None:
    """Start, one delta of each kind, stop; together they are the block."""
    events = whole_block(0, block)

    assert isinstance(events[0], BlockStart)
    assert [*deltas, BlockStop(0)] == events[1:]
    assert (block,) == accumulate(events).message.content
