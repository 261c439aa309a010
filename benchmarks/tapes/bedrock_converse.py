"""Converse as Amazon Bedrock sends it: frames with checksums, and padding in `p`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import Part
from .anthropic_messages import SIGNATURE
from .writing import EVENT_STREAM, frame, padding, runs, to_json

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = EVENT_STREAM
_USAGE = {
    "cacheReadInputTokenCount": 768,
    "cacheReadInputTokens": 768,
    "cacheWriteInputTokenCount": 0,
    "cacheWriteInputTokens": 0,
    "inputTokens": 145,
    "outputTokens": 402,
    "totalTokens": 1315,
}


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The frames of a streamed answer."""
    frames: list[bytes] = []

    def say(kind: str, **fields: object) -> None:
        payload = dict(sorted({**fields, "p": padding(len(frames))}.items()))
        frames.append(frame(kind, to_json(payload)))

    say("messageStart", role="assistant")
    reason = "end_turn"
    for index, run in enumerate(runs(listed)):
        if run.kind == "arguments":
            reason = "tool_use"
            use = {"name": "append", "toolUseId": f"tooluse_{run.call:022d}"}
            say("contentBlockStart", contentBlockIndex=index, start={"toolUse": use})
        for text in run.texts:
            say("contentBlockDelta", contentBlockIndex=index, delta=_delta(run.kind, text))
        if run.kind == "thinking":
            say("contentBlockDelta", contentBlockIndex=index, delta={"reasoningContent": {"signature": SIGNATURE}})
        say("contentBlockStop", contentBlockIndex=index)
    say("messageStop", stopReason=reason)
    say("metadata", metrics={"latencyMs": 9120}, usage=_USAGE)
    return frames


def _delta(kind: str, text: str) -> dict[str, Any]:
    if kind == "text":
        return {"text": text}
    return {"reasoningContent": {"text": text}} if kind == "thinking" else {"toolUse": {"input": text}}


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    message = {"content": [{"text": text}], "role": "assistant"}
    more = {"metrics": {"latencyMs": 9120}, "output": {"message": message}, "stopReason": "end_turn", "usage": _USAGE}
    return to_json(more)
