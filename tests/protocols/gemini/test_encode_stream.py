"""Events to frames, above all those of other wires' answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.gemini.encode_stream import GeminiEncoder
from dragoman.types import (
    ArgumentsDelta,
    Audio,
    AudioDelta,
    Base64,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Image,
    Opaque,
    OpaqueDelta,
    OpaqueEvent,
    Origin,
    Ping,
    Refusal,
    RefusalDelta,
    SignatureDelta,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)

AWAY = Origin("anthropic_messages", "anthropic", "claude")
PNG = Base64("image/png", "AA==")


def frames(*events: Event, array: bool = False) -> list[Any]:
    body = GeminiEncoder(array=array).feed(events)
    if array:
        return json.loads(body)  # type: ignore[no-any-return]
    return [json.loads(frame.removeprefix(b"data: ")) for frame in body.split(b"\n\n") if frame.startswith(b"data: ")]


def parts(chunks: list[Any]) -> list[Any]:
    return [part for chunk in chunks for item in chunk["candidates"] for part in item["content"].get("parts", ())]


def test_an_answer_of_another_wire() -> None:
    """Text goes on piece by piece, calls come whole, counts and reasons at the end, and every chunk says its head."""
    chunks = frames(
        Started("msg_1", "claude", 0),
        Ping(),
        BlockStart(0, Thinking(origin=AWAY)),
        ThinkingDelta(0, "Hm"),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "a"),
        TextDelta(1, "b"),
        CitationDelta(1, Citation("char_location", "https://a", start=0, end=1)),
        BlockStop(1),
        BlockStart(2, Opaque({"x": 1}, origin=AWAY)),
        OpaqueDelta(2, {"y": 1}),
        BlockStop(2),
        BlockStart(3, ToolCall("toolu_1", "f", extra={"caller": 1}, origin=AWAY)),
        ArgumentsDelta(3, '{"a":'),
        ArgumentsDelta(3, "1}"),
        BlockStop(3),
        UsageUpdate(Usage(1, 2)),
        Finished(Finish("tool_calls", "tool_use")),
        TextDelta(1, "late"),
    )

    assert parts(chunks) == [
        {"text": "Hm", "thought": True},
        {"text": "a"},
        {"text": "b"},
        {"functionCall": {"id": "toolu_1", "name": "f", "args": {"a": 1}}},
    ]
    assert all(
        (chunk["responseId"], chunk["modelVersion"], chunk["createTime"]) == ("msg_1", "claude", "1970-01-01T00:00:00Z")
        for chunk in chunks
    )
    assert chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    assert chunks[-1]["candidates"][0]["groundingMetadata"]["groundingChunks"] == [{"web": {"uri": "https://a"}}]
    assert chunks[-1]["usageMetadata"] == {"promptTokenCount": 1, "candidatesTokenCount": 2, "totalTokenCount": 3}
    assert ["usageMetadata" in chunk for chunk in chunks[:-1]] == [False] * (len(chunks) - 1)


def test_blocks_of_other_kinds() -> None:
    """Refusals are text, sound is one part with all of its data, pictures stand as they are."""
    chunks = frames(
        BlockStart(0, Refusal("")),
        RefusalDelta(0, "no"),
        BlockStop(0),
        BlockStart(1, Audio(Base64("audio/wav", ""))),
        AudioDelta(1, "AAAA", "hi"),
        AudioDelta(1, "BBBB"),
        BlockStop(1),
        BlockStart(2, Image(PNG)),
        BlockStop(2),
        BlockStart(3, Text("whole", logprobs=({"token": "whole"},))),
        BlockStop(3),
    )

    assert parts(chunks) == [
        {"text": "no"},
        {"inlineData": {"mimeType": "audio/wav", "data": "AAAABBBB"}},
        {"inlineData": {"mimeType": "image/png", "data": "AA=="}},
        {"text": "whole"},
    ]
    assert chunks[-1]["candidates"][0]["logprobsResult"] == {"chosenCandidates": [{"token": "whole"}]}


def test_thinking_that_is_signed_at_its_end() -> None:
    """A signature of this wire that comes late stands on an empty part; another wire's means nothing here."""
    own = [BlockStart(0, Thinking()), ThinkingDelta(0, "t"), SignatureDelta(0, "s"), BlockStop(0)]
    final = [BlockStart(0, Thinking()), ThinkingDelta(0, "t"), BlockStop(0, Thinking("t", "s", origin=AWAY))]

    assert parts(frames(*own)) == [{"text": "t", "thought": True}, {"text": "", "thought": True, "thoughtSignature": "s"}]
    assert parts(frames(*final)) == [{"text": "t", "thought": True}]


def test_final_values_count() -> None:
    """Where a block's end gives its value, that is said."""
    chunks = frames(BlockStart(0, ToolCall("c", "f")), ArgumentsDelta(0, "x"), BlockStop(0, ToolCall("c", "g", "{}")))

    assert parts(chunks) == [{"functionCall": {"id": "c", "name": "g", "args": {}}}]


def test_blocks_that_follow_each_other_stay_apart() -> None:
    """Text behind text of one kind begins in the second part of its chunk, which readers of parts take for another."""
    chunks = frames(
        BlockStart(0, Text("")), TextDelta(0, "a"), BlockStop(0), BlockStart(1, Text("")), TextDelta(1, "b"), TextDelta(1, "c")
    )

    assert [item["content"]["parts"] for chunk in chunks for item in chunk["candidates"]] == [
        [{"text": "a"}],
        [{"text": ""}, {"text": "b"}],
        [{"text": "c"}],
    ]


def test_what_waits_is_said_in_order() -> None:
    """Fields, counts and heads that follow each other without a part between are chunks of their own."""
    chunks = frames(
        Started("r"),
        Extra({"top": 1}),
        Extra({"candidates[1].x": 2}),
        UsageUpdate(Usage(1)),
        UsageUpdate(Usage(2)),
        Extra({"createTime": "2026-01-01T00:00:00.5Z"}),
        Started("s"),
        Finished(Finish("stop"), (Finish("length"),)),
    )

    assert [chunk.get("top") for chunk in chunks] == [1, None, None, None, None]
    assert [chunk.get("usageMetadata", {}).get("promptTokenCount") for chunk in chunks] == [None, 1, 2, None, 2]
    assert chunks[1]["candidates"] == [{"content": {"role": "model"}, "index": 0}, {"x": 2, "index": 1}]
    assert (chunks[3]["createTime"], chunks[3]["responseId"], chunks[4]["responseId"]) == ("2026-01-01T00:00:00.5Z", "r", "s")
    assert [item["finishReason"] for item in chunks[-1]["candidates"]] == ["STOP", "MAX_TOKENS"]


def test_failures_and_foreign_events() -> None:
    """An error says what waits before it; objects of other wires' events stay out."""
    failure = Failure("m", type="overloaded_error")
    chunks = frames(Started("r"), OpaqueEvent("x", {"type": "x"}), OpaqueEvent("x", 3), OpaqueEvent("part", 4), Failed(failure))

    assert (chunks[0]["responseId"], chunks[1], parts(chunks[2:3])) == ("r", 3, [4])
    assert chunks[3]["error"] == {"code": 500, "message": "m", "status": "INTERNAL"}
    feedback = {"promptFeedback": {"blockReason": "SAFETY"}}
    assert frames(Started("r"), Failed(Failure("m", code="prompt_blocked", body=feedback))) == [feedback]


@pytest.mark.parametrize("last", [Finished(Finish("stop")), Failed(Failure("m"))])
def test_an_array(last: Event) -> None:
    """Without `alt=sse` the chunks are one JSON array, in which there are no comments."""
    events = [Started("r"), Ping(), BlockStart(0, Text("")), TextDelta(0, "a"), last]
    encoder = GeminiEncoder(array=True)
    body = b"".join([encoder.feed([event]) for event in events])

    assert len(json.loads(body)) == 2
    assert body == GeminiEncoder(array=True).feed(events)


def test_deltas_of_unknown_blocks_are_read_over() -> None:
    """Blocks that are not said have no deltas either."""
    assert (
        frames(
            TextDelta(9, "a"),
            ArgumentsDelta(9, "a"),
            SignatureDelta(9, "s"),
            AudioDelta(9),
            BlockStop(9),
            CitationDelta(9, Citation()),
            OpaqueDelta(9, {}),
        )
        == []
    )
