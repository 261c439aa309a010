"""Sizes of media, read from their first bytes."""

from __future__ import annotations

import struct
from base64 import b64encode

import pytest

from dragoman.engine.measures import decoded, pages, pixels, seconds
from dragoman.types import Base64, Url


def media(kind: str, data: bytes) -> Base64:
    return Base64(kind, b64encode(data).decode())


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0"
GIF = b"GIF89a" + struct.pack("<HH", 320, 200) + b"\0"
JPEG = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"\0" * 14 + b"\xff\xc2" + struct.pack(">HBHH", 17, 8, 600, 800) + b"\0" * 12
VP8X = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (799).to_bytes(3, "little") + (599).to_bytes(3, "little")
VP8L = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + ((599 << 14) | 799).to_bytes(4, "little") + b"\0" * 8
VP8 = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 800, 600)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PNG, (640, 480)),
        (GIF, (320, 200)),
        (JPEG, (800, 600)),
        (VP8X, (800, 600)),
        (VP8L, (800, 600)),
        (VP8, (800, 600)),
        (PNG[:20], None),
        (b"RIFF\0\0\0\0WEBPVP9 ", None),
        (b"\xff\xd8\xff\xe0\xff\xff", None),
        (b"BM\0\0", None),
        (b"", None),
    ],
)
def test_pixels(data: bytes, expected: tuple[int, int] | None) -> None:
    """Width and height of every kind of picture that vendors take; nothing where they do not stand."""
    assert expected == pixels(media("image/x", data))


def test_what_is_elsewhere_is_not_measured() -> None:
    """A URL is not fetched, and what is no base64 has no size."""
    assert (None, None, None) == (
        pixels(Url("https://x.test/a.png")),
        pages(Url("https://x.test/a.pdf")),
        seconds(Url("https://x")),
    )
    assert pixels(Base64("image/png", "***")) is None


def test_pages() -> None:
    """Page objects are counted, else the number that the tree of pages states."""
    assert 2 == pages(media("application/pdf", b"%PDF-1.4 <</Type /Pages /Count 9>> <</Type/Page>> <</Type /Page /X 1>>"))
    assert 7 == pages(media("application/pdf", b"%PDF-1.4 << /Type /Pages /Kids [1 0 R] /Count 7 >>"))
    assert pages(media("application/pdf", b"%PDF-1.7 compressed")) is None
    assert pages(media("text/plain", b"/Type /Page")) is None


def test_seconds() -> None:
    """Exact for WAV, by the usual rate for the rest."""
    wav = (
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0"
        + struct.pack("<II", 16_000, 32_000)
        + b"\x02\0\x10\0"
        + b"\0" * (64_000 - 36)
    )

    assert seconds(media("audio/wav", wav)) == pytest.approx(2.0, rel=1e-3)
    assert seconds(media("audio/mpeg", b"\0" * 32_000)) == pytest.approx(2.0, rel=1e-3)
    assert seconds(media("video/mp4", b"\0" * 500_000)) == pytest.approx(4.0, rel=1e-3)


def test_text() -> None:
    """A document that is text is read."""
    assert "hé" == decoded(media("text/plain", "hé".encode()))
