"""Interactions as Google sends them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import Part
from .writing import SSE, call_id, runs, sse, to_json

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = SSE
_ID = "v1_Chd0TmNFYXVEWFBLNmRxdHNQX08tZjBBcxIXdE5jRWF1RFhQSzZkcXRzUF9PLWYwQXM"
_SIGNATURE = "CiUBDFJtOXlJSFJvWlNCeVpXTnZjbVEx" * 12
_USAGE = {
    "total_tokens": 1443,
    "total_input_tokens": 913,
    "input_tokens_by_modality": [{"modality": "text", "tokens": 913}],
    "total_cached_tokens": 768,
    "total_output_tokens": 402,
    "total_tool_use_tokens": 0,
    "total_thought_tokens": 128,
}
_STEPS = {"thinking": "thought", "text": "model_output"}


def _interaction(status: str) -> dict[str, Any]:
    ended = {"created": "2026-11-18T11:20:00Z", "updated": "2026-11-18T11:20:09Z", "service_tier": "standard"}
    done = {"usage": _USAGE, **ended} if status != "in_progress" else {}
    return {"id": _ID, "status": status, **done, "object": "interaction", "model": "harbour-5-flash"}


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The events of a streamed answer and the mark that ends it."""
    events: list[bytes] = []

    def say(kind: str, more: dict[str, Any] | None = None, **fields: object) -> None:
        events.append(sse(to_json({**fields, "event_type": kind, **(more or {})}), kind))

    say("interaction.created", interaction=_interaction("in_progress"))
    say("interaction.status_update", interaction_id=_ID, status="in_progress")
    status = "completed"
    for index, run in enumerate(runs(listed)):
        step: dict[str, Any] = {"type": _STEPS.get(run.kind, "function_call")}
        if run.kind == "arguments":
            status = "requires_action"
            step |= {"id": call_id(run.call), "name": "append", "arguments": {}}
        say("step.start", index=index, step=step)
        for number, text in enumerate(run.texts):
            delta: dict[str, Any] = {"text": text, "type": "text"}
            if run.kind == "thinking":
                delta = {"content": delta, "type": "thought_summary"}
            elif run.kind == "arguments":
                delta = {"arguments": text, "type": "arguments_delta"}
            # The count so far comes with the last event of each thing that Google writes at once.
            say("step.delta", {"metadata": {"usage": _USAGE}} if number % 4 == 3 else None, index=index, delta=delta)
        if run.kind == "thinking":
            say("step.delta", index=index, delta={"signature": _SIGNATURE, "type": "thought_signature"})
        say("step.stop", index=index)
    say("interaction.completed", interaction=_interaction(status))
    return [*events, sse(b"[DONE]", "done")]


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    steps = [
        {"signature": _SIGNATURE, "type": "thought"},
        {"content": [{"text": text, "type": "text"}], "type": "model_output"},
    ]
    return to_json(_interaction("completed") | {"steps": steps})
