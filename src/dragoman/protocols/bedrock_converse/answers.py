"""What streams and whole bodies of an answer have in common: token counts, why it ended, and blocks that come whole.

Events of this wire have one canonical order: `Started`, `Extra` (of the message), the blocks, `Extra` (of the stop),
`UsageUpdate`, `Extra` (of the metadata) and the terminal event. What has no word of its own keeps its place in `Extra`:
fields of the message as `{"output": {"message": {...}}}`, all others by their name.
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.content import Block, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    Extra,
    OpaqueDelta,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
)
from ...types.response import Finish, FinishReason, Usage
from .wire import Json

__all__ = [
    "METADATA_FIELDS",
    "NATIVE_FIELDS",
    "decode_finish",
    "decode_usage",
    "encode_stop",
    "encode_usage",
    "message_extra",
    "whole_block",
]

METADATA_FIELDS = frozenset({"metrics", "trace", "performanceConfig", "serviceTier"})
"""The fields of an answer that a stream says in its last event."""

NATIVE_FIELDS = "additionalModelResponseFields"
"""What the model said in its own words, where `additionalModelResponseFieldPaths` asked for it."""

_FINISHES: dict[str, FinishReason] = {
    "end_turn": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "stop_sequence": "stop",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
    "malformed_model_output": "error",
    "malformed_tool_use": "error",
    "model_context_window_exceeded": "context_window",
}
"""https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, `stopReason`"""

_STOPS: dict[str, str] = {
    "stop": "end_turn",
    "tool_calls": "tool_use",
    "length": "max_tokens",
    "content_filter": "content_filtered",
    "refusal": "content_filtered",
    "context_window": "model_context_window_exceeded",
    "error": "malformed_model_output",
}


def decode_finish(reason: str | None, native: Any, calls: bool) -> Finish:
    """The end of an answer by its `stopReason` and the model's own fields; without a reason `calls` decides."""
    common: FinishReason
    common = ("tool_calls" if calls else "stop") if reason is None else _FINISHES.get(reason, "other")
    sequence = native.get("stop_sequence") if type(native) is dict else None
    return Finish(common, reason, sequence if type(sequence) is str else None)


def encode_stop(finish: Finish) -> str:
    """A `stopReason`: the vendor's own word where it is one of this wire's, else the nearest."""
    if finish.raw is not None and (finish.raw in _FINISHES or finish.reason == "other"):
        return finish.raw
    if finish.stop_sequence is not None:
        return "stop_sequence"
    return _STOPS.get(finish.reason, "end_turn")


def _count(wire: Json, *names: str) -> int | None:
    return next((wire[name] for name in names if type(wire.get(name)) is int), None)


def decode_usage(wire: Json) -> Usage:
    """Counts, which do not overlap on this wire: `inputTokens` leaves out what was read from or written to the cache."""
    return Usage(
        _count(wire, "inputTokens"),
        _count(wire, "outputTokens"),
        _count(wire, "cacheReadInputTokens", "cacheReadInputTokenCount"),
        _count(wire, "cacheWriteInputTokens", "cacheWriteInputTokenCount"),
        None,
        wire,
    )


def encode_usage(usage: Usage) -> Json:
    """A usage object: the vendor's own where it is one of this wire's. Clients expect the three main counts as numbers."""
    if usage.raw and decode_usage(usage.raw) == usage:
        return usage.raw
    wire: Json = {"inputTokens": usage.input or 0, "outputTokens": usage.output or 0}
    wire["totalTokens"] = wire["inputTokens"] + wire["outputTokens"] + (usage.cache_read or 0) + (usage.cache_write or 0)
    if usage.cache_read is not None:
        wire["cacheReadInputTokens"] = usage.cache_read
    if usage.cache_write is not None:
        wire["cacheWriteInputTokens"] = usage.cache_write
    return wire


def message_extra(fields: Json) -> list[Event]:
    """The event of fields of the message that have no word here, if there are any."""
    return [Extra({"output": {"message": fields}})] if fields else []


def whole_block(index: int, block: Block, *, arguments: str | None = None) -> list[Event]:
    """The events of a block that came whole, as a stream would have said it; `arguments` replaces a call's own text."""
    replace = msgspec.structs.replace
    final: Block | None = None
    match block:
        case Text():
            events: list[Event] = [BlockStart(index, replace(block, text="", citations=()))]
            events += [CitationDelta(index, citation) for citation in block.citations]
            if block.text:
                events.append(TextDelta(index, block.text))
        case Thinking(encrypted=None):
            events = [BlockStart(index, replace(block, text="", signature=None))]
            if block.text:
                events.append(ThinkingDelta(index, block.text))
            if block.signature:
                events.append(SignatureDelta(index, block.signature))
        case ToolCall() | ServerToolCall():
            text = block.arguments if arguments is None else arguments
            events = [BlockStart(index, replace(block, arguments=""))]
            if text:
                events.append(ArgumentsDelta(index, text))
        case ServerToolResult(content=list()) if block.content:
            events = [BlockStart(index, replace(block, content=None)), OpaqueDelta(index, {"toolResult": block.content})]
            final = block
        case _:
            events = [BlockStart(index, block)]
    events.append(BlockStop(index, final))
    return events
