"""Calls and whole messages in this wire's words, for requests and answers."""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.content import Opaque, Text, ToolCall
from ...types.messages import Message
from .chunks import encode_chunks
from .wire import is_own, own_extra

__all__ = ["call_fields", "content_value", "message_said", "opaque_call"]

Json = dict[str, Any]


def call_fields(call: ToolCall, *, own: bool) -> Json:
    """An entry of `tool_calls`; arguments that came as an object go back as one."""
    extra = dict(call.extra) if own else {}
    extra.pop("synthetic_id", None)
    arguments: Any = call.arguments
    if extra.pop("object", None) and not call.malformed and arguments:
        arguments = msgspec.Raw(arguments.encode())
    inner = extra.pop("function", None)
    function = {"name": call.name, "arguments": arguments, **(inner if isinstance(inner, dict) else {})}
    return {"id": call.id, "type": "function", "function": function, **extra}


def opaque_call(block: Opaque) -> Json | None:
    """An opaque block of this wire, which stood among the calls; None for all others."""
    return block.data if is_own(block) and block.extra.get("field") == "tool_calls" else None


def content_value(chunks: list[Json]) -> str | list[Json]:
    """`content`: one text without more is a string, as the vendor writes it."""
    if not chunks:
        return ""
    if len(chunks) == 1 and chunks[0].keys() == {"type", "text"} and chunks[0]["type"] == "text":
        text: str = chunks[0]["text"]
        return text
    return chunks


def message_said(message: Message) -> tuple[Json, list[Json]]:
    """The message of a whole answer, and the tokens that stand beside it. What this wire has no word for (what other
    vendors' own tools did) is not in it."""
    chunks: list[Json] = []
    calls: list[Json] = []
    tokens: list[Json] = []
    for block in message.content:
        if isinstance(block, ToolCall):
            fields = call_fields(block, own=bool(own_extra(block)))
            if own_extra(block).get("synthetic_id"):
                fields["synthetic_id"] = True
            calls.append({"index": len(calls), **fields})
        elif isinstance(block, Opaque) and (entry := opaque_call(block)) is not None:
            calls.append(entry)
        else:
            chunks += encode_chunks(block) or ()
            if isinstance(block, Text):
                tokens += block.logprobs or ()
    said: Json = {"role": "assistant", "content": content_value(chunks)}
    if calls:
        said["tool_calls"] = calls
    return said, tokens
