"""The `openai` package, as its documentation shows it."""

from __future__ import annotations

from typing import Any

import forms
import openai
from peer_openai_shape import deliver

MODEL = "harbour-5"
STREAM: dict[str, Any] = {"model": MODEL, "stream": True, "stream_options": {"include_usage": True}}


class _Blocking:
    asynchronous = False

    def __init__(self, url: str) -> None:
        self._client = openai.OpenAI(base_url=f"{url}/v1", api_key="a-key-for-nobody", max_retries=0)

    def close(self) -> None:
        self._client.close()


class _Async:
    asynchronous = True

    def __init__(self, url: str) -> None:
        self._client = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="a-key-for-nobody", max_retries=0)

    async def close(self) -> None:
        await self._client.close()


class Chat(_Blocking):
    prepare = staticmethod(forms.openai_chat)

    def whole(self, request: Any) -> str:
        return self._client.chat.completions.create(model=MODEL, messages=request).choices[0].message.content or ""

    def stream(self, request: Any, sink: Any) -> None:
        for chunk in self._client.chat.completions.create(messages=request, **STREAM):
            deliver(chunk, sink)


class AsyncChat(_Async):
    prepare = staticmethod(forms.openai_chat)

    async def whole(self, request: Any) -> str:
        answer = await self._client.chat.completions.create(model=MODEL, messages=request)
        return answer.choices[0].message.content or ""

    async def stream(self, request: Any, sink: Any) -> None:
        async for chunk in await self._client.chat.completions.create(messages=request, **STREAM):
            deliver(chunk, sink)


def _event(event: Any, sink: Any) -> None:
    if event.type == "response.output_text.delta":
        sink.text(event.delta)
    elif event.type == "response.function_call_arguments.delta":
        sink.arguments(event.delta)
    elif event.type == "response.reasoning_summary_text.delta":
        sink.thinking(event.delta)


class Responses(_Blocking):
    prepare = staticmethod(forms.openai_responses)

    def whole(self, request: Any) -> str:
        return self._client.responses.create(model=MODEL, input=request, store=False).output_text

    def stream(self, request: Any, sink: Any) -> None:
        for event in self._client.responses.create(model=MODEL, input=request, store=False, stream=True):
            _event(event, sink)


class AsyncResponses(_Async):
    prepare = staticmethod(forms.openai_responses)

    async def whole(self, request: Any) -> str:
        return (await self._client.responses.create(model=MODEL, input=request, store=False)).output_text

    async def stream(self, request: Any, sink: Any) -> None:
        async for event in await self._client.responses.create(model=MODEL, input=request, store=False, stream=True):
            _event(event, sink)
