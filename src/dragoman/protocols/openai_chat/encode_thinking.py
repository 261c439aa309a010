"""The model's own reasoning, back to the provider it came from.

Which provider wants it back, on which messages and in which field is the dialect's to say. Reasoning of another provider
is never sent as text: it is left out and reported. What goes back goes as it came: the text in the field it stood in,
OpenRouter's list of details unmodified, tags and white space inside the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...types.content import Thinking
from ..base import Report, Target, belongs
from .details import DETAILS, join_details
from .dialect import ChatDialect
from .say import closing_tag, opening_tag

__all__ = ["encode_thinking"]

Json = dict[str, Any]


def encode_thinking(
    blocks: Sequence[Thinking], calls: bool, target: Target, dialect: ChatDialect, report: Report, path: str
) -> tuple[str, list[Json], Json]:
    """What a message's reasoning puts before its text, before its content parts, and into fields beside them."""
    wanted = dialect.echo == "always" or (dialect.echo == "tool_turns" and calls)
    kept: list[Thinking] = []
    for block in blocks:
        if not belongs(block, target):
            report.adapt("thinking", "dropped", "another provider's reasoning is not sent as the model's words", path)
        elif not wanted:
            report.adapt("thinking", "dropped", _why(dialect), path)
        else:
            kept.append(block)
    if not wanted:
        return "", [], {}
    tagged: list[str] = []
    before: list[Json] = []
    texts: dict[str, list[str]] = {}
    details: list[list[Any]] = []
    for block in kept:
        field = block.extra.get("field")
        if dialect.echo_field is not None and field != DETAILS:
            field = dialect.echo_field
        field = field or dialect.thinking_fields[0]
        if field == "content":
            tagged.append(f"{opening_tag(block.extra)}{block.text}{closing_tag(block.extra)}")
        elif field == "parts":
            before.extend(block.extra.get("parts", ()))
        elif (block.text or DETAILS not in block.extra) and (field != DETAILS or DETAILS not in block.extra):
            texts.setdefault(field if field != DETAILS else "reasoning", []).append(block.text)
        if dialect.echo_details and isinstance(entries := block.extra.get(DETAILS), list):
            details.append(entries)
    fields: Json = {name: "".join(pieces) for name, pieces in texts.items()}
    if details:
        fields[DETAILS] = join_details(details)
    if not (fields or before or tagged) and dialect.echo_filler is not None:
        fields[dialect.echo_field or dialect.thinking_fields[0]] = dialect.echo_filler
        report.adapt("thinking", "added", "this provider demands reasoning here and there is none of its own", path)
    return "".join(tagged), before, fields


def _why(dialect: ChatDialect) -> str:
    if dialect.echo == "never":
        return "this provider takes no reasoning back"
    return "this provider takes reasoning back only with tool calls"
