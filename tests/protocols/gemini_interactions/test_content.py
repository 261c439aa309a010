"""Content, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.gemini_interactions.content import CONTENT, is_content, read_content, write_content
from dragoman.types import Audio, Citation, Document, Image, Opaque, Origin, Refusal, Text, Thinking, Video
from dragoman.types.content import Base64, FileId, OpaqueSource, PlainText, Url

HERE = Origin("gemini_interactions", "g", "m")


@pytest.mark.parametrize(
    ("item", "block"),
    [
        ({"type": "text", "text": "a"}, Text("a")),
        ({"type": "text", "text": "a", "odd": 1}, Text("a", extra={"fields": {"odd": 1}})),
        (
            {"type": "text", "text": "a", "annotations": [{"type": "url_citation"}]},
            Text("a", (Citation("url_citation", raw={"type": "url_citation"}),)),
        ),
        (
            {"type": "text", "text": "é ö", "annotations": [{"start_index": 3, "end_index": 5}]},
            Text("é ö", (Citation(start=2, end=3, raw={"start_index": 3, "end_index": 5}),)),
        ),
        ({"type": "text", "text": "a", "annotations": [1]}, Text("a", extra={"fields": {"annotations": [1]}})),
        ({"type": "image", "data": "AA==", "mime_type": "image/png"}, Image(Base64("image/png", "AA=="))),
        ({"type": "image", "uri": "https://a.test/a", "resolution": "low"}, Image(Url("https://a.test/a"), "low")),
        (
            {"type": "audio", "data": "AA==", "mime_type": "audio/wav", "sample_rate": 8000},
            Audio(Base64("audio/wav", "AA=="), extra={"fields": {"sample_rate": 8000}}),
        ),
        ({"type": "video", "uri": "files/1", "mime_type": "video/mp4"}, Video(Url("files/1", "video/mp4"))),
        ({"type": "document", "data": "AA=="}, Document(Base64("", "AA=="))),
        ({"type": "image", "uri": "u", "resolution": 7}, Image(Url("u"), extra={"fields": {"resolution": 7}})),
    ],
)
def test_both_ways(item: dict[str, Any], block: Any) -> None:
    """Each content is the block it says, and comes back as it was."""
    read: Any = read_content(item, HERE, answer=True)

    assert read == type(block)(**{**{name: getattr(block, name) for name in block.__struct_fields__}, "origin": HERE})
    assert item == write_content(read, own=True)


@pytest.mark.parametrize(
    "item",
    [
        {"type": "table", "rows": []},
        {"type": "image"},
        {"type": "image", "data": "AA==", "uri": "u"},
        {"type": "image", "data": "AA==", "mime_type": 7},
        {"type": "text", "text": None},
        {},
    ],
)
def test_unknown_content_is_kept(item: dict[str, Any]) -> None:
    """Of an unknown kind or form: as it came, and marked as content."""
    read = read_content(item, HERE, answer=True)

    assert read == Opaque(item, extra={CONTENT: True}, origin=HERE)
    assert is_content(read)
    assert item == write_content(read, own=True)


def test_in_a_request_only_vendor_data_has_an_origin() -> None:
    """Plain words are anybody's."""
    assert read_content({"type": "text", "text": "a"}, HERE, answer=False).origin is None
    assert read_content({"type": "text", "text": "a", "odd": 1}, HERE, answer=False).origin == HERE
    assert read_content("bare", HERE, answer=False) == Opaque(
        {"type": "text", "text": "bare"}, extra={CONTENT: True}, origin=HERE
    )


def test_what_others_say() -> None:
    """A refusal is text, an uploaded file its URL, a plain document is data; foreign fields stay behind."""
    assert write_content(Refusal("no"), own=False) == {"type": "text", "text": "no"}
    assert write_content(Video(FileId("https://g.test/files/1")), own=True) == {"type": "video", "uri": "https://g.test/files/1"}
    assert write_content(Document(PlainText("hi")), own=True) == {"type": "document", "data": "aGk=", "mime_type": "text/plain"}
    assert write_content(Text("a", extra={"fields": {"odd": 1}}), own=False) == {"type": "text", "text": "a"}
    assert write_content(Image(OpaqueSource({})), own=True) == {"type": "image"}


def test_what_is_content() -> None:
    """Steps are not."""
    assert not is_content(Thinking())
    assert not is_content(Opaque({"type": "future"}))
    with pytest.raises(TypeError, match="Thinking is not content"):
        write_content(Thinking(), own=True)
