"""Blocks in this wire's words."""

from __future__ import annotations

from dragoman.protocols.ollama_chat.say import call_fields, call_said, message_said, opaque_call, own_extra, picture
from dragoman.types import Base64, FileId, Image, Message, Opaque, Origin, Refusal, ServerToolCall, Text, Thinking, ToolCall

HERE, THERE = Origin("ollama_chat", "acme"), Origin("openai_chat", "openai")


def test_whose_data_it_is() -> None:
    """That of this wire, or of nobody in particular."""
    assert [{"a": 1}, {"a": 1}, {}] == [own_extra(Text("", origin=origin, extra={"a": 1})) for origin in (None, HERE, THERE)]


def test_a_call_in_a_request() -> None:
    """Vendor fields only where they belong; free text is no object."""
    call = ToolCall("i", "f", "{}", origin=HERE, extra={"function": {"index": 1}, "x": 2, "synthetic_id": True})
    fields, whole = call_fields(call, own=True)

    assert {"id": "i", "x": 2, "index": 1} == {"id": fields["id"], "x": fields["x"], "index": fields["function"]["index"]}
    assert whole
    assert "x" not in call_fields(call, own=False)[0]
    assert not call_fields(ToolCall("i", "f", "{}", custom=True), own=True)[1]


def test_a_call_in_an_answer() -> None:
    """An id that we made up says so; another wire's fields stay away."""
    assert call_said(ToolCall("i", "f", origin=HERE, extra={"synthetic_id": True}))["synthetic_id"]
    assert {"id", "function"} == set(call_said(ToolCall("i", "f", origin=THERE, extra={"x": 1})))


def test_media_and_the_unknown() -> None:
    """Pictures whose data is here, and entries that stood among the calls."""
    assert ["QQ==", None] == [picture(Image(Base64("image/png", "QQ=="))), picture(Image(FileId("f")))]
    assert [{"a": 1}, None] == [opaque_call(Opaque({"a": 1}, extra={"field": field})) for field in ("tool_calls", "content")]


def test_a_whole_message() -> None:
    """Each kind in its field, what has none left out."""
    content = (
        Thinking("h"),
        Text("a", logprobs=({"token": "a"},)),
        Refusal("b"),
        Image(Base64("image/png", "QQ==")),
        Image(FileId("f")),
        ServerToolCall("s", "search"),
        Opaque({"odd": 1}, extra={"field": "tool_calls"}),
        Opaque({"odd": 2}),
    )

    assert (
        {"role": "assistant", "content": "ab", "thinking": "h", "images": ["QQ=="], "tool_calls": [{"odd": 1}]},
        [{"token": "a"}],
    ) == message_said(Message("assistant", content))
