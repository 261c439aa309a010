"""Chat (v2) as Cohere sends it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import Part
from .writing import SSE, call_id, runs, sse, to_json

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = SSE
_ID = "0c4d8e12-ab9f-4350-96a3-c11fb338081a"
_USAGE = {
    "billed_units": {"input_tokens": 145, "output_tokens": 402},
    "tokens": {"input_tokens": 913, "output_tokens": 407, "reasoning_tokens": 128},
    "cached_tokens": 768,
}


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The events of a streamed answer and the mark that ends it."""
    events: list[bytes] = []

    def say(kind: str, delta: dict[str, Any] | None = None, **fields: object) -> None:
        event = {"type": kind, **fields, **({} if delta is None else {"delta": delta})}
        events.append(sse(to_json(event), kind))

    message = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    events.append(sse(to_json({"id": _ID, "type": "message-start", "delta": {"message": message}}), "message-start"))
    finish = "COMPLETE"
    for index, run in enumerate(runs(listed)):
        if run.kind == "arguments":
            finish = "TOOL_CALL"
            call = {"id": call_id(run.call), "type": "function", "function": {"name": "append", "arguments": ""}}
            say("tool-call-start", {"message": {"tool_calls": call}}, index=run.call)
            for text in run.texts:
                say("tool-call-delta", {"message": {"tool_calls": {"function": {"arguments": text}}}}, index=run.call)
            say("tool-call-end", index=run.call)
            continue
        say("content-start", {"message": {"content": {"type": run.kind, run.kind: ""}}}, index=index)
        for text in run.texts:
            say("content-delta", {"message": {"content": {run.kind: text}}}, index=index)
        say("content-end", index=index)
    say("message-end", {"finish_reason": finish, "usage": _USAGE})
    return [*events, sse(b"[DONE]")]


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
    return to_json({"id": _ID, "message": message, "finish_reason": "COMPLETE", "usage": _USAGE})
