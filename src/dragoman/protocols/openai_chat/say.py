"""Blocks in this wire's words for an answer: what a `delta` and a whole `message` have in common."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ...types.content import Audio, Base64, BlockBase, Citation, Image, Opaque, Thinking, ToolCall, Url
from ...types.response import Finish
from .media import data_url
from .think_tags import CLOSE, OPEN
from .wire import RAW_FINISH, decode_citation, encode_finish, vendor_fields

__all__ = [
    "annotation",
    "audio_object",
    "call_fields",
    "closing_tag",
    "finish_fields",
    "image_part",
    "opaque_fields",
    "opening_tag",
    "own_extra",
    "thinking_field",
]

_PROTOCOL = "openai_chat"
_DEFAULT_FIELD = "reasoning_content"


def own_extra(block: BlockBase) -> dict[str, Any]:
    """The vendor data of a block that was said on this wire; another wire's means nothing here."""
    return block.extra if block.origin is None or block.origin.protocol == _PROTOCOL else {}


def thinking_field(block: Thinking) -> str:
    """The field that reasoning stood in, or the one most clients look for."""
    field = own_extra(block).get("field")
    return field if isinstance(field, str) else _DEFAULT_FIELD


def opening_tag(extra: dict[str, Any]) -> str:
    """What stands before reasoning inside the text."""
    return "" if extra.get("lone_tag") else f"{extra.get('before', '')}{OPEN}"


def closing_tag(extra: dict[str, Any]) -> str:
    """What stands after reasoning inside the text."""
    return "" if extra.get("unclosed") else CLOSE


def call_fields(call: ToolCall) -> dict[str, Any]:
    """An entry of `tool_calls`. An id that a decoder of ours made up is marked as such for the next one."""
    if not call.extra and not call.custom:
        return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
    extra = own_extra(call)
    fields = vendor_fields(extra)
    if extra.get("synthetic_id"):
        fields["synthetic_id"] = True
    nested = extra.get("function")
    nested = nested if isinstance(nested, dict) else {}
    if call.custom:
        about = {"name": call.name, "input": call.arguments, **nested}
        return {"id": call.id, "type": "custom", "custom": about, **fields}
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments, **nested}, **fields}


def annotation(citation: Citation, before: int = 0) -> dict[str, Any]:
    """A citation as an annotation: the vendor's own object where it is one of this wire. `before` is how many characters the
    message has before the text that carries it."""
    start, end = citation.start, citation.end
    raw = citation.raw
    if raw and replace(decode_citation(raw), start=start, end=end) == citation:
        if start is None or end is None:
            return raw
        about = {**raw[citation.kind], "start_index": start + before, "end_index": end + before}
        return raw if about == raw[citation.kind] else {**raw, citation.kind: about}
    about = {
        "start_index": 0 if start is None else start + before,
        "end_index": 0 if end is None else end + before,
        "url": citation.url or "",
        "title": citation.title or "",
    }
    if citation.text is not None:
        about["content"] = citation.text
    return {"type": "url_citation", "url_citation": about}


def audio_object(block: Audio) -> dict[str, Any]:
    """A spoken answer: its id and expiry, and what is known of it."""
    found = vendor_fields(own_extra(block))
    if isinstance(block.source, Base64) and block.source.data:
        found["data"] = block.source.data
    if block.transcript:
        found["transcript"] = block.transcript
    return found


def image_part(block: Image) -> dict[str, Any] | None:
    """A picture in an answer, None when its source has no URL."""
    if not isinstance(block.source, Base64 | Url):
        return None
    url = data_url(block.source) if isinstance(block.source, Base64) else block.source.url
    fields = vendor_fields(own_extra(block))
    inner = {"url": url, **fields.pop("image_url", {})}
    if block.detail is not None:
        inner["detail"] = block.detail
    return {"type": "image_url", "image_url": inner, **fields}


def opaque_fields(block: Opaque) -> dict[str, Any]:
    """The message field that an opaque block of this wire stands in."""
    if block.origin is not None and block.origin.protocol != _PROTOCOL:
        return {}
    return {"tool_calls" if block.extra.get("field") == "tool_calls" else "content": [block.data]}


def finish_fields(finish: Finish | None) -> dict[str, Any]:
    """How a choice ended, and what came with it."""
    if finish is None:
        return {"finish_reason": None}
    word = encode_finish(finish)
    fields: dict[str, Any] = {"finish_reason": word}
    if finish.raw != word:
        fields[RAW_FINISH] = finish.raw
    return {**fields, **finish.details}
