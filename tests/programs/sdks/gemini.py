"""The programs by `google.genai.Client().models`."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google import genai
from google.genai import types

from dragoman import Message, Response
from dragoman.types import Base64, Block, Document, Image, Text, Thinking, ToolCall, ToolResult

from ..stage import KEY, Asker
from .common import Turns, answer, joined

__all__ = ["asker"]


@contextmanager
def asker(url: str) -> Iterator[Asker]:
    """Whole answers, and streams whose parts are put together as they come."""
    turns = Turns()
    with genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=url)) as client:

        async def ask(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
            contents = [_write(message, turns) for message in messages]
            asked: dict[str, Any] = {"model": "any-model", "contents": contents, "config": _config(options)}
            if streams:
                pieces = list(client.models.generate_content_stream(**asked))
            else:
                pieces = [client.models.generate_content(**asked)]
            parts = _joined([part for piece in pieces for part in _parts(piece)])
            return turns.keep(_read(parts, pieces[-1]), types.Content(role="model", parts=parts))

        yield ask


def _parts(piece: Any) -> list[Any]:
    content = piece.candidates[0].content if piece.candidates else None
    return list(content.parts or ()) if content is not None else []


def _joined(parts: list[Any]) -> list[Any]:
    """Parts of text that go on are one part, as the same answer has it whole."""
    out: list[Any] = []
    for part in parts:
        goes_on = out and part.text and out[-1].text and bool(part.thought) == bool(out[-1].thought)
        if goes_on:
            out[-1] = types.Part(text=out[-1].text + part.text, thought=part.thought)
        elif part != types.Part(text=""):
            out.append(part)
    return out


def _config(options: dict[str, Any]) -> types.GenerateContentConfig:
    said: dict[str, Any] = {"automatic_function_calling": {"disable": True}}
    if "system" in options:
        said["system_instruction"] = options["system"]
    if "max_tokens" in options:
        said["max_output_tokens"] = options["max_tokens"]
    if "reasoning" in options:
        said["thinking_config"] = {"thinking_level": options["reasoning"].effort.upper(), "include_thoughts": True}
    if "tools" in options:
        functions = [
            {"name": tool.name, "description": tool.description, "parameters_json_schema": tool.parameters}
            for tool in options["tools"]
        ]
        said["tools"] = [{"function_declarations": functions}]
    if output := options.get("output"):
        said |= {"response_mime_type": "application/json", "response_json_schema": output.schema}
    return types.GenerateContentConfig(**said)


def _write(message: Message, turns: Turns) -> Any:
    if (native := turns.native(message)) is not None:
        return native
    role = "model" if message.role == "assistant" else "user"
    return types.Content(role=role, parts=[_part(block) for block in message.content])


def _part(block: Block) -> Any:
    match block:
        case Text(text=text):
            return types.Part(text=text)
        case ToolCall(id=id, name=name):
            return types.Part(function_call=types.FunctionCall(id=id, name=name, args=block.input))
        case ToolResult(id=id, name=name, content=content):
            response = {"output": joined(content)}
            return types.Part(function_response=types.FunctionResponse(id=id, name=name, response=response))
        case Image(source=Base64(media_type=kind, data=data)) | Document(source=Base64(media_type=kind, data=data)):
            return types.Part.from_bytes(data=base64.b64decode(data), mime_type=kind)
    raise TypeError(block)


def _read(parts: list[Any], last: Any) -> Response:
    blocks: list[Block] = []
    for part in parts:
        if part.function_call is not None:
            called = part.function_call
            extra = {"thoughtSignature": base64.b64encode(part.thought_signature).decode()} if part.thought_signature else {}
            blocks.append(ToolCall(called.id, called.name, json.dumps(called.args), extra=extra))
        elif part.text:
            kind = Thinking if part.thought else Text
            before = blocks.pop().text if blocks and type(blocks[-1]) is kind else ""  # type: ignore[union-attr]
            blocks.append(kind(text=before + part.text))
    usage = last.usage_metadata
    called = any(isinstance(block, ToolCall) for block in blocks)
    assert "STOP" == last.candidates[0].finish_reason.value
    output = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return answer(blocks, "tool_calls" if called else "stop", (usage.prompt_token_count, output))
