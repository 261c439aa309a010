"""Files to attach, told apart by what is in them and never by their names."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from ..errors import UsageError
from ..types.content import Audio, Base64, Block, Document, Image, Text

__all__ = ["attach", "media_type", "read_file"]

# How files of each kind begin; None stands for any four bytes, the length of a RIFF file.
_BEGINNINGS: tuple[tuple[str, tuple[bytes | None, ...]], ...] = (
    ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ("image/jpeg", (b"\xff\xd8\xff",)),
    ("image/gif", (b"GIF87a",)),
    ("image/gif", (b"GIF89a",)),
    ("image/webp", (b"RIFF", None, b"WEBP")),
    ("audio/wav", (b"RIFF", None, b"WAVE")),
    ("audio/mpeg", (b"ID3",)),
    ("application/pdf", (b"%PDF-",)),
)

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def media_type(data: bytes) -> str | None:
    """The media type of a file with this content: `text/plain` for text, None for what no model takes."""
    for kind, beginning in _BEGINNINGS:
        if _begins(data, beginning):
            return kind
    if _mp3_frame(data):
        return "audio/mpeg"
    return None if _text(data) is None else "text/plain"


def attach(name: str, data: bytes) -> Block:
    """The block that carries a file; text is marked with the file's name, so that the model can tell files apart.

    Raises UsageError for an empty file and for a kind that no model takes.
    """
    if not data:
        raise UsageError(f"{name}: the file is empty")
    kind = media_type(data)
    if kind is None:
        raise UsageError(f"{name}: neither text nor png, jpeg, gif, webp, pdf, wav or mp3")
    if kind == "text/plain":
        return Text(f'<file name="{name}">\n{(_text(data) or "").rstrip()}\n</file>')
    source = Base64(kind, b64encode(data).decode("ascii"))
    if kind == "application/pdf":
        return Document(source, title=name)
    return Image(source) if kind.startswith("image/") else Audio(source)


def read_file(path: str) -> Block:
    """The block that carries the file at `path`. Raises UsageError when it cannot be read or attached."""
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return attach(Path(path).name, data)


def _begins(data: bytes, beginning: tuple[bytes | None, ...]) -> bool:
    at = 0
    for part in beginning:
        if part is not None and not data.startswith(part, at):
            return False
        at += 4 if part is None else len(part)
    return True


def _mp3_frame(data: bytes) -> bool:
    """Whether MPEG audio frames of layer III begin at once, without an ID3 tag (ISO/IEC 11172-3, frame header)."""
    return len(data) > 2 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2 and data[2] & 0xF0 not in (0x00, 0xF0)


def _text(data: bytes) -> str | None:
    encoding = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
