"""The `mistralai` package, as its documentation shows it."""

from __future__ import annotations

import asyncio
from typing import Any

import forms
from mistralai.client import Mistral as Client

MODEL = "harbour-5"


def deliver(event: Any, sink: Any) -> None:
    delta = event.data.choices[0].delta
    content = delta.content
    if isinstance(content, str):
        if content:
            sink.text(content)
    elif content:
        for block in content:
            if block.type == "thinking":
                for said in block.thinking:
                    sink.thinking(said.text)
    if delta.tool_calls:
        for call in delta.tool_calls:
            sink.arguments(call.function.arguments)


class Mistral:
    asynchronous = False

    def __init__(self, url: str) -> None:
        self._client: Any = Client(api_key="a-key-for-nobody", server_url=url)

    prepare = staticmethod(forms.openai_chat)

    def whole(self, request: Any) -> str:
        return self._client.chat.complete(model=MODEL, messages=request).choices[0].message.content

    def stream(self, request: Any, sink: Any) -> None:
        with self._client.chat.stream(model=MODEL, messages=request) as events:
            for event in events:
                deliver(event, sink)

    def close(self) -> None:
        self._client.__exit__(None, None, None)


class AsyncMistral(Mistral):
    asynchronous = True

    async def whole(self, request: Any) -> str:
        return (await self._client.chat.complete_async(model=MODEL, messages=request)).choices[0].message.content

    async def stream(self, request: Any, sink: Any) -> None:
        async with await self._client.chat.stream_async(model=MODEL, messages=request) as events:
            async for event in events:
                deliver(event, sink)

    async def close(self) -> None:
        await asyncio.shield(self._client.__aexit__(None, None, None))
