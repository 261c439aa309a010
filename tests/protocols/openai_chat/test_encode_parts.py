"""Blocks to content parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.openai_chat import ChatDialect
from dragoman.protocols.openai_chat.encode_parts import plain
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
    ServerToolCall,
    Text,
    Thinking,
    ToolCall,
    Url,
    Video,
    user,
)

Encode = Callable[..., Any]
ALL = ChatDialect(audio_urls=True, video_urls=True, document_urls=True)
FOREIGN = Origin("gemini", "google")
PDF = "data:application/pdf;base64,QUJD"


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (Image(Url("https://a.test")), {"type": "image_url", "image_url": {"url": "https://a.test"}}),
        (
            Image(Base64("image/png", "QUJD"), "low"),
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD", "detail": "low"}},
        ),
        (Audio(Base64("audio/mpeg", "QUJD")), {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "mp3"}}),
        (Document(Base64("application/pdf", "QUJD"), "a.pdf"), {"type": "file", "file": {"filename": "a.pdf", "file_data": PDF}}),
        (Document(FileId("file-1")), {"type": "file", "file": {"file_id": "file-1"}}),
        (Document(Url("data:application/pdf;x=1;base64,QUJD")), None),
        (Refusal("No"), {"type": "refusal", "refusal": "No"}),
        (Opaque({"type": "hologram"}), {"type": "hologram"}),
        (
            Image(Url("https://a.test"), cache=Cache("30m"), extra={"x": 1, "image_url": {"y": 2}}),
            {
                "type": "image_url",
                "image_url": {"url": "https://a.test", "y": 2},
                "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"},
                "x": 1,
            },
        ),
        (Image(Url("https://a.test"), extra={"x": 1}, origin=FOREIGN), None),
    ],
)
def test_parts(encode: Encode, block: Block, part: dict[str, Any] | None) -> None:
    """Every kind that OpenAI takes, with what its own vendor added."""
    sent = encode(user(block, "?"))

    if part is None:
        about = {"file_data": "data:application/pdf;x=1;base64,QUJD"}
        part = (
            {"type": "file", "file": about}
            if isinstance(block, Document)
            else {"type": "image_url", "image_url": {"url": "https://a.test"}}
        )
    assert sent.messages[0]["content"] == [part, {"type": "text", "text": "?"}]
    assert sent.adaptations == []


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (Audio(Url("https://a.test")), {"type": "audio_url", "audio_url": {"url": "https://a.test"}}),
        (
            Audio(Base64("audio/wav", "QUJD"), extra={"field": "audio_url"}),
            {"type": "audio_url", "audio_url": {"url": "data:audio/wav;base64,QUJD"}},
        ),
        (Video(Url("https://a.test")), {"type": "video_url", "video_url": {"url": "https://a.test"}}),
        (Document(Url("https://a.test/a.pdf")), {"type": "file", "file": {"file_data": "https://a.test/a.pdf"}}),
    ],
)
def test_parts_of_other_vendors(encode: Encode, block: Block, part: dict[str, Any]) -> None:
    """Sound, video and documents by URL go where the dialect knows them, else they are left out and told."""
    assert encode(user(block, "?"), dialect=ALL).messages[0]["content"][0] == part

    without = encode(user(block, "?"))
    assert without.messages[0]["content"] == "?"
    assert without.reported == [(type(block).__name__.lower(), "dropped")]


@pytest.mark.parametrize(
    ("block", "feature"),
    [
        (Image(FileId("f")), "image"),
        (Audio(FileId("f")), "audio"),
        (Video(FileId("f")), "video"),
        (Document(OpaqueSource({"type": "x"})), "document"),
        (Opaque({"type": "x"}, origin=FOREIGN), "opaque"),
        (ServerToolCall("s", "search"), "server_tool"),
        (Thinking(text="Hm"), "thinking"),
        (ToolCall("a", "f"), "toolcall"),
    ],
)
def test_what_cannot_be_said_is_told(encode: Encode, block: Block, feature: str) -> None:
    """It is left out of the message and stands in the report, with its place."""
    sent = encode(user("?", block), dialect=ALL)

    assert sent.messages[0]["content"] == "?"
    assert [(item.feature, item.action, item.path) for item in sent.adaptations] == [
        (feature, "dropped", "messages[0].content[1]")
    ]


@pytest.mark.parametrize(
    "block", [Document(Base64("application/pdf", "QUJD")), Document(FileId("f")), Audio(Base64("audio/wav", "Q"))]
)
def test_parts_that_only_some_vendors_know(encode: Encode, block: Block) -> None:
    """Where a vendor takes no files or no sound, they are left out and told; a document of plain text is text."""
    dialect = ChatDialect(files=False, input_audio=False)
    sent = encode(user(block, "?"), dialect=dialect)

    assert (sent.messages[0]["content"], sent.reported) == ("?", [(type(block).__name__.lower(), "dropped")])
    assert [("document", "changed")] == encode(user(Document(PlainText("body"))), dialect=dialect).reported


def test_documents_of_text(encode: Encode) -> None:
    """Plain text and parts are sent as such, which is told."""
    plain_text = encode(user(Document(PlainText("body"), "Title"), Document(PlainText("bare"))))
    parts = encode(user(Document(Blocks((Text("a"), Image(Url("https://a.test")))))))

    assert [part["text"] for part in plain_text.messages[0]["content"]] == ["Title\n\nbody", "bare"]
    assert [part["type"] for part in parts.messages[0]["content"]] == ["text", "image_url"]
    assert plain_text.reported == [("document", "changed")] * 2
    assert parts.reported == [("document", "changed")]


def test_wishes_about_documents(encode: Encode) -> None:
    """Context and citations have no word here, which is told."""
    sent = encode(user(Document(FileId("f"), context="About", citations=True)))

    assert sent.reported == [("document_context", "dropped"), ("document_citations", "dropped")]


def test_citations_are_not_sent_back(encode: Encode) -> None:
    """The text is, as a string; that its sources are not is told."""
    sent = encode(user(Text("a", (Citation("x"),))))

    assert (sent.messages[0]["content"], sent.reported) == ("a", [("citations", "dropped")])


def test_marks_are_lost_where_texts_are_joined(encode: Encode) -> None:
    """A vendor of strings gets the words of marked parts too."""
    sent = encode(user(Text("a", cache=Cache()), "b"), dialect=ChatDialect(content_arrays=False))

    assert (sent.messages[0]["content"], sent.reported) == ("a\n\nb", [("content_parts", "changed")])


def test_marks_that_no_vendor_field_says(encode: Encode) -> None:
    """Where a vendor takes no marks, they are left out and told."""
    sent = encode(user(Text("a", cache=Cache())), dialect=ChatDialect(cache_marks="none"))

    assert (sent.messages[0]["content"], sent.reported) == ("a", [("cache", "dropped")])


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Text("a"), True),
        (Refusal("a"), True),
        (Text("a", logprobs=({"token": "a"},)), True),
        (Text("a", cache=Cache()), False),
        (Text("a", extra={"x": 1}), False),
        (Text("a", (Citation(),)), False),
    ],
)
def test_plain_words(block: Text | Refusal, expected: bool) -> None:
    """Nothing that a request could say is lost when a plain text is a string."""
    assert plain(block) is expected
