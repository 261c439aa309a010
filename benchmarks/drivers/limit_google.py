"""The least for Google's two wire formats."""

from __future__ import annotations

from typing import Any

import forms
import msgspec
from limit import MODEL, Limit, Struct


class Call(Struct):
    args: msgspec.Raw


class Part(Struct):
    text: str = ""
    thought: bool = False
    functionCall: Call | None = None


class Content(msgspec.Struct, gc=False):
    parts: list[Part] = []


class Candidate(Struct):
    content: Content


class Chunk(Struct):
    candidates: list[Candidate]


CHUNK = msgspec.json.Decoder(Chunk).decode


class Gemini(Limit):
    path = f"/v1beta/models/{MODEL}:generateContent"
    stream_path = f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse"
    end = b"\r\n\r\n"
    prepare = staticmethod(forms.gemini)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"contents": request})

    def text(self, body: bytes) -> str:
        return CHUNK(body).candidates[0].content.parts[0].text

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for event in events:
            for candidate in CHUNK(event[6:]).candidates:
                for part in candidate.content.parts:
                    if part.thought:
                        thinking(part.text)
                    elif part.text:
                        text(part.text)
                    elif part.functionCall is not None:
                        arguments(str(part.functionCall.args, "utf-8"))


class Said(Struct):
    text: str = ""


class Delta(Struct):
    type: str
    text: str = ""
    content: Said | None = None
    arguments: str = ""


class Event(Struct):
    event_type: str
    delta: Delta | None = None


class Step(msgspec.Struct, gc=False):
    type: str
    content: list[Said] = []


class Interaction(Struct):
    steps: list[Step]


EVENT = msgspec.json.Decoder(Event).decode


class Interactions(Limit):
    path = "/v1beta/interactions"
    prepare = staticmethod(forms.gemini_interactions)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"model": MODEL, "input": request, "store": False, "stream": stream})

    def text(self, body: bytes) -> str:
        steps = msgspec.json.decode(body, type=Interaction).steps
        return next(step for step in steps if step.type == "model_output").content[0].text

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for block in events:
            data = block[block.find(b"\ndata: ") + 7 :]
            if data == b"[DONE]":
                return
            event = EVENT(data)
            if event.event_type == "step.delta":
                delta: Any = event.delta
                kind = delta.type
                if kind == "text":
                    text(delta.text)
                elif kind == "arguments_delta":
                    arguments(delta.arguments)
                elif kind == "thought_summary":
                    thinking(delta.content.text)
