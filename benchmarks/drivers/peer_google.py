"""The `google-genai` package, as its documentation shows it; requests are its own values, made before the clock runs."""

from __future__ import annotations

import base64
import json
from typing import Any

import forms
from google import genai
from google.genai import types

MODEL = "harbour-5"


class _Google:
    def __init__(self, url: str) -> None:
        self._client: Any = genai.Client(api_key="a-key-for-nobody", http_options=types.HttpOptions(base_url=url))


class _Blocking(_Google):
    asynchronous = False

    def close(self) -> None:
        self._client.close()


class _Async(_Google):
    asynchronous = True

    async def close(self) -> None:
        await self._client.aio.aclose()


def _contents(turns: Any) -> list[types.Content]:
    contents = forms.gemini(turns)
    for content in contents:
        for part in content["parts"]:
            if "inlineData" in part:
                part["inlineData"]["data"] = base64.b64decode(part["inlineData"]["data"])
    return [types.Content.model_validate(content) for content in contents]


def _chunk(chunk: Any, sink: Any) -> None:
    for part in chunk.candidates[0].content.parts:
        if part.function_call:
            sink.arguments(json.dumps(part.function_call.args, ensure_ascii=False))
        elif part.thought:
            sink.thinking(part.text)
        elif part.text:
            sink.text(part.text)


class Gemini(_Blocking):
    prepare = staticmethod(_contents)

    def whole(self, request: Any) -> str:
        return self._client.models.generate_content(model=MODEL, contents=request).text

    def stream(self, request: Any, sink: Any) -> None:
        for chunk in self._client.models.generate_content_stream(model=MODEL, contents=request):
            _chunk(chunk, sink)


class AsyncGemini(_Async):
    prepare = staticmethod(_contents)

    async def whole(self, request: Any) -> str:
        return (await self._client.aio.models.generate_content(model=MODEL, contents=request)).text

    async def stream(self, request: Any, sink: Any) -> None:
        async for chunk in await self._client.aio.models.generate_content_stream(model=MODEL, contents=request):
            _chunk(chunk, sink)


def _event(event: Any, sink: Any) -> None:
    if event.event_type == "step.delta":
        delta = event.delta
        if delta.type == "text":
            sink.text(delta.text)
        elif delta.type == "arguments_delta":
            sink.arguments(delta.arguments)
        elif delta.type == "thought_summary":
            sink.thinking(delta.content.text)


def _said(interaction: Any) -> str:
    return "".join([part.text for step in interaction.steps if step.type == "model_output" for part in step.content])


class Interactions(_Blocking):
    prepare = staticmethod(forms.gemini_interactions)

    def whole(self, request: Any) -> str:
        return _said(self._client.interactions.create(model=MODEL, input=request, store=False))

    def stream(self, request: Any, sink: Any) -> None:
        for event in self._client.interactions.create(model=MODEL, input=request, store=False, stream=True):
            _event(event, sink)


class AsyncInteractions(_Async):
    prepare = staticmethod(forms.gemini_interactions)

    async def whole(self, request: Any) -> str:
        return _said(await self._client.aio.interactions.create(model=MODEL, input=request, store=False))

    async def stream(self, request: Any, sink: Any) -> None:
        async for event in await self._client.aio.interactions.create(model=MODEL, input=request, store=False, stream=True):
            _event(event, sink)
