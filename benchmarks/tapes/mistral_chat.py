"""Chat as Mistral sends it: thinking in blocks, padding in `p`, and all calls whole in the last chunk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import Part
from .writing import SSE, padding, runs, sse, to_json

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = SSE
_USAGE = {
    "prompt_tokens": 913,
    "total_tokens": 1315,
    "completion_tokens": 402,
    "prompt_tokens_details": {"cached_tokens": 768},
}


def _head(kind: str) -> dict[str, Any]:
    return {"id": "0c4d8e12ab9f35016a3c11fb338081a2", "object": kind, "created": 1795000000, "model": "harbour-medium-latest"}


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The chunks of a streamed answer and the mark that ends it."""
    events: list[bytes] = []

    def say(delta: dict[str, Any], finish: str | None = None, more: dict[str, Any] | None = None) -> None:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        padded = {"p": padding(len(events), 34)} if events else {}
        events.append(sse(to_json(_head("chat.completion.chunk") | {"choices": choices, **(more or {}), **padded})))

    say({"role": "assistant", "content": ""})
    calls: list[dict[str, Any]] = []
    for run in runs(listed):
        if run.kind == "arguments":
            function = {"name": "append", "arguments": run.text}
            calls.append({"id": f"aX2ga{run.call:04d}", "type": "function", "function": function, "index": run.call})
            continue
        for text in run.texts:
            thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]
            say({"content": text if run.kind == "text" else thinking})
    if calls:
        say({"tool_calls": calls}, "tool_calls", {"usage": _USAGE})
    else:
        say({"content": ""}, "stop", {"usage": _USAGE})
    return [*events, sse(b"[DONE]")]


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    message = {"role": "assistant", "tool_calls": None, "content": text}
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    return to_json(_head("chat.completion") | {"usage": _USAGE, "choices": choices})
