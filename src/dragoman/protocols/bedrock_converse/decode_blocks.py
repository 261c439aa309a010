"""Wire objects to content blocks, in requests and in answers.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html

A `cachePoint` is a block of its own on the wire and a mark on the block before it here; one that follows nothing stays
opaque. Text in other clothes keeps them in `extra`, next to its words: `{"guardContent": ...}` (text a guardrail is to
look at), `{"json": ...}` (a tool's structured result), `{"content": ...}` (cited text in several pieces). An object of
unknown kind or shape becomes `Opaque` and goes back as it came. Inside an assistant message a `toolResult` is that of
a tool the service ran itself.
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
    Video,
)
from .citations import decode_citation
from .media import decode_source
from .wire import Json, beside, decode_arguments, union

__all__ = ["decode_block", "decode_blocks", "decode_cache", "with_id"]


def decode_blocks(content: Sequence[Any], origin: Origin, *, assistant: bool = False) -> tuple[Block, ...]:
    """Blocks of a list of wire objects, cache points joined to the blocks they follow."""
    blocks: list[Block] = []
    for wire in content:
        if type(wire) is dict and blocks and blocks[-1].cache is None and (cache := decode_cache(wire)) is not None:
            blocks[-1] = msgspec.structs.replace(blocks[-1], cache=cache)
        else:
            blocks.append(decode_block(wire, origin, assistant=assistant))
    return tuple(blocks)


def decode_cache(wire: Json) -> Cache | None:
    """The mark that a `cachePoint` object is; None when it is none, or says more than a `Cache` holds."""
    match wire:
        case {"cachePoint": {"type": "default", **rest}, **more} if not more and rest.keys() <= {"ttl"}:
            ttl = rest.get("ttl")
            return Cache(ttl) if ttl is None or type(ttl) is str else None
        case _:
            return None


def decode_block(wire: Any, origin: Origin, *, assistant: bool = False) -> Block:
    """The block a wire object says; `origin` is set where vendor data comes with it."""
    if type(wire) is not dict:
        return Opaque({"": wire}, origin=origin)
    if (pair := union(wire)) is not None:
        kind, value = pair
        block: Block | None = None
        if kind == "toolResult" and assistant:
            block = _decode_server_result(value, origin)
        elif (decode := _DECODERS.get(kind)) is not None:
            block = decode(value, origin)
        if block is not None:
            return block
    return Opaque(wire, origin=origin)


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


def _decode_text(value: Any, origin: Origin) -> Block | None:
    return Text(value) if type(value) is str else None


def _decode_cited(value: Any, origin: Origin) -> Block | None:
    """`citationsContent`: text, in one or several pieces, and its sources."""
    if type(value) is not dict or value.keys() - {"content", "citations"}:
        return None
    pieces, cited = value.get("content") or [], value.get("citations") or []
    if type(pieces) is not list or type(cited) is not list or not all(type(item) is dict for item in cited):
        return None
    if not _all_texts(pieces):
        return None
    texts = [piece["text"] for piece in pieces]
    extra: Json = {} if len(texts) == 1 or (cited and not texts) else {"content": pieces}
    if not cited:
        extra["citations"] = []
    citations = tuple([decode_citation(item) for item in cited])
    return Text("".join(texts), citations=citations, extra=extra, origin=origin if extra else None)


def _decode_guarded(value: Any, origin: Origin) -> Block | None:
    match value:
        case {"text": {"text": str(text)}, **rest} if not rest:
            return Text(text, extra={"guardContent": value}, origin=origin)
        case _:
            return None


def _decode_json(value: Any, origin: Origin) -> Block | None:
    return Text(msgspec.json.encode(value).decode(), extra={"json": value}, origin=origin)


def _decode_reasoning(value: Any, origin: Origin) -> Block | None:
    match value:
        case {"reasoningText": {"text": str(text), **more}, **rest} if not rest:
            signature = more.get("signature")
            if signature is None or type(signature) is str:
                return Thinking(text, signature or None, extra=beside(more, "signature"), origin=origin)
        case {"redactedContent": str(data), **rest} if not rest:
            return Thinking(encrypted=data, origin=origin)
    return None


def with_id(wire: Json, place: int) -> Json:
    """A block of an answer; a call that has come without an id gets one, since a result needs one to answer to."""
    call = wire.get("toolUse")
    if type(call) is dict and call.get("toolUseId") in ("", None) and type(call.get("name")) is str:
        return {**wire, "toolUse": {**call, "toolUseId": f"call_{place}"}}
    return wire


def _decode_call(value: Any, origin: Origin) -> Block | None:
    match value:
        case {"toolUseId": str(call), "name": str(name), **rest}:
            arguments, kind = decode_arguments(rest.get("input")), rest.get("type")
            extra = beside(rest, "input", "type")
            if kind is not None:
                return ServerToolCall(call, name, arguments, str(kind), extra=extra, origin=origin)
            return ToolCall(call, name, arguments, extra=extra, origin=origin if extra else None)
        case _:
            return None


def _decode_result(value: Any, origin: Origin) -> Block | None:
    match value:
        case {"toolUseId": str(call), "content": list(content), **rest}:
            status = rest.get("status")
            failed = status == "error"
            extra = beside(rest, "status") if status in ("success", "error", None) else beside(rest)
            return ToolResult(call, decode_blocks(content, origin), failed, extra=extra, origin=origin if extra else None)
        case _:
            return None


def _decode_server_result(value: Any, origin: Origin) -> Block | None:
    match value:
        case {"toolUseId": str(call), **rest}:
            kind, status = rest.get("type"), rest.get("status")
            extra = beside(rest, "content", "type")
            return ServerToolResult(call, _text(kind) or "", rest.get("content"), status == "error", extra=extra, origin=origin)
        case _:
            return None


def _decode_media(kind: str, value: Any, known: frozenset[str]) -> tuple[Source, Json] | None:
    """The source and the other fields of a block of media."""
    if type(value) is not dict:
        return None
    word = value.get("format")
    if not (word is None or type(word) is str):
        return None
    source = decode_source(kind, word or "", value.get("source"))
    if source is None:
        return None
    extra = beside(value, *known)
    said = isinstance(source, Base64 | Url) or (isinstance(source, PlainText) and word == "txt")
    if word is not None and not said:
        extra["format"] = word
    return source, extra


def _decode_image(value: Any, origin: Origin) -> Block | None:
    found = _decode_media("image", value, _MEDIA)
    return None if found is None else Image(found[0], extra=found[1], origin=origin if found[1] else None)


def _decode_video(value: Any, origin: Origin) -> Block | None:
    found = _decode_media("video", value, _MEDIA)
    return None if found is None else Video(found[0], extra=found[1], origin=origin if found[1] else None)


def _decode_audio(value: Any, origin: Origin) -> Block | None:
    found = _decode_media("audio", value, _MEDIA)
    return None if found is None else Audio(found[0], extra=found[1], origin=origin if found[1] else None)


def _decode_document(value: Any, origin: Origin) -> Block | None:
    found = _decode_media("document", value, _DOCUMENT)
    if found is None:
        return None
    source, extra = found
    if isinstance(source, OpaqueSource):
        pieces = source.data.get("content")
        if source.data.keys() == {"content"} and type(pieces) is list and _all_texts(pieces):
            source = Blocks(tuple([Text(piece["text"]) for piece in pieces]))
    name, context, cited = value.get("name"), value.get("context"), value.get("citations")
    if not all(item is None or type(item) is str for item in (name, context)):
        return None
    enabled = cited["enabled"] if type(cited) is dict and cited.keys() == {"enabled"} else None
    if type(enabled) is not bool:
        enabled = None
        if cited is not None:
            extra["citations"] = cited
    return Document(source, name, context, enabled, extra=extra, origin=origin if extra else None)


def _all_texts(pieces: list[Any]) -> bool:
    return all(type(piece) is dict and piece.keys() == {"text"} and type(piece["text"]) is str for piece in pieces)


_MEDIA = frozenset({"format", "source"})
_DOCUMENT = frozenset({"format", "source", "name", "context", "citations"})

_DECODERS: dict[str, Callable[[Any, Origin], Block | None]] = {
    "text": _decode_text,
    "citationsContent": _decode_cited,
    "guardContent": _decode_guarded,
    "json": _decode_json,
    "reasoningContent": _decode_reasoning,
    "toolUse": _decode_call,
    "toolResult": _decode_result,
    "image": _decode_image,
    "document": _decode_document,
    "video": _decode_video,
    "audio": _decode_audio,
}
