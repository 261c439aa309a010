"""The `pydantic_ai` package by its direct requests, in asyncio: its blocking face is the same in a loop of its own."""

from __future__ import annotations

from typing import Any

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from prompts import TOOL
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import (
    BinaryContent,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

MODEL = "harbour-5"
CLIENT: dict[str, Any] = {"api_key": "a-key-for-nobody", "max_retries": 0}


def _messages(turns: list[Any]) -> list[Any]:
    from base64 import b64decode

    messages: list[Any] = []
    for turn in turns:
        if turn.role == "assistant":
            calls = [ToolCallPart(tool_name=TOOL, args=turn.arguments, tool_call_id=turn.call)] if turn.call else []
            messages.append(ModelResponse(parts=[TextPart(content=turn.text), *calls]))
        elif turn.role == "tool":
            part = ToolReturnPart(tool_name=TOOL, content=turn.text, tool_call_id=turn.call)
            messages.append(ModelRequest(parts=[part]))
        else:
            image = [BinaryContent(data=b64decode(turn.image), media_type="image/png")] if turn.image else []
            messages.append(ModelRequest(parts=[UserPromptPart(content=[turn.text, *image] if image else turn.text)]))
    return messages


def _part(part: Any, sink: Any) -> None:
    if isinstance(part, TextPart) and part.content:
        sink.text(part.content)
    elif isinstance(part, ThinkingPart) and part.content:
        sink.thinking(part.content)
    elif isinstance(part, ToolCallPart) and part.args:
        sink.arguments(part.args_as_json_str())


def _delta(delta: Any, sink: Any) -> None:
    if isinstance(delta, TextPartDelta):
        sink.text(delta.content_delta)
    elif isinstance(delta, ThinkingPartDelta):
        if delta.content_delta:
            sink.thinking(delta.content_delta)
    elif isinstance(delta, ToolCallPartDelta) and delta.args_delta:
        sink.arguments(delta.args_delta)


class AsyncChat:
    asynchronous = True
    prepare = staticmethod(_messages)

    def __init__(self, url: str) -> None:
        self._client: Any = AsyncOpenAI(base_url=f"{url}/v1", **CLIENT)
        self._model: Any = OpenAIChatModel(MODEL, provider=OpenAIProvider(openai_client=self._client))

    async def whole(self, request: list[Any]) -> str:
        answer = await model_request(self._model, request, model_settings={"max_tokens": 4096})
        return "".join([part.content for part in answer.parts if isinstance(part, TextPart)])

    async def stream(self, request: list[Any], sink: Any) -> None:
        async with model_request_stream(self._model, request, model_settings={"max_tokens": 4096}) as stream:
            async for event in stream:
                if isinstance(event, PartDeltaEvent):
                    _delta(event.delta, sink)
                elif isinstance(event, PartStartEvent):
                    _part(event.part, sink)

    async def close(self) -> None:
        await self._client.close()


class AsyncMessages(AsyncChat):
    def __init__(self, url: str) -> None:
        self._client = AsyncAnthropic(base_url=url, **CLIENT)
        self._model = AnthropicModel(MODEL, provider=AnthropicProvider(anthropic_client=self._client))
