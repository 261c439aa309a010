"""Reading one frame of a streamed answer: the strict way for an ordinary piece of text, and the general way."""

from __future__ import annotations

from typing import Any

import msgspec

from .answers import Json, decode_time

__all__ = ["Chunk", "head_of", "is_exact", "ordinary"]


class Part(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A part with nothing in it but text."""

    text: str
    thought: bool = False


class Content(msgspec.Struct, forbid_unknown_fields=True):
    """The content of an ordinary chunk."""

    parts: list[Part]
    role: str | None = None


class Candidate(msgspec.Struct, forbid_unknown_fields=True):
    """A candidate that only speaks on."""

    content: Content
    index: int = 0


class Chunk(msgspec.Struct, forbid_unknown_fields=True):
    """A chunk that has nothing in it but text, counts, and what every chunk of its answer says."""

    candidates: list[Candidate]
    usageMetadata: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    modelVersion: str | None = None
    responseId: str | None = None
    createTime: str | None = None


ordinary = msgspec.json.Decoder(Chunk).decode
"""Reads an ordinary chunk; raises one of `wire.json.UNREADABLE` on anything else."""


def head_of(wire: Json) -> tuple[str | None, str | None, int | None]:
    """Id, model and time of an answer."""
    answer, model = wire.get("responseId"), wire.get("modelVersion")
    return (
        answer if type(answer) is str and answer else None,
        model if type(model) is str and model else None,
        decode_time(wire.get("createTime"))[0],
    )


def is_exact(time: Any) -> bool:
    """Whether whole seconds say all of a `createTime`."""
    return decode_time(time)[1]
