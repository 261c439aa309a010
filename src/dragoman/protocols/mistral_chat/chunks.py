"""Content chunks, which both sides and both directions of the wire share (https://docs.mistral.ai/api/endpoint/chat).

A chunk with a word of ours and no field that the word cannot hold becomes that block, any other stays as it is
(`Opaque`). A `reference` stands after the text it supports: it is a citation of that text, so that text, references, text
are two blocks. Audio is bare base64 or a URL; its kind is read from its first bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    Refusal,
    Source,
    Text,
    Thinking,
    Url,
)
from .wire import is_own, own_extra

__all__ = ["decode_chunk", "decode_content", "decode_reference", "encode_chunks", "inner_text", "is_plain_text"]

Json = dict[str, Any]

_BASE64: Final = ";base64,"

# The first characters of sound in base64, and of data that says nothing of itself.
_SOUNDS: Final = (
    ("UklGR", "audio/wav"),
    ("SUQz", "audio/mpeg"),
    ("//", "audio/mpeg"),
    ("T2dnUw", "audio/ogg"),
    ("ZkxhQ", "audio/flac"),
)


def decode_content(content: Sequence[Any], origin: Origin) -> list[Block]:
    """The blocks of a list of chunks; bare strings count as text."""
    blocks: list[Block] = []
    for chunk in content:
        if isinstance(chunk, str):
            blocks.append(Text(chunk))
            continue
        if not isinstance(chunk, dict):
            blocks.append(Opaque({"type": "text", "text": str(chunk)}, origin=origin))
            continue
        citation = decode_reference(chunk)
        last = blocks[-1] if blocks else None
        if citation is not None and isinstance(last, Text):
            blocks[-1] = msgspec.structs.replace(last, citations=(*last.citations, citation))
        else:
            blocks.append(decode_chunk(chunk, origin))
    return blocks


def decode_chunk(chunk: Json, origin: Origin) -> Block:
    """One chunk as a block."""
    fields = {name: value for name, value in chunk.items() if name != "type" and value is not None}
    kind = chunk.get("type")
    if kind == "text" and isinstance(text := fields.pop("text", None), str):
        return Text(text, origin=origin if fields else None, extra=fields)
    if kind == "thinking" and isinstance(fields.get("thinking"), list):
        return _thinking(fields, origin)
    block = _MEDIA[kind](fields) if isinstance(kind, str) and kind in _MEDIA else None
    return Opaque(chunk, origin=origin) if block is None else block


def decode_reference(chunk: Json) -> Citation | None:
    """A `reference` chunk as a citation: it holds ids only, of what tools gave (https://docs.mistral.ai/capabilities/citations)."""
    return Citation(kind="reference", raw=chunk) if chunk.get("type") == "reference" else None


def is_plain_text(chunk: Any) -> bool:
    """Whether a chunk is text and nothing else."""
    return (
        isinstance(chunk, dict)
        and chunk.get("type") == "text"
        and chunk.keys() == {"type", "text"}
        and isinstance(chunk["text"], str)
    )


def inner_text(chunks: Sequence[Any]) -> str:
    """The text that the chunks inside a thinking chunk show."""
    texts = [chunk.get("text") for chunk in chunks if isinstance(chunk, dict)]
    return "".join([text for text in texts if isinstance(text, str)])


def _thinking(fields: Json, origin: Origin) -> Thinking:
    inner = fields.pop("thinking")
    signature = fields.get("signature")
    if isinstance(signature, str):
        del fields["signature"]
    else:
        signature = None
    text = inner_text(inner)
    if not (len(inner) == 1 and is_plain_text(inner[0])):
        fields["thinking"] = inner
    return Thinking(text=text, signature=signature, origin=origin, extra=fields)


# --- media, one way ----------------------------------------------------------------------------------------------------


def _image(fields: Json) -> Block | None:
    value = fields.get("image_url")
    about = {"url": value} if isinstance(value, str) else value
    if fields.keys() != {"image_url"} or not isinstance(about, dict) or not isinstance(about.get("url"), str):
        return None
    detail = about.get("detail")
    if about.keys() - {"url", "detail"} or not isinstance(detail, str | None):
        return None
    return Image(_source(about["url"]), detail)


def _document(fields: Json) -> Block | None:
    url, name = fields.get("document_url"), fields.get("document_name")
    if fields.keys() - {"document_url", "document_name"} or not isinstance(url, str) or not isinstance(name, str | None):
        return None
    return Document(_source(url), title=name)


def _file(fields: Json) -> Block | None:
    id = fields.get("file_id")
    return Document(FileId(id)) if fields.keys() == {"file_id"} and isinstance(id, str) else None


def _audio(fields: Json) -> Block | None:
    value = fields.get("input_audio")
    if fields.keys() != {"input_audio"}:
        return None
    if isinstance(value, dict) and value.keys() == {"data", "format"} and isinstance(value["data"], str):
        return Audio(Base64(f"audio/{value['format']}", value["data"]), extra={"input_audio": value})
    if not isinstance(value, str):
        return None
    if value.startswith(("http://", "https://", "data:")):
        return Audio(Url(value))
    return Audio(Base64(next((kind for start, kind in _SOUNDS if value.startswith(start)), "audio/*"), value))


_MEDIA: Final[dict[Any, Any]] = {"image_url": _image, "document_url": _document, "file": _file, "input_audio": _audio}


def _source(url: str) -> Source:
    if url.startswith("data:"):
        head, found, data = url.partition(_BASE64)
        if found and len(head) > len("data:"):
            return Base64(head[len("data:") :], data)
    return Url(url)


# --- and the other way -------------------------------------------------------------------------------------------------


def encode_chunks(block: Block) -> list[Json] | None:
    """The chunks that say a block, None when this wire cannot: calls and results are no content here."""
    match block:
        case Text():
            references = [citation.raw for citation in block.citations if citation.raw.get("type") == "reference"]
            return [{"type": "text", "text": block.text, **own_extra(block)}, *references]
        case Refusal():
            return [{"type": "text", "text": block.text}]
        case Thinking():
            extra = own_extra(block)
            inner = [{"type": "text", "text": block.text}] if block.text else []
            signature = {} if block.signature is None else {"signature": block.signature}
            return [{"type": "thinking", "thinking": inner, **signature, **extra}]
        case Image():
            return _encode_image(block)
        case Document(source=FileId(id=id)):
            return [{"type": "file", "file_id": id}]
        case Document():
            url = _url(block.source)
            name = {} if block.title is None else {"document_name": block.title}
            return None if url is None else [{"type": "document_url", "document_url": url, **name}]
        case Audio():
            return _encode_audio(block)
        case Opaque(data=data) if is_own(block) and block.extra.get("field") is None:
            return [data]
        case _:
            return None


def _encode_image(block: Image) -> list[Json] | None:
    if isinstance(block.source, FileId):
        return _encode_file(block.source)
    url = _url(block.source)
    detail = {} if block.detail is None else {"detail": block.detail}
    return None if url is None else [{"type": "image_url", "image_url": {"url": url, **detail}}]


def _encode_file(source: Source) -> list[Json] | None:
    return [{"type": "file", "file_id": source.id}] if isinstance(source, FileId) else None


def _encode_audio(block: Audio) -> list[Json] | None:
    if (as_it_came := own_extra(block).get("input_audio")) is not None:
        return [{"type": "input_audio", "input_audio": as_it_came}]
    source = block.source
    match source:
        case Base64(data=data):
            return [{"type": "input_audio", "input_audio": data}]
        case Url(url=url):
            return [{"type": "input_audio", "input_audio": url}]
        case _:
            return _encode_file(source)


def _url(source: Source) -> str | None:
    match source:
        case Base64():
            return f"data:{source.media_type}{_BASE64}{source.data}"
        case Url(url=url):
            return url
        case _:
            return None
