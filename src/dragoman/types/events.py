"""Events: the steps of one answer, in order, the same for every protocol, streamed or whole.

An answer is `Started`, then blocks (each `BlockStart`, deltas that name it by `index`, `BlockStop`), with
`UsageUpdate`, `Extra`, `Ping` and `OpaqueEvent` anywhere between, then exactly one terminal: `Finished` or `Failed`.
Blocks may be open at the same time. Block indexes count up from 0 over the whole answer, in order of `BlockStart`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from .content import Block, Citation
from .response import Failure, Finish, Usage

__all__ = [
    "ArgumentsDelta",
    "AudioDelta",
    "BlockStart",
    "BlockStop",
    "CitationDelta",
    "Event",
    "Extra",
    "Failed",
    "Finished",
    "OpaqueDelta",
    "OpaqueEvent",
    "Ping",
    "RefusalDelta",
    "SignatureDelta",
    "Started",
    "TextDelta",
    "ThinkingDelta",
    "UsageUpdate",
]


class Started(msgspec.Struct, frozen=True, tag="started", omit_defaults=True):
    """The answer begins: the vendor's id for it, the model that really answers, Unix seconds of creation."""

    id: str | None = None
    model: str | None = None
    created: int | None = None


class BlockStart(msgspec.Struct, frozen=True, tag="block_start", omit_defaults=True):
    """A block opens: `block` holds what is known at once (id and name of a call; all of a block that comes whole).

    `choice` is the alternative it belongs to where several were asked for (`n`).
    """

    index: int
    block: Block
    choice: int = 0


class TextDelta(msgspec.Struct, frozen=True, gc=False, tag="text_delta", omit_defaults=True):
    """More text of a `Text` block."""

    index: int
    text: str
    logprobs: tuple[dict[str, Any], ...] | None = None


class RefusalDelta(msgspec.Struct, frozen=True, gc=False, tag="refusal_delta", omit_defaults=True):
    """More text of a `Refusal` block."""

    index: int
    text: str
    logprobs: tuple[dict[str, Any], ...] | None = None


class ThinkingDelta(msgspec.Struct, frozen=True, gc=False, tag="thinking_delta"):
    """More text of a `Thinking` block."""

    index: int
    text: str


class SignatureDelta(msgspec.Struct, frozen=True, gc=False, tag="signature_delta"):
    """The signature of a `Thinking` block; a later one replaces it."""

    index: int
    signature: str


class ArgumentsDelta(msgspec.Struct, frozen=True, gc=False, tag="arguments_delta"):
    """More argument text of a `ToolCall` or `ServerToolCall` block."""

    index: int
    text: str


class CitationDelta(msgspec.Struct, frozen=True, tag="citation_delta"):
    """One more citation of a `Text` block."""

    index: int
    citation: Citation


class AudioDelta(msgspec.Struct, frozen=True, gc=False, tag="audio_delta", omit_defaults=True):
    """More of an `Audio` block: base64 text and transcript, each to be appended."""

    index: int
    data: str = ""
    transcript: str = ""


class OpaqueDelta(msgspec.Struct, frozen=True, tag="opaque_delta"):
    """A delta of a kind this library does not know, as it came; the block's `BlockStop` carries what it led to."""

    index: int
    data: dict[str, Any]


class BlockStop(msgspec.Struct, frozen=True, tag="block_stop", omit_defaults=True):
    """A block is complete; `block` is its final value where start and deltas alone do not give it."""

    index: int
    block: Block | None = None


class UsageUpdate(msgspec.Struct, frozen=True, tag="usage"):
    """Token counts so far; totals, so a later one replaces an earlier one."""

    usage: Usage


class Extra(msgspec.Struct, frozen=True, tag="extra", omit_defaults=True):
    """Vendor fields of the answer that have no word here: they are merged into `Response.extra`, later ones win."""

    data: dict[str, Any]


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """The provider is alive, nothing more."""


class OpaqueEvent(msgspec.Struct, frozen=True, tag="opaque", omit_defaults=True):
    """An event of a kind this library does not know, as it came."""

    name: str
    data: Any = None


class Finished(msgspec.Struct, frozen=True, tag="finished", omit_defaults=True):
    """The answer is complete; `others` are the finishes of choices 1, 2, ... where several were asked for."""

    finish: Finish
    others: tuple[Finish, ...] = ()


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The answer ends in an error the provider reported, or in bytes that are not its protocol.

    Clients raise it as the typed error its facts name; it is a value so that servers can say it and tests compare it.
    """

    failure: Failure


Event = (
    Started
    | BlockStart
    | TextDelta
    | RefusalDelta
    | ThinkingDelta
    | SignatureDelta
    | ArgumentsDelta
    | CitationDelta
    | AudioDelta
    | OpaqueDelta
    | BlockStop
    | UsageUpdate
    | Extra
    | Ping
    | OpaqueEvent
    | Finished
    | Failed
)
