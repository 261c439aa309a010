"""Reading one frame of a streamed answer: the strict way for ordinary deltas, and what the general way needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ...wire.json import read_json
from .encode_blocks import Json, is_object

__all__ = ["Arguments", "BlockDelta", "Thought", "Words", "beside", "changed", "ordinary", "wire_index"]


class Words(msgspec.Struct, tag="text_delta", tag_field="type", forbid_unknown_fields=True, gc=False):
    """An ordinary `text_delta`."""

    text: str


class Thought(msgspec.Struct, tag="thinking_delta", tag_field="type", forbid_unknown_fields=True, gc=False):
    """An ordinary `thinking_delta`."""

    thinking: str


class Arguments(msgspec.Struct, tag="input_json_delta", tag_field="type", forbid_unknown_fields=True, gc=False):
    """An ordinary `input_json_delta`."""

    partial_json: str


class BlockDelta(msgspec.Struct, tag="content_block_delta", tag_field="type", forbid_unknown_fields=True):
    """A `content_block_delta` frame with nothing in it but the documented fields."""

    index: int
    delta: Words | Thought | Arguments


ordinary = msgspec.json.Decoder(BlockDelta).decode
"""Reads an ordinary delta; raises one of `wire.json.UNREADABLE` on anything else."""


def beside(wire: Json, *known: str) -> Json:
    """The fields of an object that say something, beyond its type and the known ones."""
    return {key: value for key, value in wire.items() if key != "type" and key not in known and value is not None}


def wire_index(wire: Json) -> int | None:
    """The block a frame names."""
    index: Any = wire.get("index")
    if type(index) is float and index.is_integer():
        return int(index)
    return index if type(index) is int else None


def changed(data: Json, deltas: Sequence[Json]) -> Json:
    """An opaque block as its deltas left it: text grows, citations are listed, argument text is parsed, all else replaced.

    `compaction_delta` is documented to replace; for kinds of deltas to come it is the best guess.
    """
    data = dict(data)
    pieces: dict[str, list[str]] = {}
    for delta in deltas:
        for field, value in delta.items():
            if field in ("text", "thinking", "partial_json") and type(value) is str:
                pieces.setdefault(field, []).append(value)
            elif field == "citation":
                pushed = data.get("citations")
                data["citations"] = [*(pushed if type(pushed) is list else ()), value]
            elif field != "type":
                data[field] = value
    for field, texts in pieces.items():
        before = data.get(field)
        data[field] = (before if type(before) is str else "") + "".join(texts)
    arguments = data.get("partial_json")
    if type(arguments) is str and is_object(arguments):
        del data["partial_json"]
        data["input"] = read_json(arguments)
    return data
