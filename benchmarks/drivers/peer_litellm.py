"""The `litellm` package; its price table comes from the package and not from the network."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

import forms
import litellm
from peer_openai_shape import deliver

litellm.suppress_debug_info = True


class Chat:
    asynchronous = False
    model = "openai/harbour-5"
    path = "/v1"

    def __init__(self, url: str) -> None:
        self._call: dict[str, Any] = {"model": self.model, "api_base": url + self.path, "api_key": "a-key-for-nobody"}
        self._call |= {"max_retries": 0}

    prepare = staticmethod(forms.openai_chat)

    def whole(self, request: Any) -> str:
        return litellm.completion(messages=request, **self._call).choices[0].message.content

    def stream(self, request: Any, sink: Any) -> None:
        options = {"stream": True, "stream_options": {"include_usage": True}}
        for chunk in litellm.completion(messages=request, **options, **self._call):
            deliver(chunk, sink)

    def close(self) -> None:
        pass  # its clients live as long as the process


class AsyncChat(Chat):
    asynchronous = True

    async def whole(self, request: Any) -> str:
        return (await litellm.acompletion(messages=request, **self._call)).choices[0].message.content

    async def stream(self, request: Any, sink: Any) -> None:
        options = {"stream": True, "stream_options": {"include_usage": True}}
        async for chunk in await litellm.acompletion(messages=request, **options, **self._call):
            deliver(chunk, sink)

    async def close(self) -> None:
        pass


class Messages(Chat):
    model = "anthropic/harbour-5"
    path = ""


class AsyncMessages(AsyncChat):
    model = "anthropic/harbour-5"
    path = ""
