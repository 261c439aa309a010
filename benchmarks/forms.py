"""The turns of `prompts.py` in each wire format, as ready JSON values: what drivers send that have no values of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prompts import TOOL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prompts import Turn

__all__ = [
    "anthropic_messages",
    "bedrock_converse",
    "cohere_chat",
    "gemini",
    "gemini_interactions",
    "ollama_chat",
    "openai_chat",
    "openai_responses",
]

Value = dict[str, Any]


def openai_chat(turns: list[Turn]) -> list[Value]:
    """The `messages` of OpenAI's Chat Completions, and of Mistral."""
    messages: list[Value] = []
    for turn in turns:
        message: Value = {"role": turn.role, "content": turn.text}
        if turn.role == "tool":
            message["tool_call_id"] = turn.call
        elif turn.call:
            message["tool_calls"] = [_call(turn)]
        elif turn.image:
            message["content"] = [{"type": "text", "text": turn.text}, _picture(turn)]
        messages.append(message)
    return messages


cohere_chat = openai_chat
"""The `messages` of Cohere, which are the same for these turns."""


def _call(turn: Turn) -> Value:
    return {"id": turn.call, "type": "function", "function": {"name": TOOL, "arguments": turn.arguments}}


def _picture(turn: Turn) -> Value:
    return {"type": "image_url", "image_url": {"url": "data:image/png;base64," + turn.image}}


def ollama_chat(turns: list[Turn]) -> list[Value]:
    """The `messages` of Ollama."""
    messages: list[Value] = []
    for turn in turns:
        message: Value = {"role": turn.role, "content": turn.text}
        if turn.role == "tool":
            message |= {"tool_name": TOOL, "tool_call_id": turn.call}
        elif turn.call:
            function = {"name": TOOL, "arguments": json.loads(turn.arguments)}
            message["tool_calls"] = [{"id": turn.call, "function": function}]
        elif turn.image:
            message["images"] = [turn.image]
        messages.append(message)
    return messages


def openai_responses(turns: list[Turn]) -> list[Value]:
    """The `input` of OpenAI's Responses."""
    items: list[Value] = []
    for turn in turns:
        if turn.role == "tool":
            items.append({"type": "function_call_output", "call_id": turn.call, "output": turn.text})
            continue
        content: Any = turn.text
        if turn.image:
            picture = {"type": "input_image", "image_url": "data:image/png;base64," + turn.image}
            content = [{"type": "input_text", "text": turn.text}, picture]
        items.append({"role": turn.role, "content": content})
        if turn.call:
            items.append({"type": "function_call", "call_id": turn.call, "name": TOOL, "arguments": turn.arguments})
    return items


def anthropic_messages(turns: list[Turn]) -> list[Value]:
    """The `messages` of Anthropic's Messages API."""

    def blocks(turn: Turn) -> Iterator[Value]:
        if turn.role == "tool":
            yield {"type": "tool_result", "tool_use_id": turn.call, "content": turn.text}
            return
        yield {"type": "text", "text": turn.text}
        if turn.call:
            yield {"type": "tool_use", "id": turn.call, "name": TOOL, "input": json.loads(turn.arguments)}
        elif turn.image:
            yield {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": turn.image}}

    return _alternating(turns, blocks, "assistant", "content")


def bedrock_converse(turns: list[Turn]) -> list[Value]:
    """The `messages` of Amazon Bedrock's Converse."""

    def blocks(turn: Turn) -> Iterator[Value]:
        if turn.role == "tool":
            yield {"toolResult": {"toolUseId": turn.call, "content": [{"text": turn.text}]}}
            return
        yield {"text": turn.text}
        if turn.call:
            yield {"toolUse": {"toolUseId": turn.call, "name": TOOL, "input": json.loads(turn.arguments)}}
        elif turn.image:
            yield {"image": {"format": "png", "source": {"bytes": turn.image}}}

    return _alternating(turns, blocks, "assistant", "content")


def gemini(turns: list[Turn]) -> list[Value]:
    """The `contents` of Google's `generateContent`."""

    def parts(turn: Turn) -> Iterator[Value]:
        if turn.role == "tool":
            yield {"functionResponse": {"id": turn.call, "name": TOOL, "response": {"output": turn.text}}}
            return
        yield {"text": turn.text}
        if turn.call:
            yield {"functionCall": {"id": turn.call, "name": TOOL, "args": json.loads(turn.arguments)}}
        elif turn.image:
            yield {"inlineData": {"mimeType": "image/png", "data": turn.image}}

    return _alternating(turns, parts, "model", "parts")


def gemini_interactions(turns: list[Turn]) -> list[Value]:
    """The `input` of Google's Interactions: steps."""
    steps: list[Value] = []
    for turn in turns:
        if turn.role == "tool":
            steps.append({"type": "function_result", "call_id": turn.call, "name": TOOL, "result": turn.text})
            continue
        content: list[Value] = [{"type": "text", "text": turn.text}]
        if turn.image:
            content.append({"type": "image", "mime_type": "image/png", "data": turn.image})
        steps.append({"type": "user_input" if turn.role == "user" else "model_output", "content": content})
        if turn.call:
            arguments = json.loads(turn.arguments)
            steps.append({"type": "function_call", "id": turn.call, "name": TOOL, "arguments": arguments})
    return steps


def _alternating(turns: list[Turn], blocks: Callable[[Turn], Iterator[Value]], assistant: str, field: str) -> list[Value]:
    """Messages of alternating roles: a tool's answer and what the user says next are one."""
    messages: list[Value] = []
    for turn in turns:
        role = assistant if turn.role == "assistant" else "user"
        if not messages or messages[-1]["role"] != role:
            messages.append({"role": role, field: []})
        messages[-1][field] += blocks(turn)
    return messages
