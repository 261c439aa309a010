"""Steps and what their deltas say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.types import (
    ArgumentsDelta,
    Audio,
    AudioDelta,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Image,
    Opaque,
    OpaqueDelta,
    Origin,
    ServerToolCall,
    ServerToolResult,
    SignatureDelta,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Video,
)
from dragoman.types.content import Base64, Url

Stream = Callable[..., list[Event]]


@pytest.fixture
def step(stream: Stream) -> Stream:
    """The events of one step, given as it starts, with its deltas."""

    def step(start: dict[str, Any], *deltas: dict[str, Any]) -> list[Event]:
        frames = [{"event_type": "step.delta", "index": 4, "delta": delta} for delta in deltas]
        events = stream({"event_type": "step.start", "index": 4, "step": start}, *frames, {"event_type": "step.stop", "index": 4})
        return events[1:]  # without Started

    return step


def text(words: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **fields}


OUTPUT = {"type": "model_output"}


def test_text(step: Stream, here: Origin) -> None:
    """Deltas of text are one block, with its citations; an empty one says nothing."""
    cited = {"type": "url_citation", "url": "u"}

    assert step(OUTPUT, text("a"), text(""), text("b"), {"type": "text_annotation_delta", "annotations": [cited]}) == [
        BlockStart(0, Text("", origin=here)),
        TextDelta(0, "a"),
        TextDelta(0, "b"),
        CitationDelta(0, Citation("url_citation", "u", raw=cited)),
        BlockStop(0),
    ]


def annotated(*spans: tuple[int, int]) -> dict[str, Any]:
    """A delta that cites these bytes of the text."""
    annotations = [{"type": "url_citation", "start_index": start, "end_index": end} for start, end in spans]
    return {"type": "text_annotation_delta", "annotations": annotations}


def spans(events: list[Event]) -> list[tuple[int, int | None, int | None]]:
    found = [event for event in events if isinstance(event, CitationDelta)]
    return [(event.index, event.citation.start, event.citation.end) for event in found]


@pytest.mark.parametrize("fast", [True, False])
def test_bytes_of_a_text_become_characters(stream: Stream, fast: bool) -> None:
    """Wherever the text is cut, and whenever an annotation comes: one of words that are still to come is told at the end."""
    deltas = [text("Né"), text(" – dé"), annotated((0, 3), (8, 14)), text("jà vu"), annotated((4, 17), (7, 99)), text("!")]
    frames = [{"event_type": "step.delta", "index": 0, "delta": delta} for delta in deltas]
    start = {"event_type": "step.start", "index": 0, "step": OUTPUT}
    events = stream(start, *frames, {"event_type": "step.stop", "index": 0}, fast=fast)
    kinds = [type(event) for event in events[2:]]

    assert [(0, 0, 2), (0, 3, 12), (0, 5, 9), (0, None, None)] == spans(events)
    told = [TextDelta, TextDelta, CitationDelta, TextDelta, CitationDelta, TextDelta, CitationDelta, CitationDelta, BlockStop]
    assert told == kinds


def test_each_text_counts_from_its_beginning(step: Stream) -> None:
    """What stood in the content before it does not count; a text that a step begins with goes on."""
    image = {"type": "image", "data": "AA==", "mime_type": "image/png"}
    begun = {**OUTPUT, "content": [text("Né", annotations=[{"start_index": 1, "end_index": 3}])]}

    assert [(0, 1, 2), (0, 3, 5), (2, 0, 1)] == spans(
        step(begun, text("é, é"), annotated((5, 8)), image, text("ö"), annotated((0, 2)))
    )


def test_pictures_stand_between_texts(step: Stream, here: Origin) -> None:
    """A content that comes whole is a block of its own, and text goes on in another."""
    image = {"type": "image", "data": "AA==", "mime_type": "image/png"}

    assert step(OUTPUT, text("a"), image, text("b"), {"type": "video", "uri": "v"}) == [
        BlockStart(0, Text("", origin=here)),
        TextDelta(0, "a"),
        BlockStop(0),
        BlockStart(1, Image(Base64("image/png", "AA=="), extra={"part": 1}, origin=here)),
        BlockStop(1),
        BlockStart(2, Text("", extra={"part": 2}, origin=here)),
        TextDelta(2, "b"),
        BlockStop(2),
        BlockStart(3, Video(Url("v"), extra={"part": 3}, origin=here)),
        BlockStop(3),
    ]


def test_sound_comes_in_pieces(step: Stream, here: Origin) -> None:
    """Pieces of one form are one block, as long as their base64 can be put together."""
    first = {"type": "audio", "data": "AAAA", "mime_type": "audio/l16", "sample_rate": 24000}
    events = step(OUTPUT, first, {**first, "data": "BBB="}, {**first, "data": "CCCC"}, {**first, "sample_rate": 8000})
    form = {"fields": {"sample_rate": 24000}}

    assert events == [
        BlockStart(0, Audio(Base64("audio/l16", ""), extra=form, origin=here)),
        AudioDelta(0, "AAAA"),
        AudioDelta(0, "BBB="),
        BlockStop(0),
        BlockStart(1, Audio(Base64("audio/l16", ""), extra={**form, "part": 1}, origin=here)),
        AudioDelta(1, "CCCC"),
        BlockStop(1),
        BlockStart(2, Audio(Base64("audio/l16", ""), extra={"fields": {"sample_rate": 8000}, "part": 2}, origin=here)),
        AudioDelta(2, "AAAA"),
        BlockStop(2),
    ]


def test_content_that_the_step_begins_with(step: Stream, here: Origin) -> None:
    """It is given as deltas, and more text goes on behind it."""
    start = {**OUTPUT, "content": [text("a"), {"type": "audio", "data": "AAAA"}, text("b")], "odd": 1}

    assert step(start, text("c")) == [
        BlockStart(0, Text("", extra={"step": {"odd": 1}}, origin=here)),
        TextDelta(0, "a"),
        BlockStop(0),
        BlockStart(1, Audio(Base64("", ""), extra={"part": 1}, origin=here)),
        AudioDelta(1, "AAAA"),
        BlockStop(1),
        BlockStart(2, Text("", extra={"part": 2}, origin=here)),
        TextDelta(2, "b"),
        TextDelta(2, "c"),
        BlockStop(2),
    ]


def test_unknown_content(step: Stream, here: Origin) -> None:
    """A kind to come is kept as content, and unknown fields of a known delta as a delta."""
    table = {"type": "table", "rows": []}

    assert step(
        OUTPUT, table, text("a", odd=1), {"type": "text"}, {"type": "text_annotation_delta", "annotations": [], "odd": 1}
    ) == [
        BlockStart(0, Opaque(table, extra={"content": True}, origin=here)),
        BlockStop(0),
        BlockStart(1, Text("", extra={"part": 1}, origin=here)),
        TextDelta(1, "a"),
        OpaqueDelta(1, {"type": "text", "odd": 1}),
        OpaqueDelta(1, {"type": "text"}),
        OpaqueDelta(1, {"type": "text_annotation_delta", "odd": 1}),
        BlockStop(1),
    ]


def test_reasoning(step: Stream, here: Origin) -> None:
    """Words as they come, and the signature that is not empty."""
    assert step(
        {"type": "thought"},
        {"type": "thought_summary", "content": text("a")},
        {"type": "thought_signature", "signature": ""},
        {"type": "thought_summary", "content": text("b")},
        {"type": "thought_signature", "signature": "sig"},
    ) == [
        BlockStart(0, Thinking(origin=here)),
        ThinkingDelta(0, "a"),
        ThinkingDelta(0, "b"),
        SignatureDelta(0, "sig"),
        BlockStop(0),
    ]


def test_pictures_in_a_summary(step: Stream, here: Origin) -> None:
    """They are kept in position, for the way back."""
    picture = {"type": "thought_summary", "content": {"type": "image", "data": "x"}}
    summary = [1, {"type": "image", "data": "x"}, 1]

    assert step(
        {"type": "thought", "odd": 1},
        {"type": "thought_summary", "content": text("a")},
        picture,
        {"type": "thought_summary", "content": text("b")},
        {"type": "thought_signature", "signature": "sig"},
    ) == [
        BlockStart(0, Thinking(extra={"step": {"odd": 1}}, origin=here)),
        ThinkingDelta(0, "a"),
        OpaqueDelta(0, picture),
        ThinkingDelta(0, "b"),
        SignatureDelta(0, "sig"),
        BlockStop(0, Thinking("ab", "sig", extra={"step": {"odd": 1}, "summary": summary}, origin=here)),
    ]


def test_a_call(step: Stream, here: Origin) -> None:
    """Arguments are text as it was streamed; fields that come late are in the final block."""
    start = {"type": "function_call", "id": "f", "name": "n", "arguments": {}}

    assert step(start, {"type": "arguments_delta", "arguments": '{"a": '}, {"type": "arguments_delta", "arguments": "1}"}) == [
        BlockStart(0, ToolCall("f", "n", origin=here)),
        ArgumentsDelta(0, '{"a": '),
        ArgumentsDelta(0, "1}"),
        BlockStop(0),
    ]
    assert step(start, {"type": "arguments_delta", "arguments": "{oops", "signature": "s"})[-1] == BlockStop(
        0, ToolCall("f", "n", "{oops", extra={"step": {"signature": "s"}}, origin=here)
    )


@pytest.mark.parametrize(("arguments", "told"), [({}, "{}"), ({"a": 1}, '{"a":1}'), (None, "{}")])
def test_a_call_that_comes_whole(step: Stream, arguments: Any, told: str) -> None:
    """Arguments that no delta brought are told at the end."""
    events = step({"type": "function_call", "id": "f", "name": "n", "arguments": arguments})

    assert events[1:] == [ArgumentsDelta(0, told), BlockStop(0)]


def test_a_search(step: Stream, here: Origin) -> None:
    """The deltas of a vendor's tool add its arguments and its result to what began it."""
    call = step(
        {"type": "google_search_call", "id": "s", "signature": ""},
        {"type": "google_search_call", "arguments": {"queries": ["q"]}},
        {"type": "google_search_call", "signature": "sig"},
    )
    started = ServerToolCall("s", "web_search", "", "google_search_call", extra={"step": {"signature": ""}}, origin=here)
    final = ServerToolCall(
        "s", "web_search", '{"queries":["q"]}', "google_search_call", extra={"step": {"signature": "sig"}}, origin=here
    )
    assert call == [BlockStart(0, started), ArgumentsDelta(0, '{"queries":["q"]}'), BlockStop(0, final)]

    result = step(
        {"type": "google_search_result", "call_id": "s"},
        {"type": "google_search_result", "result": [1], "is_error": True},
    )
    assert result == [
        BlockStart(0, ServerToolResult("s", "google_search_result", origin=here)),
        BlockStop(0, ServerToolResult("s", "google_search_result", [1], True, origin=here)),
    ]


def test_a_step_of_a_kind_to_come(step: Stream, here: Origin) -> None:
    """Deltas of its own type join it; others are given as they came, and kept beside it."""
    assert step({"type": "future", "a": 1}, {"type": "future", "b": 2}, {"type": "odd"}) == [
        BlockStart(0, Opaque({"type": "future", "a": 1}, origin=here)),
        OpaqueDelta(0, {"type": "odd"}),
        BlockStop(0, Opaque({"type": "future", "a": 1, "b": 2}, extra={"deltas": [{"type": "odd"}]}, origin=here)),
    ]


@pytest.mark.parametrize(
    "start",
    [{"type": "thought"}, {"type": "function_call", "id": "f", "name": "n"}, {"type": "url_context_result", "call_id": "f"}],
)
def test_unknown_deltas(step: Stream, start: dict[str, Any]) -> None:
    """They are given as they came, of whatever step."""
    assert OpaqueDelta(0, {"type": "odd", "a": 1}) in step(start, {"type": "odd", "a": 1})


def test_a_step_that_says_nothing(step: Stream, here: Origin) -> None:
    """A step of content without content is kept, whole."""
    assert step(OUTPUT) == [BlockStart(0, Opaque(OUTPUT, origin=here)), BlockStop(0)]
