"""Content blocks to their wire objects. Whether a target may have a block is decided in `encode_content.py`.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...types.content import (
    Audio,
    Block,
    Blocks,
    Cache,
    Citation,
    Document,
    Image,
    Opaque,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
)
from .citations import encode_citation
from .media import encode_source
from .wire import NAME, Json, encode_arguments

__all__ = [
    "call_object",
    "encode_block",
    "encode_blocks",
    "encode_cache",
    "media_object",
    "opaque_object",
    "text_object",
    "vendor_object",
]


def encode_cache(cache: Cache) -> Json:
    """A `cachePoint` object."""
    return {"cachePoint": {"type": "default"} if cache.ttl is None else {"type": "default", "ttl": cache.ttl}}


def text_object(block: Text, citations: Sequence[Citation], extra: Json) -> Json:
    """A text, in the clothes its vendor fields name."""
    for kind in ("guardContent", "json"):
        if kind in extra:
            return {kind: extra[kind]}
    if not citations and not extra.keys() & {"content", "citations"}:
        return {"text": block.text}
    content = extra.get("content", [{"text": block.text}] if block.text else [])
    return {"citationsContent": {"content": content, "citations": [encode_citation(citation) for citation in citations]}}


def call_object(block: ToolCall | ServerToolCall) -> Json:
    """The inside of a `toolUse`."""
    custom = isinstance(block, ToolCall) and block.custom
    wire: Json = {"toolUseId": block.id, "name": block.name, "input": encode_arguments(block.arguments, custom)}
    if isinstance(block, ServerToolCall):
        wire["type"] = block.kind or "server_tool_use"
    return wire


def media_object(block: Image | Document | Video | Audio, title: str | None = None) -> Json | None:
    """The inside of a block of media, `title` being a document's name; None for a source without a word here."""
    source = block.source
    if isinstance(block, Document) and isinstance(source, Blocks):
        texts = [piece.text for piece in source.content if isinstance(piece, Text)]
        if len(texts) < len(source.content):
            return None
        wire: Json | None = {"source": {"content": [{"text": text} for text in texts]}}
    else:
        wire = encode_source(str(block.__struct_config__.tag), source)
    if wire is None or not isinstance(block, Document):
        return wire
    if title is not None:
        wire = {"name": title, **wire}
    if block.context is not None:
        wire["context"] = block.context
    if block.citations is not None:
        wire["citations"] = {"enabled": block.citations}
    return wire


def vendor_object(block: Thinking | ServerToolResult) -> Json:
    """A block only its vendor understands, as it came."""
    extra = block.extra if block.origin is None or block.origin.protocol == NAME else {}
    if isinstance(block, ServerToolResult):
        wire: Json = {"toolUseId": block.id}
        if block.content is not None:
            wire["content"] = block.content
        if block.kind:
            wire["type"] = block.kind
        if block.is_error and "status" not in extra:
            wire["status"] = "error"
        return {"toolResult": {**wire, **extra}}
    if block.encrypted is not None and not block.text:
        return {"reasoningContent": {"redactedContent": block.encrypted}}
    wire = {"text": block.text}
    if block.signature:
        wire["signature"] = block.signature
    return {"reasoningContent": {"reasoningText": {**wire, **extra}}}


def encode_blocks(blocks: Sequence[Block]) -> list[Json]:
    """The wire objects of an answer's blocks, cache points behind the blocks they mark; what has no word is left out."""
    out: list[Json] = []
    for block in blocks:
        wire = encode_block(block)
        if wire is not None:
            out.append(wire)
            if block.cache is not None:
                out.append(encode_cache(block.cache))
    return out


def encode_block(block: Block) -> Any:
    """The wire object that says a block of an answer, None where this wire has none.

    What this wire has no word for is said as text: a refusal, the transcript of sound.
    """
    own = block.origin is None or block.origin.protocol == NAME
    extra = block.extra if own else {}
    match block:
        case Text():
            return text_object(block, block.citations, extra)
        case Refusal():
            return {"text": block.text}
        case Thinking() | ServerToolResult():
            return vendor_object(block)
        case ToolCall() | ServerToolCall():
            return {"toolUse": {**call_object(block), **extra}}
        case Audio() if block.transcript:
            return {"text": block.transcript}
        case Image() | Video() | Audio() | Document():
            title = (block.title or "document") if isinstance(block, Document) else None
            wire = media_object(block, title)
            return None if wire is None else {str(block.__struct_config__.tag): {**wire, **extra}}
        case ToolResult():
            result: Json = {"toolUseId": block.id, "content": encode_blocks(block.content)}
            return {"toolResult": {**result, **({"status": "error"} if block.is_error else {}), **extra}}
        case Opaque():
            return opaque_object(block)


def opaque_object(block: Opaque) -> Any:
    """What an opaque block came from; what was no object at all stands in a field without a name."""
    return block.data[""] if block.data.keys() == {""} else dict(block.data)
