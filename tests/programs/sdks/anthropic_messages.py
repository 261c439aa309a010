"""The programs by `anthropic.Anthropic().messages`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic

from dragoman import Message, Response
from dragoman.types import Base64, Block, Document, Image, Text, Thinking, ToolCall, ToolResult

from ..stage import KEY, Asker
from .common import Turns, answer, joined

__all__ = ["asker"]

_ENDS: dict[str, Any] = {"end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length"}


@contextmanager
def asker(url: str) -> Iterator[Asker]:
    """Whole answers, and streams by the library's own accumulator."""
    turns = Turns()
    with anthropic.Anthropic(api_key=KEY, base_url=url, max_retries=0) as client:

        async def ask(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
            asked: dict[str, Any] = {"model": "any-model", "max_tokens": 4096, **_options(options)}
            asked["messages"] = [_write(message, turns) for message in messages]
            if streams:
                with client.messages.stream(**asked) as stream:
                    message = stream.get_final_message()
            else:
                message = client.messages.create(**asked)
            return turns.keep(_read(message), message.content)

        yield ask


def _options(options: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {name: options[name] for name in ("system", "max_tokens") if name in options}
    if "tools" in options:
        said["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters} for tool in options["tools"]
        ]
    if "reasoning" in options:
        said["thinking"] = {"type": "adaptive"}
        said["output_config"] = {"effort": options["reasoning"].effort}
    if output := options.get("output"):
        said["output_config"] = {"format": {"type": "json_schema", "schema": output.schema}}
    return said


def _write(message: Message, turns: Turns) -> dict[str, Any]:
    role = "assistant" if message.role == "assistant" else "user"
    if (native := turns.native(message)) is not None:
        return {"role": role, "content": native}
    return {"role": role, "content": [_block(block) for block in message.content]}


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text}
        case ToolCall(id=id, name=name):
            return {"type": "tool_use", "id": id, "name": name, "input": block.input}
        case ToolResult(id=id, content=content):
            return {"type": "tool_result", "tool_use_id": id, "content": joined(content)}
        case Image(source=Base64(media_type=kind, data=data)):
            return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}
        case Document(source=Base64(media_type=kind, data=data)):
            return {"type": "document", "source": {"type": "base64", "media_type": kind, "data": data}}
    raise TypeError(block)


def _read(message: Any) -> Response:
    blocks: list[Block] = []
    for block in message.content:
        match block.type:
            case "thinking":
                blocks.append(Thinking(block.thinking, block.signature))
            case "text":
                blocks.append(Text(block.text))
            case "tool_use":
                blocks.append(ToolCall(block.id, block.name, json.dumps(block.input)))
    return answer(blocks, _ENDS[message.stop_reason], (message.usage.input_tokens, message.usage.output_tokens))
