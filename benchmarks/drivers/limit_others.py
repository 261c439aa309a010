"""The least for Mistral, Cohere and Ollama."""

from __future__ import annotations

from typing import Any

import forms
import msgspec
from limit import MODEL, Limit, Struct


class Said(Struct):
    text: str


class Block(msgspec.Struct, gc=False):
    thinking: list[Said] = []


class Function(Struct):
    arguments: str = ""


class ToolCall(Struct):
    function: Function


class MistralDelta(Struct):
    content: str | list[Block] | None = None
    tool_calls: list[ToolCall] | None = None


class MistralChoice(Struct):
    delta: MistralDelta


class MistralChunk(Struct):
    choices: list[MistralChoice]


class Message(Struct):
    content: str


class MistralAnswer(Struct):
    message: Message


class MistralCompletion(Struct):
    choices: list[MistralAnswer]


MISTRAL = msgspec.json.Decoder(MistralChunk).decode


class Mistral(Limit):
    path = "/v1/chat/completions"
    prepare = staticmethod(forms.openai_chat)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"model": MODEL, "messages": request, "stream": stream})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=MistralCompletion).choices[0].message.content

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for event in events:
            data = event[6:]
            if data == b"[DONE]":
                return
            for choice in MISTRAL(data).choices:
                content = choice.delta.content
                if content.__class__ is str:
                    if content:
                        text(content)
                elif content:
                    for block in content:
                        for said in block.thinking:
                            thinking(said.text)
                elif choice.delta.tool_calls:
                    for call in choice.delta.tool_calls:
                        arguments(call.function.arguments)


class CohereContent(Struct):
    text: str = ""
    thinking: str = ""


class CohereMessage(Struct):
    content: CohereContent | list[CohereContent] | None = None
    tool_calls: ToolCall | list[ToolCall] | None = None


class CohereDelta(Struct):
    message: CohereMessage | None = None


class CohereEvent(Struct):
    type: str
    delta: CohereDelta | None = None


class CohereAnswerMessage(Struct):
    content: list[CohereContent]


class CohereAnswer(Struct):
    message: CohereAnswerMessage


COHERE = msgspec.json.Decoder(CohereEvent).decode


class Cohere(Limit):
    path = "/v2/chat"
    prepare = staticmethod(forms.cohere_chat)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"model": MODEL, "messages": request, "stream": stream})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=CohereAnswer).message.content[0].text

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for block in events:
            data = block[block.find(b"data: ") + 6 :]
            if data == b"[DONE]":
                return
            event: Any = COHERE(data)
            if event.type == "content-delta":
                content = event.delta.message.content
                if content.text:
                    text(content.text)
                else:
                    thinking(content.thinking)
            elif event.type == "tool-call-delta":
                arguments(event.delta.message.tool_calls.function.arguments)


class OllamaFunction(Struct):
    arguments: msgspec.Raw


class OllamaCall(Struct):
    function: OllamaFunction


class OllamaMessage(msgspec.Struct, gc=False):
    content: str = ""
    thinking: str = ""
    tool_calls: list[OllamaCall] = []


class OllamaLine(Struct):
    message: OllamaMessage


OLLAMA = msgspec.json.Decoder(OllamaLine).decode


class Ollama(Limit):
    path = "/api/chat"
    end = b"\n"
    prepare = staticmethod(forms.ollama_chat)

    def body(self, request: Any, stream: bool) -> bytes:
        return msgspec.json.encode({"model": MODEL, "messages": request, "stream": stream})

    def text(self, body: bytes) -> str:
        return OLLAMA(body).message.content

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for line in events:
            message = OLLAMA(line).message
            if message.content:
                text(message.content)
            elif message.thinking:
                thinking(message.thinking)
            else:
                for call in message.tool_calls:
                    arguments(str(call.function.arguments, "utf-8"))
