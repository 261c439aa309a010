"""Frames of a streamed answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.openai_responses.frames import read_frame
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    OpaqueDelta,
    OpaqueEvent,
    Origin,
    Ping,
    Refusal,
    RefusalDelta,
    ServerToolCall,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
)

Json = dict[str, Any]
Decode = Callable[..., list[Event]]

HERE = Origin("openai_responses", "openai-responses", "gpt-test")
ITEM: Json = {"type": "message", "id": "m", "role": "assistant", "status": "in_progress", "content": []}

DONE: Json = {**ITEM, "status": "completed"}


def frame(kind: str, **fields: Any) -> Json:
    return {"type": f"response.{kind}", "sequence_number": 9, **fields}


def part(kind: str, place: int = 0, **fields: Any) -> Json:
    return frame(kind, item_id="m", output_index=0, content_index=place, **fields)


def text(extra: Json | None = None) -> Text:
    return Text("", extra=extra or {"item": {"id": "m"}}, origin=HERE)


CREATED = frame("created", response={"id": "r", "model": "gpt", "created_at": 1, "status": "in_progress", "output": []})
ADDED = frame("output_item.added", output_index=0, item=ITEM)
BEGUN = [Started("r", "gpt", 1), BlockStart(0, text())]


def test_a_message(decode: Decode) -> None:
    """From its first frame to its last: words, probabilities, a source, and one stop when the item is done."""
    cited = {"type": "url_citation", "url": "https://a"}
    done = {**ITEM, "status": "completed"}
    done["content"] = [{"type": "output_text", "text": "Hi!", "annotations": [cited], "logprobs": [{"token": "!"}]}]

    assert decode(
        CREATED,
        frame("in_progress", response=CREATED["response"]),
        ADDED,
        part("content_part.added", part={"type": "output_text", "text": "", "annotations": []}),
        part("output_text.delta", delta="Hi", logprobs=[], obfuscation="xyz"),
        part("output_text.delta", delta="!", logprobs=[{"token": "!"}]),
        part("output_text.annotation.added", annotation=cited, annotation_index=0),
        part("output_text.done", text="Hi!"),
        part("content_part.done", part=done["content"][0]),
        frame("output_item.done", output_index=0, item=done),
        frame("completed", response={**CREATED["response"], "status": "completed", "output": [done]}),
    ) == [
        *BEGUN,
        TextDelta(0, "Hi"),
        TextDelta(0, "!", ({"token": "!"},)),
        CitationDelta(0, Citation("url_citation", "https://a", raw=cited)),
        BlockStop(0),
        Finished(Finish("stop", "completed")),
    ]


def test_a_refusal(decode: Decode) -> None:
    """Is words of its own kind, and decides how the answer ended."""
    events = decode(
        CREATED,
        ADDED,
        part("refusal.delta", delta="No"),
        part("refusal.done", refusal="No"),
        frame("completed", response={"status": "completed"}),
    )

    assert events[1:] == [
        BlockStart(0, Refusal("", extra={"item": {"id": "m"}}, origin=HERE)),
        RefusalDelta(0, "No"),
        BlockStop(0),
        Finished(Finish("refusal", "completed")),
    ]


def test_reasoning_of_both_kinds(decode: Decode) -> None:
    """Summary and reasoning itself are the text of one block; the encrypted form comes with the done item."""
    item = {"type": "reasoning", "id": "rs", "summary": []}
    done = {**item, "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": "gAAA"}

    events = decode(
        CREATED,
        frame("output_item.added", output_index=0, item=item),
        frame("reasoning_summary_part.added", output_index=0, summary_index=0, part={"type": "summary_text", "text": ""}),
        frame("reasoning_summary_text.delta", output_index=0, item_id="rs", summary_index=0, delta="H"),
        frame("reasoning_text.delta", output_index=0, item_id="rs", content_index=0, delta="m"),
        frame("output_item.done", output_index=0, item=done),
    )

    assert events[1:] == [
        BlockStart(0, Thinking(extra={"item": {"id": "rs"}}, origin=HERE)),
        ThinkingDelta(0, "H"),
        ThinkingDelta(0, "m"),
        BlockStop(0, Thinking("Hm", encrypted="gAAA", extra={"item": {"id": "rs"}}, origin=HERE)),
    ]


def test_calls_side_by_side(decode: Decode) -> None:
    """Arguments go to the call at their index, whatever ids the frames name."""
    items = [{"type": "function_call", "id": f"f{n}", "call_id": f"c{n}", "name": "g", "arguments": ""} for n in range(2)]

    events = decode(
        *[frame("output_item.added", output_index=n, item=item) for n, item in enumerate(items)],
        frame("function_call_arguments.delta", output_index=1, item_id="other", delta="{"),
        frame("function_call_arguments.delta", output_index=0, item_id="f0", delta="{}"),
        frame("function_call_arguments.delta", output_index=1, item_id="another", delta="}"),
        frame("function_call_arguments.done", output_index=1, item_id="f1", arguments="{}"),
        *[frame("output_item.done", output_index=n, item={**item, "arguments": "{}"}) for n, item in enumerate(items)],
    )

    assert events == [
        Started(),
        *[BlockStart(n, ToolCall(f"c{n}", "g", extra={"item": {"id": f"f{n}"}}, origin=HERE)) for n in range(2)],
        ArgumentsDelta(1, "{"),
        ArgumentsDelta(0, "{}"),
        ArgumentsDelta(1, "}"),
        BlockStop(0),
        BlockStop(1),
    ]


def test_progress_of_an_item_is_kept(decode: Decode) -> None:
    """Frames of an open item that have no event of their own are given as they are, without the envelope."""
    item = {"type": "code_interpreter_call", "id": "ci", "status": "in_progress", "code": ""}
    events = decode(
        frame("output_item.added", output_index=0, item=item),
        frame("code_interpreter_call_code.delta", output_index=0, item_id="ci", delta="1+1", obfuscation="x"),
    )

    assert events[1:] == [
        BlockStart(
            0, ServerToolCall("ci", "code_execution", kind="code_interpreter_call", extra={"item": {"id": "ci"}}, origin=HERE)
        ),
        OpaqueDelta(0, {"type": "response.code_interpreter_call_code.delta", "delta": "1+1"}),
    ]


def test_what_is_not_announced_is_opened(decode: Decode) -> None:
    """Deltas without their item open it; the item may still be announced, or be done at once."""
    assert decode(part("output_text.delta", delta="Hi"), ADDED, part("output_text.delta", delta="!"))[1:] == [
        BlockStart(0, text()),
        TextDelta(0, "Hi"),
        TextDelta(0, "!"),
    ]
    assert decode(frame("reasoning_text.delta", item_id="rs", delta="Hm"))[1:] == [
        BlockStart(0, Thinking(extra={"item": {"id": "rs"}}, origin=HERE)),
        ThinkingDelta(0, "Hm"),
    ]
    done = {**ITEM, "status": "completed", "content": [{"type": "output_text", "text": "Hi"}]}
    assert decode(frame("output_item.done", item=done))[1:] == [BlockStart(0, text()), TextDelta(0, "Hi"), BlockStop(0)]


def test_items_without_an_index_are_found_by_their_id(decode: Decode) -> None:
    """And a frame that names neither is about the item opened last."""
    events = decode(
        frame("output_item.added", item=ITEM),
        frame("output_item.added", item={**ITEM, "id": "n"}),
        frame("output_text.delta", item_id="m", delta="a"),
        frame("output_text.delta", delta="b"),
        frame("output_item.done", item={**DONE, "content": [{"type": "output_text", "text": "a"}]}),
    )

    assert [event for event in events if isinstance(event, TextDelta | BlockStop)] == [
        TextDelta(0, "a"),
        TextDelta(1, "b"),
        BlockStop(0),
    ]


def test_the_done_part_counts_where_the_item_says_none(decode: Decode) -> None:
    """An answer may end before its item is done, and a done item may be empty."""
    for last in (
        frame("output_item.done", output_index=0, item=DONE),
        frame("completed", response={"status": "completed", "output": []}),
    ):
        events = decode(ADDED, part("output_text.delta", delta="H"), part("output_text.done", text="Hi"), last)

        assert events[2:5] == [TextDelta(0, "H"), TextDelta(0, "i"), BlockStop(0)]


@pytest.mark.parametrize(
    ("kind", "status", "finish"),
    [
        ("completed", None, Finish("stop", "completed")),
        ("incomplete", None, Finish("length", "incomplete")),
        ("completed", "cancelled", Finish("cancelled", "cancelled")),
        ("done", None, Finish("stop")),
    ],
)
def test_ends(decode: Decode, kind: str, status: str | None, finish: Finish) -> None:
    """The answer's own status counts, else that of the frame."""
    assert decode(frame(kind, response={"status": status}))[-1] == Finished(finish)


def test_nothing_is_read_after_the_end(decode: Decode) -> None:
    """Frames behind it are none of this answer."""
    assert decode(frame("completed", response={}), CREATED) == [Started(), Finished(Finish("stop", "completed"))]


def test_errors_end_the_answer(decode: Decode) -> None:
    """By a frame of their own, by a lifecycle frame, or by an object without a type."""
    for last in (
        {"type": "error", "sequence_number": 2, "code": "rate_limit_exceeded", "message": "Slow"},
        {"type": "error", "error": {"code": "rate_limit_exceeded", "message": "Slow"}},
        {"error": {"code": "rate_limit_exceeded", "message": "Slow"}},
        frame("failed", response={"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "Slow"}}),
    ):
        failed = decode(CREATED, last)[-1]

        assert isinstance(failed, Failed)
        assert (failed.failure.code, failed.failure.message) == ("rate_limit_exceeded", "Slow")


def test_fields_beside_an_answer_are_vendor_fields(decode: Decode) -> None:
    """GitHub Copilot gives its bill beside the answer object."""
    events = decode(frame("completed", response={"status": "completed"}, copilot_usage={"x": 1}))

    assert Extra({"copilot_usage": {"x": 1}}) in events


def test_unknown_frames_and_fields_survive(decode: Decode) -> None:
    """As what they are; what belongs to no open item, and fields that a known frame does not have, as `beside`."""
    assert decode({"type": "keepalive", "sequence_number": 3}) == [Ping()]
    assert decode(frame("new_thing", data=1)) == [OpaqueEvent("response.new_thing", {"type": "response.new_thing", "data": 1})]
    assert decode(frame("new_thing", output_index=5)) == [
        OpaqueEvent("beside", {"type": "beside", "of": "response.new_thing", "output_index": 5})
    ]
    late = frame("function_call_arguments.delta", output_index=5, delta="{")
    assert decode(late) == [
        OpaqueEvent("beside", {"type": "beside", "of": "response.function_call_arguments.delta", "output_index": 5, "delta": "{"})
    ]
    assert decode(ADDED, part("output_text.delta", delta="Hi", mood="calm"))[3:] == [
        OpaqueEvent("beside", {"type": "beside", "of": "response.output_text.delta", "mood": "calm"})
    ]


@pytest.mark.parametrize(
    "wire",
    [
        frame("output_item.added", output_index=0, item=7),
        frame("output_item.done", output_index=0, item=None),
        part("content_part.added", part=7),
        part("content_part.done"),
        part("output_text.delta", delta=7),
        part("output_text.annotation.added", annotation="x"),
        part("refusal.delta", delta=None),
        frame("reasoning_text.delta", output_index=0, delta=[]),
        frame("custom_tool_call_input.delta", output_index=0, delta="x"),
        frame("created", response="x"),
        frame("output_text.delta", output_index=[0], content_index={}, delta=None),
    ],
)
def test_a_frame_that_is_not_what_its_type_says_does_no_harm(decode: Decode, wire: Json) -> None:
    """It is kept, and the answer goes on."""
    events = decode(CREATED, wire, ADDED, part("output_text.delta", delta="Hi"))

    assert isinstance(events[1], OpaqueEvent)
    assert events[-1] == TextDelta(0, "Hi")


def test_reading_a_frame_needs_no_stream(target: Any) -> None:
    """Frames are objects: other carriers than server-sent events can bring them."""
    from dragoman.protocols.openai_responses.answer import Answer

    out: list[Event] = []
    read_frame(Answer(target), "keepalive", {}, out)

    assert out == [Ping()]


def test_reasoning_in_the_words_of_open_responses(decode: Decode) -> None:
    """`response.reasoning.delta` is reasoning, of the item it names; its end repeats what was said."""
    item: Json = {"type": "reasoning", "id": "rs", "summary": [], "content": []}
    where: Json = {"item_id": "rs", "output_index": 0, "content_index": 0}
    events = decode(
        CREATED,
        frame("output_item.added", output_index=0, item=item),
        frame("reasoning.delta", **where, delta="Hm"),
        frame("reasoning.done", **where, text="Hm"),
    )

    assert events[-1] == ThinkingDelta(0, "Hm")


def test_a_failure_without_an_answer(decode: Decode) -> None:
    """Perplexity's frame of a failed answer has the error in its place."""
    failed = decode(CREATED, frame("failed", error={"message": "no", "type": "server_error"}))[-1]

    assert isinstance(failed, Failed)
    assert failed.failure.message == "no"
