"""Files to attach: known by their content."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from dragoman.cli.files import attach, media_type, read_file
from dragoman.errors import UsageError
from dragoman.types import Audio, Base64, Block, Document, Image, Text

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"
WAV = b"RIFF\x24\0\0\0WAVEfmt "
WEBP = b"RIFF\x24\0\0\0WEBPVP8 "


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"GIF87a\x01\0", "image/gif"),
        (b"GIF89a\x01\0", "image/gif"),
        (WEBP, "image/webp"),
        (WAV, "audio/wav"),
        (b"ID3\x04\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\0", "audio/mpeg"),  # MPEG 1, layer III, 128 kbit/s
        (b"\xff\xf3\x40\xc0\0", "audio/mpeg"),  # MPEG 2, layer III
        (PDF, "application/pdf"),
        (b"plain", "text/plain"),
        ("\N{GREEK SMALL LETTER ALPHA}".encode(), "text/plain"),
        (b"\xef\xbb\xbfwith a mark", "text/plain"),
        ("wide".encode("utf-16"), "text/plain"),
        (b"\xff\xfe\xff", None),  # the mark of UTF-16, and half a character
        (b"\xff\xf1\x50\x80", None),  # AAC
        (b"RIFF\x24\0\0\0AVI LIST", None),
        (b"PK\x03\x04\x14\0", None),
        (b"text with \0 inside", None),
        (b"latin \xe9", None),
        (b"\x89PN", None),
    ],
)
def test_content_tells_the_kind(data: bytes, kind: str | None) -> None:
    """The first bytes decide, and what is neither known nor text is nothing."""
    assert kind == media_type(data)


@pytest.mark.parametrize(
    ("data", "block"),
    [
        (PNG, Image(Base64("image/png", ""))),
        (WAV, Audio(Base64("audio/wav", ""))),
        (PDF, Document(Base64("application/pdf", ""), title="a file")),
    ],
)
def test_media_are_base64(data: bytes, block: Image | Audio | Document) -> None:
    """Media travel inside the request as blocks of their kind; a document keeps its name."""
    made = attach("a file", data)

    assert type(block) is type(made)
    source = made.source  # type: ignore[union-attr]
    assert isinstance(source, Base64)
    assert data == b64decode(source.data)
    assert made == type(block)(source, **({"title": "a file"} if isinstance(block, Document) else {}))
    assert source.media_type == block.source.media_type  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\ntwo\n", '<file name="n.txt">\none\ntwo\n</file>'),
        (b"\xef\xbb\xbfmarked", '<file name="n.txt">\nmarked\n</file>'),
        ("wide \N{GREEK SMALL LETTER ALPHA}".encode("utf-16"), '<file name="n.txt">\nwide \N{GREEK SMALL LETTER ALPHA}\n</file>'),
    ],
)
def test_text_is_marked_with_its_name(data: bytes, text: str) -> None:
    """Text is sent as text that every model takes, between marks that name the file."""
    assert Text(text) == attach("n.txt", data)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "x: the file is empty"), (b"\0\1\2", "x: neither text nor png, jpeg, gif, webp, pdf, wav or mp3")],
)
def test_what_no_model_takes_is_refused(data: bytes, message: str) -> None:
    """Nothing is sent that would only fail there."""
    with pytest.raises(UsageError) as caught:
        attach("x", data)
    assert message == str(caught.value)


def test_a_file_goes_by_its_own_name(tmp_path: Path) -> None:
    """The model sees the file's name and nothing of the folders above it."""
    path = tmp_path / "notes.md"
    path.write_bytes(b"hello")
    expected: Block = Text('<file name="notes.md">\nhello\n</file>')

    assert expected == read_file(str(path))


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    """A picture called .txt is a picture."""
    path = tmp_path / "picture.txt"
    path.write_bytes(PNG)

    assert isinstance(read_file(str(path)), Image)


@pytest.mark.parametrize("name", ["missing", ".", "nul\0"])
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    """A missing file, a folder and an impossible name are errors of usage."""
    with pytest.raises(UsageError, match="cannot be read: "):
        read_file(f"{tmp_path}/{name}")
