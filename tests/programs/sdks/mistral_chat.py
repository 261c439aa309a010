"""The programs by `mistralai.client.Mistral().chat`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mistralai.client import Mistral, models

from dragoman import Message, Response
from dragoman.types import Base64, Block, Document, Image, Text, Thinking, ToolCall, ToolResult

from ..stage import KEY, Asker
from .common import Turns, answer, data_url, joined
from .folding import fold_calls

__all__ = ["asker"]

_ENDS: dict[str, Any] = {"stop": "stop", "tool_calls": "tool_calls", "length": "length"}


@contextmanager
def asker(url: str) -> Iterator[Asker]:
    """Whole answers, and streams whose deltas are put together as they come."""
    turns = Turns()
    with Mistral(api_key=KEY, server_url=f"{url}/mistral") as client:

        async def ask(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
            asked: dict[str, Any] = {"model": "any-model", "messages": [], **_options(options)}
            if "system" in options:
                asked["messages"].append({"role": "system", "content": options["system"]})
            for message in messages:
                asked["messages"] += _write(message, turns)
            if not streams:
                whole = client.chat.complete(**asked)
                choice = whole.choices[0]
                return turns.keep(_read(choice.message, choice.finish_reason, whole.usage), choice.message)
            with client.chat.stream(**asked) as events:
                pieces = [event.data for event in events]
            deltas = [piece.choices[0].delta for piece in pieces if piece.choices]
            message = models.AssistantMessage(
                content=_content([delta.content for delta in deltas if delta.content]),
                tool_calls=fold_calls([call for delta in deltas for call in delta.tool_calls or ()]),
            )
            finish = next(piece.choices[0].finish_reason for piece in reversed(pieces) if piece.choices)
            return turns.keep(_read(message, finish, pieces[-1].usage), message)

        yield ask


def _content(pieces: list[Any]) -> Any:
    """Pieces of text or of chunks, with thinking that goes on joined to what came before."""
    chunks: list[Any] = []
    for piece in pieces:
        for chunk in [piece] if isinstance(piece, str) else piece:
            words = chunk if isinstance(chunk, str) else None
            if words is not None and chunks and isinstance(chunks[-1], str):
                chunks[-1] += words
            elif chunks and isinstance(chunk, models.ThinkChunk) and isinstance(chunks[-1], models.ThinkChunk):
                chunks[-1].thinking[0].text += chunk.thinking[0].text
            else:
                chunks.append(chunk)
    if all(isinstance(chunk, str) for chunk in chunks):
        return "".join(chunks)
    return [models.TextChunk(text=chunk) if isinstance(chunk, str) else chunk for chunk in chunks]


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
        said["reasoning_effort"] = options["reasoning"].effort
    if output := options.get("output"):
        form = {"name": output.name, "schema_definition": output.schema, "strict": output.strict}
        said["response_format"] = {"type": "json_schema", "json_schema": form}
    return said


def _write(message: Message, turns: Turns) -> list[Any]:
    if (native := turns.native(message)) is not None:
        return [native]
    results = [block for block in message.content if isinstance(block, ToolResult)]
    if results:
        return [
            {"role": "tool", "tool_call_id": block.id, "name": block.name, "content": joined(block.content)} for block in results
        ]
    said: dict[str, Any] = {"role": message.role}
    calls = [block for block in message.content if isinstance(block, ToolCall)]
    if calls:
        said["tool_calls"] = [
            {"id": block.id, "type": "function", "function": {"name": block.name, "arguments": block.arguments}}
            for block in calls
        ]
    return [{**said, "content": [_part(block) for block in message.content if block not in calls]}]


def _part(block: Block) -> dict[str, Any]:
    match block:
        case Text(text=text):
            return {"type": "text", "text": text}
        case Image(source=Base64(media_type=kind, data=data)):
            return {"type": "image_url", "image_url": data_url(kind, data)}
        case Document(source=Base64(media_type=kind, data=data)):
            return {"type": "document_url", "document_url": data_url(kind, data)}
    raise TypeError(block)


def _read(message: Any, finish: str, usage: Any) -> Response:
    content = message.content or []
    blocks: list[Block] = []
    for chunk in [models.TextChunk(text=content)] if isinstance(content, str) else content:
        if isinstance(chunk, models.ThinkChunk):
            blocks.append(Thinking("".join([part.text for part in chunk.thinking])))
        else:
            blocks.append(Text(chunk.text))
    blocks += [ToolCall(made.id, made.function.name, str(made.function.arguments)) for made in message.tool_calls or ()]
    return answer(blocks, _ENDS[finish], (usage.prompt_tokens, usage.completion_tokens))
