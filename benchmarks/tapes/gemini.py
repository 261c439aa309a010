"""`generateContent` as Google sends it: blank lines are CRLF, colons have a space, and calls come whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from . import Part
from .writing import runs

__all__ = ["CONTENT_TYPE", "stream", "whole"]

CONTENT_TYPE = b"text/event-stream"
_SIGNATURE = "CiUBDFJtOXlJSFJvWlNCeVpXTnZjbVEx" * 12


def _chunk(part: dict[str, Any], number: int, finish: str = "") -> bytes:
    candidate: dict[str, Any] = {"content": {"parts": [part], "role": "model"}}
    usage = {
        "promptTokenCount": 913,
        "candidatesTokenCount": number,
        "totalTokenCount": 913 + number,
        "cachedContentTokenCount": 768,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 913}],
        "thoughtsTokenCount": 128,
        "serviceTier": "standard",
    }
    chunk = {
        "candidates": [candidate | ({"finishReason": finish} if finish else {}) | {"index": 0}],
        "usageMetadata": usage,
        "modelVersion": "harbour-5-pro",
        "responseId": "iCUhao2zJ-LHjuMP1vvH2Qk",
    }
    return json.dumps(chunk, ensure_ascii=False, separators=(",", ": ")).encode()


def stream(listed: Iterable[Part]) -> list[bytes]:
    """The chunks of a streamed answer."""
    said: list[dict[str, Any]] = []
    for run in runs(listed):
        if run.kind == "arguments":
            call = {"name": "append", "args": json.loads(run.text), "id": f"dv8{run.call:05d}"}
            said.append({"functionCall": call} | ({} if run.call else {"thoughtSignature": _SIGNATURE}))
        else:
            said += [{"text": text} | ({"thought": True} if run.kind == "thinking" else {}) for text in run.texts]
    chunks = [_chunk(part, number) for number, part in enumerate(said, 1)]
    chunks.append(_chunk({"text": ""}, len(chunks), "STOP"))
    return [b"data: %b\r\n\r\n" % chunk for chunk in chunks]


def whole(text: str) -> bytes:
    """The body of an answer that is not streamed."""
    return _chunk({"text": text}, 402, "STOP")
