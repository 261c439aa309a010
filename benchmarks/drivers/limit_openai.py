"""The least for OpenAI's two wire formats."""

from __future__ import annotations

from typing import Any

import forms
import msgspec
from limit import MODEL, Limit, Struct


class Function(Struct):
    arguments: str = ""


class ToolCall(Struct):
    function: Function


class Delta(Struct):
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[ToolCall] | None = None


class Choice(Struct):
    delta: Delta


class Chunk(msgspec.Struct, gc=False):
    choices: list[Choice] = []


class Message(Struct):
    content: str


class Answer(Struct):
    message: Message


class Completion(Struct):
    choices: list[Answer]


CHUNK = msgspec.json.Decoder(Chunk).decode


class Chat(Limit):
    path = "/v1/chat/completions"
    prepare = staticmethod(forms.openai_chat)

    def body(self, request: Any, stream: bool) -> bytes:
        more = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
        return msgspec.json.encode({"model": MODEL, "messages": request, **more})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=Completion).choices[0].message.content

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for event in events:
            data = event[6:]
            if data == b"[DONE]":
                return
            for choice in CHUNK(data).choices:
                delta = choice.delta
                if delta.content:
                    text(delta.content)
                elif delta.tool_calls:
                    for call in delta.tool_calls:
                        if call.function.arguments:
                            arguments(call.function.arguments)
                elif delta.reasoning_content:
                    thinking(delta.reasoning_content)


class Event(Struct):
    type: str
    delta: str = ""


class Content(Struct):
    text: str


class Item(msgspec.Struct, gc=False):
    content: list[Content] = []


class Response(Struct):
    output: list[Item]


EVENT = msgspec.json.Decoder(Event).decode


class Responses(Limit):
    path = "/v1/responses"
    prepare = staticmethod(forms.openai_responses)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"model": MODEL, "input": request, "store": False, "stream": stream})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=Response).output[0].content[0].text

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for block in events:
            event = EVENT(block[block.find(b"\ndata: ") + 7 :])
            kind = event.type
            if kind == "response.output_text.delta":
                text(event.delta)
            elif kind == "response.function_call_arguments.delta":
                arguments(event.delta)
            elif kind == "response.reasoning_summary_text.delta":
                thinking(event.delta)
