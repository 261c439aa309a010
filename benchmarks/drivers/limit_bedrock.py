"""The least for Amazon Bedrock: a walk over the frames that looks at lengths only, and for Converse a struct of the payload."""

from __future__ import annotations

from struct import Struct as Layout
from typing import Any

import forms
import msgspec
from limit import MODEL, Limit, Struct

LENGTHS = Layout(">II").unpack_from


class Frames(Limit):
    """Events in frames; `decode` gets their payloads."""

    async def stream(self, request: Any, sink: Any) -> None:
        rest = b""
        async with self._session.post(self._stream_url, data=self.body(request, True)) as response:
            read = response.content.readany
            while data := await read():
                data = rest + data
                at, size, payloads = 0, len(data), []
                while size - at >= 8:
                    length, headers = LENGTHS(data, at)
                    if at + length > size:
                        break
                    payloads.append(data[at + 12 + headers : at + length - 4])
                    at += length
                rest = data[at:]
                self.decode(payloads, sink.text, sink.thinking, sink.arguments)


class Said(Struct):
    text: str = ""


class Use(Struct):
    input: str = ""


class Delta(Struct):
    text: str = ""
    reasoningContent: Said | None = None
    toolUse: Use | None = None


class Event(Struct):
    delta: Delta | None = None


class Message(Struct):
    content: list[Said]


class Output(Struct):
    message: Message


class Answer(Struct):
    output: Output


EVENT = msgspec.json.Decoder(Event).decode


class Bedrock(Frames):
    path = f"/model/{MODEL}/converse"
    stream_path = f"/model/{MODEL}/converse-stream"
    prepare = staticmethod(forms.bedrock_converse)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"messages": request})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=Answer).output.message.content[0].text

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for payload in events:
            delta = EVENT(payload).delta
            if delta is None:
                continue
            if delta.text:
                text(delta.text)
            elif delta.toolUse is not None:
                arguments(delta.toolUse.input)
            elif delta.reasoningContent is not None and delta.reasoningContent.text:
                thinking(delta.reasoningContent.text)
