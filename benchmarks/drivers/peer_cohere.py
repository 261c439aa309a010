"""The `cohere` package, as its documentation shows it."""

from __future__ import annotations

from typing import Any

import cohere
import forms

MODEL = "harbour-5"


def deliver(event: Any, sink: Any) -> None:
    if event.type == "content-delta":
        content = event.delta.message.content
        if content.text:
            sink.text(content.text)
        elif content.thinking:
            sink.thinking(content.thinking)
    elif event.type == "tool-call-delta":
        sink.arguments(event.delta.message.tool_calls.function.arguments)


class Cohere:
    asynchronous = False

    def __init__(self, url: str) -> None:
        self._client: Any = cohere.ClientV2("a-key-for-nobody", base_url=url, max_retries=0)

    prepare = staticmethod(forms.cohere_chat)

    def whole(self, request: Any) -> str:
        return self._client.chat(model=MODEL, messages=request).message.content[0].text

    def stream(self, request: Any, sink: Any) -> None:
        for event in self._client.chat_stream(model=MODEL, messages=request):
            deliver(event, sink)

    def close(self) -> None:
        pass  # its client lives as long as the process


class AsyncCohere:
    asynchronous = True

    def __init__(self, url: str) -> None:
        self._client: Any = cohere.AsyncClientV2("a-key-for-nobody", base_url=url, max_retries=0)

    prepare = staticmethod(forms.cohere_chat)

    async def whole(self, request: Any) -> str:
        return (await self._client.chat(model=MODEL, messages=request)).message.content[0].text

    async def stream(self, request: Any, sink: Any) -> None:
        async for event in self._client.chat_stream(model=MODEL, messages=request):
            deliver(event, sink)

    async def close(self) -> None:
        pass
