"""How large media are, as far as their first bytes tell: pixels of pictures, pages of PDFs, seconds of sound.

Only what stands inside the request can be measured; for a URL or an uploaded file nothing is known.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error

from ..types.content import Base64, Source

__all__ = ["decoded", "pages", "pixels", "seconds"]

_HEAD = 65_536  # base64 characters: a JPEG says its size behind its metadata, which may be long
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_COUNT = re.compile(rb"/Type\s*/Pages\b[^>]{0,400}?/Count\s+(\d+)|/Count\s+(\d+)[^>]{0,400}?/Type\s*/Pages\b")
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of JPEG (ITU T.81, table B.1) that are followed by the size of the picture."""

_RATES = {"mpeg": 16_000, "mp3": 16_000, "mp4": 16_000, "aac": 16_000, "m4a": 16_000, "ogg": 8_000, "opus": 8_000, "webm": 8_000}
"""Bytes of a second of compressed sound at usual settings: 128 kbit/s, 64 for Opus."""

_PCM = 48_000
"""Bytes of a second of plain samples: 24,000 of 16 bits."""

_FILM = 125_000
"""Bytes of a second of film at 1 Mbit/s."""


def pixels(source: Source) -> tuple[int, int] | None:
    """Width and height of a picture (PNG, JPEG, GIF, WebP); None where they cannot be read."""
    data = _bytes(source, _HEAD)
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return _size(data[16:20], data[20:24], "big")
    if data[:4] == b"GIF8" and len(data) >= 10:
        return _size(data[6:8], data[8:10], "little")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[:2] == b"\xff\xd8":
        return _jpeg(data)
    return None


def pages(source: Source) -> int | None:
    """How many pages a PDF has; None for what is no PDF, or hides its pages in compressed objects."""
    data = _bytes(source, None)
    if not data.startswith(b"%PDF"):
        return None
    if found := len(_PAGE.findall(data)):
        return found
    counts = [int(one or other) for one, other in _COUNT.findall(data)]
    return max(counts, default=0) or None


def decoded(source: Base64) -> str:
    """A document that is text."""
    return _bytes(source, None).decode("utf-8", "replace")


def seconds(source: Source) -> float | None:
    """How long sound or film is: exact for WAV, by the usual number of bytes a second for the rest."""
    if not isinstance(source, Base64):
        return None
    size = len(source.data) * 3 // 4
    head = _bytes(source, 64)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE" and len(head) >= 32:
        rate = int.from_bytes(head[28:32], "little")
        return size / rate if rate else None
    kind, _, form = source.media_type.partition("/")
    return size / (_FILM if kind == "video" else _RATES.get(form, _PCM))


def _bytes(source: Source, limit: int | None) -> bytes:
    """The first bytes of media inside the request, nothing for any other."""
    if not isinstance(source, Base64):
        return b""
    text = source.data if limit is None else source.data[:limit]
    try:
        return b64decode(text[: len(text) // 4 * 4])
    except (Error, ValueError):
        return b""


def _size(width: bytes, height: bytes, order: str) -> tuple[int, int] | None:
    size = (int.from_bytes(width, order), int.from_bytes(height, order))  # type: ignore[arg-type]
    return size if all(size) else None


def _webp(data: bytes) -> tuple[int, int] | None:
    """https://developers.google.com/speed/webp/docs/riff_container: three kinds of chunk say the size, each in its own way."""
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L" and len(data) >= 25:
        packed = int.from_bytes(data[21:25], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(data) >= 30:
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            return _size(data[at + 7 : at + 9], data[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
