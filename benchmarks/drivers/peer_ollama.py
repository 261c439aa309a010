"""The `ollama` package, as its documentation shows it."""

from __future__ import annotations

import json
from typing import Any

import forms
import ollama

MODEL = "harbour:14b"


def deliver(part: Any, sink: Any) -> None:
    message = part.message
    if message.content:
        sink.text(message.content)
    elif message.thinking:
        sink.thinking(message.thinking)
    for call in message.tool_calls or ():
        sink.arguments(json.dumps(dict(call.function.arguments), ensure_ascii=False))


class Ollama:
    asynchronous = False

    def __init__(self, url: str) -> None:
        self._client: Any = ollama.Client(host=url)

    prepare = staticmethod(forms.ollama_chat)

    def whole(self, request: Any) -> str:
        return self._client.chat(model=MODEL, messages=request).message.content

    def stream(self, request: Any, sink: Any) -> None:
        for part in self._client.chat(model=MODEL, messages=request, stream=True):
            deliver(part, sink)

    def close(self) -> None:
        pass  # its client lives as long as the process


class AsyncOllama:
    asynchronous = True

    def __init__(self, url: str) -> None:
        self._client: Any = ollama.AsyncClient(host=url)

    prepare = staticmethod(forms.ollama_chat)

    async def whole(self, request: Any) -> str:
        return (await self._client.chat(model=MODEL, messages=request)).message.content

    async def stream(self, request: Any, sink: Any) -> None:
        async for part in await self._client.chat(model=MODEL, messages=request, stream=True):
            deliver(part, sink)

    async def close(self) -> None:
        pass
