"""Steps of the model to blocks, whole ones and such as have just begun.

| step | block |
|---|---|
| `thought` | `Thinking`: the text of its summary, its signature |
| `model_output` | one block for each content; one without content is `Opaque` |
| `function_call` | `ToolCall` |
| calls of the vendor's own tools (`SERVER_TOOLS`) | `ServerToolCall` |
| their results | `ServerToolResult` |
| everything else | `Opaque` |

What stands beside a block's own words is kept in `extra`, from which `say.py` makes the step again: `step` holds the step's
other fields, `part` the place of a content in its step after the first (0 for the first of a step that follows another step
of content), `summary` how a thought's summary is cut, where that is not one text.
Source: https://ai.google.dev/api/interactions-api#Resource:Step.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from ...types.content import Block, Opaque, Origin, ServerToolCall, ServerToolResult, Thinking, ToolCall
from .content import read_content
from .json_text import Json, arguments_text

__all__ = ["SERVER_TOOLS", "blocks_of", "single", "step_fields", "summary_cuts", "summary_text"]

SERVER_TOOLS: Final = (
    "code_execution",
    "file_search",
    "google_maps",
    "google_search",
    "mcp_server_tool",
    "processing",
    "retrieval",
    "tool_search",
    "url_context",
)
"""Tools that the vendor runs: a call is a step of type `{tool}_call`, its result one of type `{tool}_result`."""

_NAMES: Final = {"google_search": "web_search", "url_context": "web_fetch"}
"""Tools that other vendors have, too, by the name that all wires give their calls."""

_CALLS: Final = {f"{name}_call": _NAMES.get(name, name) for name in SERVER_TOOLS}
_RESULTS: Final = frozenset({f"{name}_result" for name in SERVER_TOOLS})


def blocks_of(step: Json, origin: Origin, *, answer: bool, follows: bool) -> list[Block]:
    """The blocks of a whole step, at least one; `follows` says that the step before it was one of content, too."""
    contents = step.get("content")
    if step.get("type") != "model_output" or not isinstance(contents, list) or not contents:
        return [single(step, origin)]
    fields = step_fields(step, ("content",))
    found = []
    for place, item in enumerate(contents):
        block = read_content(item, origin, answer=answer)
        marks: Json = {"part": place} if place or follows else {}
        if fields and not place:
            marks["step"] = fields
        found.append(_marked(block, marks, origin) if marks else block)
    return found


def _marked(block: Any, marks: Json, origin: Origin) -> Block:
    marked: Block = msgspec.structs.replace(block, extra={**block.extra, **marks}, origin=origin)
    return marked


def step_fields(step: Json, known: Collection[str]) -> Json:
    """The fields of a step beyond the known ones and its type."""
    return {name: value for name, value in step.items() if name != "type" and name not in known and value is not None}


def single(step: Json, origin: Origin) -> Block:
    """The block of a step that is no content."""
    kind = step.get("type")
    found: Block | None = None
    if not isinstance(kind, str):
        return Opaque(step, origin=origin)
    if kind == "thought":
        found = _thought(step, origin)
    elif kind == "function_call":
        found = _call(step, origin)
    elif kind in _CALLS:
        found = _server_call(step, kind, origin)
    elif kind in _RESULTS:
        found = _server_result(step, kind, origin)
    return Opaque(step, origin=origin) if found is None else found


def _extra(step: Json, known: Collection[str]) -> Json:
    fields = step_fields(step, known)
    return {"step": fields} if fields else {}


def _thought(step: Json, origin: Origin) -> Block | None:
    signature, summary = step.get("signature"), step.get("summary")
    if not (signature is None or isinstance(signature, str)) or not (summary is None or isinstance(summary, list)):
        return None
    extra = _extra(step, ("signature", "summary"))
    if (cuts := summary_cuts(summary or ())) is not None:
        extra["summary"] = cuts
    return Thinking(summary_text(summary or ()), signature, extra=extra, origin=origin)


def _is_text(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "text" and isinstance(item.get("text"), str)


def summary_text(summary: Sequence[Any]) -> str:
    """The words of a summary."""
    return "".join([item["text"] for item in summary if _is_text(item)])


def summary_cuts(summary: Sequence[Any]) -> list[Any] | None:
    """How a summary is cut: the length of each text, other items as they are; None where it is one text or none."""
    cuts = [len(item["text"]) if _is_text(item) and item.keys() == {"type", "text"} else item for item in summary]
    return None if not cuts or (len(cuts) == 1 and type(cuts[0]) is int and cuts[0]) else cuts


def _call(step: Json, origin: Origin) -> Block | None:
    id, name, arguments = step.get("id"), step.get("name"), step.get("arguments")
    if not isinstance(id, str) or not isinstance(name, str) or not isinstance(arguments, dict | str | None):
        return None
    return ToolCall(id, name, arguments_text(arguments), extra=_extra(step, ("id", "name", "arguments")), origin=origin)


def _server_call(step: Json, kind: str, origin: Origin) -> Block | None:
    id, name, server = step.get("id"), step.get("name"), step.get("server_name")
    if not isinstance(id, str):
        return None
    known = {"id", "arguments"}
    if kind == "mcp_server_tool_call":
        known |= {"name", "server_name"}
    else:
        name = server = None
    return ServerToolCall(
        id,
        name if isinstance(name, str) else _CALLS[kind],
        "" if step.get("arguments") is None else arguments_text(step["arguments"]),
        kind,
        server if isinstance(server, str) else None,
        extra=_extra(step, known),
        origin=origin,
    )


def _server_result(step: Json, kind: str, origin: Origin) -> Block | None:
    id = step.get("call_id")
    if not isinstance(id, str):
        return None
    failed = step.get("is_error") is True
    extra = _extra(step, ("call_id", "result", "is_error") if failed else ("call_id", "result"))
    return ServerToolResult(id, kind, step.get("result"), failed, extra=extra, origin=origin)
