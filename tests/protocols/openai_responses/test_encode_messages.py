"""Messages to the items of `input`."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.engine.handoff import handoff
from dragoman.errors import Unsupported
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses import PROTOCOL, ResponsesDialect
from dragoman.protocols.openai_responses.decode_stream import StreamDecoder
from dragoman.protocols.openai_responses.encode_messages import encode_messages
from dragoman.testing.conformance import Exchange
from dragoman.types import (
    Audio,
    Base64,
    Cache,
    Citation,
    Document,
    FileId,
    Finished,
    Image,
    Message,
    Opaque,
    Origin,
    Refusal,
    Request,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
    assistant,
    system,
    user,
)
from dragoman.wire.sse import SseFramer

Json = dict[str, Any]

HERE = Origin("openai_responses", "openai-responses", "gpt-test")
CLAUDE = Origin("anthropic_messages", "anthropic", "claude")
GROK = Origin("openai_responses", "xai-responses", "grok")


def reasoning(**fields: Any) -> Thinking:
    return Thinking(origin=HERE, extra={"item": {"id": "rs_1"}}, **fields)


def call(id: str = "c") -> ToolCall:
    return ToolCall(id, "f", "{}", extra={"item": {"id": "fc_1"}}, origin=HERE)


def test_people_and_instructions(encode: Any) -> None:
    """A plain text is a string, several parts are a list, roles stay, and the system prompt is `instructions`."""
    sent = encode(
        user("Hi"),
        Message("developer", (Text("Be kind."),)),
        user("a", Text("b", cache=Cache("30m"))),
        system("Be brief."),
        Message("user", ()),
        system=(Text("You are a bird."),),
    )

    assert sent.body["instructions"] == "You are a bird."
    assert sent.input == [
        {"role": "user", "content": "Hi"},
        {"role": "developer", "content": "Be kind."},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "a"},
                {"type": "input_text", "text": "b", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}},
            ],
        },
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": ""},
    ]
    assert sent.reported == []


def test_a_marked_system_prompt_is_a_message(encode: Any) -> None:
    """`instructions` are a string: what it cannot carry goes first in the input, and nothing is lost."""
    sent = encode(user("Hi"), system=(Text("a"), Text("b", cache=Cache())))

    assert "instructions" not in sent.body
    assert sent.input[0]["role"] == "developer"
    assert [part["text"] for part in sent.input[0]["content"]] == ["a", "b"]
    assert sent.reported == []
    assert encode(user("Hi"), system=(Text("a"), Text("b"))).reported == [("content_parts", "changed")]


def test_vendors_with_fewer_roles(encode: Any) -> None:
    """Where instructions or the developer role are unknown, the nearest is said."""
    dialect = ResponsesDialect(instructions=False, system_role="system", developer_role=False)
    sent = encode(Message("developer", (Text("a"),)), system=(Text("b"),), dialect=dialect)

    assert sent.input == [{"role": "system", "content": "b"}, {"role": "system", "content": "a"}]
    assert sent.reported == [("role", "changed")]


def test_an_answer_goes_back_as_it_came(encode: Any) -> None:
    """Ids, encrypted reasoning in front of what it led to, parts of a message together."""
    fields = {"item": {"id": "msg_1", "phase": "commentary"}}
    sent = encode(
        user("Hi"),
        assistant(
            reasoning(encrypted="gAAA"),
            Text("a", extra=fields, origin=HERE),
            Text("b", extra={**fields, "part": 1}, origin=HERE),
            call(),
            Opaque({"type": "compaction", "encrypted_content": "x"}, origin=HERE),
        ),
    )

    assert sent.input[1:] == [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
        {
            "type": "message",
            "id": "msg_1",
            "phase": "commentary",
            "role": "assistant",
            "status": "completed",
            "content": [
                {"type": "output_text", "text": "a", "annotations": []},
                {"type": "output_text", "text": "b", "annotations": []},
            ],
        },
        {"type": "function_call", "id": "fc_1", "status": "completed", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "compaction", "encrypted_content": "x"},
    ]
    assert sent.reported == []


def test_another_providers_answer_goes_without_its_data(encode: Any) -> None:
    """Foreign thinking is never sent as text; words and calls are, without ids; what only that vendor understands is reported."""
    for origin in (CLAUDE, GROK):
        sent = encode(
            user("Hi"),
            assistant(
                Thinking("secret", signature="sig", origin=origin),
                Text("a", citations=(Citation("c"),), extra={"item": {"id": "msg_9"}}, origin=origin),
                ServerToolCall("s", "search", origin=origin),
                ServerToolResult("s", "search_result", origin=origin),
                ToolCall("c", "f", "", extra={"item": {"id": "fc_9"}}, origin=origin),
                Opaque({"type": "odd"}, origin=origin),
            ),
        )

        assert sent.input[1:] == [
            {"role": "assistant", "content": "a"},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        ]
        assert sent.reported == [
            ("thinking", "dropped"),
            ("citations", "dropped"),
            ("server_tool_call", "dropped"),
            ("server_tool_result", "dropped"),
            ("opaque", "dropped"),
        ]


def test_reasoning_needs_what_it_led_to(encode: Any) -> None:
    """The last item of a turn cannot be reasoning, unless the vendor says so."""
    turn = assistant(Text("a"), reasoning(encrypted="x"), reasoning(encrypted="y"))

    assert [item.get("type") for item in encode(turn).input] == [None]
    assert encode(turn).reported == [("thinking", "dropped")] * 2
    assert len(encode(turn, dialect=ResponsesDialect(lone_reasoning=True)).input) == 3


def test_reasoning_that_the_server_cannot_find_takes_ids_with_it(encode: Any) -> None:
    """A call whose reasoning is missing is refused by its id: both go, or neither."""
    turn = assistant(reasoning(text="Hm"), Text("a", extra={"item": {"id": "msg_1"}}, origin=HERE), call())

    assert [item.get("id") for item in encode(turn).input] == ["rs_1", "msg_1", "fc_1"]
    stateless = encode(turn, extra={"store": False})
    assert [item.get("id") for item in stateless.input] == [None, None]
    assert stateless.reported == [("thinking", "dropped")]
    assert [item.get("id") for item in encode(turn, dialect=ResponsesDialect(body={"store": False})).input] == [None, None]


def test_vendors_differ_in_what_reasoning_they_take(encode: Any) -> None:
    """Open models take its text, others none."""
    turn = assistant(Thinking("Hm"), Text("a"))

    assert encode(turn).reported == [("thinking", "dropped")]
    assert encode(turn, dialect=ResponsesDialect(echo="always")).input[0] == {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "Hm"}],
    }
    kept = assistant(reasoning(encrypted="x"), Text("a"))
    assert encode(kept, dialect=ResponsesDialect(echo="never")).reported == [("thinking", "dropped")]


def test_media_in_an_answer(encode: Any) -> None:
    """A picture goes back to who made it; sound by its transcript; what has no place is reported."""
    painted = Image(Base64("image/png", "iVBO"), extra={"item": {"id": "ig_1", "status": "completed"}}, origin=HERE)
    sent = encode(
        assistant(
            painted,
            Image(Base64("image/png", "iVBO")),
            Audio(Base64("audio/wav", "UklG"), "Hello"),
            Audio(Base64("audio/wav", "UklG")),
            Video(Base64("video/mp4", "AAAA")),
            Document(FileId("f")),
        )
    )

    assert sent.input == [
        {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "iVBO"},
        {"role": "assistant", "content": "Hello"},
    ]
    assert sent.reported == [
        ("image", "dropped"),
        ("audio", "changed"),
        ("audio", "dropped"),
        ("video", "dropped"),
        ("document", "dropped"),
    ]


def test_marks_and_names_in_odd_places(encode: Any) -> None:
    """The model's words take no cache mark, messages no name, instructions no picture."""
    named = msgspec.structs.replace(user("Hi"), name="Ann")
    sent = encode(named, assistant(Text("a", cache=Cache())), system(Image(FileId("f")), "b"))

    assert sent.input == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "a"},
        {"role": "system", "content": "b"},
    ]
    assert sent.reported == [("name", "dropped"), ("cache", "dropped"), ("image", "dropped")]


def test_free_text_calls_where_they_are_unknown(encode: Any) -> None:
    """They are calls of a function with one input."""
    sent = encode(assistant(ToolCall("c", "t", "words", True)), dialect=ResponsesDialect(custom_tools=False))

    assert sent.input[0]["arguments"] == '{"input":"words"}'
    assert sent.reported == [("custom_tool", "changed")]


def test_items_among_a_persons_words(encode: Any) -> None:
    """Results, approvals and items of kinds to come keep their place; fields of a message go to where they came from."""
    approval = Opaque({"type": "mcp_approval_response", "approval_request_id": "m", "approve": True})
    sent = encode(
        assistant(call()),
        Message("user", (ToolResult("c", (Text("1"),)), Text("a"), approval, Refusal("b"), Opaque({"type": "input_new"}))),
        Message("user", (Text("c"),), extra={"id": "msg_7"}),
        Message("user", (Opaque({"type": "x"}, origin=CLAUDE), Text("d")), extra={"id": "msg_8"}, origin=CLAUDE),
    )

    assert sent.input[1:] == [
        {"type": "function_call_output", "call_id": "c", "output": "1"},
        {"role": "user", "content": "a"},
        approval.data,
        {"role": "user", "content": [{"type": "input_text", "text": "b"}, {"type": "input_new"}]},
        {"role": "user", "content": "c", "id": "msg_7"},
        {"role": "user", "content": "d"},
    ]
    assert sent.reported == [("refusal", "changed"), ("opaque", "dropped"), ("message_fields", "dropped")]


def test_strict_callers_are_told_instead(encode: Any) -> None:
    """Nothing is sent that had to be changed."""
    with pytest.raises(Unsupported, match="thinking"):
        encode(assistant(Thinking("x", origin=CLAUDE), Text("a")), policy="strict")


def test_a_longer_history_extends_a_shorter(target: Target) -> None:
    """Prompt caches depend on it: the items of `messages[:n]` begin those of `messages[:n + 1]`."""
    messages = (
        user("Hi"),
        assistant(reasoning(encrypted="x"), Text("a", extra={"item": {"id": "m"}}, origin=HERE), call("a"), call("b")),
        Message("tool", (ToolResult("a", (Text("1"),)), ToolResult("b", (Image(FileId("f")),)))),
        assistant(Thinking("y", origin=CLAUDE), Text("b"), reasoning(encrypted="z")),
        system("Be brief."),
        user("c", Image(FileId("f"))),
    )
    before: list[Json] = []
    for count in range(1, len(messages) + 1):
        _, items = encode_messages(Request("m", messages[:count]), target, ResponsesDialect(), Report(target))

        assert items[: len(before)] == before
        before = items


def test_a_server_that_holds_the_conversation_is_sent_the_new_messages_only(target: Target) -> None:
    """With `previous_response_id` a result without its call is no orphan."""
    request = Request("m", (Message("tool", (ToolResult("c", (Text("1"),)),)),), extra={"previous_response_id": "resp_1"})
    report = Report(target)

    assert handoff(request, target, PROTOCOL, report).messages == request.messages
    assert report.adaptations == []
    assert handoff(request, target, load("openai_chat"), report).messages == ()


@pytest.mark.parametrize("strange", ["claude", "grok"])
def test_histories_of_others_fit_the_schema(encode: Any, schema_errors: Any, strange: str) -> None:
    """What a foreign history becomes is a valid request."""
    origin = CLAUDE if strange == "claude" else GROK
    turn = (Thinking("x", signature="s", origin=origin), Text("a", origin=origin), ToolCall("c", "f", "{}", origin=origin))
    sent = encode(user("Hi", Image(FileId("f"))), assistant(*turn), Message("tool", (ToolResult("c", (Text("1"),)),)), user("b"))

    assert schema_errors(sent.body, "CreateResponse") == []


def _same(item: Json) -> Json:
    """An item without what a request cannot or need not say: probabilities, nulls, empty lists, a status of completed."""
    item = json.loads(json.dumps(item))
    for part in item["content"] if isinstance(item.get("content"), list) else ():
        part.pop("logprobs", None)
        if part.get("annotations") == []:
            del part["annotations"]
    return {name: value for name, value in item.items() if value not in (None, [], "completed")}


def test_recorded_answers_go_back_as_they_came(recorded: list[tuple[Exchange, Target]]) -> None:
    """Every item of every recorded answer is in the next request as it was, in position."""
    for exchange, target in recorded:
        if exchange.framing != "sse":
            continue
        framer = SseFramer()
        frames = framer.feed(exchange.body) + framer.close()
        events = StreamDecoder(target).feed(frames)
        if not events or not isinstance(events[-1], Finished):
            continue
        done = [wire for _, data in frames if (wire := json.loads(data) if data != b"[DONE]" else {}).get("item")]
        items = {wire["output_index"]: wire["item"] for wire in done}
        dialect = ResponsesDialect(lone_reasoning=True, echo="always")
        there = Target(target.provider, target.protocol, target.model, dialect=dialect)
        message = accumulate(events, target.origin()).message
        _, sent = encode_messages(Request("m", (message,)), there, dialect, Report(there))

        assert [_same(item) for item in json.loads(msgspec.json.encode(sent))] == [
            _same(items[index]) for index in sorted(items)
        ], exchange.id
