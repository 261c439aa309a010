"""A history to `messages` (https://docs.mistral.ai/api/endpoint/chat).

Content keeps its order as chunks, one text alone is a string; calls stand in a field of their own, after all content.
Every tool result is a `tool` message, before anything else of its turn. Encoding a longer history extends the encoding
of the shorter one, but for `prefix`, which marks a last assistant message as the beginning of the answer.

The order of roles is checked by the vendor (400, code 3230): a user after tool results needs an assistant message
between (see `MistralDialect.after_tools`), and the last message is a user's, a tool's, or an assistant's with `prefix`.
The wire has no field for `ToolResult.is_error`: the text of the result is sent as it is, and that is reported.

A turn in which the vendor's own tools were at work goes back as the messages it came in.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...types.content import (
    Block,
    Blocks,
    Document,
    Opaque,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from ...types.messages import Message
from ...types.request import Request
from ..base import Report, Target, belongs
from .blocks import CALL
from .chunks import encode_chunks
from .dialect import MistralDialect
from .say import call_fields, content_value, opaque_call
from .wire import own_extra

__all__ = ["encode_messages"]

Json = dict[str, Any]

_BETWEEN: Final[Json] = {"role": "assistant", "content": "OK"}


def encode_messages(request: Request, target: Target, report: Report) -> list[Json]:
    """The `messages` of a request."""
    encoder = _Messages(target, report)
    if request.system:
        encoder.message(Message("system", request.system), "system")
    for place, message in enumerate(request.messages):
        encoder.message(message, f"messages[{place}]")
    encoder.close(f"messages[{len(request.messages) - 1}]")
    return encoder.out


class _Messages:
    def __init__(self, target: Target, report: Report) -> None:
        self.target = target
        self.report = report
        self.dialect: MistralDialect = target.dialect or MistralDialect()
        self.out: list[Json] = []
        self._served: frozenset[str] = frozenset()
        """The calls of a message that the vendor's own tools answered in it."""

    def message(self, message: Message, path: str) -> None:
        """Append a message: several, where the vendor's own tools were at work in it."""
        self._served = self._answered(message)
        begin = 0
        for place, block in enumerate(message.content if self._served else ()):
            if isinstance(block, ServerToolResult) and block.id in self._served:
                if begin < place:
                    self._one(msgspec.structs.replace(message, extra={}, name=None), path, begin, place)
                begin = place + 1
                self._append({"role": "tool", "tool_call_id": block.id, "content": block.content, **own_extra(block)}, path)
        if begin < len(message.content) or not begin:
            self._one(message, path, begin, len(message.content))

    def _answered(self, message: Message) -> frozenset[str]:
        if message.role != "assistant":
            return frozenset()
        own = [block for block in message.content if belongs(block, self.target)]
        calls = {block.id for block in own if isinstance(block, ServerToolCall) and block.kind == CALL}
        return frozenset([block.id for block in own if isinstance(block, ServerToolResult) and block.id in calls])

    def _one(self, message: Message, path: str, begin: int, end: int) -> None:
        role: str = message.role
        results = [place for place in range(begin, end) if isinstance(message.content[place], ToolResult)]
        for place in results:
            self._result(message, place, f"{path}.content[{place}]")
        if results and len(results) == end - begin:
            return
        if role == "developer":
            self.report.adapt("role", "changed", "this wire knows no developer messages: it is a system message", path)
            role = "system"
        elif role == "tool":
            role = "user"
        chunks: list[Json] = []
        calls: list[Json] = []
        turned = False
        for place, block in enumerate(message.content[:end]):
            if place in results or place < begin:
                continue
            where = f"{path}.content[{place}]"
            if role == "assistant" and type(block) is not Text and (call := self._call(block, len(calls), where)) is not None:
                calls.append(call)
            elif found := self._chunks(block, role, where):
                turned |= bool(calls)
                chunks += found
        if turned:
            self.report.adapt("order", "changed", "calls stand after all content of a message here", path)
        if role == "assistant" and not chunks and not calls and message.content:
            self._adapt("message", "nothing of this message can be said here, and an empty one is refused", path)
            return
        encoded: Json = {"role": role, "content": content_value(chunks)}
        if calls:
            encoded["tool_calls"] = calls
        self._append(self._finished(encoded, message, path), path)

    def close(self, path: str) -> None:
        """The conversation ends with something to answer."""
        last = self.out[-1] if self.out else None
        if last is not None and last["role"] == "assistant" and "prefix" not in last and "tool_calls" not in last:
            self.report.adapt("prefix", "added", "a last assistant message is sent as the beginning of the answer", path)
            last["prefix"] = True

    def _append(self, encoded: Json, path: str) -> None:
        last = self.out[-1] if self.out else None
        if last is not None and last["role"] == "tool" and encoded["role"] == "user" and self.dialect.after_tools == "assistant":
            why = "a user may not speak right after tool results here: a short assistant message is put between"
            self.report.adapt("message_order", "added", why, path)
            self.out.append(dict(_BETWEEN))
        self.out.append(encoded)

    # --- blocks --------------------------------------------------------------------------------------------------------

    def _call(self, block: Block, place: int, path: str) -> Json | None:
        """An entry of `tool_calls`, None for blocks that are content."""
        own = belongs(block, self.target)
        if isinstance(block, Opaque):
            return opaque_call(block) if own else None
        if isinstance(block, ServerToolCall) and block.id in self._served:
            return call_fields(ToolCall(block.id, block.name, block.arguments, extra=block.extra), own=own)
        if not isinstance(block, ToolCall):
            return None
        self._common(block, path)
        if block.custom:
            why = f"{block.name!r} was called with free text, which this wire has not: its text is sent as arguments"
            self.report.adapt("custom_tool", "changed", why, path)
        return call_fields(block, own=own)

    def _chunks(self, block: Block, role: str, path: str) -> list[Json]:
        if type(block) is Text and not block.extra and not block.citations and block.cache is None:
            return [{"type": "text", "text": block.text}]
        self._common(block, path)
        if isinstance(block, Document) and isinstance(block.source, PlainText | Blocks):
            return self._document(block, role, path)
        own = belongs(block, self.target)
        if isinstance(block, Thinking) and role == "assistant" and not own:
            self._adapt("thinking", "another provider's reasoning is not sent as the model's words", path)
            return []
        fits = role == "assistant" or not isinstance(block, Thinking | Refusal)
        found = encode_chunks(block) if fits and (own or not isinstance(block, Opaque)) else None
        if found is None:
            server = isinstance(block, ServerToolCall | ServerToolResult)
            feature = "server_tool" if server else _FEATURES.get(type(block).__name__, type(block).__name__.lower())
            self._adapt(feature, f"a message of this wire with the role {role} cannot hold it", path)
            return []
        match block:
            case Text() if len(found) - 1 < len(block.citations):
                self._adapt("citations", "this wire takes no citations of other vendors", path)
            case Refusal():
                self.report.adapt("refusal", "changed", "this wire has no refusals: it is sent as text", path)
            case Thinking(encrypted=str()):
                self._adapt("thinking", "this wire has no place for encrypted reasoning", path)
            case Document() if block.context is not None or block.citations:
                self._adapt("document", "this wire has no context and no citations of a document", path)
        return found

    def _document(self, block: Document, role: str, path: str) -> list[Json]:
        match block.source:
            case PlainText(text=text):
                self.report.adapt("document", "changed", "a document of plain text is sent as text", path)
                return [{"type": "text", "text": text if block.title is None else f"{block.title}\n\n{text}"}]
            case Blocks(content=content):
                self.report.adapt("document", "changed", "the document's parts are sent as parts of the message", path)
                return [
                    chunk
                    for place, inner in enumerate(content)
                    for chunk in self._chunks(inner, role, f"{path}.content[{place}]")
                ]
            case _:
                return []

    # --- results -------------------------------------------------------------------------------------------------------

    def _result(self, message: Message, place: int, path: str) -> None:
        result = message.content[place]
        assert isinstance(result, ToolResult)
        self._common(result, path)
        if result.is_error:
            self._adapt("tool_error", "this wire cannot mark a result as an error; its text is sent", path)
        chunks = [
            chunk for at, block in enumerate(result.content) for chunk in self._chunks(block, "tool", f"{path}.content[{at}]")
        ]
        encoded: Json = {"role": "tool", "tool_call_id": result.id, "content": content_value(chunks)}
        if result.name is not None:
            encoded["name"] = result.name
        self._append(self._finished(encoded, message, path) if message.role == "tool" else encoded, path)

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


_FEATURES: Final = {"ToolCall": "tool_call", "ToolResult": "tool_result"}
