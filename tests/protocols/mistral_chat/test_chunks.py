"""Content chunks, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.mistral_chat.chunks import (
    decode_chunk,
    decode_content,
    decode_reference,
    encode_chunks,
    inner_text,
    is_plain_text,
)
from dragoman.protocols.mistral_chat.wire import WIRE
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Citation,
    Document,
    FileId,
    Image,
    Opaque,
    Origin,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    Url,
    Video,
)

REFERENCE = {"type": "reference", "reference_ids": [1, 2]}
INNER = [
    {"type": "text", "text": "a"},
    {"type": "tool_reference", "tool": "web_search", "title": "t"},
    {"type": "text", "text": "b"},
]


@pytest.mark.parametrize(
    ("chunk", "block"),
    [
        ({"type": "text", "text": "a"}, Text("a")),
        ({"type": "text", "text": "a", "new": 1}, Text("a", origin=WIRE, extra={"new": 1})),
        ({"type": "thinking", "thinking": [{"type": "text", "text": "h"}]}, Thinking(text="h", origin=WIRE)),
        (
            {"type": "thinking", "thinking": [{"type": "text", "text": "h"}], "signature": "s", "closed": True},
            Thinking(text="h", signature="s", origin=WIRE, extra={"closed": True}),
        ),
        ({"type": "thinking", "thinking": INNER}, Thinking(text="ab", origin=WIRE, extra={"thinking": INNER})),
        ({"type": "image_url", "image_url": {"url": "https://x/a.png"}}, Image(Url("https://x/a.png"))),
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA", "detail": "low"}},
            Image(Base64("image/png", "AA"), "low"),
        ),
        ({"type": "document_url", "document_url": "https://x/a.pdf"}, Document(Url("https://x/a.pdf"))),
        (
            {"type": "document_url", "document_url": "data:application/pdf;base64,AA", "document_name": "n"},
            Document(Base64("application/pdf", "AA"), title="n"),
        ),
        ({"type": "file", "file_id": "f"}, Document(FileId("f"))),
        ({"type": "input_audio", "input_audio": "UklGRv"}, Audio(Base64("audio/wav", "UklGRv"))),
        ({"type": "input_audio", "input_audio": "AAAA"}, Audio(Base64("audio/*", "AAAA"))),
        ({"type": "input_audio", "input_audio": "https://x/a.mp3"}, Audio(Url("https://x/a.mp3"))),
        (
            {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
            Audio(Base64("audio/wav", "AA"), extra={"input_audio": {"data": "AA", "format": "wav"}}),
        ),
        ({"type": "resource", "uri": "x"}, Opaque({"type": "resource", "uri": "x"}, origin=WIRE)),
        (REFERENCE, Opaque(REFERENCE, origin=WIRE)),
    ],
)
def test_chunks_both_ways(chunk: dict[str, Any], block: Block) -> None:
    """Each is a block, and comes back as it was."""
    assert block == decode_chunk(chunk, WIRE)
    assert [chunk] == encode_chunks(block)


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "image_url", "image_url": {"url": "x", "size": 3}},
        {"type": "image_url", "image_url": 3},
        {"type": "document_url", "document_url": "x", "pages": 3},
        {"type": "file", "file_id": "x", "pages": 3},
        {"type": "input_audio", "input_audio": {"data": "x"}},
        {"type": "input_audio", "input_audio": "x", "rate": 1},
        {"type": "thinking", "thinking": "x"},
        {"type": "text"},
        {"type": ["text"]},
        {},
    ],
)
def test_what_a_word_cannot_hold_stays_whole(chunk: dict[str, Any]) -> None:
    """No field of a chunk is lost."""
    assert Opaque(chunk, origin=WIRE) == decode_chunk(chunk, WIRE)


def test_a_bare_image_url() -> None:
    """It is short for the object."""
    assert Image(Url("data:,x")) == decode_chunk({"type": "image_url", "image_url": "data:,x"}, WIRE)


def test_references_are_citations_of_the_text_before() -> None:
    """In place: the text after them is another block; one that stands alone stays as it is."""
    content = [REFERENCE, {"type": "text", "text": "a"}, REFERENCE, "b", 3]
    citation = Citation(kind="reference", raw=REFERENCE)
    expected = [
        Opaque(REFERENCE, origin=WIRE),
        Text("a", (citation,)),
        Text("b"),
        Opaque({"type": "text", "text": "3"}, origin=WIRE),
    ]

    assert expected == decode_content(content, WIRE)
    assert [{"type": "text", "text": "a"}, REFERENCE] == encode_chunks(expected[1])
    assert decode_reference({"type": "text"}) is None


@pytest.mark.parametrize(
    ("block", "chunks"),
    [
        (Refusal("no"), [{"type": "text", "text": "no"}]),
        (Text("a", (Citation(url="u"),)), [{"type": "text", "text": "a"}]),
        (Thinking(text="", signature="s"), [{"type": "thinking", "thinking": [], "signature": "s"}]),
        (Image(FileId("f")), [{"type": "file", "file_id": "f"}]),
        (Audio(FileId("f")), [{"type": "file", "file_id": "f"}]),
        (Image(Base64("image/png", "AA")), [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]),
        (Video(Url("u")), None),
        (ToolCall("i", "f"), None),
        (Opaque({"x": 1}, origin=Origin("gemini")), None),
        (Opaque({"x": 1}, origin=WIRE, extra={"field": "tool_calls"}), None),
    ],
)
def test_saying_blocks_of_others(block: Block, chunks: Any) -> None:
    """What has no chunk is None."""
    assert chunks == encode_chunks(block)


def test_plain_text() -> None:
    """Text and nothing else."""
    assert [True, False, False] == [is_plain_text(item) for item in ({"type": "text", "text": "a"}, INNER[1], "a")]
    assert "ab" == inner_text([*INNER, "c"])
