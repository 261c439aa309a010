"""Blocks in this wire's words, for messages of both sides."""

from __future__ import annotations

from typing import Any

from ...types.content import BlockBase, Opaque, Refusal, Text, Thinking, ToolCall
from ...types.messages import Message
from .wire import PLAN, PROTOCOL_NAME, encode_citation, vendor_fields

__all__ = ["call_fields", "call_said", "content_said", "is_plan", "message_said", "own_extra"]

Json = dict[str, Any]


def own_extra(block: BlockBase) -> Json:
    """The vendor data of a block that was said on this wire; another wire's means nothing here."""
    return block.extra if block.origin is None or block.origin.protocol == PROTOCOL_NAME else {}


def is_plan(block: Thinking) -> bool:
    """Whether thinking stood in the plan."""
    return own_extra(block).get("field") == PLAN


def call_fields(call: ToolCall, *, own: bool) -> Json:
    """An entry of `tool_calls`."""
    fields = vendor_fields(call.extra) if own else {}
    nested = fields.pop("function", None)
    about = {"name": call.name, "arguments": call.arguments, **(nested if isinstance(nested, dict) else {})}
    return {"id": call.id, "type": "function", "function": about, **fields}


def call_said(call: ToolCall) -> Json:
    """The same in an answer: an id that a decoder of ours made up is marked."""
    extra = own_extra(call)
    fields = call_fields(call, own=bool(extra))
    return {**fields, "synthetic_id": True} if extra.get("synthetic_id") else fields


def content_said(block: Text | Refusal | Thinking | Opaque) -> Json | None:
    """A content part; None for what only another wire understands."""
    extra = own_extra(block)
    match block:
        case Thinking(text=text):
            return {"type": "thinking", "thinking": text, **vendor_fields(extra)}
        case Text(text=text) | Refusal(text=text):
            return {"type": "text", "text": text, **vendor_fields(extra)}
        case Opaque(data=data):
            return data if block.origin is None or block.origin.protocol == PROTOCOL_NAME else None


def message_said(message: Message) -> tuple[Json, list[Json]]:
    """The message of a whole answer, and the tokens that stand beside it. What this wire has no word for (pictures, other
    vendors' tools and signatures) is not in it, and lists that hold nothing are absent."""
    plan: list[str] = []
    content: list[Json] = []
    calls: list[Json] = []
    citations: list[Json] = []
    tokens: list[Json] = []
    for block in message.content:
        match block:
            case Thinking() if is_plan(block):
                plan.append(block.text)
            case Text() | Refusal() | Thinking() | Opaque():
                if (part := content_said(block)) is not None:
                    if isinstance(block, Text):
                        citations += [encode_citation(citation, len(content), block.text) for citation in block.citations]
                    if not isinstance(block, Thinking | Opaque):
                        tokens.extend(block.logprobs or ())
                    content.append(part)
            case ToolCall():
                calls.append(call_said(block))
            case _:
                pass  # what the provider's own tools did has no place in this wire
    said: Json = {"role": "assistant"}
    for name, value in ((PLAN, "".join(plan)), ("content", content), ("tool_calls", calls), ("citations", citations)):
        if value:
            said[name] = value
    return said, tokens
