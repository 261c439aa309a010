"""The least a Python program can do on aiohttp: take what has arrived, cut it at blank lines, decode into small typed
structs, call back. It knows no error, no retry, no timeout and no other vendor: it is a ruler, not a client."""

from __future__ import annotations

from typing import Any

import aiohttp
import msgspec
import prompts

HEADERS = {"authorization": "Bearer a-key-for-nobody", "content-type": "application/json"}


class Function(msgspec.Struct, gc=False):
    arguments: str = ""


class ToolCall(msgspec.Struct, gc=False):
    function: Function


class ChatDelta(msgspec.Struct, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[ToolCall] | None = None


class ChatChoice(msgspec.Struct, gc=False):
    delta: ChatDelta


class ChatChunk(msgspec.Struct, gc=False):
    choices: list[ChatChoice] = []


class ChatMessage(msgspec.Struct):
    content: str


class ChatAnswer(msgspec.Struct):
    message: ChatMessage


class ChatCompletion(msgspec.Struct):
    choices: list[ChatAnswer]


class MessagesDelta(msgspec.Struct, gc=False):
    type: str = ""
    text: str = ""
    thinking: str = ""
    partial_json: str = ""


class MessagesEvent(msgspec.Struct, gc=False):
    type: str
    delta: MessagesDelta | None = None


class MessagesBlock(msgspec.Struct):
    text: str


class MessagesAnswer(msgspec.Struct):
    content: list[MessagesBlock]


class _Limit:
    asynchronous = True
    path: str

    def __init__(self, url: str) -> None:
        self._session = aiohttp.ClientSession(headers=HEADERS, timeout=aiohttp.ClientTimeout(total=None))
        self._url = url + self.path

    async def whole(self, request: list[dict[str, object]]) -> str:
        async with self._session.post(self._url, data=self.body(request, False)) as response:
            return self.text(await response.read())

    async def stream(self, request: list[dict[str, object]], sink: Any) -> None:
        rest = b""
        async with self._session.post(self._url, data=self.body(request, True)) as response:
            read = response.content.readany
            while data := await read():
                blocks = (rest + data).split(b"\n\n")
                rest = blocks.pop()
                self.decode(blocks, sink.text, sink.thinking, sink.arguments)

    async def close(self) -> None:
        await self._session.close()


class Chat(_Limit):
    protocol = "openai_chat"
    path = "/v1/chat/completions"
    prepare = staticmethod(prompts.openai_chat)

    def body(self, messages: list[dict[str, object]], stream: bool) -> bytes:
        more = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
        return msgspec.json.encode({"model": "harbour-5", "messages": messages, **more})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=ChatCompletion).choices[0].message.content

    def decode(self, blocks: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for block in blocks:
            data = block[6:]
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


class Messages(_Limit):
    protocol = "anthropic_messages"
    path = "/v1/messages"
    prepare = staticmethod(prompts.anthropic_messages)

    def body(self, messages: list[dict[str, object]], stream: bool) -> bytes:
        return msgspec.json.encode({"model": "harbour-5", "max_tokens": 4096, "messages": messages, "stream": stream})

    def text(self, body: bytes) -> str:
        return msgspec.json.decode(body, type=MessagesAnswer).content[0].text

    def decode(self, blocks: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        for block in blocks:
            event = EVENT(block[block.find(b"\ndata: ") + 7 :])
            if event.type == "content_block_delta":
                delta = event.delta
                kind = delta.type
                if kind == "text_delta":
                    text(delta.text)
                elif kind == "input_json_delta":
                    arguments(delta.partial_json)
                elif kind == "thinking_delta":
                    thinking(delta.thinking)


CHUNK = msgspec.json.Decoder(ChatChunk).decode
EVENT = msgspec.json.Decoder(MessagesEvent).decode
