"""Wire objects to content blocks (https://platform.claude.com/docs/en/api/messages).

One table. A wire object whose kind or shape is unknown becomes `Opaque` and goes back as it came; unknown fields of
known kinds travel in `extra`. A field that is null is unset and is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ...types.content import (
    Base64,
    Block,
    Blocks,
    Cache,
    Document,
    FileId,
    Image,
    Opaque,
    OpaqueSource,
    Origin,
    PlainText,
    ServerToolCall,
    ServerToolResult,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
)
from .citations import decode_citation
from .encode_blocks import MALFORMED, Json, is_object

__all__ = ["decode_block", "decode_blocks", "decode_cache", "with_id"]

_dump = msgspec.json.encode


def decode_blocks(content: Sequence[Json], origin: Origin) -> tuple[Block, ...]:
    """Blocks of a list of wire objects."""
    return tuple([decode_block(wire, origin) for wire in content])


def decode_block(wire: Json, origin: Origin) -> Block:
    """The block a wire object says; `origin` is set where vendor data comes with it."""
    kind = wire.get("type")
    if type(kind) is str:
        decode = _DECODERS.get(kind)
        if decode is None and kind.endswith("_tool_result"):
            decode = _decode_server_result
        block = decode(wire, origin) if decode is not None else None
        if block is not None:
            return block
    return Opaque(wire, origin=origin)


def with_id(wire: Json, place: int) -> Json:
    """A block of an answer; a call that has come without an id gets one, since a result needs one to answer to."""
    if wire.get("type") == "tool_use" and wire.get("id") in ("", None) and type(wire.get("name")) is str:
        return {**wire, "id": f"call_{place}"}
    return wire


def decode_cache(value: Any) -> Cache | None:
    """A `cache_control` object; None when it says more than a `Cache` holds."""
    if type(value) is not dict or value.get("type") != "ephemeral":
        return None
    ttl = value.get("ttl")
    return Cache(ttl) if (ttl is None or type(ttl) is str) and value.keys() <= {"type", "ttl"} else None


def _rest(wire: Json, known: frozenset[str]) -> tuple[Cache | None, Json]:
    """The cache mark of a wire object and its fields beyond the known ones."""
    if wire.keys() <= known:
        return None, {}
    cache = None
    extra: Json = {}
    for key, value in wire.items():
        if key in known or value is None:
            continue
        if key == "cache_control" and (cache := decode_cache(value)) is not None:
            continue
        extra[key] = value
    return cache, extra


def _decode_text(wire: Json, origin: Origin) -> Block | None:
    text, listed = wire.get("text"), wire.get("citations")
    cited = listed or []
    if type(text) is not str or type(cited) is not list or not all(type(item) is dict for item in cited):
        return None
    cache, extra = _rest(wire, _TEXT)
    citations = tuple([decode_citation(item) for item in cited])
    # An empty list opens a text that will cite, so that its citations, which come later, have their origin.
    return Text(text, citations=citations, cache=cache, extra=extra, origin=origin if extra or listed is not None else None)


def _decode_thinking(wire: Json, origin: Origin) -> Block | None:
    text, signature = wire.get("thinking"), wire.get("signature")
    if type(text) is not str or not (signature is None or type(signature) is str):
        return None
    cache, extra = _rest(wire, _THINKING)
    return Thinking(text, signature or None, cache=cache, extra=extra, origin=origin)


def _decode_redacted(wire: Json, origin: Origin) -> Block | None:
    data = wire.get("data")
    if type(data) is not str:
        return None
    cache, extra = _rest(wire, _REDACTED)
    return Thinking(encrypted=data, cache=cache, extra=extra, origin=origin)


def _decode_arguments(value: Any) -> str:
    """Argument text of an `input`: compact JSON, or the malformed text that `encode_arguments` wrapped."""
    if type(value) is dict and value.keys() == {MALFORMED} and type(text := value[MALFORMED]) is str and not is_object(text):
        return text
    return "{}" if value is None else _dump(value).decode()


def _decode_call(wire: Json, origin: Origin) -> Block | None:
    call, name = wire.get("id"), wire.get("name")
    if type(call) is not str or type(name) is not str:
        return None
    cache, extra = _rest(wire, _CALL)
    return ToolCall(call, name, _decode_arguments(wire.get("input")), cache=cache, extra=extra, origin=origin if extra else None)


def _decode_server_call(wire: Json, origin: Origin) -> Block | None:
    call, name, server = wire.get("id"), wire.get("name"), wire.get("server_name")
    if type(call) is not str or type(name) is not str or not (server is None or type(server) is str):
        return None
    cache, extra = _rest(wire, _SERVER_CALL)
    arguments = _decode_arguments(wire.get("input"))
    return ServerToolCall(call, name, arguments, wire["type"], server, cache=cache, extra=extra, origin=origin)


def _decode_server_result(wire: Json, origin: Origin) -> Block | None:
    call, content = wire.get("tool_use_id"), wire.get("content")
    if type(call) is not str:
        return None
    kind = wire["type"]
    cache, extra = _rest(wire, _SERVER_RESULT)
    if kind == "mcp_tool_result":
        is_error = extra.pop("is_error", False) is True
    else:
        is_error = type(content) is dict and str(content.get("type")).endswith("_error")
    return ServerToolResult(call, kind, content, is_error, cache=cache, extra=extra, origin=origin)


def _decode_result(wire: Json, origin: Origin) -> Block | None:
    call, content, is_error = wire.get("tool_use_id"), wire.get("content"), wire.get("is_error")
    if type(content) is str:
        blocks: tuple[Block, ...] = (Text(content),) if content else ()
    elif content is None or (type(content) is list and all(type(item) is dict for item in content)):
        blocks = decode_blocks(content or [], origin)
    else:
        return None
    if type(call) is not str or not (is_error is None or type(is_error) is bool):
        return None
    cache, extra = _rest(wire, _RESULT)
    return ToolResult(call, blocks, is_error is True, cache=cache, extra=extra, origin=origin if extra else None)


def _decode_image(wire: Json, origin: Origin) -> Block | None:
    if type(source := wire.get("source")) is not dict:
        return None
    cache, extra = _rest(wire, _IMAGE)
    return Image(_decode_source(source, origin), cache=cache, extra=extra, origin=origin if extra else None)


def _decode_document(wire: Json, origin: Origin) -> Block | None:
    source, title, context = wire.get("source"), wire.get("title"), wire.get("context")
    if type(source) is not dict or not all(item is None or type(item) is str for item in (title, context)):
        return None
    cited = wire.get("citations")
    enabled = cited["enabled"] if type(cited) is dict and cited.keys() == {"enabled"} else None
    known = _DOCUMENT if type(enabled) is bool else _DOCUMENT - {"citations"}
    cache, extra = _rest(wire, known)
    return Document(
        _decode_source(source, origin),
        title,
        context,
        enabled if type(enabled) is bool else None,
        cache=cache,
        extra=extra,
        origin=origin if extra else None,
    )


def _decode_source(wire: Json, origin: Origin) -> Source:
    match wire:
        case {"type": "base64", "media_type": str(media_type), "data": str(data), **rest} if not rest:
            return Base64(media_type, data)
        case {"type": "url", "url": str(url), **rest} if not rest:
            return Url(url)
        case {"type": "file", "file_id": str(file), **rest} if not rest:
            return FileId(file)
        case {"type": "text", "media_type": "text/plain", "data": str(data), **rest} if not rest:
            return PlainText(data)
        case {"type": "content", "content": str(text), **rest} if not rest:
            return Blocks((Text(text),))
        case {"type": "content", "content": list(content), **rest} if not rest and all(type(item) is dict for item in content):
            return Blocks(decode_blocks(content, origin))
        case _:
            return OpaqueSource(wire)


_TEXT = frozenset({"type", "text", "citations"})
_THINKING = frozenset({"type", "thinking", "signature"})
_REDACTED = frozenset({"type", "data"})
_CALL = frozenset({"type", "id", "name", "input"})
_SERVER_CALL = frozenset({"type", "id", "name", "input", "server_name"})
_SERVER_RESULT = frozenset({"type", "tool_use_id", "content"})
_RESULT = frozenset({"type", "tool_use_id", "content", "is_error"})
_IMAGE = frozenset({"type", "source"})
_DOCUMENT = frozenset({"type", "source", "title", "context", "citations"})

_DECODERS: dict[str, Callable[[Json, Origin], Block | None]] = {
    "text": _decode_text,
    "thinking": _decode_thinking,
    "redacted_thinking": _decode_redacted,
    "tool_use": _decode_call,
    "tool_result": _decode_result,
    "server_tool_use": _decode_server_call,
    "mcp_tool_use": _decode_server_call,
    "image": _decode_image,
    "document": _decode_document,
}
