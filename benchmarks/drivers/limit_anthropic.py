"""The least for Anthropic's Messages, at Anthropic and in Amazon Bedrock's InvokeModel."""

from __future__ import annotations

from typing import Any

import forms
import msgspec
from limit import MODEL, Limit, Struct
from limit_bedrock import Frames


class Delta(Struct):
    type: str = ""
    text: str = ""
    thinking: str = ""
    partial_json: str = ""


class Event(Struct):
    type: str
    delta: Delta | None = None


class Block(Struct):
    text: str


class Answer(Struct):
    content: list[Block]


class Chunk(Struct):
    event: bytes = msgspec.field(name="bytes")


EVENT = msgspec.json.Decoder(Event).decode
CHUNK = msgspec.json.Decoder(Chunk).decode


class Messages(Limit):
    path = "/v1/messages"
    prepare = staticmethod(forms.anthropic_messages)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"model": MODEL, "max_tokens": 4096, "messages": request, "stream": stream})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=Answer).content[0].text

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for block in events:
            event = EVENT(block[block.find(b"\ndata: ") + 7 :])
            if event.type == "content_block_delta":
                deliver(event.delta, text, thinking, arguments)


class Invoke(Frames):
    path = f"/model/{MODEL}/invoke"
    stream_path = f"/model/{MODEL}/invoke-with-response-stream"
    prepare = staticmethod(forms.anthropic_messages)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 4096, "messages": request})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=Answer).content[0].text

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for payload in events:
            event = EVENT(CHUNK(payload).event)
            if event.type == "content_block_delta":
                deliver(event.delta, text, thinking, arguments)


def deliver(delta: Any, text: Any, thinking: Any, arguments: Any) -> None:
    kind = delta.type
    if kind == "text_delta":
        text(delta.text)
    elif kind == "input_json_delta":
        arguments(delta.partial_json)
    elif kind == "thinking_delta":
        thinking(delta.thinking)
