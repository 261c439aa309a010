"""The programs by `ollama.Client`."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ollama

from dragoman import Message, Response
from dragoman.types import Base64, Block, Document, Image, Text, Thinking, ToolCall, ToolResult

from ..stage import Asker
from .common import Turns, answer, joined

__all__ = ["asker"]


@contextmanager
def asker(url: str) -> Iterator[Asker]:
    """Whole answers, and streams whose messages are put together as they come."""
    turns = Turns()
    with ollama.Client(url) as client:

        async def ask(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
            dropped: list[str] = []
            asked: dict[str, Any] = {"model": "any-model", "messages": [], **_options(options)}
            if "system" in options:
                asked["messages"].append({"role": "system", "content": options["system"]})
            for message in messages:
                asked["messages"] += _write(message, turns, dropped)
            pieces = list(client.chat(**asked, stream=True)) if streams else [client.chat(**asked)]
            said = ollama.Message(
                role="assistant",
                thinking="".join([piece.message.thinking or "" for piece in pieces]) or None,
                content="".join([piece.message.content or "" for piece in pieces]),
                tool_calls=[made for piece in pieces for made in piece.message.tool_calls or ()] or None,
            )
            return turns.keep(_read(said, pieces[-1], dropped), said)

        yield ask


def _options(options: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if "max_tokens" in options:
        said["options"] = {"num_predict": options["max_tokens"]}
    if "tools" in options:
        said["tools"] = [
            {"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters}}
            for tool in options["tools"]
        ]
    if "reasoning" in options:
        said["think"] = options["reasoning"].effort
    if output := options.get("output"):
        said["format"] = output.schema
    return said


def _write(message: Message, turns: Turns, dropped: list[str]) -> list[Any]:
    if (native := turns.native(message)) is not None:
        return [native]
    results = [block for block in message.content if isinstance(block, ToolResult)]
    if results:
        return [{"role": "tool", "tool_name": block.name, "content": joined(block.content)} for block in results]
    said: dict[str, Any] = {"role": message.role, "content": joined(message.content)}
    for block in message.content:
        match block:
            case Image(source=Base64(data=data)):
                said.setdefault("images", []).append(base64.b64decode(data))
                dropped.append("order")
            case Document():
                dropped.append("document")
            case ToolCall(name=name):
                said.setdefault("tool_calls", []).append({"function": {"name": name, "arguments": block.input}})
    return [said]


def _read(said: Any, last: Any, dropped: list[str]) -> Response:
    blocks: list[Block] = []
    if said.thinking:
        blocks.append(Thinking(said.thinking))
    if said.content:
        blocks.append(Text(said.content))
    for made in said.tool_calls or ():
        blocks.append(ToolCall("", made.function.name, json.dumps(dict(made.function.arguments))))
    finish: Any = "tool_calls" if said.tool_calls else last.done_reason
    return answer(blocks, finish, (last.prompt_eval_count, last.eval_count), dropped)
