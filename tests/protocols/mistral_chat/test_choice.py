"""One choice: what begins and ends a block, which call a piece belongs to, and where everything else goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.mistral_chat.blocks import Register
from dragoman.protocols.mistral_chat.choice import ChoiceReader
from dragoman.protocols.mistral_chat.decode_response import decode_response
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Document,
    Event,
    Extra,
    FileId,
    Finish,
    Finished,
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
)

Json = dict[str, Any]
Read = Callable[..., list[Event]]

ACME = Origin("mistral_chat", "mistral", "m")
REFERENCE = {"type": "reference", "reference_ids": [1]}
DONE = Finished(Finish("stop", "stop"))
CALLED = Finished(Finish("tool_calls", "tool_calls"))


def think(*texts: str, **fields: Any) -> Json:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text} for text in texts], **fields}


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def call(id: str | None, name: str, arguments: Any = "{}", **fields: Any) -> Json:
    return {"id": id, "function": {"name": name, "arguments": arguments}, **fields}


def test_content_changes_its_form(deltas: Read) -> None:
    """Thinking in lists, the turn to text in one list, then strings: two blocks."""
    expected = [
        BlockStart(0, Thinking(origin=ACME)),
        ThinkingDelta(0, "Hm"),
        ThinkingDelta(0, " so"),
        BlockStop(0, Thinking(text="Hm so", origin=ACME, extra={"closed": True})),
        BlockStart(1, Text("")),
        TextDelta(1, "H"),
        TextDelta(1, "i"),
        BlockStop(1),
        DONE,
    ]
    found = deltas(
        {"role": "assistant", "content": ""},
        {"content": [think("Hm")]},
        {"content": [think(" so", closed=True), text("H")]},
        {"content": "i"},
        {"content": [think(closed=True)]},
    )

    assert expected == found


def test_a_signature_may_come_with_the_closing_chunk(deltas: Read, whole: Read) -> None:
    """It is told once and stands on the block."""
    final = Thinking(text="Hm", signature="s", origin=ACME, extra={"closed": True})
    expected = [
        BlockStart(0, Thinking(origin=ACME)),
        ThinkingDelta(0, "Hm"),
        SignatureDelta(0, "s"),
        BlockStop(0, final),
        DONE,
    ]

    assert expected == deltas({"content": [think("Hm")]}, {"content": [think(signature="s", closed=True)]})
    assert expected == whole(content=[think("Hm", signature="s", closed=True)])


def test_each_chunk_of_a_whole_answer_is_a_block(whole: Read) -> None:
    """There boundaries are said; empty text says nothing."""
    expected = [
        BlockStart(0, Thinking(origin=ACME)),
        ThinkingDelta(0, "ab"),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "c"),
        BlockStop(1),
        BlockStart(2, Text("")),
        TextDelta(2, "d"),
        BlockStop(2),
        DONE,
    ]

    assert expected == whole(content=[think("a", "b"), text("c"), text(""), text("d")])


def test_text_after_its_references_is_another_block(deltas: Read) -> None:
    """So that they keep their place when the turn is sent back."""
    expected = [
        BlockStart(0, Opaque(REFERENCE, origin=ACME)),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "a"),
        CitationDelta(1, Citation(kind="reference", raw=REFERENCE)),
        BlockStop(1),
        BlockStart(2, Text("")),
        TextDelta(2, "b"),
        BlockStop(2),
        DONE,
    ]

    assert expected == deltas({"content": [REFERENCE]}, {"content": "a"}, {"content": [REFERENCE]}, {"content": "b"})


def test_what_stands_inside_thinking(deltas: Read) -> None:
    """Things that are not text are told as they came, and kept in order."""
    inner = [text("a"), REFERENCE, {"type": "note", "text": "n"}, text("b")]
    chunk = {"type": "thinking", "thinking": [*inner, "c", {"type": "text", "text": ""}, 3]}
    kept = [*inner[:3], text("bc")]
    expected = [
        BlockStart(0, Thinking(origin=ACME)),
        ThinkingDelta(0, "a"),
        OpaqueDelta(0, {"thinking": [REFERENCE]}),
        ThinkingDelta(0, "n"),
        OpaqueDelta(0, {"thinking": [inner[2]]}),
        ThinkingDelta(0, "bc"),
        BlockStop(0, Thinking(text="anbc", origin=ACME, extra={"thinking": kept})),
        DONE,
    ]

    assert expected == deltas({"content": [chunk]})


def test_other_chunks_come_whole(deltas: Read) -> None:
    """Known media as blocks, unknown chunks as they are; bare strings are text, anything else is kept."""
    unknown = {"type": "resource", "uri": "x"}
    expected = [
        BlockStart(0, Document(FileId("f"))),
        BlockStop(0),
        BlockStart(1, Opaque(unknown, origin=ACME)),
        BlockStop(1),
        BlockStart(2, Text("")),
        TextDelta(2, "s"),
        BlockStop(2, Text("s", origin=ACME, extra={"new": 1})),
        Extra({"choices[0].message": {"content": [3]}}),
        DONE,
    ]

    assert expected == deltas({"content": [{"type": "file", "file_id": "f"}, unknown, "s", "", 3, {**text(""), "new": 1}]})


def test_calls_come_whole(deltas: Read) -> None:
    """Text ends where they begin, and they stay open to the end."""
    expected = [
        BlockStart(0, Text("")),
        TextDelta(0, "t"),
        BlockStop(0),
        BlockStart(1, ToolCall("a1B2c3D4e", "f")),
        ArgumentsDelta(1, '{"x": 1}'),
        BlockStart(2, ToolCall("a1B2c3D4f", "g", origin=ACME, extra={"object": True})),
        ArgumentsDelta(2, '{"y":2}'),
        BlockStop(1),
        BlockStop(2),
        CALLED,
    ]
    calls = [call("a1B2c3D4e", "f", '{"x": 1}', index=0, type="function"), call("a1B2c3D4f", "g", {"y": 2})]

    assert expected == deltas({"content": "t"}, {"content": None, "tool_calls": calls}, finish="tool_calls")


def test_calls_in_pieces(deltas: Read) -> None:
    """Models that Mistral hosts for others send the name first, and pieces without id and name after it."""
    expected = [
        BlockStart(0, ToolCall("i", "f")),
        ArgumentsDelta(0, '{"x"'),
        ArgumentsDelta(0, ": 1}"),
        BlockStop(0, ToolCall("i", "f", '{"x": 1}', origin=ACME, extra={"late": 1})),
        CALLED,
    ]
    found = deltas(
        {"tool_calls": [call("i", "f", "", index=0)], "index": 0},
        {"tool_calls": [{"type": "function", "index": 0, "function": {"name": "", "arguments": '{"x"'}}]},
        {"tool_calls": [call("i", "f", ": 1}", index=0, late=1)]},
        finish="tool_calls",
    )

    assert expected == found


def test_a_piece_belongs_to_the_call_of_its_index(deltas: Read) -> None:
    """Or to the last, where it names none."""
    pieces = [
        {"index": 0, "function": {"arguments": "a"}},
        {"function": {"arguments": "b"}},
        {"index": 9, "function": {"arguments": "c"}},
    ]
    found = deltas({"tool_calls": [call("i", "f", "", index=0), call("j", "g", "", index=1), *pieces]})

    assert [ArgumentsDelta(0, "a"), ArgumentsDelta(1, "b"), ArgumentsDelta(1, "c")] == [
        event for event in found if isinstance(event, ArgumentsDelta)
    ]


def test_two_calls_on_one_index_or_without_ids_stay_two(deltas: Read, whole: Read) -> None:
    """A name begins a call; one without an id gets one of the form that is demanded, and is marked."""
    same = deltas({"tool_calls": [call("i", "f", index=0)]}, {"tool_calls": [call("j", "f", index=0)]})
    assert [ToolCall("i", "f"), ToolCall("j", "f", origin=ACME, extra={"index": 0})] == started(same)

    made = [ToolCall(f"call0000{n}", "f", origin=ACME, extra={"synthetic_id": True}) for n in range(2)]
    assert made == started(deltas({"tool_calls": [call(None, "f"), call("null", "f")]}))
    assert [ToolCall("i", "f"), ToolCall("i", "f")] == started(whole(tool_calls=[call("i", "f"), call("i", "f")]))


def started(events: list[Event]) -> list[Any]:
    return [event.block for event in events if isinstance(event, BlockStart)]


def test_vendor_fields_of_a_call(whole: Read) -> None:
    """They stand on its block; an entry that is no function stays whole."""
    entry = {"id": "c", "type": "connector", "x": 1}
    calls = [{"id": "i", "type": "odd", "function": {"name": "f", "arguments": "", "z": 3}, "y": 2}, entry, 5]
    found = whole(tool_calls=calls)

    extra = {"y": 2, "type": "odd", "function": {"z": 3}}
    assert [ToolCall("i", "f", origin=ACME, extra=extra), Opaque(entry, origin=ACME, extra={"field": "tool_calls"})] == started(
        found
    )
    assert Extra({"choices[0].message": {"tool_calls": [5]}}) == found[-2]


def test_fields_without_a_word(deltas: Read) -> None:
    """Text is joined and lists are extended; the index of the choice and a prefix that is none say nothing."""
    found = deltas(
        {"note": "a", "list": [1], "index": 0, "prefix": False}, {"note": "b", "list": [2], "number": 1}, {"number": 2}
    )

    assert [Extra({"choices[0].message": {"note": "ab", "list": [1, 2], "number": 2}}), DONE] == found


@pytest.mark.parametrize("form", [{"content": 3}, {"tool_calls": {"x": 1}}])
def test_fields_of_another_form_are_kept(deltas: Read, form: Json) -> None:
    """Nothing is dropped because it looks odd."""
    assert [Extra({"choices[0].message": form}), DONE] == deltas(form)


def read_choice(*choices: Json, whole: bool = False) -> tuple[list[Event], ChoiceReader]:
    out: list[Event] = []
    reader = ChoiceReader(0, Register(), ACME, lambda: "call00000")
    for choice in choices:
        reader.take(choice, out, whole=whole)
    return out, reader


def test_tokens_stand_on_their_text() -> None:
    """Those of chunks without text, and what is no list of tokens, go into the details of the end."""
    token = {"token": "a", "logprob": -0.1}
    logprobs = {"content": [token]}
    out, reader = read_choice(
        {"delta": {"content": "a"}, "logprobs": logprobs},
        {"delta": {"content": ""}, "logprobs": logprobs},
        {"delta": {"content": [text("b")]}, "logprobs": logprobs},
        {"logprobs": logprobs},
    )

    assert TextDelta(0, "a", (token,)) == out[1]
    assert TextDelta(0, "b") == out[2]
    assert Finish("stop", details={"logprobs": {"content": [token] * 3}}) == reader.finish()
    assert {"logprobs": "odd"} == read_choice({"delta": {"content": ""}, "logprobs": "odd"})[1].finish().details


def test_fields_of_the_choice() -> None:
    """They are details of its end, and the provider's own word may stand beside this wire's."""
    _, reader = read_choice({"delta": {}, "finish_reason": "stop", "raw_finish_reason": "end_turn", "seen": 1})

    assert reader.ended
    assert Finish("stop", "end_turn", details={"seen": 1}) == reader.finish()
    assert not read_choice({"delta": {}, "finish_reason": None})[1].ended


def test_a_whole_message_in_a_stream() -> None:
    """A server that does not stream answers all the same."""
    out, _ = read_choice({"message": {"content": "a"}, "finish_reason": "stop"})

    assert [BlockStart(0, Text("")), TextDelta(0, "a")] == out


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [([1, 2], ["a", "bc"]), ([1], ["abc"]), ([0, 3], ["abc"]), ("odd", ["abc"]), (None, ["abc"])],
)
def test_the_pieces_a_server_of_ours_names(pieces: Any, expected: list[str]) -> None:
    """Arguments are cut where they were, if the lengths add up."""
    out, _ = read_choice({"delta": {"tool_calls": [call("i", "f", "abc", pieces=pieces)]}})

    assert expected == [event.text for event in out if isinstance(event, ArgumentsDelta)]


# --- answers of several messages --------------------------------------------------------------------------------------------

ASKED = {"role": "assistant", "content": "", "tool_calls": [call("c1", "search", '{"query":"é"}')]}
FOUND = {"role": "tool", "tool_call_id": "c1", "content": "Ruby", "name": "search"}
TOLD = {"role": "assistant", "content": [text("It is Ruby."), REFERENCE]}
SERVED = (
    ServerToolCall("c1", "search", '{"query":"é"}', "tool_calls", origin=ACME),
    ServerToolResult("c1", "tool", "Ruby", origin=ACME, extra={"name": "search"}),
    Text("It is Ruby.", (Citation("reference", raw=REFERENCE),)),
)


def test_the_vendors_own_tools_are_not_the_callers(target: Target) -> None:
    """A whole answer has `messages`: what a message of the role `tool` answers waits for nobody."""
    choice = {"index": 0, "messages": [ASKED, FOUND, TOLD], "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.multi_completion", "choices": [choice]}
    response = accumulate(decode_response(json.dumps(body).encode(), target), ACME)

    assert SERVED == response.message.content
    assert Finish("stop", "stop") == response.finish


def test_calls_of_both_kinds(target: Target) -> None:
    """A call that nothing answers is the caller's."""
    both = {**ASKED, "tool_calls": [*ASKED["tool_calls"], call("c2", "f")]}
    choice = {"index": 0, "messages": [both, FOUND], "finish_reason": "tool_calls"}
    response = accumulate(decode_response(json.dumps({"choices": [choice]}).encode(), target), ACME)

    assert [ServerToolCall, ToolCall, ServerToolResult] == [type(block) for block in response.message.content]
    assert Finish("tool_calls", "tool_calls") == response.finish


def test_several_messages_of_a_stream(deltas: Read) -> None:
    """The call becomes the vendor's when its answer comes; the answer goes on in pieces of its message."""
    events = deltas(
        {**ASKED, "index": 0},
        {**FOUND, "index": 1, "content": "Ru"},
        {"index": 1, "content": "by"},
        {"role": "assistant", "index": 2, "content": "It is "},
        {"index": 2, "content": [text("Ruby."), REFERENCE]},
    )

    assert SERVED == accumulate(events, ACME).message.content
    assert DONE == events[-1]
    assert [0, 1, 2] == [event.index for event in events if isinstance(event, BlockStop)]


def test_results_in_chunks(deltas: Read) -> None:
    """What an answer is made of is kept in its order; one without an end of its own ends with the answer."""
    image = {"type": "image_url", "image_url": "https://a"}
    events = deltas(ASKED, {**FOUND, "content": "x"}, {"content": [image]}, {"tool_call_id": "c9", "content": [image], "odd": 1})
    found = [block for block in accumulate(events, ACME).message.content if isinstance(block, ServerToolResult)]

    assert [("c1", [text("x"), image]), ("c9", [image])] == [(block.id, block.content) for block in found]
    assert {"odd": 1} == found[-1].extra


def test_a_call_that_was_answered_is_complete(deltas: Read) -> None:
    """What comes under its id later is another call."""
    events = deltas(ASKED, FOUND, {"role": "assistant", "tool_calls": [call("c1", "search", "{}")]})
    content = accumulate(events, ACME).message.content

    assert [ServerToolCall, ServerToolResult, ToolCall] == [type(block) for block in content]


@pytest.mark.parametrize("messages", [3, ["x"], [3], {}])
def test_messages_of_another_shape(target: Target, messages: Any) -> None:
    """They are kept as they came."""
    choice = {"index": 0, "messages": messages, "finish_reason": "stop"}
    response = accumulate(decode_response(json.dumps({"choices": [choice]}).encode(), target), ACME)

    assert Finish("stop", "stop", details={"messages": messages}) == response.finish
