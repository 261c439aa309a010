"""Calls and whole messages in this wire's words."""

from __future__ import annotations

import msgspec

from dragoman.protocols.mistral_chat.say import call_fields, content_value, message_said, opaque_call
from dragoman.protocols.mistral_chat.wire import WIRE
from dragoman.types import Message, Opaque, Origin, Refusal, ServerToolCall, Text, Thinking, ToolCall

ENTRY = {"id": "c", "type": "connector"}


def test_a_call() -> None:
    """Arguments stay byte for byte; vendor fields come back where they are the wire's own."""
    call = ToolCall("i", "f", '{"x" : 1}', extra={"index": 3, "synthetic_id": True, "function": {"z": 1}})
    plain = {"id": "i", "type": "function", "function": {"name": "f", "arguments": '{"x" : 1}'}}

    assert plain == call_fields(call, own=False)
    assert {**plain, "index": 3, "function": {**plain["function"], "z": 1}} == call_fields(call, own=True)  # type: ignore[dict-item]


def test_arguments_that_came_as_an_object() -> None:
    """They go back as one, unless they are none."""
    fine, torn = (ToolCall("i", "f", text, extra={"object": True}) for text in ('{"x":1.0}', '{"x"'))

    assert b'{"x":1.0}' == bytes(call_fields(fine, own=True)["function"]["arguments"])
    assert '{"x"' == call_fields(torn, own=True)["function"]["arguments"]


def test_content() -> None:
    """A list, or the string that is short for one text."""
    text, cited = {"type": "text", "text": "a"}, {"type": "text", "text": "a", "new": 1}

    assert ["", "a", [cited], [text, text]] == [content_value(chunks) for chunks in ([], [text], [cited], [text, text])]


def test_a_message() -> None:
    """Content in order, then calls; what the provider's own tools did has no place."""
    token = {"token": "a"}
    message = Message(
        "assistant",
        (
            Thinking(text="h"),
            Text("a", logprobs=(token,)),
            ToolCall("i", "f", "{}", origin=WIRE, extra={"synthetic_id": True}),
            ServerToolCall("s", "web_search"),
            Refusal("no"),
            Opaque(ENTRY, origin=WIRE, extra={"field": "tool_calls"}),
        ),
    )
    said, tokens = message_said(message)

    assert [{"type": "thinking", "thinking": [{"type": "text", "text": "h"}]}, *texts("a", "no")] == said["content"]
    call = {"id": "i", "type": "function", "function": {"name": "f", "arguments": "{}"}, "index": 0, "synthetic_id": True}
    assert [call, ENTRY] == said["tool_calls"]
    assert [token] == tokens
    assert ({"role": "assistant", "content": ""}, []) == message_said(Message("assistant", ()))
    assert msgspec.json.encode(said)


def texts(*words: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text} for text in words]


def test_opaque_calls() -> None:
    """Only those of this wire that stood among the calls."""
    own = Opaque(ENTRY, origin=WIRE, extra={"field": "tool_calls"})

    assert ENTRY == opaque_call(own)
    assert opaque_call(Opaque(ENTRY, origin=WIRE)) is None
    assert opaque_call(msgspec.structs.replace(own, origin=Origin("openai_chat"))) is None
