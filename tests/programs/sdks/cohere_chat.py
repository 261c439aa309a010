"""The programs by `cohere.ClientV2`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cohere

from dragoman import Message, Response
from dragoman.types import Base64, Block, Document, Image, Text, Thinking, ToolCall, ToolResult

from ..stage import KEY, Asker
from .common import Turns, answer, data_url, joined

__all__ = ["asker"]

_ENDS: dict[str, Any] = {"COMPLETE": "stop", "TOOL_CALL": "tool_calls", "MAX_TOKENS": "length"}


@contextmanager
def asker(url: str) -> Iterator[Asker]:
    """Whole answers, and streams whose events are put together as they come."""
    turns = Turns()
    with cohere.ClientV2(KEY, base_url=url) as client:

        async def ask(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
            dropped: list[str] = []
            asked: dict[str, Any] = {"model": "any-model", "messages": [], **_options(options)}
            if "system" in options:
                asked["messages"].append({"role": "system", "content": options["system"]})
            for message in messages:
                asked["messages"] += _write(message, turns, dropped)
            once = {"request_options": {"max_retries": 0}}
            if not streams:
                whole = client.chat(**asked, **once)
                message = whole.message
                return turns.keep(_read(message, whole.finish_reason, whole.usage, dropped), _again(message))
            message, end = _fold(list(client.chat_stream(**asked, **once)))
            return turns.keep(_read(message, end.finish_reason, end.usage, dropped), _again(message))

        yield ask


def _fold(events: list[Any]) -> tuple[Any, Any]:
    """The message that the events say, and how it ends."""
    content: list[dict[str, Any]] = []
    calls: list[Any] = []
    for event in events:
        match event.type:
            case "content-start":
                content.append({"type": event.delta.message.content.type, "text": ""})
            case "content-delta":
                delta = event.delta.message.content
                content[-1]["text"] += delta.thinking or delta.text or ""
            case "tool-call-start":
                calls.append(event.delta.message.tool_calls)
            case "tool-call-delta":
                calls[-1].function.arguments = (
                    calls[-1].function.arguments or ""
                ) + event.delta.message.tool_calls.function.arguments
    said = [{"type": part["type"], part["type"]: part["text"]} for part in content]
    return cohere.AssistantMessageResponse(content=said, tool_calls=calls or None), events[-1].delta  # type: ignore[arg-type]


def _again(message: Any) -> dict[str, Any]:
    """An answer as the library wants it back."""
    return {"role": "assistant", **message.model_dump(include={"content", "tool_calls", "tool_plan"}, exclude_none=True)}


def _options(options: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if "max_tokens" in options:
        said["max_tokens"] = options["max_tokens"]
    if "tools" in options:
        said["tools"] = [
            {"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters}}
            for tool in options["tools"]
        ]
    if "reasoning" in options:
        said["thinking"] = {"type": "enabled"}
    if output := options.get("output"):
        said["response_format"] = {"type": "json_object", "json_schema": output.schema}
    return said


def _write(message: Message, turns: Turns, dropped: list[str]) -> list[Any]:
    if (native := turns.native(message)) is not None:
        return [native]
    results = [block for block in message.content if isinstance(block, ToolResult)]
    if results:
        return [{"role": "tool", "tool_call_id": block.id, "content": joined(block.content)} for block in results]
    said: dict[str, Any] = {"role": message.role, "content": []}
    for block in message.content:
        match block:
            case Text(text=text):
                said["content"].append({"type": "text", "text": text})
            case Image(source=Base64(media_type=kind, data=data)):
                said["content"].append({"type": "image_url", "image_url": {"url": data_url(kind, data)}})
            case Document():
                dropped.append("document")
            case ToolCall(id=id, name=name, arguments=arguments):
                function = {"name": name, "arguments": arguments}
                said.setdefault("tool_calls", []).append({"id": id, "type": "function", "function": function})
            case _:
                raise TypeError(block)
    return [said]


def _read(message: Any, finish: str, usage: Any, dropped: list[str]) -> Response:
    blocks: list[Block] = []
    for part in message.content or ():
        blocks.append(Thinking(part.thinking) if part.type == "thinking" else Text(part.text))
    blocks += [ToolCall(made.id, made.function.name, made.function.arguments) for made in message.tool_calls or ()]
    counts = usage.tokens
    return answer(blocks, _ENDS[finish], (int(counts.input_tokens), int(counts.output_tokens)), dropped)
