"""Formats and sources of media, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.bedrock_converse.media import decode_source, encode_source, format_of, media_type_of
from dragoman.types import Base64, FileId, OpaqueSource, PlainText, Source, Url


@pytest.mark.parametrize("kind", ["image", "document", "video", "audio"])
@pytest.mark.parametrize("word", ["png", "jpeg", "pdf", "md", "txt", "three_gp", "mp4", "mpeg", "mpg", "mp3", "novel", ""])
def test_a_format_comes_back(kind: str, word: str) -> None:
    """Every format word, known for its kind or not, has a media type that gives it back."""
    assert format_of(kind, media_type_of(kind, word)) == word


@pytest.mark.parametrize(
    ("kind", "media_type", "expected"),
    [
        ("image", "image/jpg", "jpeg"),
        ("image", "IMAGE/PNG; q=1", "png"),
        ("audio", "audio/mp3", "mp3"),
        ("document", "text/x-markdown", "md"),
        ("document", "application/zip", None),
        ("image", "application/pdf", None),
    ],
)
def test_media_types_in_other_spellings(kind: str, media_type: str, expected: str | None) -> None:
    """Common spellings are understood, types of another kind are not."""
    assert format_of(kind, media_type) == expected


@pytest.mark.parametrize(
    ("kind", "wire", "source"),
    [
        ("image", {"format": "png", "source": {"bytes": "iVBO"}}, Base64("image/png", "iVBO")),
        ("video", {"format": "mp4", "source": {"s3Location": {"uri": "s3://b/f"}}}, Url("s3://b/f", "video/mp4")),
        ("document", {"format": "txt", "source": {"text": "t"}}, PlainText("t")),
        ("document", {"source": {"bytes": "AA=="}}, Base64("application/octet-stream", "AA==")),
    ],
)
def test_a_source_comes_back(kind: str, wire: dict[str, Any], source: Source) -> None:
    """What this wire says of a source is read and said again."""
    assert decode_source(kind, wire.get("format", ""), wire["source"]) == source
    assert encode_source(kind, source) == wire


def test_sources_that_say_more_are_kept_as_they_are() -> None:
    """The owner of a bucket has no word here."""
    wire = {"s3Location": {"uri": "s3://b/f", "bucketOwner": "1"}}

    assert decode_source("image", "png", wire) == OpaqueSource(wire)
    assert encode_source("image", OpaqueSource(wire)) == {"source": wire}
    assert decode_source("image", "png", "no object") is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Url("s3://b/a/f.JPG"), {"format": "jpeg", "source": {"s3Location": {"uri": "s3://b/a/f.JPG"}}}),
        (Url("s3://b/f.xyz"), None),
        (Url("s3://b/f"), None),
        (Url("https://x/y.png", "image/png"), None),
        (FileId("f"), None),
        (PlainText("t"), None),
        (Base64("image/tiff2", "x"), {"format": "tiff2", "source": {"bytes": "x"}}),
        (Base64("application/octet-stream", "x"), None),
    ],
)
def test_what_an_image_may_come_from(source: Source, expected: Any) -> None:
    """Bytes and S3 only; the name tells the format where nothing else does, and without one nothing is sent."""
    assert encode_source("image", source) == expected
