"""The programs by `openai.OpenAI().responses`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openai

from dragoman import Message, Response
from dragoman.types import Base64, Block, Document, Image, Text, Thinking, ToolCall, ToolResult

from ..stage import KEY, Asker
from .common import Turns, answer, data_url, joined

__all__ = ["asker"]


@contextmanager
def asker(url: str) -> Iterator[Asker]:
    """Whole answers, and streams up to the response that ends them."""
    turns = Turns()
    with openai.OpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0) as client:

        async def ask(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
            asked: dict[str, Any] = {"model": "any-model", "input": [], **_options(options)}
            for message in messages:
                asked["input"] += _write(message, turns)
            if streams:
                with client.responses.stream(**asked) as stream:
                    response = stream.get_final_response()
            else:
                response = client.responses.create(**asked)
            return turns.keep(_read(response), response.output)

        yield ask


def _options(options: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if "system" in options:
        said["instructions"] = options["system"]
    if "tools" in options:
        said["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
                "strict": False,
            }
            for tool in options["tools"]
        ]
    if "max_tokens" in options:
        said["max_output_tokens"] = options["max_tokens"]
    if "reasoning" in options:
        said["reasoning"] = {"effort": options["reasoning"].effort}
    if output := options.get("output"):
        said["text"] = {"format": {"type": "json_schema", "name": output.name, "schema": output.schema, "strict": output.strict}}
    return said


def _write(message: Message, turns: Turns) -> list[Any]:
    if (native := turns.native(message)) is not None:
        return list(native)
    items: list[Any] = []
    said: list[Any] = []
    for block in message.content:
        match block:
            case ToolResult():
                items.append({"type": "function_call_output", "call_id": block.id, "output": joined(block.content)})
            case ToolCall():
                items.append({"type": "function_call", "call_id": block.id, "name": block.name, "arguments": block.arguments})
            case _:
                said.append(_part(block))
    if message.role == "assistant" and said:
        said = joined(message.content)  # type: ignore[assignment]
    return [{"role": message.role, "content": said}, *items] if said else items


def _part(block: Block) -> dict[str, Any]:
    match block:
        case Text(text=text):
            return {"type": "input_text", "text": text}
        case Image(source=Base64(media_type=kind, data=data)):
            return {"type": "input_image", "detail": "auto", "image_url": data_url(kind, data)}
        case Document(source=Base64(media_type=kind, data=data)):
            return {"type": "input_file", "filename": "document.pdf", "file_data": data_url(kind, data)}
    raise TypeError(block)


def _read(response: Any) -> Response:
    blocks: list[Block] = []
    for item in response.output:
        match item.type:
            case "reasoning":
                text = "".join([part.text for part in item.content or item.summary])
                blocks.append(Thinking(text, encrypted=item.encrypted_content))
            case "message":
                blocks += [Text(part.text) for part in item.content]
            case "function_call":
                blocks.append(ToolCall(item.call_id, item.name, item.arguments))
    called = any(isinstance(block, ToolCall) for block in blocks)
    usage = response.usage
    return answer(blocks, "tool_calls" if called else "stop", (usage.input_tokens, usage.output_tokens))
