"""The `anthropic` package, as its documentation shows it: raw stream events, the cheaper of its two ways to stream."""

from __future__ import annotations

from typing import Any

import anthropic
import forms

CALL: dict[str, Any] = {"model": "harbour-5", "max_tokens": 4096}


def deliver(event: Any, sink: Any) -> None:
    if event.type == "content_block_delta":
        delta = event.delta
        if delta.type == "text_delta":
            sink.text(delta.text)
        elif delta.type == "input_json_delta":
            sink.arguments(delta.partial_json)
        elif delta.type == "thinking_delta":
            sink.thinking(delta.thinking)


class Messages:
    asynchronous = False

    def __init__(self, url: str) -> None:
        self._client: Any = anthropic.Anthropic(base_url=url, api_key="a-key-for-nobody", max_retries=0)

    prepare = staticmethod(forms.anthropic_messages)

    def whole(self, request: Any) -> str:
        return self._client.messages.create(messages=request, **CALL).content[0].text

    def stream(self, request: Any, sink: Any) -> None:
        for event in self._client.messages.create(messages=request, stream=True, **CALL):
            deliver(event, sink)

    def close(self) -> None:
        self._client.close()


class AsyncMessages:
    asynchronous = True

    def __init__(self, url: str) -> None:
        self._client: Any = anthropic.AsyncAnthropic(base_url=url, api_key="a-key-for-nobody", max_retries=0)

    prepare = staticmethod(forms.anthropic_messages)

    async def whole(self, request: Any) -> str:
        return (await self._client.messages.create(messages=request, **CALL)).content[0].text

    async def stream(self, request: Any, sink: Any) -> None:
        async for event in await self._client.messages.create(messages=request, stream=True, **CALL):
            deliver(event, sink)

    async def close(self) -> None:
        await self._client.close()


class Invoke(Messages):
    def __init__(self, url: str) -> None:
        given = {"base_url": url, "api_key": "a-key-for-nobody", "aws_region": "us-east-1", "max_retries": 0}
        self._client = anthropic.AnthropicBedrock(**given)


class AsyncInvoke(AsyncMessages):
    def __init__(self, url: str) -> None:
        given = {"base_url": url, "api_key": "a-key-for-nobody", "aws_region": "us-east-1", "max_retries": 0}
        self._client = anthropic.AsyncAnthropicBedrock(**given)
