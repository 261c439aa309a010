"""Counts, ends and whole blocks."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.bedrock_converse.answers import (
    decode_finish,
    decode_usage,
    encode_stop,
    encode_usage,
    message_extra,
    whole_block,
)
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Extra,
    Finish,
    OpaqueDelta,
    ServerToolResult,
    SignatureDelta,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("end_turn", "stop"),
        ("tool_use", "tool_calls"),
        ("max_tokens", "length"),
        ("stop_sequence", "stop"),
        ("guardrail_intervened", "content_filter"),
        ("content_filtered", "content_filter"),
        ("malformed_tool_use", "error"),
        ("model_context_window_exceeded", "context_window"),
        ("new_word", "other"),
    ],
)
def test_a_stop_reason_comes_back(word: str, reason: Any) -> None:
    """Every word has a common one and goes back as it came."""
    finish = decode_finish(word, None, False)

    assert finish == Finish(reason, word)
    assert encode_stop(finish) == word


def test_an_end_without_a_reason() -> None:
    """Whether tools were called decides; the model's own fields may name the stop sequence."""
    assert decode_finish(None, None, True) == Finish("tool_calls")
    assert decode_finish(None, "text", False) == Finish("stop")
    assert decode_finish("stop_sequence", {"stop_sequence": "###"}, False) == Finish("stop", "stop_sequence", "###")


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        (Finish("length", "MAX_TOKENS"), "max_tokens"),
        (Finish("stop", "stop", "###"), "stop_sequence"),
        (Finish("refusal", "refusal"), "content_filtered"),
        (Finish("pause", "pause_turn"), "end_turn"),
        (Finish("other"), "end_turn"),
    ],
)
def test_ends_in_the_words_of_others(finish: Finish, expected: str) -> None:
    """Another vendor's word becomes the nearest of this wire."""
    assert encode_stop(finish) == expected


def test_counts_of_both_spellings() -> None:
    """Cached input is counted apart, in a new and in an old spelling; what is no number is unknown."""
    wire = {"inputTokens": 3, "outputTokens": 9, "totalTokens": 24, "cacheReadInputTokens": 5, "cacheWriteInputTokenCount": 7}
    usage = decode_usage(wire)

    assert usage == Usage(3, 9, 5, 7, raw=wire)
    assert usage.total == 24
    assert encode_usage(usage) is wire
    assert decode_usage({"inputTokens": "3"}) == Usage(raw={"inputTokens": "3"})


def test_counts_of_another_wire() -> None:
    """The total is made up of all of them."""
    expected = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 10, "cacheReadInputTokens": 3, "cacheWriteInputTokens": 4}

    assert encode_usage(Usage(1, 2, 3, 4, raw={"prompt_tokens": 8})) == expected
    assert encode_usage(Usage()) == {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}


def test_fields_of_the_message() -> None:
    """They stand where the wire has them."""
    assert message_extra({}) == []
    assert message_extra({"new": 1}) == [Extra({"output": {"message": {"new": 1}}})]


def test_whole_blocks_as_a_stream_says_them() -> None:
    """Each part of a block comes in one delta."""
    cited = Citation("web", raw={"location": {}})
    result = ServerToolResult("i", "k", [{"text": "r"}])

    assert whole_block(0, Text("t", citations=(cited,))) == [
        BlockStart(0, Text("")), CitationDelta(0, cited), TextDelta(0, "t"), BlockStop(0),
    ]  # fmt: skip
    assert whole_block(1, Thinking("h", "s")) == [
        BlockStart(1, Thinking()), ThinkingDelta(1, "h"), SignatureDelta(1, "s"), BlockStop(1),
    ]  # fmt: skip
    assert whole_block(2, Thinking(encrypted="e")) == [BlockStart(2, Thinking(encrypted="e")), BlockStop(2)]
    assert whole_block(3, ToolCall("i", "n", "{}"), arguments='{"a": 1}') == [
        BlockStart(3, ToolCall("i", "n")), ArgumentsDelta(3, '{"a": 1}'), BlockStop(3),
    ]  # fmt: skip
    assert whole_block(4, result) == [
        BlockStart(4, ServerToolResult("i", "k")), OpaqueDelta(4, {"toolResult": [{"text": "r"}]}), BlockStop(4, result),
    ]  # fmt: skip
