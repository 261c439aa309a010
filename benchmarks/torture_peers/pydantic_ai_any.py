"""The `pydantic_ai` package by its direct requests: `pydantic_ai_any.py openai|anthropic`."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from anthropic import AsyncAnthropic
from loop import KEY, QUESTION, READ_SECONDS, TRIES_AGAIN, Found, answer
from openai import AsyncOpenAI
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.messages import ModelRequest, PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta, ToolCallPart
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

__all__ = ["ask"]

_ASKED = [ModelRequest.user_text_prompt(QUESTION)]


def _model(root: str) -> Any:
    about: Any = {"api_key": KEY, "timeout": READ_SECONDS, "max_retries": TRIES_AGAIN}
    if sys.argv[1] == "openai":
        return OpenAIChatModel("a-model", provider=OpenAIProvider(openai_client=AsyncOpenAI(base_url=f"{root}/v1", **about)))
    return AnthropicModel("a-model", provider=AnthropicProvider(anthropic_client=AsyncAnthropic(base_url=root, **about)))


def _read(reply: Any, found: Found) -> None:
    found.finish = reply.finish_reason
    found.calls += [[part.tool_name, part.args_as_json_str()] for part in reply.parts if isinstance(part, ToolCallPart)]


async def _ask(root: str, streams: bool, found: Found) -> None:
    model = _model(root)
    if not streams:
        reply = await model_request(model, _ASKED)
        found.text = "".join([part.content for part in reply.parts if isinstance(part, TextPart)])
        _read(reply, found)
        return
    async with model_request_stream(model, _ASKED) as stream:
        async for event in stream:
            if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                found.text += event.part.content
            elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                found.text += event.delta.content_delta
        _read(stream.get(), found)


def ask(root: str, streams: bool, found: Found) -> None:
    asyncio.run(_ask(root, streams, found))


if __name__ == "__main__":
    answer(ask, (AgentRunError, UserError))
