"""A history to `messages`.

Every tool result is a `tool` message, before anything else of its turn; pictures, which those cannot hold, follow in a
user message. An assistant message has a plan, content parts in order, and calls, which come last. Instructions stand at
the head. Encoding a longer history extends the encoding of the shorter one, but for instructions that come late.

The wire has no field for `ToolResult.is_error`: the text of the result is sent as it is, and that is reported.
"""

from __future__ import annotations

from typing import Any

import msgspec

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
from .wire import PLAN, encode_citation, vendor_fields

__all__ = ["encode_messages"]

Json = dict[str, Any]


def encode_messages(request: Request, target: Target, report: Report) -> tuple[list[Json], list[Json]]:
    """The `messages` of a request, and the `documents` that users gave in theirs."""
    encoder = _Messages(target, report)
    if request.system:
        encoder.message(Message("system", request.system), "system")
    for place, message in enumerate(request.messages):
        encoder.message(message, f"messages[{place}]")
    encoder.flush()
    return encoder.out, encoder.documents


def _content(parts: list[Json]) -> str | list[Json]:
    """One plain text is a string."""
    if not parts:
        return ""
    return parts[0]["text"] if len(parts) == 1 and parts[0].keys() == {"type", "text"} else parts


class _Messages:
    """One encoding; instructions are counted, since later ones follow the first."""

    def __init__(self, target: Target, report: Report) -> None:
        self.target = target
        self.report = report
        self.out: list[Json] = []
        self.documents: list[Json] = []
        self.moved: list[Json] = []
        self.head = 0

    def message(self, message: Message, path: str) -> None:
        content, role = message.content, message.role
        results = [place for place, block in enumerate(content) if isinstance(block, ToolResult)]
        if not results:
            self.flush(into=role == "user")
        for place in results:
            self._result(message, place, f"{path}.content[{place}]")
        if results and len(results) == len(content):
            return
        if role == "assistant":
            self.out.append(self._finished(self._assistant(message, path), message, path))
            return
        if role == "developer":
            self.report.adapt("role", "changed", "this wire knows no developer messages: it is a system message", path)
        wire = "system" if role in ("system", "developer") else "user"
        parts, self.moved = self.moved, []
        for place, block in enumerate(content):
            if place not in results:
                parts += self._part(block, wire, f"{path}.content[{place}]")
        encoded = self._finished({"role": wire, "content": _content(parts)}, message, path)
        if wire == "user":
            self.out.append(encoded)
            return
        if len(self.out) > self.head:
            self.report.adapt("system_message", "moved", "this wire takes instructions only at the head", path)
        self.out.insert(self.head, encoded)
        self.head += 1

    def flush(self, *, into: bool = False) -> None:
        """What tool messages could not hold, when no user's message follows that can."""
        if self.moved and not into:
            self.out.append({"role": "user", "content": self.moved})
            self.moved = []

    # --- parts ---------------------------------------------------------------------------------------------------------

    def _part(self, block: Block, role: str, path: str) -> list[Json]:
        """The parts that say a block in a system, user or tool message: none where it cannot be said, which is reported."""
        if type(block) is Text and not block.extra and not block.citations and block.cache is None:
            return [{"type": "text", "text": block.text}]
        self._common(block, path)
        match block:
            case Text():
                if block.citations:
                    self._drop("citations", "only the model cites on this wire", path)
                return [self._fields({"type": "text", "text": block.text}, block)]
            case Refusal():
                self.report.adapt("refusal", "changed", "this wire has no refusals: it is sent as text", path)
                return [{"type": "text", "text": block.text}]
            case Image() if role == "user":
                return self._image(block, path)
            case Image() if role == "tool":
                self.report.adapt("tool_media", "moved", "tool messages take no pictures: it follows as a user message", path)
                self.moved += self._image(block, path)
                return []
            case Document():
                return self._document(block, role, path)
            case Opaque(data=data) if belongs(block, self.target):
                return [data]
        server = isinstance(block, ServerToolCall | ServerToolResult)
        feature = "server_tool" if server else _FEATURES.get(type(block).__name__, type(block).__name__.lower())
        self._drop(feature, f"a message of this wire with the role {role} cannot hold it", path)
        return []

    def _image(self, block: Image, path: str) -> list[Json]:
        match block.source:
            case Base64(media_type=kind, data=data):
                about = {"url": f"data:{kind};base64,{data}"}
            case Url(url=url):
                about = {"url": url}
            case _:
                self._drop("image", "this wire takes pictures by URL or as data only", path)
                return []
        if block.detail is not None:
            about["detail"] = block.detail
        return [self._fields({"type": "image_url", "image_url": about}, block)]

    def _document(self, block: Document, role: str, path: str) -> list[Json]:
        """A result may hold documents; those of a user are beside the messages, where the model cites them from."""
        if block.context is not None:
            self._drop("document_context", "this wire has no context for documents", path)
        match block.source:
            case PlainText(text=text):
                title = {} if block.title is None else {"title": block.title}
                about: Json = {"data": {**title, "text": text}}
            case Blocks(content=content):
                self.report.adapt("document", "changed", "the document's parts are sent as parts of the message", path)
                return [
                    part for place, inner in enumerate(content) for part in self._part(inner, role, f"{path}.content[{place}]")
                ]
            case _:
                self._drop("document", "this wire takes documents of plain text only", path)
                return []
        part = self._fields({"type": "document", "document": about}, block)
        if role == "tool":
            return [part]
        if role == "user":
            self.report.adapt("document", "moved", "documents of users stand beside the messages on this wire", path)
            self.documents.append(part["document"])
            return []
        self.report.adapt("document", "changed", "a document in instructions is sent as text", path)
        return [{"type": "text", "text": text if block.title is None else f"{block.title}\n\n{text}"}]

    def _result(self, message: Message, place: int, path: str) -> None:
        result = message.content[place]
        assert isinstance(result, ToolResult)
        self._common(result, path)
        if result.is_error:
            self._drop("tool_error", "this wire cannot mark a result as an error; its text is sent", path)
        parts = [part for at, block in enumerate(result.content) for part in self._part(block, "tool", f"{path}.content[{at}]")]
        encoded = {"role": "tool", "tool_call_id": result.id, "content": _content(parts)}
        self.out.append(self._finished(encoded, message, path) if message.role == "tool" else encoded)

    # --- the model's own -----------------------------------------------------------------------------------------------

    def _assistant(self, message: Message, path: str) -> Json:
        plan: list[str] = []
        parts: list[Json] = []
        calls: list[Json] = []
        citations: list[Json] = []
        turned = False
        for place, block in enumerate(message.content):
            where = f"{path}.content[{place}]"
            match block:
                case Thinking():
                    self._common(block, where)
                    if not belongs(block, self.target):
                        self._drop("thinking", "another provider's reasoning is not sent as the model's words", where)
                        continue
                    if block.signature is not None or block.encrypted is not None:
                        self._drop("thinking", "this wire has no place for signed or encrypted reasoning", where)
                    if block.extra.get("field") == PLAN:
                        turned |= bool(parts or calls)
                        plan.append(block.text)
                    elif block.text or block.encrypted is None:
                        turned |= bool(calls)
                        parts.append(self._fields({"type": "thinking", "thinking": block.text}, block))
                case ToolCall():
                    self._common(block, where)
                    calls.append(self._call(block, where))
                case Text():
                    turned |= bool(calls)
                    citations += [encode_citation(citation, len(parts), block.text) for citation in block.citations]
                    bare = msgspec.structs.replace(block, citations=()) if block.citations else block
                    parts += self._part(bare, "assistant", where)
                case _:
                    said = self._part(block, "assistant", where)
                    turned |= bool(calls and said)
                    parts += said
        if turned:
            self.report.adapt("order", "changed", "an assistant message of this wire says plan, content and calls in order", path)
        encoded: Json = {"role": "assistant"}
        if parts or not (calls or plan):
            encoded["content"] = _content(parts)
        for name, value in ((PLAN, "".join(plan)), ("tool_calls", calls), ("citations", citations)):
            if value:
                encoded[name] = value
        return encoded

    def _call(self, call: ToolCall, path: str) -> Json:
        own = belongs(call, self.target)
        if call.custom:
            self.report.adapt("custom_tool", "changed", "a free-text call is sent as a function call with one input", path)
            arguments = msgspec.json.encode({"input": call.arguments}).decode()
        else:
            arguments = call.arguments if call.arguments.strip() else "{}"
        fields = call_fields(msgspec.structs.replace(call, arguments=arguments), own=own)
        fields.pop("synthetic_id", None)
        return fields

    # --- everywhere ----------------------------------------------------------------------------------------------------

    def _common(self, block: Block, path: str) -> None:
        if block.cache is not None:
            self._drop("cache", "this wire takes no cache marks", path)

    def _drop(self, feature: str, why: str, path: str) -> None:
        self.report.adapt(feature, "dropped", why, path)

    def _fields(self, part: Json, block: Block) -> Json:
        """Vendor fields of a part, those of its inner object inside that; what both hold as objects is joined."""
        if block.extra and belongs(block, self.target):
            for name, value in vendor_fields(block.extra).items():
                part[name] = _joined(part.get(name), value)
        return part

    def _finished(self, encoded: Json, message: Message, path: str) -> Json:
        """The fields that any message may have."""
        if message.name is not None:
            self._drop("name", "messages of this wire have no names", path)
        if message.extra:
            if message.origin is None or belongs(Text("", origin=message.origin), self.target):
                for name, value in message.extra.items():
                    own = encoded.get(name)
                    encoded[name] = [*own, *value] if isinstance(own, list) and isinstance(value, list) else value
            else:
                self._drop("message_fields", "fields of another provider's messages mean nothing here", path)
        return encoded


_FEATURES = {"ToolCall": "tool_call", "ToolResult": "tool_result"}


def _joined(own: Any, value: Any) -> Any:
    if isinstance(own, dict) and isinstance(value, dict):
        return {**own, **{name: _joined(own.get(name), item) for name, item in value.items()}}
    return value
