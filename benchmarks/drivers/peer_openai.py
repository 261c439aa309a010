"""The `openai` package, as its documentation shows it."""

from __future__ import annotations

from typing import Any

import openai
import prompts
from peer_openai_shape import deliver

MODEL = "harbour-5"
STREAM: dict[str, Any] = {"model": MODEL, "stream": True, "stream_options": {"include_usage": True}}


class Chat:
    protocol = "openai_chat"
    asynchronous = False

    def __init__(self, url: str) -> None:
        self._client = openai.OpenAI(base_url=f"{url}/v1", api_key="a-key-for-nobody", max_retries=0)

    prepare = staticmethod(prompts.openai_chat)

    def whole(self, request: Any) -> str:
        return self._client.chat.completions.create(model=MODEL, messages=request).choices[0].message.content or ""

    def stream(self, request: Any, sink: Any) -> None:
        for chunk in self._client.chat.completions.create(messages=request, **STREAM):
            deliver(chunk, sink)

    def close(self) -> None:
        self._client.close()


class AsyncChat:
    protocol = "openai_chat"
    asynchronous = True

    def __init__(self, url: str) -> None:
        self._client = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="a-key-for-nobody", max_retries=0)

    prepare = staticmethod(prompts.openai_chat)

    async def whole(self, request: Any) -> str:
        answer = await self._client.chat.completions.create(model=MODEL, messages=request)
        return answer.choices[0].message.content or ""

    async def stream(self, request: Any, sink: Any) -> None:
        async for chunk in await self._client.chat.completions.create(messages=request, **STREAM):
            deliver(chunk, sink)

    async def close(self) -> None:
        await self._client.close()
