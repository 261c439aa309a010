"""Responses as OpenAI sends them: every text comes in deltas, once more when it is done, and again in the last event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import Part
from .writing import SSE, Run, call_id, padding, runs, sse, to_json

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = SSE
_SEALED = "gAAAAABmRm9yIHRoZSByZWNvcmQ_" * 24


def _response(status: str, output: list[Any]) -> dict[str, Any]:
    usage = {
        "input_tokens": 913,
        "input_tokens_details": {"cache_write_tokens": 0, "cached_tokens": 768},
        "output_tokens": 402,
        "output_tokens_details": {"reasoning_tokens": 128},
        "total_tokens": 1315,
    }
    return {
        "id": "resp_0c4d8e12ab9f35016a3c11fb338081a289266547cae6ff41",
        "object": "response",
        "created_at": 1795000000,
        "status": status,
        "background": False,
        "completed_at": 1795000009 if status == "completed" else None,
        "error": None,
        "frequency_penalty": 0.0,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "model": "harbour-5-2026-04-01",
        "moderation": None,
        "output": output,
        "parallel_tool_calls": True,
        "presence_penalty": 0.0,
        "previous_response_id": None,
        "prompt_cache_key": None,
        "prompt_cache_retention": "in_memory",
        "reasoning": {"effort": "medium", "summary": "auto"},
        "safety_identifier": None,
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_logprobs": 0,
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage if status == "completed" else None,
        "user": None,
        "metadata": {},
    }


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The events of a streamed answer."""
    events: list[bytes] = []

    def say(kind: str, **fields: object) -> None:
        event = {"type": f"response.{kind}", **dict(sorted(fields.items())), "sequence_number": len(events)}
        events.append(sse(to_json(event), f"response.{kind}"))

    def deltas(kind: str, run: Run, **fields: object) -> None:
        for text in run.texts:
            say(f"{kind}.delta", delta=text, obfuscation=padding(len(events), 16), **fields)

    say("created", response=_response("in_progress", []))
    say("in_progress", response=_response("in_progress", []))
    output: list[dict[str, Any]] = []
    for index, run in enumerate(runs(listed)):
        item, fields = _item(index, run), {"item_id": f"{_PREFIXES[run.kind]}_{index:048d}", "output_index": index}
        say("output_item.added", output_index=index, item=item)
        if run.kind == "text":
            part = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
            fields |= {"content_index": 0}
            say("content_part.added", part=part, **fields)
            deltas("output_text", run, logprobs=[], **fields)
            say("output_text.done", text=run.text, logprobs=[], **fields)
            part |= {"text": run.text}
            say("content_part.done", part=part, **fields)
            item |= {"status": "completed", "content": [part]}
        elif run.kind == "thinking":
            part = {"type": "summary_text", "text": ""}
            fields |= {"summary_index": 0}
            say("reasoning_summary_part.added", part=part, **fields)
            deltas("reasoning_summary_text", run, **fields)
            say("reasoning_summary_text.done", text=run.text, **fields)
            part |= {"text": run.text}
            say("reasoning_summary_part.done", part=part, **fields)
            item |= {"summary": [part]}
        else:
            deltas("function_call_arguments", run, **fields)
            say("function_call_arguments.done", arguments=run.text, **fields)
            item |= {"status": "completed", "arguments": run.text}
        say("output_item.done", output_index=index, item=item)
        output.append(item)
    say("completed", response=_response("completed", output))
    return events


_PREFIXES = {"text": "msg", "thinking": "rs", "arguments": "fc"}


def _item(index: int, run: Run) -> dict[str, Any]:
    item = {"id": f"{_PREFIXES[run.kind]}_{index:048d}"}
    if run.kind == "text":
        return item | {"type": "message", "status": "in_progress", "content": [], "role": "assistant"}
    if run.kind == "thinking":
        return item | {"type": "reasoning", "encrypted_content": _SEALED, "summary": []}
    call = {"arguments": "", "call_id": call_id(run.call), "name": "append"}
    return item | {"type": "function_call", "status": "in_progress", **call}


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    content = [{"type": "output_text", "annotations": [], "logprobs": [], "text": text}]
    message = {"id": f"msg_{0:048d}", "type": "message", "status": "completed", "content": content, "role": "assistant"}
    return to_json(_response("completed", [message]))
