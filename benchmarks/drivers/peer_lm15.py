"""The `lm15` package, by its adapters."""

from __future__ import annotations

import json
from typing import Any

import lm15
from lm15 import Config, Message, Request, StreamDeltaEvent, TextPart, ToolCallPart, ToolResultPart
from lm15.types import ImagePart


def _messages(turns: list[Any]) -> tuple[Message, ...]:
    messages = []
    for turn in turns:
        parts: list[Any] = [TextPart(turn.text)]
        if turn.role == "tool":
            parts = [ToolResultPart(turn.call, (TextPart(turn.text),))]
        elif turn.call:
            parts.append(ToolCallPart(turn.call, "read_file", json.loads(turn.arguments)))
        elif turn.image:
            parts.append(ImagePart(media_type="image/png", data=turn.image))
        messages.append(Message(turn.role, tuple(parts)))
    return tuple(messages)


def _request(messages: tuple[Message, ...]) -> Request:
    return Request(model="harbour-5", messages=messages, config=Config(max_tokens=4096))


def deliver(event: Any, sink: Any) -> None:
    if type(event) is StreamDeltaEvent:
        delta = event.delta
        if delta.type == "text":
            sink.text(delta.text)
        elif delta.type == "tool_call":
            sink.arguments(delta.input)
        elif delta.type == "thinking":
            sink.thinking(delta.text)


class Chat:
    asynchronous = False
    adapter: Any = lm15.OpenAIChatLM

    def __init__(self, url: str) -> None:
        self._client = self.adapter(api_key="a-key-for-nobody", base_url=f"{url}/v1")

    prepare = staticmethod(_messages)

    def whole(self, request: tuple[Message, ...]) -> str:
        return self._client.complete(_request(request)).text

    def stream(self, request: tuple[Message, ...], sink: Any) -> None:
        for event in self._client.stream(_request(request)):
            deliver(event, sink)

    def close(self) -> None:
        self._client.close()


class AsyncChat(Chat):
    asynchronous = True
    adapter = lm15.AsyncOpenAIChatLM

    async def whole(self, request: tuple[Message, ...]) -> str:
        return (await self._client.complete(_request(request))).text

    async def stream(self, request: tuple[Message, ...], sink: Any) -> None:
        async for event in self._client.stream(_request(request)):
            deliver(event, sink)

    async def close(self) -> None:
        await self._client.aclose()


class Messages(Chat):
    adapter = lm15.AnthropicLM


class AsyncMessages(AsyncChat):
    adapter = lm15.AsyncAnthropicLM
