"""Blocks to steps: the way back from `steps.py`, exact for blocks that came from there.

Blocks of other origins are said in the nearest steps this wire has: a vendor's tool as one of an MCP server, a refusal as text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ...types.content import Audio, Block, Opaque, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall, ToolResult
from ...wire.json import read_json
from .content import is_content, write_content
from .json_text import Json, arguments_object
from .steps import SERVER_TOOLS

__all__ = ["OBJECT", "content_of", "continues", "new_output", "say_result", "say_step", "say_steps"]

OBJECT: Final = "object"
"""The name in `extra` that marks the text of a result which stood there as a JSON value."""

_STEPS: Final = frozenset({f"{name}_{end}" for name in SERVER_TOOLS for end in ("call", "result")})


def say_steps(blocks: Sequence[Block], own: Callable[[Block], bool]) -> list[Json]:
    """The steps that say a turn of the model, in order; `own` tells whose vendor data may go along."""
    steps: list[Json] = []
    content: list[Json] | None = None  # of the step that stands last
    for block in blocks:
        mine = own(block)
        if not is_content(block):
            content = None
            steps.append(say_step(block, mine))
            continue
        if content is None or not continues(block, mine):
            content = []
            steps.append({**new_output(block, mine), "content": content})
        content += content_of(block, mine)
    return steps


def continues(block: Block, mine: bool) -> bool:
    """Whether a content stands in the step of the one before it."""
    return mine and bool(block.extra.get("part"))


def new_output(block: Block, mine: bool) -> Json:
    """The step that a content opens, without its content."""
    return {"type": "model_output", **(block.extra.get("step", {}) if mine else {})}


def content_of(block: Block, mine: bool) -> list[Json]:
    """The content that says a block; of sound, what is said in it as well, which has no place beside the sound here."""
    said = write_content(block, own=mine)
    if isinstance(block, Audio) and block.transcript:
        text = {"type": "text", "text": block.transcript}
        return [said, text] if said.get("data") or "uri" in said else [text]
    return [said]


def say_step(block: Block, mine: bool) -> Json:
    """The step that says a block which is no content."""
    fields: Json = block.extra.get("step", {}) if mine else {}
    match block:
        case Thinking():
            return {**_thought(block, mine), **fields}
        case ToolCall():
            arguments = arguments_object(block.arguments, block.custom)
            return {"type": "function_call", "id": block.id, "name": block.name, "arguments": arguments, **fields}
        case ServerToolCall():
            return {**_server_call(block), **fields}
        case ServerToolResult():
            return {**_server_result(block), **fields}
        case ToolResult():
            return say_result(block, mine)
        case Opaque():
            return block.data
        case _:
            raise TypeError(f"{type(block).__name__} is not a step")


def _thought(block: Thinking, mine: bool) -> Json:
    step: Json = {"type": "thought"}
    if block.signature is not None:
        step["signature"] = block.signature
    cuts = block.extra.get("summary") if mine else None
    summary = _summary(block.text, [len(block.text)] if cuts is None else cuts)
    if summary:
        step["summary"] = summary
    return step


def _summary(text: str, cuts: Sequence[Any]) -> list[Any]:
    """A summary as it was cut; in one piece where somebody changed the text."""
    parts: list[Any] = []
    at = 0
    for cut in cuts:
        if type(cut) is int:
            parts.append({"type": "text", "text": text[at : at + cut]})
            at += cut
        else:
            parts.append(cut)
            if isinstance(cut, dict) and cut.get("type") == "text" and isinstance(cut.get("text"), str):
                at += len(cut["text"])
    if at != len(text):
        parts = [{"type": "text", "text": text}]
    return [] if parts == [{"type": "text", "text": ""}] and not text and len(cuts) == 1 and cuts[0] == 0 else parts


def _server_call(block: ServerToolCall) -> Json:
    known = block.kind in _STEPS
    step: Json = {"type": block.kind if known else "mcp_server_tool_call", "id": block.id}
    if step["type"] == "mcp_server_tool_call":
        step["name"] = block.name
        step["server_name"] = block.server or block.kind
        if known and block.server is None:
            del step["server_name"]
    if block.arguments or not known:
        step["arguments"] = arguments_object(block.arguments)
    return step


def _server_result(block: ServerToolResult) -> Json:
    step: Json = {"type": block.kind if block.kind in _STEPS else "mcp_server_tool_result", "call_id": block.id}
    if block.content is not None:
        step["result"] = block.content
    if block.is_error:
        step["is_error"] = True
    return step


# --- results of functions ------------------------------------------------------------------------------------------------


def say_result(block: ToolResult, mine: bool) -> Json:
    """The step that answers a call: text as it is, a JSON value as that value, else a list of content."""
    step: Json = {"type": "function_result", "call_id": block.id}
    if block.name is not None:
        step["name"] = block.name
    step["result"] = _result(block, mine)
    if block.is_error:
        step["is_error"] = True
    return {**step, **(block.extra.get("step", {}) if mine else {})}


def _result(block: ToolResult, mine: bool) -> Any:
    content = block.content
    if mine and "list" in block.extra:
        return [write_content(item, own=True) for item in content]
    first = content[0] if content else Text("")
    if len(content) < 2 and isinstance(first, Text) and not first.citations:
        if OBJECT in first.extra:
            try:
                return read_json(first.text)
            except ValueError:
                return first.text  # somebody changed it
        if not first.extra:
            return first.text
    return [write_content(item, own=mine) for item in content]
