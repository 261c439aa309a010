"""Blocks to parts (https://ai.google.dev/api/caching#Part).

One table for both sides; whether a target may have a block is not decided here: see `encode_content.py`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ...types.content import (
    Audio,
    Base64,
    Block,
    Document,
    FileId,
    Image,
    Opaque,
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
from .answers import Json
from .decode_parts import MALFORMED, SILENT, SYNTHETIC
from .server_tools import TOOL_TYPES

__all__ = [
    "NAMED",
    "RESOLUTIONS",
    "encode_arguments",
    "encode_part",
    "encode_response_object",
    "encode_source",
    "guess_type",
    "is_object",
    "own_block",
]

_json = msgspec.json.decode

NAMED = ("functionCall", "functionResponse", "inlineData", "fileData", "toolCall")
"""Names in `extra` that hold fields of the data, not modifiers of the part."""

RESOLUTIONS = {
    "low": "MEDIA_RESOLUTION_LOW",
    "medium": "MEDIA_RESOLUTION_MEDIUM",
    "high": "MEDIA_RESOLUTION_HIGH",
    "ultra_high": "MEDIA_RESOLUTION_ULTRA_HIGH",
}

_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "gif": "image/gif",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "html": "text/html",
    "md": "text/markdown",
    "csv": "text/csv",
    "mp3": "audio/mp3",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "mov": "video/mov",
    "webm": "video/webm",
}


def encode_part(block: Block) -> Json:
    """The part that says a block, with its vendor fields. What this wire has no word for is said as text."""
    wire = _ENCODERS[type(block)](block)
    if block.extra:
        for name, value in block.extra.items():
            if name in NAMED and type(value) is dict and type(wire.get(name)) is dict:
                wire[name] = {**wire[name], **value}
            elif name not in (SYNTHETIC, SILENT):
                wire[name] = value
    return wire


def own_block(block: Block) -> Block | None:
    """A block of an answer as this wire may say it: of another wire's answers without what only that wire understands,
    None where nothing is left."""
    if block.origin is not None and block.origin.protocol != "gemini":
        if isinstance(block, Opaque | ServerToolCall | ServerToolResult):
            return None
        block = msgspec.structs.replace(block, extra={})
        if isinstance(block, Thinking):
            block = msgspec.structs.replace(block, signature=None, encrypted=None)
    return block


def is_object(text: str) -> bool:
    """Whether text is a JSON object."""
    try:
        return type(_json(text)) is dict
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False


def encode_arguments(text: str, custom: bool = False) -> Any:
    """The `args` of a call: the model's own text where it is a JSON object; else the text in one field."""
    if custom:
        return {"input": text}
    return msgspec.Raw(text.encode()) if is_object(text) else {MALFORMED: text}


def encode_source(source: Source) -> Json | None:
    """The data field of media; None for a source that has none here."""
    match source:
        case Base64():
            return {"inlineData": {"mimeType": source.media_type, "data": source.data}}
        case Url():
            kind = source.media_type
            wire = {"fileUri": source.url} if kind is None else {"mimeType": kind, "fileUri": source.url}
            return {"fileData": wire}
        case FileId():
            return {"fileData": {"fileUri": source.id}}
        case PlainText():
            data = b64encode(source.text.encode()).decode()
            return {"inlineData": {"mimeType": "text/plain", "data": data}}
        case _:
            return None


def guess_type(url: str) -> str | None:
    """The media type that a URL's ending names."""
    path = url.partition("?")[0].partition("#")[0]
    return _TYPES.get(path.rpartition("/")[2].rpartition(".")[2].lower())


def encode_response_object(texts: Sequence[str], is_error: bool) -> Any:
    """A `functionResponse.response`: text that is a JSON object as that object, other text in the documented field."""
    if not texts:
        return {}
    if len(texts) > 1:
        return {"error": "\n".join(texts)} if is_error else {"output": list(texts)}
    text = texts[0]
    if text[:1] == "{" and is_object(text):
        keys = set(_json(text))
        if keys == {"error"} if is_error else (keys and not _reads_as_text(_json(text))):
            return msgspec.Raw(text.encode())
    return {"error" if is_error else "output": text}


def _reads_as_text(value: Json) -> bool:
    """Whether an object would be read as something else than its own text."""
    if len(value) != 1:
        return False
    name, held = next(iter(value.items()))
    if name == "output" and type(held) is list:
        return len(held) > 1 and all(type(item) is str for item in held)
    return name == "error" or (name == "output" and type(held) is str)


def _encode_text(block: Text | Refusal) -> Json:
    return {"text": block.text}


def _encode_thinking(block: Thinking) -> Json:
    wire: Json = {"text": block.text, "thought": True}
    if block.signature is not None:
        wire["thoughtSignature"] = block.signature
    return wire


def _encode_call(block: ToolCall) -> Json:
    call: Json = {} if SYNTHETIC in block.extra else {"id": block.id}
    call["name"] = block.name
    if block.arguments or block.custom:
        call["args"] = encode_arguments(block.arguments, block.custom)
    return {"functionCall": call}


def _encode_result(block: ToolResult) -> Json:
    texts: list[str] = []
    parts: list[Json] = []
    for item in block.content:
        if isinstance(item, Text | Refusal):
            texts.append(item.text)
        elif isinstance(item, Image | Audio | Video | Document) and (data := encode_source(item.source)) is not None:
            parts.append(data)
    result: Json = {} if SYNTHETIC in block.extra else {"id": block.id}
    result["name"] = block.name or block.id
    if SILENT not in block.extra or texts:
        result["response"] = encode_response_object(texts, block.is_error)
    if parts:
        result["parts"] = parts
    return {"functionResponse": result}


def _encode_media(block: Image | Audio | Video | Document) -> Json:
    wire = encode_source(block.source) or {"text": ""}
    if isinstance(block, Image) and block.detail in RESOLUTIONS:
        wire["mediaResolution"] = {"level": RESOLUTIONS[block.detail]}
    return wire


def _encode_server_call(block: ServerToolCall) -> Json:
    arguments = encode_arguments(block.arguments) if block.arguments else None
    if block.kind == "toolCall":
        call: Json = {"id": block.id, "toolType": TOOL_TYPES.get(block.name, block.name)}
        if arguments is not None:
            call["args"] = arguments
        return {"toolCall": call}
    code: Json = _json(block.arguments) if is_object(block.arguments) else {"code": block.arguments}
    return {"executableCode": code if SYNTHETIC in block.extra else {"id": block.id, **code}}


def _encode_server_result(block: ServerToolResult) -> Json:
    content = block.content if type(block.content) is dict else {"output": block.content}
    field = "toolResponse" if block.kind == "toolResponse" else "codeExecutionResult"
    return {field: content if SYNTHETIC in block.extra else {"id": block.id, **content}}


def _encode_opaque(block: Opaque) -> Json:
    return dict(block.data)


_ENCODERS: dict[type, Callable[[Any], Json]] = {
    Text: _encode_text,
    Refusal: _encode_text,
    Thinking: _encode_thinking,
    ToolCall: _encode_call,
    ToolResult: _encode_result,
    ServerToolCall: _encode_server_call,
    ServerToolResult: _encode_server_result,
    Image: _encode_media,
    Audio: _encode_media,
    Video: _encode_media,
    Document: _encode_media,
    Opaque: _encode_opaque,
}
