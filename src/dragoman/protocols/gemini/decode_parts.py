"""Parts to blocks, in answers and in requests alike (https://ai.google.dev/api/caching#Part).

A part holds one field of data and any number of modifiers. What a block has no word for stays in `extra`: modifiers
(`thoughtSignature`, `videoMetadata`, ...) under their own name, further fields of the data under its name. A part that
is not what the API documents is `Opaque`, whole.

Calls without an id, which Gemini 2.5 makes, get one that `extra["synthetic_id"]` marks as ours: it is not sent back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from ...types.content import (
    Audio,
    Base64,
    Block,
    Document,
    Image,
    Opaque,
    Origin,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)
from .answers import Json
from .server_tools import TOOL_NAMES

__all__ = ["MALFORMED", "SILENT", "SYNTHETIC", "PartDecoder", "compact", "media_block"]

SYNTHETIC = "synthetic_id"
"""The name in `extra` that marks an id as made by this library."""

SILENT = "no_response"
"""The name in `extra` that marks a result without a `response`."""

MALFORMED = "_malformed_arguments"
"""The one field of `args` that stands for argument text which is no JSON object: the wire takes objects only."""

_encode = msgspec.json.encode

_LEVELS = {
    "MEDIA_RESOLUTION_LOW": "low",
    "MEDIA_RESOLUTION_MEDIUM": "medium",
    "MEDIA_RESOLUTION_HIGH": "high",
    "MEDIA_RESOLUTION_ULTRA_HIGH": "ultra_high",
}
_KINDS: dict[str, type[Image | Audio | Video]] = {"image": Image, "audio": Audio, "video": Video}
_DATA = (
    "text",
    "functionCall",
    "functionResponse",
    "inlineData",
    "fileData",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
)


def compact(value: Any) -> str:
    """JSON text of a value."""
    return _encode(value).decode()


class PartDecoder:
    """Decodes the parts of one answer, or of one request; it numbers the ids it makes up and pairs results with calls.

    `prefix` begins the ids that are made up; ids of one answer must differ from those of others in a conversation.
    """

    def __init__(self, origin: Origin, prefix: str = "call_") -> None:
        self.prefix = prefix
        self.origin = origin
        self._count = 0
        self._unanswered: dict[str, deque[str]] = {}
        self._code: deque[str] = deque()

    def decode(self, part: Json) -> Block:
        """The block of a part."""
        field = next((name for name in _DATA if name in part), None)
        if field is None:
            return self._opaque(part)
        data = part[field]
        block = _DECODERS[field](self, data, {key: value for key, value in part.items() if key != field})
        return self._opaque(part) if block is None else block

    def turn(self) -> None:
        """A turn of the model begins: calls of earlier ones without an id cannot be answered any more."""
        self._unanswered.clear()

    def fresh_id(self) -> str:
        """An id for a call that has none."""
        self._count += 1
        return f"{self.prefix}{self._count - 1}"

    def _opaque(self, part: Json) -> Opaque:
        return Opaque(part, origin=self.origin)

    def _whose(self, extra: Json) -> Origin | None:
        return self.origin if extra else None

    def _text(self, data: Any, rest: Json) -> Block | None:
        if type(data) is not str:
            return None
        if rest.get("thought") is True:
            signature = rest.get("thoughtSignature")
            signature = signature if type(signature) is str else None
            known = ("thought",) if signature is None else ("thought", "thoughtSignature")
            extra = {key: value for key, value in rest.items() if key not in known}
            return Thinking(data, signature, extra=extra, origin=self.origin)
        return Text(data, extra=rest, origin=self._whose(rest))

    def call(self, data: Json, rest: Json, arguments: str | None = None) -> ToolCall:
        """The block of a `functionCall`; `arguments` replaces its own. The name must be text."""
        args = data.get("args")
        if arguments is None:
            arguments = "" if args is None else _arguments(args)
        found, extra = self._identify(data, ("id", "name", "args"), "functionCall", rest)
        name = data["name"]
        if found is None:
            found = self.fresh_id()
            self._unanswered.setdefault(name, deque()).append(found)
        return ToolCall(found, name, arguments, extra=extra, origin=self.origin)

    def _call(self, data: Any, rest: Json) -> Block | None:
        if type(data) is not dict or type(data.get("name")) is not str:
            return None
        return self.call(data, rest)

    def _result(self, data: Any, rest: Json) -> Block | None:
        if type(data) is not dict or type(name := data.get("name")) is not str:
            return None
        known = ["id", "name"]
        content: list[Block] = []
        is_error = False
        if type(response := data.get("response")) is dict:
            known.append("response")
            content, is_error = decode_result(response)
        if type(parts := data.get("parts")) is list:
            media = [block for item in parts if (block := _result_part(item)) is not None]
            if len(media) == len(parts):
                known.append("parts")
                content += media
        found, extra = self._identify(data, tuple(known), "functionResponse", rest)
        if found is None:
            waiting = self._unanswered.get(name)
            found = waiting.popleft() if waiting else self.fresh_id()
        if response is None:
            extra[SILENT] = True
        return ToolResult(found, tuple(content), is_error, name, extra=extra, origin=self._whose(extra))

    def _identify(self, data: Json, known: tuple[str, ...], field: str, rest: Json) -> tuple[str | None, Json]:
        """The id, None where there is none, and what there is no word for."""
        extra = dict(rest)
        nested = {key: value for key, value in data.items() if key not in known}
        found = data.get("id")
        if type(found) is not str or not found:
            found = None
            extra[SYNTHETIC] = True
        if nested:
            extra[field] = nested
        return found, extra

    def _inline(self, data: Any, rest: Json) -> Block | None:
        if type(data) is not dict or type(kind := data.get("mimeType")) is not str or type(data.get("data")) is not str:
            return None
        text = data["data"]
        # Either alphabet is taken, and the vendor's SDK writes the one for URLs: https://protobuf.dev/programming-guides/json/
        if "-" in text or "_" in text:
            standard = text.replace("-", "+").replace("_", "/")
            return self._media(Base64(kind, standard), kind, {"mimeType"}, "inlineData", data, rest)
        return self._media(Base64(kind, text), kind, {"mimeType", "data"}, "inlineData", data, rest)

    def _file(self, data: Any, rest: Json) -> Block | None:
        if type(data) is not dict or type(uri := data.get("fileUri")) is not str:
            return None
        kind = data.get("mimeType")
        if not (kind is None or type(kind) is str):
            return None
        return self._media(Url(uri, kind), kind, {"mimeType", "fileUri"}, "fileData", data, rest)

    def _media(self, source: Base64 | Url, kind: str | None, known: set[str], field: str, data: Json, rest: Json) -> Block:
        extra = dict(rest)
        if nested := {key: value for key, value in data.items() if key not in known}:
            extra[field] = nested
        block = media_block(source, kind)
        whose = self.origin if extra or kind is None else None
        resolution = extra.get("mediaResolution")
        if isinstance(block, Image) and type(resolution) is dict and resolution.keys() == {"level"}:
            detail = _LEVELS.get(resolution["level"]) if type(resolution["level"]) is str else None
            if detail is not None:
                del extra["mediaResolution"]
                block = msgspec.structs.replace(block, detail=detail)
        return msgspec.structs.replace(block, extra=extra, origin=whose)

    def _code_call(self, data: Any, rest: Json) -> Block | None:
        if type(data) is not dict:
            return None
        arguments = compact({key: value for key, value in data.items() if key != "id"})
        found, extra = self._identify(data, tuple(data), "executableCode", rest)
        if found is None:
            found = self.fresh_id()
            self._code.append(found)
        return ServerToolCall(found, "code_execution", arguments, "executableCode", extra=extra, origin=self.origin)

    def _code_result(self, data: Any, rest: Json) -> Block | None:
        if type(data) is not dict:
            return None
        content = {key: value for key, value in data.items() if key != "id"}
        found, extra = self._identify(data, tuple(data), "codeExecutionResult", rest)
        if found is None:
            found = self._code.popleft() if self._code else self.fresh_id()
        failed = data.get("outcome") not in ("OUTCOME_OK", 1)
        return ServerToolResult(found, "codeExecutionResult", content, failed, extra=extra, origin=self.origin)

    def _server_call(self, data: Any, rest: Json) -> Block | None:
        """A call of the vendor's own tools, told where `includeServerSideToolInvocations` asks for it."""
        if type(data) is not dict or type(found := data.get("id")) is not str or not found:
            return None
        arguments = "" if data.get("args") is None else _arguments(data["args"])
        kind = data.get("toolType")
        _, extra = self._identify(data, ("id", "args", "toolType"), "toolCall", rest)
        if type(kind) is not str:
            return None
        return ServerToolCall(found, TOOL_NAMES.get(kind, kind), arguments, "toolCall", extra=extra, origin=self.origin)

    def _server_result(self, data: Any, rest: Json) -> Block | None:
        if type(data) is not dict or type(found := data.get("id")) is not str or not found:
            return None
        content = {key: value for key, value in data.items() if key != "id"}
        return ServerToolResult(found, "toolResponse", content, extra=rest, origin=self.origin)


def _arguments(args: Any) -> str:
    if type(args) is dict and args.keys() == {MALFORMED} and type(args[MALFORMED]) is str:
        return str(args[MALFORMED])
    return compact(args)


def media_block(source: Base64 | Url, kind: str | None) -> Image | Audio | Video | Document:
    """The block of a source by its media type; what is neither picture, sound nor film is a document."""
    return _KINDS.get((kind or "").partition("/")[0].lower(), Document)(source)


def decode_result(response: Json | None) -> tuple[list[Block], bool]:
    """What a `functionResponse.response` says, and whether it is an error.

    `output` and `error` are the documented fields for one text (or several); an object of any other form is its own
    JSON text, which is sent as the object again.
    """
    if not response:
        return [], False
    if len(response) == 1:
        name, value = next(iter(response.items()))
        if name in ("output", "error"):
            if type(value) is str:
                return [Text(value)], name == "error"
            if name == "output" and type(value) is list and len(value) > 1 and all(type(item) is str for item in value):
                return [Text(item) for item in value], False
            return [Text(compact(response))], name == "error"
    return [Text(compact(response))], False


def _result_part(item: Any) -> Block | None:
    """A part inside a result, None when it is not one of media alone."""
    if type(item) is not dict or len(item) != 1:
        return None
    field, data = next(iter(item.items()))
    if type(data) is not dict:
        return None
    if field == "inlineData" and data.keys() == {"mimeType", "data"} and type(kind := data["mimeType"]) is str:
        return media_block(Base64(kind, data["data"]), kind) if type(data["data"]) is str else None
    if field == "fileData" and {"fileUri"} <= data.keys() <= {"mimeType", "fileUri"} and type(data["fileUri"]) is str:
        kind = data.get("mimeType")
        return media_block(Url(data["fileUri"], kind), kind) if kind is None or type(kind) is str else None
    return None


_DECODERS: dict[str, Callable[[PartDecoder, Any, Json], Block | None]] = {
    "text": PartDecoder._text,
    "functionCall": PartDecoder._call,
    "functionResponse": PartDecoder._result,
    "inlineData": PartDecoder._inline,
    "fileData": PartDecoder._file,
    "executableCode": PartDecoder._code_call,
    "codeExecutionResult": PartDecoder._code_result,
    "toolCall": PartDecoder._server_call,
    "toolResponse": PartDecoder._server_result,
}
