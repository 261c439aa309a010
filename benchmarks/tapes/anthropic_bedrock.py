"""Anthropic's Messages as Amazon Bedrock sends them by InvokeModel: each event in base64 in a frame with checksums."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from . import Part
from .anthropic_messages import events, whole
from .writing import EVENT_STREAM, frame, padding, to_json

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = EVENT_STREAM
_METRICS = {"inputTokenCount": 145, "outputTokenCount": 402, "invocationLatency": 9120, "firstByteLatency": 640}


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The frames of a streamed answer."""
    frames = []
    for event in events(listed):
        if event["type"] == "ping":
            continue
        if event["type"] == "message_stop":
            event |= {"amazon-bedrock-invocationMetrics": _METRICS}
        payload = {"bytes": b64encode(to_json(event)).decode(), "p": padding(len(frames))}
        frames.append(frame("chunk", to_json(payload)))
    return frames
