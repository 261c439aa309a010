"""Blocks as a target may have them: media, results, foreign data, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import Message, assistant, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.gemini.dialect import SKIP_SIGNATURE, GeminiDialect
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Blocks,
    Cache,
    Citation,
    Document,
    FileId,
    Image,
    Opaque,
    OpaqueSource,
    Origin,
    PlainText,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)

Encode = Callable[..., Any]
HERE = Origin("gemini", "gemini", "gemini-test")
AWAY = Origin("openai_chat", "openai", "gpt")
PNG = Base64("image/png", "AA==")
DATA = {"inlineData": {"mimeType": "image/png", "data": "AA=="}}


@pytest.mark.parametrize(
    ("block", "parts", "reported"),
    [
        (Image(PNG), [DATA], []),
        (Image(PNG, detail="auto"), [DATA], []),
        (Image(PNG, detail="low"), [{**DATA, "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"}}], []),
        (Image(PNG, detail="original"), [DATA], [("image_detail", "dropped")]),
        (Image(Url("https://a/b.JPG?x=1")), [{"fileData": {"mimeType": "image/jpeg", "fileUri": "https://a/b.JPG?x=1"}}], []),
        (Image(Url("https://a/b")), [{"fileData": {"fileUri": "https://a/b"}}], []),
        (Video(Url("gs://b/v", "video/mp4")), [{"fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v"}}], []),
        (Audio(Base64("audio/mp3", "AA==")), [{"inlineData": {"mimeType": "audio/mp3", "data": "AA=="}}], []),
        (Document(FileId("files/abc")), [{"fileData": {"fileUri": "https://g.test/v1beta/files/abc"}}], []),
        (Document(FileId("https://f/abc")), [{"fileData": {"fileUri": "https://f/abc"}}], []),
        (
            Document(PlainText("é"), title="T"),
            [{"inlineData": {"mimeType": "text/plain", "data": "w6k="}}],
            [("document", "dropped")],
        ),
        (Document(Blocks((Text("a"), Image(PNG)))), [{"text": "a"}, DATA], [("document", "changed")]),
        (Text("a", cache=Cache()), [{"text": "a"}], [("cache", "dropped")]),
        (Text("a", extra={"odd": 1}), [{"text": "a", "odd": 1}], []),
        (Text("a", extra={"odd": 1}, origin=AWAY), [{"text": "a"}], [("extra", "dropped")]),
        (Text("a", citations=(Citation("url_citation", "u"),)), [{"text": "a"}], [("citations", "dropped")]),
        (Text("a", citations=(Citation("web", raw={"support": {}}),)), [{"text": "a"}], []),
        (Text("", extra={"thoughtSignature": "s"}, origin=AWAY), [], [("extra", "dropped"), ("empty_message", "dropped")]),
        (Refusal("no"), [{"text": "no"}], [("refusal", "changed")]),
        (Refusal(""), [], [("empty_message", "dropped")]),
        (Opaque({"x": 1}), [{"x": 1}], []),
    ],
)
def test_what_a_user_says(encode: Encode, block: Block, parts: list[Any], reported: list[Any]) -> None:
    """Each block as its parts, and what had to change."""
    sent = encode(user(block))

    assert [part for content in sent.contents for part in content["parts"]] == parts
    assert sent.reported == reported


def test_details_where_parts_take_none(encode: Encode) -> None:
    """A dialect without `mediaResolution` drops it."""
    sent = encode(user(Image(PNG, detail="low")), dialect=GeminiDialect(media_resolution=False))

    assert sent.contents[0]["parts"] == [DATA]
    assert sent.reported == [("image_detail", "dropped")]


def test_what_cannot_be_sent_is_refused(encode: Encode) -> None:
    """Media of a kind that is not known, and media in the system instruction."""
    with pytest.raises(Unsupported, match="this source"):
        encode(user(Image(OpaqueSource({"x": 1}))))
    with pytest.raises(Unsupported, match="system message"):
        encode(Message("system", (Image(PNG),)), user("q"))


@pytest.mark.parametrize(
    ("block", "parts", "reported"),
    [
        (Thinking("t", "s", origin=HERE), [{"text": "t", "thought": True, "thoughtSignature": "s"}], []),
        (Thinking("t", "s", origin=AWAY), [], ["thinking", "empty_message"]),
        (Thinking(encrypted="x"), [], ["thinking", "empty_message"]),
        (Image(PNG, origin=AWAY), [DATA], []),
        (Audio(FileId("audio_1"), "hello", origin=AWAY), [{"text": "hello"}], ["audio"]),
        (Audio(FileId("audio_1"), origin=AWAY), [], ["audio", "empty_message"]),
        (Audio(Base64("audio/L16", "AA=="), origin=HERE), [{"inlineData": {"mimeType": "audio/L16", "data": "AA=="}}], []),
    ],
)
def test_what_a_model_said(encode: Encode, block: Block, parts: list[Any], reported: list[str]) -> None:
    """Its own goes back as it came, another's without what only that one understands."""
    sent = encode(user("q"), assistant(block))

    assert [part for content in sent.contents[1:] for part in content["parts"]] == parts
    assert [feature for feature, _ in sent.reported] == reported


@pytest.mark.parametrize(
    ("origin", "extra", "signature"),
    [
        (None, {}, SKIP_SIGNATURE),
        (AWAY, {"thoughtSignature": "theirs"}, SKIP_SIGNATURE),
        (Origin("gemini", "gemini", "gemini-old"), {}, SKIP_SIGNATURE),
        (Origin("gemini", "gemini", "gemini-old"), {"thoughtSignature": "own"}, "own"),
        (HERE, {}, None),
        (Origin("gemini"), {}, None),
    ],
)
def test_calls_of_other_models_are_signed_as_such(
    encode: Encode, origin: Origin | None, extra: dict[str, Any], signature: str | None
) -> None:
    """The first call of a turn must be signed: one that this model made is left as it was."""
    call = ToolCall("c", "f", "{}", origin=origin, extra=extra)
    sent = encode(user("q"), assistant(call, ToolCall("d", "f", "{}")))
    first, second = sent.contents[1]["parts"]

    assert (first.get("thoughtSignature"), second.get("thoughtSignature")) == (signature, None)
    bare = encode(user("q"), assistant(call), dialect=GeminiDialect(foreign_signature=None))
    assert bare.contents[1]["parts"][0].get("thoughtSignature") == (signature if signature == "own" else None)


def test_calls_of_other_forms(encode: Encode) -> None:
    """Free text is one argument, and text that is no object stands in one field; both are told."""
    sent = encode(
        user("q"), assistant(ToolCall("a", "f", "x=1", custom=True), ToolCall("b", "f", "[1"), ToolCall("c", "f", " {\n}"))
    )

    assert [part["functionCall"].get("args") for part in sent.contents[1]["parts"]] == [
        {"input": "x=1"},
        {"_malformed_arguments": "[1"},
        {},
    ]
    assert ("custom_tool", "changed") in sent.reported
    assert ("tool_arguments", "changed") in sent.reported


def result(encode: Encode, *content: Block | str, dialect: GeminiDialect | None = None, is_error: bool = False) -> Any:
    call = ToolCall("c", "f", "{}", origin=HERE)
    return encode(user("q"), assistant(call), tool_result(call, *content, is_error=is_error), dialect=dialect)


@pytest.mark.parametrize(
    ("content", "is_error", "response"),
    [
        ((), False, {}),
        (("x",), False, {"output": "x"}),
        (("x", "y"), False, {"output": ["x", "y"]}),
        (("x", "y"), True, {"error": "x\ny"}),
        (("x",), True, {"error": "x"}),
        (('{"a": 1}',), False, {"a": 1}),
        (('{"a": 1}',), True, {"error": '{"a": 1}'}),
        (('{"output": "x"}',), False, {"output": '{"output": "x"}'}),
        (('{"output": 1}',), False, {"output": 1}),
        (('{"error": "x"}',), False, {"output": '{"error": "x"}'}),
        (("[1]",), False, {"output": "[1]"}),
    ],
)
def test_results_are_objects(encode: Encode, content: tuple[str, ...], is_error: bool, response: dict[str, Any]) -> None:
    """Text that is a JSON object goes as the object where it is read back as that; all else in the documented fields."""
    sent = result(encode, *content, is_error=is_error)

    assert sent.contents[2]["parts"] == [{"functionResponse": {"id": "c", "name": "f", "response": response}}]
    assert sent.reported == []


def test_media_in_results(encode: Encode) -> None:
    """They stand in the result, behind its text, or behind the results where the model takes none there."""
    inside = result(encode, "x", Image(PNG))
    moved = result(encode, Image(PNG), "x", dialect=GeminiDialect(result_media=False))
    late = result(encode, Image(PNG), "x")

    response = {"id": "c", "name": "f", "response": {"output": "x"}}
    assert inside.contents[2]["parts"] == [{"functionResponse": {**response, "parts": [DATA]}}]
    assert inside.reported == []
    assert moved.contents[2]["parts"] == [{"functionResponse": response}, DATA]
    assert moved.reported == [("tool_result", "moved")]
    assert late.contents == inside.contents
    assert late.reported == [("tool_result", "moved")]


def test_other_blocks_in_results_stay_out(encode: Encode) -> None:
    """What is neither text nor media has no place in a result."""
    sent = result(encode, Opaque({"x": 1}))

    assert sent.contents[2]["parts"][0]["functionResponse"]["response"] == {}
    assert sent.reported == [("opaque", "dropped")]


def test_names_of_results(encode: Encode) -> None:
    """A name that is not given is the call's; without a call the id stands for it, and that is told."""
    named = encode(user("q"), assistant(ToolCall("c", "f", "{}", origin=HERE)), tool_result("c", "x"))
    orphan = encode(user(ToolResult("c", (Text("x"),))))

    assert named.contents[2]["parts"][0]["functionResponse"]["name"] == "f"
    assert orphan.contents[0]["parts"][0]["functionResponse"]["name"] == "c"
    assert orphan.reported == [("tool_name", "added")]


def test_ids_we_made_up_are_not_sent(encode: Encode) -> None:
    """A result whose call had no id has none either; to another vendor such an id is as good as any."""
    made = ToolCall("call_0", "f", "{}", origin=HERE, extra={"synthetic_id": True})
    own = encode(user("q"), assistant(made), tool_result(made, "x"))
    theirs = ToolCall("call_0", "f", "{}", origin=AWAY, extra={"synthetic_id": True})
    other = encode(user("q"), assistant(theirs), tool_result(theirs, "x"))

    assert [next(iter(content["parts"][0].values())).get("id") for content in own.contents[1:]] == [None, None]
    assert [
        content["parts"][0][kind].get("id")
        for content, kind in zip(other.contents[1:], ("functionCall", "functionResponse"), strict=True)
    ] == ["call_0", "call_0"]
