"""Chat Completions as OpenAI sends them; thinking in `reasoning_content`, as the vendors that show it do."""

from __future__ import annotations

from collections.abc import Iterable

from . import Part
from .writing import SSE, call_id, padding, runs, sse, to_json

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = SSE

_USAGE = {
    "prompt_tokens": 913,
    "completion_tokens": 402,
    "total_tokens": 1315,
    "prompt_tokens_details": {"cached_tokens": 768, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 128,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}


def _head(kind: str) -> dict[str, object]:
    return {
        "id": "chatcmpl-Rg2cHn0Zl4VtqJ8sYw6KxBp1uE3mD",
        "object": kind,
        "created": 1795000000,
        "model": "harbour-5-2026-04-01",
        "service_tier": "default",
        "system_fingerprint": "fp_0c4d8e12ab",
    }


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The chunks of a streamed answer and the mark that ends it."""
    events: list[bytes] = []

    def say(delta: dict[str, object] | None, finish: str | None = None, usage: object = None) -> None:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        more = {"choices": choices, "usage": usage, "obfuscation": padding(len(events), 16)}
        events.append(sse(to_json(_head("chat.completion.chunk") | more)))

    say({"role": "assistant", "content": "", "refusal": None})
    finish = "stop"
    for run in runs(listed):
        if run.kind == "arguments":
            finish = "tool_calls"
            opening = {"name": "append", "arguments": ""}
            say({"tool_calls": [{"index": run.call, "id": call_id(run.call), "type": "function", "function": opening}]})
        for text in run.texts:
            if run.kind == "arguments":
                say({"tool_calls": [{"index": run.call, "function": {"arguments": text}}]})
            else:
                say({"content" if run.kind == "text" else "reasoning_content": text})
    say({}, finish)
    say(None, usage=_USAGE)
    return [*events, sse(b"[DONE]")]


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return to_json(_head("chat.completion") | {"choices": [choice], "usage": _USAGE})
