"""Frames of a stream to events: chunks, the end without a signal, what every chunk repeats, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.protocols.base import Target
from dragoman.protocols.gemini.decode_stream import GeminiDecoder
from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    OpaqueEvent,
    Origin,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    Usage,
    UsageUpdate,
)

Stream = Callable[..., list[Event]]
Say = Callable[..., dict[str, Any]]


def test_text_goes_on_from_chunk_to_chunk(stream: Stream, say: Say, here: Origin) -> None:
    """Thinking and text are a block each, over any number of chunks; the end of the body is the end."""
    events = stream(
        {**say({"text": "Hm", "thought": True}), "responseId": "r1", "modelVersion": "m"},
        say({"text": ".", "thought": True}),
        say({"text": "Hel"}),
        say({"text": "lo"}),
        say({"text": ""}, finishReason="STOP"),
    )

    assert events == [
        Started("r1", "m"),
        BlockStart(0, Thinking(origin=here)),
        ThinkingDelta(0, "Hm"),
        ThinkingDelta(0, "."),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "Hel"),
        TextDelta(1, "lo"),
        BlockStop(1),
        Finished(Finish("stop", "STOP")),
    ]


def test_a_body_that_ends_without_a_reason_is_cut(stream: Stream, say: Say) -> None:
    """There is no terminal event without a `finishReason`, and the last counts are told."""
    first, second = ({**say({"text": "Hel"}), "usageMetadata": {"promptTokenCount": count}} for count in (1, 3))
    events = stream(first, second)

    assert events[-1] == UsageUpdate(Usage(3, raw={"promptTokenCount": 3}))
    assert not any(isinstance(event, Finished | Failed) for event in events)


def test_a_reason_does_not_end_the_answer_before_its_body(stream: Stream, say: Say) -> None:
    """Parts that follow a `finishReason` are part of the answer, whose end the last reason names."""
    events = stream(say({"text": "a"}, finishReason="STOP"), say({"text": "b"}, finishReason="MAX_TOKENS"))

    assert [event.text for event in events if isinstance(event, TextDelta)] == ["a", "b"]
    assert events[-1] == Finished(Finish("length", "MAX_TOKENS"))


def test_counts_are_told_at_the_beginning_and_at_the_end(stream: Stream, say: Say) -> None:
    """Of the counts in every chunk the first and the last make events; with one chunk there is one event."""
    counts = [{"promptTokenCount": 3, "candidatesTokenCount": number} for number in range(4)]
    chunks = [{**say({"text": "x"}), "usageMetadata": count} for count in counts[:3]]
    events = stream(*chunks, {**say(finishReason="STOP"), "usageMetadata": counts[3]})

    assert [event.usage.output for event in events if isinstance(event, UsageUpdate)] == [0, 3]
    only = stream({**say({"text": "x"}, finishReason="STOP"), "usageMetadata": counts[1]})
    assert [type(event) for event in only[-3:]] == [BlockStop, UsageUpdate, Finished]


def test_counts_that_no_one_can_read_are_kept_as_they_are(target: Target) -> None:
    """The strict way through a chunk does not look at its counts: bytes that are no text cost the counts, not the answer."""
    chunk = b'{"candidates":[{"content":{"parts":[{"text":"a"}]},"index":0}],"usageMetadata":{"promptTokenCount":%b}}'
    end = b'{"candidates":[{"content":{"parts":[]},"finishReason":"STOP","index":0}]}'
    decoder = GeminiDecoder(target.origin())
    events = decoder.feed([(b"", chunk % b"1"), (b"", chunk % b'"\xff"'), (b"", end)]) + decoder.close()

    assert OpaqueEvent("usageMetadata", '{"promptTokenCount":"\ufffd"}') in events
    assert [1] == [event.usage.input for event in events if isinstance(event, UsageUpdate)]
    assert isinstance(events[-1], Finished)


def test_fields_are_told_when_they_are_new_or_change(stream: Stream, say: Say) -> None:
    """Objects of a candidate grow, other fields are replaced, repetitions are silent, and each candidate has its own."""
    first = say({"text": "a"}, groundingMetadata={"webSearchQueries": ["q"]}, safetyRatings=[1])
    second = say({"text": "b"}, groundingMetadata={}, safetyRatings=[1], odd=1)
    second["candidates"].append({"index": 1, "content": {"parts": [{"text": "c"}]}, "avgLogprobs": -1.5, "finishReason": "STOP"})
    events = stream(first, second, say(groundingMetadata={"groundingChunks": []}, finishReason="STOP"))

    assert [event.data for event in events if isinstance(event, Extra)] == [
        {"groundingMetadata": {"webSearchQueries": ["q"]}, "safetyRatings": [1]},
        {"candidates[0].odd": 1, "candidates[1].avgLogprobs": -1.5},
        {"groundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": []}},
    ]
    assert events[-1] == Finished(Finish("stop", "STOP"), (Finish("stop", "STOP"),))


def test_a_moment_with_fractions_is_kept(stream: Stream, say: Say) -> None:
    """The time of an answer is told in seconds, and as it came where seconds do not say all of it."""
    parts = say({"text": "a"}, finishReason="STOP")
    exact = stream({**parts, "createTime": "1970-01-02T00:00:00Z"})
    finer = stream({**parts, "createTime": "1970-01-02T00:00:00.5Z"})

    assert exact[:2] == [Started(created=86400), BlockStart(0, Text(""))]
    assert finer[:2] == [Started(created=86400), Extra({"createTime": "1970-01-02T00:00:00.5Z"})]


def test_a_blocked_prompt_is_an_error(stream: Stream) -> None:
    """A reason for blocking and no candidate is an error of a code that names its class."""
    chunk = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 9}}
    *before, last = stream(chunk)

    assert before == [
        Started(),
        Extra({"promptFeedback": {"blockReason": "SAFETY"}}),
        UsageUpdate(Usage(9, raw={"promptTokenCount": 9})),
    ]
    assert isinstance(last, Failed)
    assert (last.failure.code, last.failure.type) == ("prompt_blocked", "SAFETY")


@pytest.mark.parametrize("wrap", [False, True])
def test_an_error_inside_a_stream_ends_it(stream: Stream, say: Say, wrap: bool) -> None:
    """An error object, alone or in an array, is a failure with the vendor's words; nothing follows it."""
    error: Any = {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}
    events = stream(say({"text": "a"}), [error] if wrap else error, say({"text": "b"}))

    last = events[-1]
    assert isinstance(last, Failed)
    assert (last.failure.status, last.failure.type, last.failure.code) == (None, "UNAVAILABLE", "503")
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["a"]


def test_malformed_bytes_are_a_failure(stream: Stream, say: Say) -> None:
    """A frame that is not JSON ends the answer; OpenAI's end marker and values of other types do not."""
    events = stream(say({"text": "a"}), b"[DONE]", b"3", b"{")

    assert OpaqueEvent("", 3) in events
    assert isinstance(events[-1], Failed)
    assert events[-1].failure.reason == "decode"


def test_candidates_without_an_index_are_counted(stream: Stream) -> None:
    """Where an index is left out, the place in the list stands for it."""
    chunk = {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"} for text in "ab"]}

    assert [(event.index, event.choice) for event in stream(chunk) if isinstance(event, BlockStart)] == [(0, 0), (1, 1)]


PARTS = st.sampled_from(
    [
        {"text": "a"},
        {"text": "b", "thought": True},
        {"text": ""},
        {"text": "", "thoughtSignature": "c2ln"},
        {"text": "s", "thought": True, "thoughtSignature": "c2ln"},
        {"functionCall": {"name": "f", "args": {"x": 1}}},
        {"functionCall": {"name": "g", "willContinue": True}},
        {"functionCall": {"partialArgs": [{"jsonPath": "$.x", "stringValue": "v"}], "willContinue": True}},
        {"functionCall": {}},
        {"inlineData": {"mimeType": "image/png", "data": "AA=="}},
        {"odd": 1},
    ]
)
CHUNKS = st.builds(
    lambda parts, index, fields, top: {
        "candidates": [{"content": {"parts": parts, "role": "model"}, "index": index, **fields}],
        **top,
    },
    st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from([{}, {}, {}, {"finishReason": "STOP"}, {"groundingMetadata": {"a": 1}}, {"odd": 1}]),
    st.fixed_dictionaries(
        {},
        optional={
            "usageMetadata": st.builds(lambda count: {"promptTokenCount": 1, "candidatesTokenCount": count}, st.integers(0, 3)),
            "modelVersion": st.just("m"),
            "responseId": st.sampled_from(["r", "r", "s"]),
            "createTime": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.25Z"]),
        },
    ),
)


@given(st.lists(CHUNKS, max_size=8))
@settings(max_examples=300, deadline=None)
def test_both_ways_give_the_same_events(chunks: list[dict[str, Any]]) -> None:
    """The strict way is only a shorter one."""
    frames = [(b"", json.dumps(chunk).encode()) for chunk in chunks]
    fast, slow = (GeminiDecoder(Origin("gemini", "g", "m"), fast=way) for way in (True, False))

    assert fast.feed(frames) + fast.close() == slow.feed(frames) + slow.close()
