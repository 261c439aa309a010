"""Frames of a streamed answer, each as a JSON object, to what they change.

| frame | event |
|---|---|
| deltas of text, refusal, reasoning and arguments, annotations | the delta of that kind |
| any other frame of an open item (progress, code, shell output, partial pictures) | `OpaqueDelta`, without the envelope |
| lifecycle frames | what is new in them, and the end |
| `keepalive` | `Ping` |
| what repeats the item (`*.done`, parts added) | nothing |
| any other | `OpaqueEvent`; one of an item that is not open, and fields that a known frame does not have, as `beside` |

Source: https://platform.openai.com/docs/api-reference/responses-streaming. `sequence_number` and `obfuscation` are no content.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...types.content import Refusal, ServerToolCall, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    CitationDelta,
    Event,
    OpaqueDelta,
    OpaqueEvent,
    Ping,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
)
from .answer import Answer
from .errors import failure_of
from .json_text import Json
from .open_items import OpenBlock, OpenItem, stripped
from .wire import decode_citation

__all__ = ["read_frame"]


def read_frame(answer: Answer, kind: str, data: Json, out: list[Event]) -> None:
    """Take one frame; `kind` is its type."""
    handler = _HANDLERS.get(kind)
    if handler is not None:
        if not handler(answer, data, out):
            out.append(_beside(kind, data))
        elif (
            kind != "beside"
            and not answer.over
            and (left := data.keys() - _FRAME)
            and (fields := {name: data[name] for name in left if data[name] is not None})
        ):
            out.append(_beside(kind, fields))
        return
    if kind in _LIFECYCLE and isinstance(response := data.get("response"), dict):
        beside = {name: value for name, value in data.items() if name not in _FRAME}
        if (end := _LIFECYCLE[kind]) is None:
            answer.begin(response, out)
            answer.tell(response, beside, out)
        else:
            said = {name: value for name, value in response.items() if value is not None}
            answer.end({"status": end, **said}, beside, out)
        return
    if kind == "response.failed" and data.get("error"):  # Perplexity: the error stands where others have the answer
        _error(answer, data, out)
        return
    if "output_index" not in data and "item_id" not in data:
        out.append(OpaqueEvent(kind, _bare(data, ())))
        return
    item = _item(answer, data)
    if item is not None and item.blocks:
        block = next(reversed(item.blocks.values()))
        out.append(OpaqueDelta(block.index, {"type": kind, **_bare(data, ("type", "output_index", "item_id"))}))
    else:
        out.append(_beside(kind, data))


def _beside(kind: str, data: Json) -> OpaqueEvent:
    """A frame that changes nothing that is open, as one of a kind of our own: sent on, it must not change something else."""
    return OpaqueEvent("beside", {"type": "beside", "of": kind, **_bare(data, ("type",))})


def _bare(data: Json, without: tuple[str, ...]) -> Json:
    """A frame without its number and padding."""
    return {name: value for name, value in data.items() if name not in ("sequence_number", "obfuscation", *without)}


# --- which item ----------------------------------------------------------------------------------------------------------


def _item(answer: Answer, data: Json) -> OpenItem | None:
    """The open item that a frame is about."""
    index = data.get("output_index")
    if type(index) is int:
        return answer.items.get(index)
    id = data.get("item_id")
    if id is not None:
        return next((item for item in answer.items.values() if item.id == id), None)
    return next(reversed(answer.items.values()), None)


def _key(answer: Answer, data: Json) -> Any:
    index = data.get("output_index")
    return index if type(index) is int else f"item {len(answer.seen)}"


def _implied(answer: Answer, data: Json, kind: str, out: list[Event]) -> OpenItem | None:
    """The item of a delta, opened where it was not announced; None for one that is closed already."""
    item, index = _item(answer, data), data.get("output_index")
    if item is not None or (type(index) is int and index in answer.seen):
        return item
    id = data.get("item_id")
    fields = {"type": kind, **({"role": "assistant"} if kind == "message" else {}), **({"id": id} if isinstance(id, str) else {})}
    return answer.add_item(_key(answer, data), fields, out, implied=True)


def _part(answer: Answer, data: Json, kind: str, out: list[Event]) -> OpenBlock | None:
    """The part of a message that a frame is about, opened where it was not announced."""
    item = _implied(answer, data, "message", out)
    if item is None or item.kind != "message":
        return None
    place = data.get("content_index")
    if type(place) is not int or place < 0:
        place = max(item.blocks, default=0)
    if (opened := item.blocks.get(place)) is not None:
        return opened
    given = data.get("part")
    part: Json = dict(given) if isinstance(given, dict) else {"type": kind}
    part |= {"output_text": {"text": ""}, "refusal": {"refusal": ""}}.get(str(part.get("type")), {})
    return answer.open_block(item, place, stripped(answer.reader.part(part, item.fields, place)), out)


# --- by type; False: the frame is not what its type says -----------------------------------------------------------------


def _added(answer: Answer, data: Json, out: list[Event]) -> bool:
    item = data.get("item")
    if not isinstance(item, dict):
        return False
    answer.add_item(_key(answer, data), item, out)
    return True


def _done(answer: Answer, data: Json, out: list[Event]) -> bool:
    item = data.get("item")
    if not isinstance(item, dict):
        return False
    key = data.get("output_index")
    if type(key) is not int:
        key = next((key for key, opened in answer.items.items() if opened.id == item.get("id")), None)
    if key in answer.items:
        answer.close_item(key, item, out)
    else:
        answer.whole(item, _key(answer, data), out)
    return True


def _part_added(answer: Answer, data: Json, out: list[Event]) -> bool:
    part = data.get("part")
    if not isinstance(part, dict):
        return False
    if part.get("type") not in ("reasoning_text", "summary_text"):
        _part(answer, data, "output_text", out)
    return True


def _part_done(answer: Answer, data: Json, out: list[Event]) -> bool:
    part = data.get("part")
    if not isinstance(part, dict):
        return False
    if (
        part.get("type") not in ("reasoning_text", "summary_text")
        and (opened := _part(answer, data, "output_text", out)) is not None
    ):
        opened.final = part
    return True


def _text(answer: Answer, data: Json, out: list[Event]) -> bool:
    text, tokens = data.get("delta"), data.get("logprobs")
    opened = _part(answer, data, "output_text", out) if isinstance(text, str) else None
    if opened is None or not isinstance(opened.block, Text) or not isinstance(text, str):
        return False
    found = tuple(tokens) if isinstance(tokens, list) and tokens and all(isinstance(one, dict) for one in tokens) else None
    if text or found:
        opened.pieces.append(text)
        opened.logprobs.extend(found or ())
        out.append(TextDelta(opened.index, text, found))
    return True


def _text_done(answer: Answer, data: Json, out: list[Event]) -> bool:
    """The whole text of a part, for answers that end before the part is said to be done."""
    item = _item(answer, data)
    place = data.get("content_index")
    opened = item.blocks.get(place) if item is not None and item.kind == "message" and type(place) is int else None
    if opened is not None and isinstance(text := data.get("text"), str):
        opened.final = {**opened.as_part(), "text": text}
    return True


def _refusal(answer: Answer, data: Json, out: list[Event]) -> bool:
    text = data.get("delta")
    opened = _part(answer, data, "refusal", out) if isinstance(text, str) else None
    if opened is None or not isinstance(opened.block, Refusal) or not isinstance(text, str):
        return False
    if text:
        opened.pieces.append(text)
        out.append(RefusalDelta(opened.index, text))
    return True


def _annotation(answer: Answer, data: Json, out: list[Event]) -> bool:
    annotation = data.get("annotation")
    if not isinstance(annotation, dict):
        return False
    opened = _part(answer, data, "output_text", out)
    if opened is None or not isinstance(opened.block, Text):
        return False
    citation = decode_citation(annotation)
    opened.citations.append(citation)
    out.append(CitationDelta(opened.index, citation))
    return True


def _thinking(answer: Answer, data: Json, out: list[Event]) -> bool:
    text = data.get("delta")
    item = _implied(answer, data, "reasoning", out) if isinstance(text, str) else None
    opened = item.blocks.get(0) if item is not None else None
    if opened is None or not isinstance(opened.block, Thinking) or not isinstance(text, str):
        return False
    if text:
        opened.pieces.append(text)
        out.append(ThinkingDelta(opened.index, text))
    return True


def _arguments(answer: Answer, data: Json, out: list[Event]) -> bool:
    text = data.get("delta")
    item = _item(answer, data)
    opened = item.blocks.get(0) if item is not None else None
    if not isinstance(text, str) or opened is None or not isinstance(opened.block, ToolCall | ServerToolCall):
        return False
    if text:
        opened.pieces.append(text)
        out.append(ArgumentsDelta(opened.index, text))
    return True


def _repeated(answer: Answer, data: Json, out: list[Event]) -> bool:
    return True


def _kept(answer: Answer, data: Json, out: list[Event]) -> bool:
    out.append(OpaqueEvent("beside", _bare(data, ())))
    return True


def _ping(answer: Answer, data: Json, out: list[Event]) -> bool:
    out.append(Ping())
    return True


def _error(answer: Answer, data: Json, out: list[Event]) -> bool:
    answer.fail(failure_of(_bare(data, ())), out)
    return True


_FRAME: Final = frozenset(
    {
        *("type", "sequence_number", "obfuscation", "output_index", "content_index", "summary_index", "annotation_index"),
        *("item_id", "item", "part", "delta", "logprobs", "text", "refusal", "annotation", "arguments", "input", "status"),
        *("response", "error", "code", "message", "param"),
    }
)
"""The fields of the frames that are read here."""

_LIFECYCLE: Final[dict[str, str | None]] = {
    "response.created": None,
    "response.queued": None,
    "response.in_progress": None,
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.cancelled": "cancelled",
    "response.done": "",
}
"""Frames that carry the answer object, and the status that those which end the answer stand for."""

_HANDLERS: Final[dict[str, Callable[[Answer, Json, list[Event]], bool]]] = {
    "response.output_item.added": _added,
    "response.output_item.done": _done,
    "response.content_part.added": _part_added,
    "response.content_part.done": _part_done,
    "response.output_text.delta": _text,
    "response.output_text.done": _text_done,
    "response.output_text.annotation.added": _annotation,
    "response.refusal.delta": _refusal,
    "response.refusal.done": _repeated,
    "response.reasoning_text.delta": _thinking,
    "response.reasoning_text.done": _repeated,
    "response.reasoning.delta": _thinking,  # https://www.openresponses.org/specification#streaming, Venice
    "response.reasoning.done": _repeated,
    "response.reasoning_summary_text.delta": _thinking,
    "response.reasoning_summary_text.done": _repeated,
    "response.reasoning_summary_part.added": _repeated,
    "response.reasoning_summary_part.done": _repeated,
    "response.function_call_arguments.delta": _arguments,
    "response.function_call_arguments.done": _repeated,
    "response.custom_tool_call_input.delta": _arguments,
    "response.custom_tool_call_input.done": _repeated,
    "response.mcp_call_arguments.delta": _arguments,
    "response.mcp_call_arguments.done": _repeated,
    "keepalive": _ping,
    "beside": _kept,
    "error": _error,
}
