"""Items of `input` as a vendor takes them that knows fewer of them than OpenAI, or wants more said in them.

Each item is changed by itself, and an output by its call, which stands before it: a longer history still extends a shorter.
"""

from __future__ import annotations

from typing import Any, Final

from ..base import Report
from .dialect import ResponsesDialect
from .json_text import Json

__all__ = ["fit_items"]

_ENVELOPE: Final = frozenset({"id", "status", "phase"})
"""Fields that tell of the answer an item was part of, and nothing to the model."""


def fit_items(items: list[Json], dialect: ResponsesDialect, report: Report) -> list[Json]:
    """The items in this vendor's form, the same list where it has none of its own."""
    if not dialect.typed_messages and dialect.assistant_parts and dialect.items is None and not dialect.call_fields:
        return items
    calls: dict[Any, Json] = {}
    fitted: list[Json] = []
    for place, item in enumerate(items):
        path = f"input[{place}]"
        kind = item.get("type", "message" if "role" in item else None)
        if kind == "message":
            item = _message(item, dialect, report, path)
        elif kind == "function_call":
            calls[item.get("call_id")] = {name: item[name] for name in dialect.call_fields if name in item}
        elif kind == "function_call_output":
            item = {**calls.get(item.get("call_id"), {}), **item}
        if dialect.items is None:
            fitted.append(item)
        elif isinstance(kind, str) and kind in dialect.items:
            fitted.append(_known(item, kind, dialect.items[kind], report, path))
        else:
            report.adapt("item", "dropped", f"items of type {kind!r} are not taken back", path)
    return fitted


def _message(item: Json, dialect: ResponsesDialect, report: Report, path: str) -> Json:
    content = item.get("content")
    if not dialect.assistant_parts and item.get("role") == "assistant" and isinstance(content, list):
        if any(part.get("annotations") for part in content):
            report.adapt("citations", "dropped", "the model's own words are one text here, without what they cite", path)
        if lost := [part["type"] for part in content if part.get("type") not in ("output_text", "refusal")]:
            report.adapt("opaque", "dropped", f"the model's own words are one text here, without parts of type {lost[0]!r}", path)
        words = [part.get("text", part.get("refusal")) for part in content]
        item = {**item, "content": "".join([text for text in words if isinstance(text, str)])}
    return {"type": "message", **item} if dialect.typed_messages else item


def _known(item: Json, kind: str, fields: tuple[str, ...], report: Report, path: str) -> Json:
    for name in sorted(item.keys() - {*fields}):
        feature = "extra" if name in _ENVELOPE else "item"
        report.adapt(feature, "dropped", f"{kind} has no field {name!r} here", f"{path}.{name}")
    return {name: value for name, value in item.items() if name in fields}
