"""Pictures, documents, films and sound: `{format, source}` with bytes (base64 in JSON), an S3 location, or text.

Formats: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html and its neighbours. The
service fetches from S3 only: an `s3://` URL is its location, any other URL has no word here.
"""

from __future__ import annotations

from typing import Any

from ...types.content import Base64, OpaqueSource, PlainText, Source, Url
from .wire import Json

__all__ = ["decode_source", "encode_source", "format_of", "media_type_of"]

_DOCUMENTS = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "txt": "text/plain",
    "md": "text/markdown",
}
_TYPES: dict[str, dict[str, str]] = {
    "image": {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"},
    "document": _DOCUMENTS,
    "video": {
        "mkv": "video/x-matroska",
        "mov": "video/quicktime",
        "mp4": "video/mp4",
        "webm": "video/webm",
        "flv": "video/x-flv",
        "mpeg": "video/mpeg",
        "mpg": "video/mpg",
        "wmv": "video/x-ms-wmv",
        "three_gp": "video/3gpp",
    },
    "audio": {
        "mp3": "audio/mpeg",
        "mpeg": "audio/x-mpeg",
        "opus": "audio/opus",
        "wav": "audio/wav",
        "aac": "audio/aac",
        "flac": "audio/flac",
        "mp4": "audio/mp4",
        "ogg": "audio/ogg",
        "mkv": "audio/x-matroska",
        "webm": "audio/webm",
        "pcm": "audio/pcm",
    },
}
_FORMATS = {kind: {media_type: word for word, media_type in table.items()} for kind, table in _TYPES.items()}
_SPELLINGS = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "text/x-markdown": "text/markdown",
    "application/csv": "text/csv",
    "video/matroska": "video/x-matroska",
}
_NO_FORMAT = "application/octet-stream"


def media_type_of(kind: str, word: str) -> str:
    """The media type of a format word; one without a registered type is `kind/word`, and none at all is unknown bytes."""
    return _TYPES[kind].get(word, f"{kind}/{word}") if word else _NO_FORMAT


def format_of(kind: str, media_type: str) -> str | None:
    """The format word of a media type; None where this kind of block has none for it, empty for unknown bytes."""
    essence = media_type.partition(";")[0].strip().lower()
    essence = _SPELLINGS.get(essence, essence)
    known = _FORMATS[kind].get(essence)
    if known is not None:
        return known
    if essence == _NO_FORMAT:
        return ""
    before, _, word = essence.partition("/")
    return word if before == kind and word and word not in _TYPES[kind] else None


def decode_source(kind: str, word: str, wire: Any) -> Source | None:
    """The source of a block of this kind and format; None when it is no object."""
    match wire:
        case {"bytes": str(data), **rest} if not rest:
            return Base64(media_type_of(kind, word), data)
        case {"s3Location": {"uri": str(uri), **more}, **rest} if not rest and not more:
            return Url(uri, media_type_of(kind, word))
        case {"text": str(text), **rest} if not rest and kind == "document":
            return PlainText(text)
        case dict():
            return OpaqueSource(wire)
        case _:
            return None


def encode_source(kind: str, source: Source) -> Json | None:
    """`{format?, source}` of a source; None for one that this wire has no word for."""
    match source:
        case Base64():
            word = format_of(kind, source.media_type)
            data: Json = {"bytes": source.data}
        case Url() if source.url.startswith("s3://"):
            named = source.url.rpartition("/")[2].rpartition(".")[2].lower()
            word = format_of(kind, source.media_type) if source.media_type is not None else _by_name(kind, named)
            data = {"s3Location": {"uri": source.url}}
        case PlainText() if kind == "document":
            word, data = "txt", {"text": source.text}
        case OpaqueSource():
            return {"source": source.data}
        case _:
            return None
    if word is None or (not word and kind != "document"):
        return None
    return {"format": word, "source": data} if word else {"source": data}


def _by_name(kind: str, ending: str) -> str | None:
    ending = {"jpg": "jpeg", "3gp": "three_gp", "markdown": "md", "htm": "html"}.get(ending, ending)
    return ending if ending in _TYPES[kind] else None
