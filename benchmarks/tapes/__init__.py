"""What the replay server says, and what a client must have read when it has heard it.

A tape is named by its kind and its number of deltas: `text-20000`, `mix-2000`, `args-50000`; `whole` is an answer that
is not streamed, and in `stamped-50` each text begins with a mark of its own, where the pacing server puts the time.
`parts` gives its content, `stream` and `whole` the same content in the bytes of a wire format, each of which is a
module here. Shapes and sizes are those of today's vendors (ids, fingerprints, padding, usage); every word is made up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import import_module
from itertools import cycle, islice
from typing import NamedTuple

__all__ = ["MARK", "MARKED", "Expected", "Part", "content_type", "expected", "parts", "stream", "whole"]

PIECES = (
    "The",
    " ferry",
    " leaves",
    " at",
    " 6",
    ":",
    "40",
    ",",
    ' "if',
    ' the"',
    " fjord",
    " is",
    " calm",
    ".\n\n",
    "Über",
    " Tromsø",
    " 🌊",
    " 港",
    "s",
    "ing",
    "\t- ",
    " C:\\",
    " <b>",
    " half",
    "-",
    "way",
    "\n",
    " x",
    " =",
    " 3",
)
FILLER = "rope, tar and canvas; "
MARK = "9" * 16
"""How the mark of a stamped text begins; three digits that number it follow."""
MARKED = len(MARK) + 3


class Part(NamedTuple):
    """One delta: `kind` is text, thinking or arguments, `call` the number of the tool call it belongs to."""

    kind: str
    text: str
    call: int = 0


class Expected(NamedTuple):
    """All deltas of each kind, joined, and the number of deltas."""

    text: str
    thinking: str
    arguments: str
    events: int


def parts(tape: str) -> list[Part]:
    """The deltas of a tape, in order."""
    kind, _, number = tape.partition("-")
    count = int(number or 150)
    match kind:
        case "text" | "whole":
            return [Part("text", piece) for piece in islice(cycle(PIECES), count)]
        case "stamped":
            return [Part("text", f"{MARK}{number:03d}{piece}") for number, piece in enumerate(islice(cycle(PIECES), count))]
        case "args":
            return _call(0, count)
        case "mix":
            third = count // 3
            calls = [_call(number, third // 4) for number in range(4)]
            thinking = [Part("thinking", piece) for piece in islice(cycle(PIECES[::-1]), third)]
            text = [Part("text", piece) for piece in islice(cycle(PIECES), count - third - 4 * (third // 4))]
            return thinking + text + [part for call in calls for part in call]
        case _:
            raise ValueError(f"unknown tape {tape!r}")


def _call(number: int, count: int) -> list[Part]:
    """The arguments of one tool call: a JSON object in exactly `count` pieces of four characters."""
    head, tail, size = f'{{"file":"log{number}.txt","add":"', '"}', 4 * count
    document = head + "".join(islice(cycle(FILLER), size - len(head) - len(tail))) + tail
    json.loads(document)
    return [Part("arguments", document[start : start + 4], number) for start in range(0, size, 4)]


def expected(tape: str) -> Expected:
    """What a client must have read of a tape, in any wire format."""
    listed = parts(tape)
    joined = ["".join([part.text for part in listed if part.kind == kind]) for kind in ("text", "thinking", "arguments")]
    return Expected(*joined, events=1 if tape.startswith("whole") else len(listed))


def stream(protocol: str, listed: Iterable[Part]) -> list[bytes]:
    """The events of a streamed answer, each complete with what ends it."""
    events: list[bytes] = import_module(f"tapes.{protocol}").stream(listed)
    return events


def whole(protocol: str, listed: Iterable[Part]) -> bytes:
    """The body of an answer that is not streamed."""
    body: bytes = import_module(f"tapes.{protocol}").whole("".join([part.text for part in listed]))
    return body


def content_type(protocol: str) -> bytes:
    """The media type of a streamed answer."""
    kind: bytes = import_module(f"tapes.{protocol}").CONTENT_TYPE
    return kind
