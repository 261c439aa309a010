"""Chat as Ollama sends it: a line of JSON for each token, and calls whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from . import Part
from .writing import call_id, runs, to_json

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = b"application/x-ndjson"
_COUNTS = {
    "total_duration": 23595672042,
    "load_duration": 24478458,
    "prompt_eval_count": 913,
    "prompt_eval_duration": 339942708,
    "eval_count": 402,
    "eval_duration": 23230435042,
}


def _line(number: int, done: bool, **message: object) -> dict[str, Any]:
    at = f"2026-11-18T11:20:{number // 100 % 60:02d}.{number * 7919 % 1_000_000:06d}Z"
    return {"model": "harbour:14b", "created_at": at, "message": {"role": "assistant", **message}, "done": done}


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The lines of a streamed answer."""
    lines: list[dict[str, Any]] = []
    for run in runs(listed):
        if run.kind == "arguments":
            function = {"index": run.call, "name": "append", "arguments": json.loads(run.text)}
            calls = [{"id": call_id(run.call), "function": function}]
            lines.append(_line(len(lines), False, content="", tool_calls=calls))
            continue
        for text in run.texts:
            said = {"content": text} if run.kind == "text" else {"content": "", "thinking": text}
            lines.append(_line(len(lines), False, **said))
    lines.append(_line(len(lines), True, content="") | {"done_reason": "stop", **_COUNTS})
    return [to_json(line) + b"\n" for line in lines]


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    return to_json(_line(9, True, content=text) | {"done_reason": "stop", **_COUNTS})
