"""A block of a stream whose stop has not come, and what its deltas lead to where they are not events of their own."""

from __future__ import annotations

from base64 import b64encode
from binascii import Error, a2b_base64
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from ...types.content import Base64, Block, Image, Opaque, ServerToolResult, Thinking
from .wire import Json

__all__ = ["Kind", "OpenBlock", "join_base64"]

Kind = Literal["text", "thought", "redacted", "call", "result", "image", "opaque"]


class OpenBlock:
    """`index` is ours, `kind` says which deltas it takes, `signature` is what has come of it."""

    __slots__ = ("_deltas", "block", "index", "kind", "signature")

    def __init__(self, index: int, kind: Kind, block: Block) -> None:
        self.index = index
        self.kind = kind
        self.block = block
        self.signature = ""
        self._deltas: list[Json] = []

    def take(self, delta: Json) -> None:
        """Take a delta that has no event of its own."""
        self._deltas.append(delta)

    def final(self) -> Block | None:
        """The complete block, None where start and deltas alone give it."""
        block, deltas = self.block, self._deltas
        if not deltas:
            return None
        replace = msgspec.structs.replace
        match block:
            case ServerToolResult():
                lists = [part for delta in deltas if type(part := delta.get("toolResult")) is list]
                return replace(block, content=[item for part in lists for item in part]) if lists else None
            case Image(source=Base64() as source):
                sources = [part for delta in deltas if type(part := _inside(delta, "image", "source", "bytes")) is str]
                return replace(block, source=Base64(source.media_type, join_base64([source.data, *sources])))
            case Thinking(encrypted=str(data)):
                parts = [part for delta in deltas if type(part := _inside(delta, "reasoningContent", "redactedContent")) is str]
                return replace(block, encrypted=join_base64([data, *parts]))
            case Opaque():
                return replace(block, data=_merged(block.data, deltas))
            case _:
                return None


def _inside(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if type(value) is dict else None
    return value


def join_base64(parts: Iterable[str]) -> str:
    """Base64 of the bytes that several texts of base64 stand for; texts that are none are joined as they are."""
    pieces = [part for part in parts if part]
    if len(pieces) < 2:
        return "".join(pieces)
    try:
        return b64encode(b"".join([a2b_base64(piece) for piece in pieces])).decode()
    except (Error, ValueError):
        return "".join(pieces)


def _merged(data: Json, deltas: Iterable[Json]) -> Json:
    """An unknown block as its deltas left it: text and lists grow, objects are merged, all else is replaced."""
    merged = dict(data)
    for delta in deltas:
        for key, value in delta.items():
            before = merged.get(key)
            if type(before) is dict and type(value) is dict:
                merged[key] = _merged(before, [value])
            elif type(before) is type(value) and isinstance(value, str | list):
                merged[key] = before + value  # type: ignore[operator]
            else:
                merged[key] = value
    return merged
