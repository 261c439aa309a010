"""Parts of what people and tools say."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses import ResponsesDialect
from dragoman.protocols.openai_responses.parts import WIRE, PartEncoder, decode_part, decode_parts
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
    ToolCall,
    Url,
    Video,
)

Json = dict[str, Any]


def encode(target: Target, block: Block, dialect: ResponsesDialect | None = None) -> tuple[list[Json], list[tuple[str, str]]]:
    report = Report(target)
    parts = PartEncoder(target, dialect or ResponsesDialect(), report).encode(block, "messages[0].content[0]")
    return parts, [(item.feature, item.action) for item in report.adaptations]


PARTS: list[tuple[Json, Block]] = [
    ({"type": "input_text", "text": "Hi"}, Text("Hi")),
    (
        {"type": "input_text", "text": "Hi", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}},
        Text("Hi", cache=Cache("30m")),
    ),
    (
        {"type": "input_text", "text": "Hi", "prompt_cache_breakpoint": {"mode": "new"}},
        Text("Hi", extra={"prompt_cache_breakpoint": {"mode": "new"}}, origin=WIRE),
    ),
    ({"type": "input_image", "detail": "low", "image_url": "https://a/b.png"}, Image(Url("https://a/b.png"), "low")),
    (
        {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,iVBO"},
        Image(Base64("image/png", "iVBO"), "auto"),
    ),
    ({"type": "input_image", "detail": "auto", "file_id": "file_1"}, Image(FileId("file_1"), "auto")),
    (
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"},
        Document(Base64("application/pdf", "JVBE"), "a.pdf"),
    ),
    ({"type": "input_file", "file_url": "https://a/b.pdf"}, Document(Url("https://a/b.pdf"))),
    ({"type": "input_file", "file_id": "file_1"}, Document(FileId("file_1"))),
    (
        {"type": "input_file", "filename": "a", "file_data": "JVBE"},
        Document(Url("JVBE"), "a", extra={"field": "file_data"}, origin=WIRE),
    ),
    ({"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}}, Audio(Base64("audio/wav", "UklG"))),
    ({"type": "input_text", "text": "Hi", "mood": "calm"}, Text("Hi", extra={"mood": "calm"}, origin=WIRE)),
    ({"type": "input_video", "url": "x"}, Opaque({"type": "input_video", "url": "x"}, extra={"part": True}, origin=WIRE)),
    ({"type": "input_image"}, Opaque({"type": "input_image"}, extra={"part": True}, origin=WIRE)),
    ({"type": "input_text"}, Opaque({"type": "input_text"}, extra={"part": True}, origin=WIRE)),
    ({"type": "input_file", "file_id": 7}, Opaque({"type": "input_file", "file_id": 7}, extra={"part": True}, origin=WIRE)),
    (
        {"type": "input_audio", "input_audio": 7},
        Opaque({"type": "input_audio", "input_audio": 7}, extra={"part": True}, origin=WIRE),
    ),
]


@pytest.mark.parametrize(("part", "block"), PARTS, ids=lambda value: str(value)[:60] if isinstance(value, dict) else "")
def test_parts_both_ways(target: Target, part: Json, block: Block) -> None:
    """A part becomes a block, and the block the same part; what is not known survives."""
    assert decode_part(part) == block
    assert encode(target, block, ResponsesDialect(input_audio=True)) == ([part], [])


def test_content_is_text_or_a_list() -> None:
    """Or nothing, or one part without a list."""
    assert decode_parts("Hi") == (Text("Hi"),)
    assert decode_parts(None) == ()
    assert decode_parts({"type": "input_text", "text": "Hi"}) == (Text("Hi"),)
    assert decode_parts([7]) == (Opaque({"type": "input_text", "text": 7}, extra={"part": True}, origin=WIRE),)


def test_a_file_has_a_name(target: Target) -> None:
    """The API demands one beside data."""
    assert encode(target, Document(Base64("application/pdf", "JVBE")))[0][0]["filename"] == "document.pdf"
    assert encode(target, Document(Url("data:text/plain,Hi")))[0] == [
        {"type": "input_file", "filename": "document", "file_data": "data:text/plain,Hi"}
    ]


@pytest.mark.parametrize(
    ("block", "dialect", "parts", "reported"),
    [
        pytest.param(Refusal("No"), {}, [{"type": "input_text", "text": "No"}], [("refusal", "changed")], id="a refusal"),
        pytest.param(
            Text("x", citations=(Citation("c"),)),
            {},
            [{"type": "input_text", "text": "x"}],
            [("citations", "dropped")],
            id="sources",
        ),
        pytest.param(
            Text("x", cache=Cache()),
            {"cache_marks": False},
            [{"type": "input_text", "text": "x"}],
            [("cache", "dropped")],
            id="a mark",
        ),
        pytest.param(
            Document(PlainText("Hi"), "T", context="why"),
            {},
            [{"type": "input_text", "text": "T\n\nHi"}],
            [("document_context", "dropped"), ("document", "changed")],
            id="plain text",
        ),
        pytest.param(
            Document(Blocks((Text("a"), Text("b")))),
            {},
            [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}],
            [("document", "changed")],
            id="a document of blocks",
        ),
        pytest.param(Document(FileId("f")), {"files": False}, [], [("document", "dropped")], id="no files"),
        pytest.param(Document(OpaqueSource({})), {}, [], [("document", "dropped")], id="a source of another kind"),
        pytest.param(Image(OpaqueSource({})), {}, [], [("image", "dropped")], id="a picture of another kind"),
        pytest.param(Audio(Url("https://a")), {"input_audio": True}, [], [("audio", "dropped")], id="sound by URL"),
        pytest.param(Audio(Base64("audio/wav", "UklG")), {}, [], [("audio", "dropped")], id="sound"),
        pytest.param(Video(Url("https://a")), {}, [], [("video", "dropped")], id="a film"),
        pytest.param(ToolCall("c", "f"), {}, [], [("tool_call", "dropped")], id="a call"),
        pytest.param(
            Opaque({"type": "x"}, origin=Origin("anthropic_messages")), {}, [], [("opaque", "dropped")], id="another vendor's"
        ),
    ],
)
def test_what_cannot_be_said_is_reported(
    target: Target, block: Block, dialect: Json, parts: list[Json], reported: list[tuple[str, str]]
) -> None:
    """Said in the nearest way or left out, and listed."""
    assert encode(target, block, ResponsesDialect(**dialect)) == (parts, reported)


def test_another_vendors_fields_stay_here(target: Target) -> None:
    """They mean nothing there."""
    assert encode(target, Text("x", extra={"mood": 1}, origin=Origin("openai_responses", "xai-responses"))) == (
        [{"type": "input_text", "text": "x"}],
        [],
    )
