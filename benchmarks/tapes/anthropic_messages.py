"""Messages as Anthropic sends them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from . import Part
from .writing import SSE, call_id, runs, sse, to_json

__all__ = ["CONTENT_TYPE", "SIGNATURE", "events", "stream", "whole"]

CONTENT_TYPE = SSE
SIGNATURE = "Rm9yIHRoZSByZWNvcmQ" * 8

_USAGE = {
    "input_tokens": 913,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 768,
    "output_tokens": 402,
    "service_tier": "standard",
}
_MESSAGE = {"id": "msg_01VkT7pNq3XcRz8sLw2HbYdM", "type": "message", "role": "assistant", "model": "harbour-5-20260401"}
_OPENINGS = {"text": {"type": "text", "text": ""}, "thinking": {"type": "thinking", "thinking": "", "signature": ""}}
_DELTAS = {
    "text": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "arguments": ("input_json_delta", "partial_json"),
}


def events(listed: Iterable[Part]) -> Iterator[dict[str, Any]]:
    """The events of a streamed answer as values."""
    usage = _USAGE | {"output_tokens": 1}
    start = _MESSAGE | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
    yield {"type": "message_start", "message": start}
    yield {"type": "ping"}
    reason = "end_turn"
    for index, run in enumerate(runs(listed)):
        opening: dict[str, Any] | None = _OPENINGS.get(run.kind)
        if opening is None:
            reason = "tool_use"
            opening = {"type": "tool_use", "id": call_id(run.call), "name": "append", "input": {}}
        yield {"type": "content_block_start", "index": index, "content_block": opening}
        kind, field = _DELTAS[run.kind]
        for text in run.texts:
            yield {"type": "content_block_delta", "index": index, "delta": {"type": kind, field: text}}
        if run.kind == "thinking":
            signed = {"type": "signature_delta", "signature": SIGNATURE}
            yield {"type": "content_block_delta", "index": index, "delta": signed}
        yield {"type": "content_block_stop", "index": index}
    yield {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": _USAGE}
    yield {"type": "message_stop"}


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The events of a streamed answer."""
    return [sse(to_json(event), event["type"]) for event in events(listed)]


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    content = [{"type": "text", "text": text}]
    return to_json(_MESSAGE | {"content": content, "stop_reason": "end_turn", "stop_sequence": None, "usage": _USAGE})
