"""Messages to steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import Message, assistant, system, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.gemini_interactions import InteractionsDialect
from dragoman.types import (
    Audio,
    Cache,
    Citation,
    Document,
    Image,
    Opaque,
    Origin,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from dragoman.types.content import Base64, Blocks, FileId, OpaqueSource, PlainText, Url

Encode = Callable[..., Any]

AWAY = Origin("anthropic_messages", "anthropic", "claude")
PNG = Base64("image/png", "AA==")


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_the_models_turn_goes_back_as_it_came(encode: Encode, here: Origin) -> None:
    """Thoughts with their signatures, in position, before the calls they led to."""
    turn = (
        Thinking("hm", "sig1", origin=here),
        ToolCall("f1", "read", '{"a":1}', extra={"step": {"signature": ""}}, origin=here),
        Thinking("", "sig2", origin=here),
        Text("So:", (Citation(raw={"type": "url_citation", "url": "u"}),), origin=here),
        ServerToolCall("s", "web_search", '{"queries":[]}', "google_search_call", origin=here),
        ServerToolResult("s", "google_search_result", [1], origin=here),
        Opaque({"type": "future", "a": 1}, origin=here),
    )
    sent = encode(user("Hi"), Message("assistant", turn), tool_result("f1", "done"))

    assert sent.steps == [
        {"type": "user_input", "content": [text("Hi")]},
        {"type": "thought", "signature": "sig1", "summary": [text("hm")]},
        {"type": "function_call", "id": "f1", "name": "read", "arguments": {"a": 1}, "signature": ""},
        {"type": "thought", "signature": "sig2"},
        {"type": "model_output", "content": [{**text("So:"), "annotations": [{"type": "url_citation", "url": "u"}]}]},
        {"type": "google_search_call", "id": "s", "arguments": {"queries": []}},
        {"type": "google_search_result", "call_id": "s", "result": [1]},
        {"type": "future", "a": 1},
        {"type": "function_result", "call_id": "f1", "name": "read", "result": "done"},
    ]
    assert sent.reported == []


def test_what_only_others_understand_stays_behind(encode: Encode) -> None:
    """Foreign thinking is no text of ours; each loss is listed."""
    turn = (
        Thinking("secret", "s", origin=AWAY),
        Text("Hi", (Citation(url="u"),), extra={"odd": 1}, origin=AWAY),
        ServerToolCall("s", "web_search", origin=AWAY),
        ServerToolResult("s", "web_search_tool_result", origin=AWAY),
        Opaque({"type": "odd"}, origin=AWAY),
        ToolCall("f", "read", extra={"odd": 1}, origin=AWAY),
        Thinking(encrypted="e"),
        Image(FileId("file_1"), origin=AWAY),
    )
    sent = encode(Message("assistant", turn), tool_result("f", "x"))

    assert sent.steps[:2] == [
        {"type": "model_output", "content": [text("Hi")]},
        {"type": "function_call", "id": "f", "name": "read", "arguments": {}},
    ]
    assert "secret" not in sent.http.body.decode()
    assert sent.reported == [
        ("thinking", "dropped"),
        ("citations", "dropped"),
        ("extra", "dropped"),
        ("server_tool_call", "dropped"),
        ("server_tool_result", "dropped"),
        ("opaque", "dropped"),
        ("extra", "dropped"),
        ("thinking", "dropped"),
        ("image", "dropped"),
    ]


def test_a_person_says(encode: Encode) -> None:
    """Text, pictures, sound and documents are the content of one step."""
    sent = encode(
        user(
            "Look:",
            Image(PNG, "low"),
            Image(Url("https://a.test/a.png")),
            Document(PlainText("plain")),
            Audio(Base64("audio/wav", "AA==")),
            Document(FileId("files/1")),
        )
    )

    assert sent.steps == [
        {
            "type": "user_input",
            "content": [
                text("Look:"),
                {"type": "image", "data": "AA==", "mime_type": "image/png", "resolution": "low"},
                {"type": "image", "uri": "https://a.test/a.png"},
                {"type": "document", "data": "cGxhaW4=", "mime_type": "text/plain"},
                {"type": "audio", "data": "AA==", "mime_type": "audio/wav"},
                {"type": "document", "uri": "https://g.test/v1beta/files/1"},
            ],
        }
    ]
    assert sent.reported == []


def test_what_has_no_place_is_listed(encode: Encode) -> None:
    """Marks, names, titles, levels of detail and transcripts."""
    sent = encode(
        Message(
            "user",
            (
                Text("a", cache=Cache()),
                Refusal("no"),
                Document(PNG, title="t", context="c"),
                Image(PNG, "auto"),
                Image(PNG, "original"),
                Audio(PNG, "said"),
                Document(Blocks((Text("b"),))),
                Text(""),
            ),
            name="Ann",
        )
    )

    assert [item["type"] for item in sent.steps[0]["content"]] == ["text", "text", "document", "image", "image", "audio", "text"]
    assert sent.reported == [
        ("name", "dropped"),
        ("cache", "dropped"),
        ("refusal", "changed"),
        ("document", "dropped"),
        ("document", "dropped"),
        ("image_detail", "dropped"),
        ("audio", "dropped"),
        ("document", "changed"),
    ]


def test_instructions(encode: Encode) -> None:
    """They are one text; one inside the conversation joins it, and that is listed."""
    sent = encode(system("a"), user("Hi"), system("b"), system=(Text("0", cache=Cache(), extra={"odd": 1}),))

    assert sent.body["system_instruction"] == "0\n\na\n\nb"
    assert sent.reported == [
        ("cache", "dropped"),
        ("extra", "dropped"),
        ("system_message", "moved"),
        ("content_parts", "changed"),
    ]
    with pytest.raises(Unsupported, match="instructions are text"):
        encode(Message("system", (Image(PNG),)))


@pytest.mark.parametrize(
    "block", [Thinking("t"), ToolCall("f", "n"), ServerToolCall("s", "n"), ServerToolResult("s", "k"), Image(OpaqueSource({}))]
)
def test_what_a_person_cannot_say(encode: Encode, block: Any) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(Unsupported):
        encode(user(block))


def test_results(encode: Encode) -> None:
    """They are steps of their own, also beside a person's words, and name their tool where the call did."""
    sent = encode(
        assistant(ToolCall("f", "read", "{}"), ToolCall("g", "draw", "{}")),
        Message(
            "user",
            (
                Text("Here:"),
                ToolResult("f", (Text("a"),), True),
                ToolResult("g", (Text("see"), Image(PNG), Document(Blocks((Text("in"),))))),
                Text("Go on."),
            ),
        ),
    )

    assert sent.steps[2:] == [
        {"type": "user_input", "content": [text("Here:")]},
        {"type": "function_result", "call_id": "f", "name": "read", "result": "a", "is_error": True},
        {
            "type": "function_result",
            "call_id": "g",
            "name": "draw",
            "result": [text("see"), {"type": "image", "data": "AA==", "mime_type": "image/png"}, text("in")],
        },
        {"type": "user_input", "content": [text("Go on.")]},
    ]
    assert sent.reported == [("document", "changed")]


def test_results_without_media(encode: Encode) -> None:
    """Where they cannot hold any, it follows as the user's input; what means nothing here is listed."""
    content = (
        Image(PNG),
        Text("a"),
        Thinking("t"),
        Opaque({"type": "odd"}),
        Opaque({"type": "x"}, extra={"content": True}, origin=AWAY),
    )
    sent = encode(tool_result("f", *content), dialect=InteractionsDialect(result_media=False))

    assert sent.steps == [
        {"type": "function_result", "call_id": "f", "result": "a"},
        {"type": "user_input", "content": [{"type": "image", "data": "AA==", "mime_type": "image/png"}]},
    ]
    assert sent.reported == [("tool_media", "moved"), ("thinking", "dropped"), ("opaque", "dropped"), ("opaque", "dropped")]
    with pytest.raises(Unsupported):
        encode(tool_result("f", Image(OpaqueSource({}))))


def test_calls_of_other_kinds(encode: Encode) -> None:
    """Free text and malformed arguments are sent in one field, and that is listed."""
    sent = encode(assistant(ToolCall("f", "n", "x", custom=True), ToolCall("g", "n", "{oops")))

    assert [step["arguments"] for step in sent.steps] == [{"input": "x"}, {"_malformed_arguments": "{oops"}]
    assert sent.reported == [("custom_tool", "changed"), ("tool_arguments", "changed")]


def test_media_that_a_model_made(encode: Encode, here: Origin) -> None:
    """It goes back as content; sound that only its vendor has goes as its words."""
    sent = encode(
        assistant(
            Image(PNG, origin=here),
            Audio(FileId("audio_1"), "said", origin=AWAY),
            Audio(Base64("audio/wav", "AA=="), "heard", origin=here),
            Refusal("no"),
            Text(""),
        )
    )

    assert sent.steps == [
        {"type": "model_output", "content": [{"type": "image", "data": "AA==", "mime_type": "image/png"}]},
        {"type": "model_output", "content": [text("said")]},
        {"type": "model_output", "content": [{"type": "audio", "data": "AA==", "mime_type": "audio/wav"}, text("heard")]},
        {"type": "model_output", "content": [text("no")]},
    ]
    assert sent.reported == [("audio", "changed"), ("audio", "changed"), ("refusal", "changed")]
    with pytest.raises(Unsupported, match="cannot stand in the model's turn"):
        encode(assistant(ToolResult("f")))


def test_fields_of_a_step_of_input(encode: Encode, here: Origin) -> None:
    """They go back to this wire, and to no other; other roles have no place for any."""
    own = Message("user", (Text("a"),), extra={"odd": 1}, origin=here)

    assert encode(own).steps == [{"type": "user_input", "odd": 1, "content": [text("a")]}]
    assert encode(Message("user", (Text("a"),), extra={"odd": 1}, origin=AWAY)).reported == [("extra", "dropped")]
    assert encode(Message("assistant", (Text("a"),), extra={"odd": 1})).reported == [("extra", "dropped")]


def test_steps_that_a_client_put_there(encode: Encode) -> None:
    """An unknown step stands where it stood; one of another vendor does not."""
    assert encode(user("a", Opaque({"type": "future"}), "b")).steps == [
        {"type": "user_input", "content": [text("a")]},
        {"type": "future"},
        {"type": "user_input", "content": [text("b")]},
    ]
    assert encode(user("a", Opaque({"type": "odd"}, origin=AWAY))).reported == [("opaque", "dropped")]
    assert encode(user(Opaque({"type": "odd"}, extra={"content": True}, origin=AWAY))).reported == [("opaque", "dropped")]
