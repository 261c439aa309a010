"""Content blocks to their wire objects (https://platform.claude.com/docs/en/api/messages).

One table. Whether a target may have a block is not decided here: see `encode_content.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ...types.content import (
    Audio,
    Base64,
    Block,
    Blocks,
    Cache,
    Document,
    FileId,
    Image,
    Opaque,
    OpaqueSource,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)
from .citations import encode_citation

__all__ = [
    "MALFORMED",
    "Json",
    "encode_arguments",
    "encode_block",
    "encode_blocks",
    "encode_cache",
    "encode_source",
    "is_object",
]

Json = dict[str, Any]

MALFORMED = "_malformed_arguments"
"""The one field of a `tool_use.input` that stands for argument text which is no JSON object: the wire takes objects only."""

_json = msgspec.json.decode
_raw = msgspec.Raw

Nested = Callable[[Sequence[Block]], list[Json]]


def encode_blocks(blocks: Sequence[Block]) -> list[Json]:
    """The wire objects of blocks."""
    return [encode_block(block) for block in blocks]


def encode_block(block: Block, nested: Nested = encode_blocks) -> Json:
    """The wire object that says a block; `nested` renders the blocks inside a result or a document.

    What this wire has no word for is said as text: a refusal, the transcript of sound.
    """
    wire = _ENCODERS[type(block)](block, nested)
    if block.extra:
        wire.update(block.extra)
    if block.cache is not None:
        wire["cache_control"] = encode_cache(block.cache)
    return wire


def encode_cache(cache: Cache) -> Json:
    """A `cache_control` object."""
    return {"type": "ephemeral"} if cache.ttl is None else {"type": "ephemeral", "ttl": cache.ttl}


def is_object(text: str) -> bool:
    """Whether text is a JSON object."""
    try:
        return type(_json(text)) is dict
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False


def encode_arguments(text: str, custom: bool = False) -> Any:
    """A `tool_use.input`: the model's own text where it is a JSON object, `{}` for none; else the text in one field."""
    if custom:
        return {"input": text}
    if not text or text.isspace():
        return {}
    return _raw(text.encode()) if is_object(text) else {MALFORMED: text}


def encode_source(source: Source, nested: Nested = encode_blocks) -> Json:
    """A `source` object. The vendor reads the kind of a URL's content itself, so its media type is not said."""
    match source:
        case Base64():
            return {"type": "base64", "media_type": source.media_type, "data": source.data}
        case Url():
            return {"type": "url", "url": source.url}
        case FileId():
            return {"type": "file", "file_id": source.id}
        case PlainText():
            return {"type": "text", "media_type": "text/plain", "data": source.text}
        case Blocks():
            return {"type": "content", "content": nested(source.content)}
        case OpaqueSource():
            return source.data


def _encode_text(block: Text, nested: Nested) -> Json:
    wire: Json = {"type": "text", "text": block.text}
    if block.citations or block.origin is not None:
        wire["citations"] = [encode_citation(citation) for citation in block.citations]
    return wire


def _encode_refusal(block: Refusal, nested: Nested) -> Json:
    return {"type": "text", "text": block.text}


def _encode_thinking(block: Thinking, nested: Nested) -> Json:
    if block.encrypted is not None and not block.text:
        return {"type": "redacted_thinking", "data": block.encrypted}
    return {"type": "thinking", "thinking": block.text, "signature": block.signature or ""}


def _encode_call(block: ToolCall, nested: Nested) -> Json:
    arguments = encode_arguments(block.arguments, block.custom)
    return {"type": "tool_use", "id": block.id, "name": block.name, "input": arguments}


def _encode_result(block: ToolResult, nested: Nested) -> Json:
    wire: Json = {"type": "tool_result", "tool_use_id": block.id}
    if block.content:
        wire["content"] = nested(block.content)
    if block.is_error:
        wire["is_error"] = True
    return wire


def _encode_server_call(block: ServerToolCall, nested: Nested) -> Json:
    kind = "mcp_tool_use" if block.kind == "mcp_tool_use" else "server_tool_use"
    wire: Json = {"type": kind, "id": block.id, "name": block.name, "input": encode_arguments(block.arguments)}
    if block.server is not None:
        wire["server_name"] = block.server
    return wire


def _encode_server_result(block: ServerToolResult, nested: Nested) -> Json:
    kind = block.kind if block.kind.endswith("_tool_result") else f"{block.kind}_tool_result"
    wire: Json = {"type": kind, "tool_use_id": block.id}
    if block.content is not None:
        wire["content"] = block.content
    if kind == "mcp_tool_result":
        wire["is_error"] = block.is_error
    return wire


def _encode_image(block: Image, nested: Nested) -> Json:
    return {"type": "image", "source": encode_source(block.source, nested)}


def _encode_document(block: Document, nested: Nested) -> Json:
    wire: Json = {"type": "document", "source": encode_source(block.source, nested)}
    if block.title is not None:
        wire["title"] = block.title
    if block.context is not None:
        wire["context"] = block.context
    if block.citations is not None:
        wire["citations"] = {"enabled": block.citations}
    return wire


def _encode_audio(block: Audio, nested: Nested) -> Json:
    return {"type": "text", "text": block.transcript or ""}


def _encode_video(block: Video, nested: Nested) -> Json:
    return {"type": "text", "text": ""}


def _encode_opaque(block: Opaque, nested: Nested) -> Json:
    return dict(block.data)


_ENCODERS: dict[type, Callable[[Any, Nested], Json]] = {
    Text: _encode_text,
    Refusal: _encode_refusal,
    Thinking: _encode_thinking,
    ToolCall: _encode_call,
    ToolResult: _encode_result,
    ServerToolCall: _encode_server_call,
    ServerToolResult: _encode_server_result,
    Image: _encode_image,
    Document: _encode_document,
    Audio: _encode_audio,
    Video: _encode_video,
    Opaque: _encode_opaque,
}
