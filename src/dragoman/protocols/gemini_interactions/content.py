"""Content, which stands in the user's input, in the model's output and in results of functions: both ways.

Source: https://ai.google.dev/api/interactions-api#Resource:Content. Media stand as base64 (`data`) or by `uri`, which the
Files API gives, too. Fields that have no word here are kept in `extra["fields"]`; an unknown kind is `Opaque`, marked as content
and not a step.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any, Final

import msgspec

from ...types.content import (
    Audio,
    Base64,
    Block,
    Citation,
    Document,
    FileId,
    Image,
    Opaque,
    Origin,
    PlainText,
    Refusal,
    Source,
    Text,
    Url,
    Video,
)
from ..byte_spans import ByteText
from .json_text import Json
from .wire import decode_citation, encode_citation

__all__ = ["CONTENT", "KINDS", "Media", "is_content", "read_content", "write_content"]

Media = Image | Audio | Video | Document

KINDS: Final = frozenset({"text", "image", "audio", "video", "document"})
"""The types of content, which no step has."""

CONTENT: Final = "content"
"""The name in `extra` that marks an `Opaque` as content."""

_replace: Final = msgspec.structs.replace


def is_content(block: Block) -> bool:
    """Whether a block of a turn stands in a step of content, and is not a step itself."""
    return isinstance(block, Text | Refusal | Image | Audio | Video | Document) or (
        isinstance(block, Opaque) and CONTENT in block.extra
    )


# --- reading -------------------------------------------------------------------------------------------------------------


def read_content(item: Any, origin: Origin, *, answer: bool) -> Block:
    """The block of one content. In a request only vendor data makes a block carry its origin."""
    block = _read(item, origin) if isinstance(item, dict) else None
    if block is None:
        data = item if isinstance(item, dict) else {"type": "text", "text": item}
        return Opaque(data, extra={CONTENT: True}, origin=origin)
    vendors = block.extra or (isinstance(block, Text) and block.citations)
    return _replace(block, origin=origin) if answer or vendors else block


def _read(item: Json, origin: Origin) -> Block | None:
    kind = item.get("type")
    if kind == "text" and isinstance(text := item.get("text"), str):
        known = {"type", "text", "annotations"}
        cited = item.get("annotations") or []
        if not isinstance(cited, list) or not all(isinstance(entry, dict) for entry in cited):
            cited = []
            known.discard("annotations")
        return Text(text, _citations(text, cited), extra=_fields(item, known))
    make = _MEDIA.get(kind) if isinstance(kind, str) else None
    source = _source(item)
    if make is None or source is None:
        return None
    known = {"type", "data", "uri", "mime_type"}
    detail = item.get("resolution")
    if kind == "image" and (detail is None or isinstance(detail, str)):
        return Image(source, detail, extra=_fields(item, {*known, "resolution"}))
    return make(source, extra=_fields(item, known))


def _citations(text: str, annotations: list[Json]) -> tuple[Citation, ...]:
    counted = ByteText()
    if annotations:
        counted.add(text)
    return tuple([decode_citation(annotation, counted) for annotation in annotations])


def _fields(item: Json, known: set[str]) -> Json:
    left = {name: value for name, value in item.items() if name not in known and value is not None}
    return {"fields": left} if left else {}


def _source(item: Json) -> Source | None:
    data, uri, kind = item.get("data"), item.get("uri"), item.get("mime_type")
    if not (kind is None or isinstance(kind, str)):
        return None
    if isinstance(data, str) and uri is None:
        return Base64(kind or "", data)
    return Url(uri, kind) if isinstance(uri, str) and data is None else None


_MEDIA: Final[dict[str, Callable[..., Media]]] = {"image": Image, "audio": Audio, "video": Video, "document": Document}


# --- writing -------------------------------------------------------------------------------------------------------------


def write_content(block: Block, *, own: bool) -> Json:
    """The content that says a block; `own` says that its vendor data is of this wire and goes along."""
    match block:
        case Text() | Refusal():
            item: Json = {"type": "text", "text": block.text}
            if isinstance(block, Text) and block.citations:
                item["annotations"] = [encode_citation(citation, own, block.text) for citation in block.citations]
        case Image() | Audio() | Video() | Document():
            item = {"type": _TYPES[type(block)], **_write_source(block.source)}
            if isinstance(block, Image) and block.detail is not None:
                item["resolution"] = block.detail
        case Opaque():
            return block.data
        case _:
            raise TypeError(f"{type(block).__name__} is not content")
    return {**item, **block.extra.get("fields", {})} if own else item


def _write_source(source: Source) -> Json:
    match source:
        case Base64(media_type=kind, data=data):
            return {"data": data, "mime_type": kind} if kind else {"data": data}
        case Url(url=url, media_type=kind):
            return {"uri": url} if kind is None else {"uri": url, "mime_type": kind}
        case FileId(id=id):
            return {"uri": id}
        case PlainText(text=text):
            return {"data": b64encode(text.encode()).decode(), "mime_type": "text/plain"}
        case _:
            return {}


_TYPES: Final[dict[type, str]] = {Image: "image", Audio: "audio", Video: "video", Document: "document"}
