"""Blocks in this wire's words, for messages of both sides."""

from __future__ import annotations

from typing import Any

from ...types.content import Base64, BlockBase, Image, Opaque, Refusal, Text, Thinking, ToolCall
from ...types.messages import Message
from .wire import PROTOCOL_NAME, arguments_value, vendor_fields

__all__ = ["call_fields", "call_said", "message_said", "opaque_call", "own_extra", "picture"]

Json = dict[str, Any]


def own_extra(block: BlockBase) -> Json:
    """The vendor data of a block that was said on this wire; another wire's means nothing here."""
    return block.extra if block.origin is None or block.origin.protocol == PROTOCOL_NAME else {}


def call_fields(call: ToolCall, *, own: bool) -> tuple[Json, bool]:
    """An entry of `tool_calls`, and whether its arguments are the object that this wire wants."""
    fields = vendor_fields(call.extra) if own else {}
    nested = fields.pop("function", None)
    value = call.arguments if call.custom else arguments_value(call.arguments)
    about = {"name": call.name, "arguments": value, **(nested if isinstance(nested, dict) else {})}
    return {"id": call.id, "function": about, **fields}, not isinstance(value, str)


def call_said(call: ToolCall) -> Json:
    """The same in an answer: an id that a decoder of ours made up is marked, and arguments that are no object are text."""
    extra = own_extra(call)
    fields, _ = call_fields(call, own=bool(extra))
    return {**fields, "synthetic_id": True} if extra.get("synthetic_id") else fields


def opaque_call(block: Opaque) -> Json | None:
    """An opaque block of this wire, which stood among the calls; None for those of others."""
    return block.data if own_extra(block).get("field") == "tool_calls" else None


def picture(block: Image) -> str | None:
    """A picture as bare base64, None when its data is not here."""
    return block.source.data if isinstance(block.source, Base64) else None


def message_said(message: Message) -> tuple[Json, list[Json]]:
    """The message of a whole answer, and the tokens that stand beside it. What this wire has no word for (other vendors'
    tools and signatures) is not in it."""
    texts: list[str] = []
    thinking: list[str] = []
    images: list[str] = []
    calls: list[Json] = []
    tokens: list[Json] = []
    for block in message.content:
        match block:
            case Text() | Refusal():
                texts.append(block.text)
                tokens.extend(block.logprobs or ())
            case Thinking():
                thinking.append(block.text)
            case ToolCall():
                calls.append(call_said(block))
            case Image():
                images += [data] if (data := picture(block)) is not None else []
            case Opaque():
                calls += [data_of] if (data_of := opaque_call(block)) is not None else []
            case _:
                pass  # what the provider's own tools did has no place in this wire
    said: Json = {"role": "assistant", "content": "".join(texts)}
    for name, value in (("thinking", "".join(thinking)), ("images", images), ("tool_calls", calls)):
        if value:
            said[name] = value
    return said, tokens
