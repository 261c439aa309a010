"""The programs by `openai.OpenAI().chat.completions`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openai
from openai.lib.streaming.chat import ChatCompletionStreamState

from dragoman import Message, Response
from dragoman.types import Base64, Block, Document, Image, Text, Thinking, ToolCall, ToolResult

from ..stage import KEY, Asker
from .common import Turns, answer, data_url, joined

__all__ = ["asker", "complete", "tools", "write"]

_ENDS: dict[str, Any] = {"stop": "stop", "tool_calls": "tool_calls", "length": "length"}


@contextmanager
def asker(url: str) -> Iterator[Asker]:
    """Whole answers, and streams by the library's own accumulator."""
    turns = Turns()
    with openai.OpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0) as client:

        async def ask(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
            asked: dict[str, Any] = {"model": "any-model", "messages": [], **_options(options)}
            if "system" in options:
                asked["messages"].append({"role": "developer", "content": options["system"]})
            for message in messages:
                asked["messages"] += write(message, turns)
            completion = complete(client, asked) if streams else client.chat.completions.create(**asked)
            return turns.keep(_read(completion), completion.choices[0].message)

        yield ask


def complete(client: openai.OpenAI, asked: dict[str, Any]) -> Any:
    """The completion that the library folds a stream into."""
    state = ChatCompletionStreamState()
    with client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}) as chunks:
        for chunk in chunks:
            state.handle_chunk(chunk)
    return state.get_final_completion()


def _options(options: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if "tools" in options:
        said["tools"] = tools(options)
    if "max_tokens" in options:
        said["max_completion_tokens"] = options["max_tokens"]
    if "reasoning" in options:
        said["reasoning_effort"] = options["reasoning"].effort
    if output := options.get("output"):
        form = {"name": output.name, "schema": output.schema, "strict": output.strict}
        said["response_format"] = {"type": "json_schema", "json_schema": form}
    return said


def tools(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Functions in OpenAI's words, which others took over."""
    return [
        {"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters}}
        for tool in options["tools"]
    ]


def write(message: Message, turns: Turns) -> list[Any]:
    """A message in the library's words: what it gave itself, as it gave it."""
    if (native := turns.native(message)) is not None:
        return [native]
    calls = [block for block in message.content if isinstance(block, ToolCall)]
    results = [block for block in message.content if isinstance(block, ToolResult)]
    if results:
        return [{"role": "tool", "tool_call_id": block.id, "content": joined(block.content)} for block in results]
    said: dict[str, Any] = {"role": message.role, "content": [_part(block) for block in message.content if block not in calls]}
    if calls:
        said["tool_calls"] = [
            {"id": block.id, "type": "function", "function": {"name": block.name, "arguments": block.arguments}}
            for block in calls
        ]
    return [said]


def _part(block: Block) -> dict[str, Any]:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text}
        case Image(source=Base64(media_type=kind, data=data)):
            return {"type": "image_url", "image_url": {"url": data_url(kind, data)}}
        case Document(source=Base64(media_type=kind, data=data)):
            return {"type": "file", "file": {"filename": "document.pdf", "file_data": data_url(kind, data)}}
    raise TypeError(block)


def _read(completion: Any) -> Response:
    choice = completion.choices[0]
    said = choice.message
    blocks: list[Block] = []
    if thought := (said.model_extra or {}).get("reasoning_content"):
        blocks.append(Thinking(thought))
    if said.content:
        blocks.append(Text(said.content))
    for made in said.tool_calls or ():
        json.loads(made.function.arguments)
        blocks.append(ToolCall(made.id, made.function.name, made.function.arguments))
    usage = completion.usage
    return answer(blocks, _ENDS[choice.finish_reason], (usage.prompt_tokens, usage.completion_tokens))
