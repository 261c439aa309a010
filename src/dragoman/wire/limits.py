"""How much of what a server sends is taken: beyond these, an answer is not sound, however well it is formed.

They are far above anything a provider has reason to send, and below what would harm the program that asked. Each is
held where the bytes come in, before memory is spent, and what goes beyond is `TooLarge` with the bound's own words; a
caller meets it as `DecodeError`.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "BLOCKS",
    "BODY_BYTES",
    "CHOICES",
    "ERROR_BYTES",
    "EVENT_BYTES",
    "HEAD_BYTES",
    "JSON_DEPTH",
    "LINE_BYTES",
    "LIST_BYTES",
    "STREAM_BYTES",
]

EVENT_BYTES: Final = 64 * 1024 * 1024
"""Of one event of a stream, or one line: a picture inside an event has a few million."""

BODY_BYTES: Final = 256 * 1024 * 1024
"""Of a whole answer, unpacked."""

STREAM_BYTES: Final = 1024 * 1024 * 1024
"""Of all events of a streamed answer, unpacked: a million tokens with all their ids and padding stay below it."""

ERROR_BYTES: Final = 1024 * 1024
"""Of an error answer: what comes after them is not read, and what came is enough."""

LIST_BYTES: Final = 32 * 1024 * 1024
"""Of one page of a list of models."""

HEAD_BYTES: Final = 256 * 1024
"""Of the head of an answer, and of the fields after a chunked body."""

LINE_BYTES: Final = 16 * 1024
"""Of one line of a chunked body's framing."""

JSON_DEPTH: Final = 128
"""Arrays and objects inside each other. Everything that walks through a value may then do so by calling itself."""

BLOCKS: Final = 65_536
"""Blocks of one answer, tool calls included."""

CHOICES: Final = 256
"""Alternatives of one answer; vendors take requests for 128 at most."""
