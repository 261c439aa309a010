"""What frames and whole bodies of an answer have in common: token counts, why it ended, and blocks that come whole.

Events of this wire have one canonical order: `Started`, `Extra`, `UsageUpdate`, the blocks, then `Extra`,
`UsageUpdate`, `Extra` (of `message_delta` and of `message_stop`) and the terminal event. An `Extra` names only fields
that changed, a `UsageUpdate` comes only when a count changed, and arguments always come in deltas. In a text block
citations come before the text, as the vendor streams them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.content import Block, ServerToolCall, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
)
from ...types.response import Finish, FinishReason, Usage
from .encode_blocks import Json

__all__ = [
    "MESSAGE_FIELDS",
    "MessageDelta",
    "decode_finish",
    "decode_usage",
    "encode_stop",
    "encode_usage",
    "merge_usage",
    "whole_block",
]

MESSAGE_FIELDS = frozenset({"id", "type", "role", "model", "content", "usage", "stop_reason", "stop_sequence", "stop_details"})
"""The fields of a message that have words of their own; all others are `Extra`."""

_FINISHES: dict[str, FinishReason] = {
    "end_turn": "stop",
    "max_tokens": "length",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "pause_turn": "pause",
    "refusal": "refusal",
    "model_context_window_exceeded": "context_window",
    "compaction": "pause",
}
"""https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons"""

_STOPS: dict[str, str] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "refusal": "refusal",
    "pause": "pause_turn",
    "context_window": "model_context_window_exceeded",
}


class MessageDelta:
    """Why an answer ended, as far as it has been said; a later word replaces an earlier one."""

    __slots__ = ("details", "reason", "sequence")

    def __init__(self) -> None:
        self.reason: str | None = None
        self.sequence: str | None = None
        self.details: Json = {}

    def update(self, wire: Json) -> None:
        """Take `stop_reason`, `stop_sequence` and `stop_details` from a message or a `message_delta`."""
        if type(reason := wire.get("stop_reason")) is str:
            self.reason = reason
        if type(sequence := wire.get("stop_sequence")) is str:
            self.sequence = sequence
        if type(details := wire.get("stop_details")) is dict:
            self.details = details


def decode_finish(stop: MessageDelta, calls: bool) -> Finish:
    """The end of an answer; where the vendor names no reason, `calls` (the model called tools) decides."""
    reason: FinishReason
    reason = ("tool_calls" if calls else "stop") if stop.reason is None else _FINISHES.get(stop.reason, "other")
    return Finish(reason, stop.reason, stop.sequence, stop.details)


def encode_stop(finish: Finish) -> Json:
    """The stop fields of a message: the vendor's own word where it is one of this wire's, else the nearest."""
    reason: str | None = finish.raw
    if reason is None or (reason not in _FINISHES and finish.reason != "other"):
        reason = "stop_sequence" if finish.stop_sequence is not None else _STOPS.get(finish.reason, "end_turn")
    wire: Json = {"stop_reason": reason, "stop_sequence": finish.stop_sequence}
    if finish.details:
        wire["stop_details"] = finish.details
    return wire


def merge_usage(known: Json, wire: Any) -> Json:
    """Counts after an update: they are running totals, and one that is left out or null keeps its earlier value."""
    if type(wire) is not dict:
        return known
    return {**wire, **known, **{key: value for key, value in wire.items() if value is not None}}


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def decode_usage(wire: Json) -> Usage:
    """Counts, which do not overlap on this wire; thinking is part of the output."""
    details = wire.get("output_tokens_details")
    return Usage(
        _count(wire.get("input_tokens")),
        _count(wire.get("output_tokens")),
        _count(wire.get("cache_read_input_tokens")),
        _count(wire.get("cache_creation_input_tokens")),
        _count(details.get("thinking_tokens")) if type(details) is dict else None,
        wire,
    )


def encode_usage(usage: Usage | None) -> Json:
    """A usage object: the vendor's own where it is one of this wire's. Readers expect the two main counts as numbers."""
    if usage is None:
        return {"input_tokens": 0, "output_tokens": 0}
    if usage.raw and decode_usage(usage.raw) == usage:
        return usage.raw
    wire: Json = {"input_tokens": usage.input or 0}
    if usage.cache_write is not None:
        wire["cache_creation_input_tokens"] = usage.cache_write
    if usage.cache_read is not None:
        wire["cache_read_input_tokens"] = usage.cache_read
    wire["output_tokens"] = usage.output or 0
    if usage.reasoning is not None:
        wire["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    return wire


def whole_block(index: int, block: Block, *, arguments: str | None = None) -> list[Event]:
    """The events of a block that came whole, as a stream would have said it; `arguments` replaces a call's own text."""
    replace = msgspec.structs.replace
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
        case _:
            events = [BlockStart(index, block)]
    events.append(BlockStop(index))
    return events
