"""A response to a whole answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...types.content import Audio, Citation, Image, Opaque, Refusal, Text, Thinking, ToolCall
from ...types.messages import Message
from ...types.response import Choice, Response, Usage
from .details import DETAILS
from .say import (
    annotation,
    audio_object,
    call_fields,
    closing_tag,
    finish_fields,
    image_part,
    opaque_fields,
    opening_tag,
    own_extra,
    thinking_field,
)
from .sources import sources
from .wire import encode_usage

__all__ = ["encode_response"]

_MESSAGE_KEY: Final = re.compile(r"choices\[(\d{1,3})\]\.message")


def encode_response(response: Response) -> bytes:
    """The body of a whole answer; what this wire has no word for (other vendors' tools and signatures) is not in it."""
    choices = response.choices or (Choice(response.message, response.finish),)
    listed = sources(response.extra)
    said = [_choice(index, choice, listed) for index, choice in enumerate(choices)]
    fields = {}
    for name, value in response.extra.items():
        if (found := _MESSAGE_KEY.fullmatch(name)) is None:
            fields[name] = value
        elif int(found[1]) < len(said):
            said[int(found[1])]["message"].update(value)
    body: dict[str, Any] = {
        "id": response.id or "",
        "object": "chat.completion",
        "created": response.created or 0,
        "model": response.model or "",
        "choices": said,
    }
    if response.usage != Usage():
        body["usage"] = encode_usage(response.usage)
    return msgspec.json.encode({**body, **fields})


def _choice(index: int, choice: Choice, listed: Sequence[Citation]) -> dict[str, Any]:
    message, logprobs = _message(choice.message, listed)
    fields = {"index": index, "message": message, "logprobs": logprobs or None, **finish_fields(choice.finish)}
    if logprobs and isinstance(more := fields["logprobs"], dict):
        fields["logprobs"] = {**more, **logprobs}
    return fields


def _message(message: Message, listed: Sequence[Citation]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The message, and the token lists that stand beside it; `listed` are sources that the answer lists elsewhere."""
    found: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    content: list[str | dict[str, Any]] = []
    logprobs: dict[str, Any] = {}
    for block in message.content:
        match block:
            case Text(text=text):
                if cited := [citation for citation in block.citations if citation not in listed]:
                    before = sum([len(piece) for piece in content if isinstance(piece, str)])
                    _extend(found, "annotations", [annotation(citation, before) for citation in cited])
                content.append(text)
                _extend(logprobs, "content", block.logprobs)
            case Refusal(text=text):
                found["refusal"] = (found["refusal"] or "") + text
                _extend(logprobs, "refusal", block.logprobs)
            case Thinking():
                _think(block, found, content)
            case ToolCall() if own_extra(block).get("function_call"):
                found["function_call"] = {"name": block.name, "arguments": block.arguments}
            case ToolCall():
                _extend(found, "tool_calls", [call_fields(block)])
            case Audio():
                found["audio"] = audio_object(block)
            case Image():
                part = image_part(block)
                _extend(found, "images", [] if part is None else [part])
            case Opaque():
                fields = opaque_fields(block)
                content.extend(fields.get("content", ()))
                _extend(found, "tool_calls", fields.get("tool_calls"))
            case _:
                pass  # what the provider's own tools did has no place in this wire
    if content:
        texts = [piece for piece in content if isinstance(piece, str)]
        if len(texts) == len(content):
            found["content"] = "".join(texts)
        else:
            found["content"] = [{"type": "text", "text": piece} if isinstance(piece, str) else piece for piece in content]
    return found, logprobs


def _think(block: Thinking, found: dict[str, Any], content: list[str | dict[str, Any]]) -> None:
    extra, field = own_extra(block), thinking_field(block)
    if field == "content":
        content.append(f"{opening_tag(extra)}{block.text}{closing_tag(extra)}")
    elif field == "parts":
        content.extend(extra.get("parts", ()))
    elif field != DETAILS and block.text:
        found[field] = found.get(field, "") + block.text
    _extend(found, DETAILS, extra.get(DETAILS))


def _extend(fields: dict[str, Any], name: str, items: Any) -> None:
    if items:
        fields.setdefault(name, []).extend(items)
