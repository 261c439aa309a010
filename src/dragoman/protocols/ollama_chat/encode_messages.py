"""A history to `messages`.

A message of this wire has one text, one reasoning, pictures and calls, each in its own field: pictures are shown before
the text they stand beside, calls come last. What was said in another order is sent in this one, and that is reported.
Every tool result is a `tool` message, before anything else of its turn. Encoding a longer history extends the encoding
of the shorter one.

The wire has no field for `ToolResult.is_error`: the text of the result is sent as it is, and that is reported.
"""

from __future__ import annotations

from typing import Any

from ...types.content import (
    Base64,
    Block,
    Blocks,
    Document,
    Image,
    Opaque,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
)
from ...types.messages import Message
from ...types.request import Request
from ..base import Report, Target, belongs
from .say import call_fields

__all__ = ["encode_messages"]

Json = dict[str, Any]

_DATA_URL = "data:"


def encode_messages(request: Request, target: Target, report: Report) -> list[Json]:
    """The `messages` of a request."""
    encoder = _Messages(target, report)
    if request.system:
        encoder.message(Message("system", request.system), "system")
    for place, message in enumerate(request.messages):
        encoder.message(message, f"messages[{place}]")
    return encoder.out


class _Parts:
    """What one message holds so far, and whether its blocks come in the order of this wire."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.thinking: list[str] = []
        self.images: list[str] = []
        self.calls: list[Json] = []
        self.turned = False


class _Messages:
    """One encoding; remembers the calls, whose names and ids results are said by."""

    def __init__(self, target: Target, report: Report) -> None:
        self.target = target
        self.report = report
        self.out: list[Json] = []
        self.names: dict[str, str] = {}
        self.nameless_ids: set[str] = set()

    def message(self, message: Message, path: str) -> None:
        role: str = message.role
        results = [place for place, block in enumerate(message.content) if isinstance(block, ToolResult)]
        for place in results:
            self._result(message, place, f"{path}.content[{place}]")
        if results and len(results) == len(message.content):
            return
        if role == "developer":
            self.report.adapt("role", "changed", "this wire knows no developer messages: it is a system message", path)
            role = "system"
        elif role == "tool":
            role = "user"
        parts = _Parts()
        for place, block in enumerate(message.content):
            if place not in results:
                self._block(block, parts, role, f"{path}.content[{place}]")
        glue = "" if role == "assistant" else "\n\n"
        encoded: Json = {"role": role, "content": self._join(parts, glue, path)}
        if parts.thinking:
            encoded["thinking"] = "".join(parts.thinking)
        if parts.images:
            encoded["images"] = parts.images
        if parts.calls:
            encoded["tool_calls"] = parts.calls
        self.out.append(self._finished(encoded, message, path))

    def _join(self, parts: _Parts, glue: str, path: str) -> str:
        if len(parts.texts) > 1:
            self.report.adapt("content_parts", "changed", "a message of this wire has one text: the parts are joined", path)
        if parts.turned:
            self.report.adapt("order", "changed", "a message of this wire says its parts in one fixed order", path)
        return glue.join(parts.texts)

    # --- blocks --------------------------------------------------------------------------------------------------------

    def _block(self, block: Block, parts: _Parts, role: str, path: str) -> None:
        self._common(block, path)
        match block:
            case Text():
                if block.citations:
                    self._adapt("citations", "this wire does not take citations back", path)
                self._say(block.text, parts, role)
            case Refusal():
                self.report.adapt("refusal", "changed", "this wire has no refusals: it is sent as text", path)
                self._say(block.text, parts, role)
            case Image():
                self._image(block, parts, role, path)
            case Document():
                self._document(block, parts, role, path)
            case Thinking() if role == "assistant":
                self._think(block, parts, path)
            case ToolCall() if role == "assistant":
                self._call(block, parts, path)
            case Opaque(data=data) if belongs(block, self.target) and role == "assistant":
                parts.calls.append(data)
            case _:
                server = isinstance(block, ServerToolCall | ServerToolResult)
                feature = "server_tool" if server else _FEATURES.get(type(block).__name__, type(block).__name__.lower())
                self._adapt(feature, f"a message of this wire with the role {role} cannot hold it", path)

    def _say(self, text: str, parts: _Parts, role: str) -> None:
        if role == "assistant":
            if not text:
                return
            parts.turned |= bool(parts.calls or parts.images)
        parts.texts.append(text)

    def _think(self, block: Thinking, parts: _Parts, path: str) -> None:
        if not belongs(block, self.target):
            self._adapt("thinking", "another provider's reasoning is not sent as the model's words", path)
            return
        if block.signature is not None or block.encrypted is not None:
            self._adapt("thinking", "this wire has no place for signed or encrypted reasoning", path)
        if block.text:
            parts.turned |= bool(parts.texts or parts.calls or parts.images)
            parts.thinking.append(block.text)

    def _call(self, call: ToolCall, parts: _Parts, path: str) -> None:
        own = belongs(call, self.target)
        fields, whole = call_fields(call, own=own)
        if own and call.extra.get("synthetic_id"):
            fields.pop("id")
            fields.pop("synthetic_id", None)
            self.nameless_ids.add(call.id)
        else:
            self.nameless_ids.discard(call.id)
        if not whole:
            feature = "custom_tool" if call.custom else "tool_arguments"
            why = f"the arguments of {call.name!r} are not a JSON object: their text is sent in one field"
            self.report.adapt(feature, "changed", why, path)
            fields["function"]["arguments"] = {"input": call.arguments}
        self.names[call.id] = call.name
        parts.calls.append(fields)

    def _image(self, block: Image, parts: _Parts, role: str, path: str) -> None:
        if block.detail is not None:
            self._adapt("image_detail", "this wire has no detail for pictures", path)
        data = _base64(block)
        if data is None:
            self._adapt("image", "this wire takes pictures as data only", path)
            return
        parts.turned |= bool(parts.calls if role == "assistant" else parts.texts)
        parts.images.append(data)

    def _document(self, block: Document, parts: _Parts, role: str, path: str) -> None:
        match block.source:
            case PlainText(text=text):
                self.report.adapt("document", "changed", "a document of plain text is sent as text", path)
                self._say(text if block.title is None else f"{block.title}\n\n{text}", parts, role)
            case Blocks(content=content):
                self.report.adapt("document", "changed", "the document's parts are sent as parts of the message", path)
                for place, inner in enumerate(content):
                    self._block(inner, parts, role, f"{path}.content[{place}]")
            case _:
                self._adapt("document", "this wire takes no documents but plain text", path)

    # --- results -------------------------------------------------------------------------------------------------------

    def _result(self, message: Message, place: int, path: str) -> None:
        result = message.content[place]
        assert isinstance(result, ToolResult)
        self._common(result, path)
        if result.is_error:
            self._adapt("tool_error", "this wire cannot mark a result as an error; its text is sent", path)
        parts = _Parts()
        for at, block in enumerate(result.content):
            self._block(block, parts, "tool", f"{path}.content[{at}]")
        encoded: Json = {"role": "tool", "content": self._join(parts, "\n\n", path)}
        if parts.images:
            encoded["images"] = parts.images
        extra = result.extra if belongs(result, self.target) else {}
        name = result.name if result.name is not None else self.names.get(result.id)
        if name is not None and not extra.get("unnamed"):
            encoded["tool_name"] = name
        if "tool_call_id" in extra:
            encoded["tool_call_id"] = extra["tool_call_id"]
        elif not extra.get("synthetic_id") and result.id not in self.nameless_ids:
            encoded["tool_call_id"] = result.id
        self.out.append(self._finished(encoded, message, path) if message.role == "tool" else encoded)

    # --- everywhere ----------------------------------------------------------------------------------------------------

    def _common(self, block: Block, path: str) -> None:
        if block.cache is not None:
            self._adapt("cache", "this wire takes no cache marks", path)

    def _adapt(self, feature: str, why: str, path: str) -> None:
        self.report.adapt(feature, "dropped", why, path)

    def _finished(self, encoded: Json, message: Message, path: str) -> Json:
        """The fields that any message may have."""
        if message.name is not None:
            self._adapt("name", "messages of this wire have no names", path)
        if message.extra:
            origin = message.origin
            if origin is None or belongs(Text("", origin=origin), self.target):
                encoded.update(message.extra)
            else:
                self._adapt("message_fields", "fields of another provider's messages mean nothing here", path)
        return encoded


_FEATURES = {"ToolCall": "tool_call", "ToolResult": "tool_result"}


def _base64(block: Image) -> str | None:
    source = block.source
    if isinstance(source, Url) and source.url.startswith(_DATA_URL):
        head, comma, data = source.url.partition(",")
        return data if comma and head.endswith(";base64") else None
    return source.data if isinstance(source, Base64) else None
