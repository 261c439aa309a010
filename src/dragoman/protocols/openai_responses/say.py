"""Blocks to items: the way back from `items.py`, exact for blocks that came from there.

Blocks of other origins are said in the nearest items this wire has. In an answer every item then gets an id, which clients
of this wire expect; in a request none has one, and a turn of one plain text is short.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeGuard

from ...types.content import (
    Audio,
    Base64,
    Block,
    Citation,
    Image,
    Opaque,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
)
from ...wire.json import read_json
from .json_text import Json, dump
from .wire import encode_citation

__all__ = ["is_part", "is_plain", "message_item", "say_item", "say_items", "say_part", "say_plain"]

_ANNOTATIONS: Final = frozenset({"url_citation", "file_citation", "container_file_citation", "file_path"})
_PREFIXES: Final = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "mcp_call": "mcp",
}


def is_part(block: Block) -> bool:
    """Whether a block is a part of a message item, and not an item itself."""
    return isinstance(block, Text | Refusal) or (isinstance(block, Opaque) and "item" in block.extra)


def is_plain(block: Block) -> TypeGuard[Text]:
    """Whether a block is words and nothing else."""
    return type(block) is Text and not block.extra and not block.citations and block.cache is None


def say_plain(blocks: Sequence[Block]) -> list[Json] | None:
    """The items of a usual turn of the model in a request, as `say_items` makes them: words, and calls without vendor data.
    None for any other turn."""
    items: list[Json] = []
    words = False
    for block in blocks:
        if type(block) is ToolCall and not block.custom and not block.extra and block.cache is None:
            call = {"type": "function_call", "call_id": block.id, "name": block.name, "arguments": block.arguments or "{}"}
            items.append(call)
            words = False
        elif is_plain(block) and not words:
            items.append({"role": "assistant", "content": block.text})
            words = True
        else:
            return None
    return items


def say_items(blocks: Sequence[Block], *, answer: bool) -> list[Json]:
    """The items that say a turn of the model, in order."""
    items: list[Json] = []
    messages: list[int] = []
    message: str | None = None  # the id of the message item that stands last, "" for one without marks
    for block in blocks:
        extra = block.extra
        if is_part(block):
            owner = (extra["item"].get("id") or " ") if "item" in extra else ""
            continues = items and message == owner and ("part" in extra or not owner)
            if not continues:
                items.append(message_item(block, f"msg_{len(items)}" if answer else None))
                messages.append(len(items) - 1)
            items[-1]["content"].append(say_part(block, answer=answer))
            message = owner
            continue
        message = None
        if isinstance(block, ServerToolResult) and "item" not in extra and _joins(block, items):
            items[-1] = {**items[-1], extra.get("field", "output"): block.content if extra else _result_text(block)}
        else:
            items.append(say_item(block, len(items), answer=answer))
    if not answer:
        for place in messages:
            items[place] = _short(items[place])
    return items


def message_item(block: Block, id: str | None) -> Json:
    """The message that a part opens, without its parts; `id` is for one that has no marks of its own."""
    fields = block.extra.get("item")
    if fields is None:
        fields = {} if id is None else {"id": id}
    item: Json = {"type": "message", **fields}
    item.setdefault("role", "assistant")
    if "id" in fields:
        item.setdefault("status", "completed")
    item["content"] = []
    return item


def say_part(block: Block, *, answer: bool) -> Json:
    """A part of a message; token probabilities are for answers only."""
    match block:
        case Text():
            part: Json = {
                "type": "output_text",
                "text": block.text,
                "annotations": [_annotation(citation, block) for citation in block.citations],
            }
            if answer:
                part["logprobs"] = block.logprobs or ()
        case Refusal():
            part = {"type": "refusal", "refusal": block.text}
        case Opaque():
            return block.data
        case _:
            raise TypeError(f"{type(block).__name__} is not a part of a message")
    part.update(block.extra.get("fields", {}))
    if part["type"] == "input_text":
        return {name: value for name, value in part.items() if name not in ("annotations", "logprobs") or value}
    return part


def _annotation(citation: Citation, block: Text) -> Json:
    raw = citation.raw
    ours = block.origin is not None and block.origin.protocol == "openai_responses"
    return encode_citation(citation, ours or (raw.get("type") in _ANNOTATIONS and ("url" in raw or "file_id" in raw)))


def _short(item: Json) -> Json:
    """In a request, a message of one plain text without an id is short for it."""
    if "id" in item:
        return item
    content = item["content"]
    only: Json = content[0] if len(content) == 1 else {}
    if only.get("type") != "output_text" or not only.keys() <= {"type", "text", "annotations"} or only.get("annotations"):
        return item
    return {**{name: value for name, value in item.items() if name != "type"}, "content": only["text"]}


def say_item(block: Block, place: int = 0, *, answer: bool) -> Json:
    """The item that says a block which is no part of a message."""
    fields = block.extra.get("item")
    match block:
        case Thinking():
            return _reasoning(block, _identified("reasoning", fields, place, answer))
        case ToolCall():
            return _call(block, fields, place, answer)
        case ServerToolCall() if fields is not None:
            if block.kind == "custom_tool_call":
                return {
                    **_identified(block.kind, fields, place, answer),
                    "call_id": block.id,
                    "name": block.name,
                    "input": block.arguments,
                }
            item = {"type": block.kind, **fields}
            return _put_arguments(item, block)
        case ServerToolCall():
            item = _identified("mcp_call", {"id": block.id}, place, answer)
            return {
                **item,
                "server_label": block.server or block.kind or "tool",
                "name": block.name,
                "arguments": block.arguments or "{}",
            }
        case ServerToolResult() if fields is not None:
            return {"type": block.kind, **fields, block.extra.get("field", "output"): block.content}
        case ServerToolResult():
            return {"type": block.kind or "mcp_call_output", "call_id": block.id, "output": block.content}
        case Image(source=Base64(media_type=media_type, data=data)):
            made = {"id": f"ig_{place}", "status": "completed", "output_format": media_type.partition("/")[2]}
            return {"type": "image_generation_call", **(made if fields is None else fields), "result": data}
        case Opaque():
            return block.data
        case Audio() if block.transcript:
            item = message_item(Text(""), f"msg_{place}" if answer else None)
            item["content"].append(say_part(Text(block.transcript), answer=answer))
            return item
        case _:
            return {"type": str(block.__struct_config__.tag), "id": f"item_{place}"}


def _identified(kind: str, fields: Json | None, place: int, answer: bool) -> Json:
    """An item's head: its own fields, or in an answer an id where it has none."""
    if fields is None:
        fields = {"id": f"{_PREFIXES[kind]}_{place}"} if answer else {}
    item = {"type": kind, **fields}
    if "id" in fields and kind != "reasoning":
        item.setdefault("status", "completed")
    return item


def _call(block: ToolCall, fields: Json | None, place: int, answer: bool) -> Json:
    if fields is not None and "type" in fields:
        return _put_arguments({"call_id": block.id, **fields}, block)
    kind, field = ("custom_tool_call", "input") if block.custom else ("function_call", "arguments")
    item = _identified(kind, fields, place, answer)
    item.setdefault("call_id", block.id)
    text = block.arguments if block.custom or fields is not None else block.arguments or "{}"
    return {**item, "name": block.name, field: text}


def _put_arguments(item: Json, block: ToolCall | ServerToolCall) -> Json:
    """The item with its arguments where they stood."""
    field = block.extra.get("field")
    if field is None:
        return item
    form = block.extra.get("form")
    value: Any = block.arguments
    if form != "text":
        try:
            value = read_json(block.arguments)
        except ValueError:
            form = None  # somebody wrote other arguments: they are said as they are
        if form == "wrapped":
            value = value[field] if isinstance(value, dict) and value.keys() == {field} else value
    return {**item, field: value}


def _joins(block: ServerToolResult, items: list[Json]) -> bool:
    """Whether a result stands inside the item of the call before it."""
    if not items:
        return False
    last = items[-1]
    if block.extra.get("field") is not None:
        return bool(last.get("type") == block.kind)
    return bool(last.get("type") == "mcp_call" and last.get("id") == block.id and "output" not in last)


def _result_text(block: ServerToolResult) -> str:
    return block.content if isinstance(block.content, str) else dump(block.content)


def _reasoning(block: Thinking, item: Json) -> Json:
    text = block.text
    summary, content = block.extra.get("summary"), block.extra.get("content")
    if summary is None and content is None:
        summary = [len(text)] if text else []
    parts, at = _cut(summary or [], "summary_text", text, 0)
    more, end = _cut(content or [], "reasoning_text", text, at)
    if end != len(text):  # somebody changed the text: it is one piece now
        parts, more = ([{"type": "summary_text", "text": text}] if text else []), []
    item["summary"] = parts
    if more:
        item["content"] = more
    if block.encrypted is not None:
        item["encrypted_content"] = block.encrypted
    elif block.signature is not None:
        item["signature"] = block.signature
    return item


def _cut(cuts: Sequence[Any], kind: str, text: str, at: int) -> tuple[list[Any], int]:
    """The parts of a text from a place on, and where they end."""
    parts: list[Any] = []
    for cut in cuts:
        if type(cut) is int:
            parts.append({"type": kind, "text": text[at : at + cut]})
            at += cut
        else:
            parts.append(cut)
            words = cut.get("text") if isinstance(cut, dict) else cut
            at += len(words) if isinstance(words, str) else 0
    return parts, at
