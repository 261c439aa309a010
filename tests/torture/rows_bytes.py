"""Rows in which a sound answer is written otherwise than usual: nothing of it may be lost."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from fault_server import Handler, answering, breaking, head

from dragoman.testing import Turn, call, text, usage

from . import frames
from .outcome import Expect
from .row import Row
from .rows_connection import TOLD, sound
from .speech import TEXT, Speech

__all__ = ["ROWS"]

ODD = Turn(text("a\u2028b", "\u0085c\u2029", "d\x00e\x7f", "\ufeff"), usage(9, 4))
BIG = "Große Worte. " * 150_000
MANY = 1500
CALLS = 200
NUMBERS = "".join([f"{number:07} " for number in range(MANY)])
_LINES_ONLY = {"eventstream": "no lines", "ndjson": "no such grammar"}
_FORMS_ALIKE = "the same as streams"

Edit = Callable[[list[bytes]], list[bytes]]


def _edited(edit: Edit) -> Callable[[Speech], Handler]:
    """A sound answer with its frames edited."""
    return lambda speech: answering(*speech.answer(edit(speech.pieces())))


def _replaced(old: bytes, new: bytes) -> Callable[[Speech], Handler]:
    return _edited(lambda pieces: [piece.replace(old, new) for piece in pieces])


def _between(*more: bytes) -> Callable[[Speech], Handler]:
    return _edited(lambda pieces: [part for piece in pieces for part in (*more, piece)])


def _bytes(speech: Speech) -> Handler:
    """Every byte of the answer is sent on its own, those of the head and of the framing too."""
    data = b"".join(speech.answer())
    return answering(*[data[at : at + 1] for at in range(len(data))])


def _anywhere(speech: Speech) -> Handler:
    """Chunks end anywhere, and so does what is sent at once."""
    chance = random.Random(f"{speech.name} {speech.streams}")
    data = b"".join(speech.pieces())
    sent = b"".join(speech.answer(_cut(data, chance, 9)))
    return answering(*_cut(sent, chance, 23))


def _cut(data: bytes, chance: random.Random, most: int) -> list[bytes]:
    pieces = []
    while data:
        size = chance.randint(1, most)
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def _mixed(pieces: list[bytes]) -> list[bytes]:
    ends = (b"\r\n", b"\r", b"\n")
    return [piece.replace(b"\n", ends[at % 3]) for at, piece in enumerate(pieces)]


def _lines(pieces: list[bytes]) -> list[bytes]:
    """The JSON of each event on several `data:` lines."""
    return [re.sub(rb'(?<=[,{])(?=")', b"\ndata: ", piece) for piece in pieces]


def _blank(speech: Speech) -> Handler:
    pieces = speech.pieces() if speech.streams else [speech.body()]
    return answering(*speech.answer([part for piece in pieces for part in (b"\n", b"\r\n", piece, b"\n")]))


def _unknown(speech: Speech) -> Handler:
    more = speech.say(*speech.wire.unknown)
    return answering(*speech.answer([part for piece in speech.pieces() for part in (piece, more)][:-1]))


def _fields(speech: Speech) -> Handler:
    def more(value: Any) -> Any:
        return {**value, "a_new_field": {"deep": [1, None]}} if isinstance(value, dict) else value

    if not speech.streams:
        return answering(*speech.answer([frames.change_json("ndjson", speech.body(), more)]))
    return answering(*speech.answer([frames.change_json(speech.framing, piece, more) for piece in speech.pieces()]))


def _after(speech: Speech) -> Handler:
    before, after = speech.parted(TEXT)
    return answering(*speech.answer([*before, *after, *before, *after]))


def _told(turn: Turn) -> Callable[[Speech], Handler]:
    return lambda speech: answering(*speech.answer(speech.pieces(turn)))


def _plain(speech: Speech, **more: str) -> Handler:
    data = b"".join(speech.pieces())
    fields = speech.fields(content_length=str(len(data)), **more)
    del fields["transfer_encoding"]
    return answering(head(**fields), data)


_ONCE = _between(b"id: 7\n\n", b"retry: 10\n\n", b"event: nothing\n\n", b": ping\n\n", b"data:\n\n")
_ALIVE = Expect(words="the answer", text=TOLD, finish="stop", output=4, calls=(), tries=1)

ROWS = (
    Row("F24", "every byte comes on its own", _bytes, sound(), sound()),
    Row("F25", "cut anywhere, in the framing too", _anywhere, sound(), sound()),
    Row("F25.plain", "one piece with a content length", _plain, sound(), sound()),
    Row(
        "F26",
        "U+2028, U+2029, U+0085, U+FEFF, NUL and DEL in the text",
        _told(ODD),
        *[Expect(text="a\u2028b\u0085c\u2029d\x00e\x7f\ufeff", finish="stop", tries=1)] * 2,
    ),
    Row("F27.crlf", "lines end in CR LF", _replaced(b"\n", b"\r\n"), sound(), _FORMS_ALIKE, but={"eventstream": "no lines"}),
    Row("F27.cr", "lines end in CR", _replaced(b"\n", b"\r"), sound(), _FORMS_ALIKE, but=_LINES_ONLY),
    Row("F27.mixed", "lines end in CR LF, CR and LF by turns", _edited(_mixed), sound(), _FORMS_ALIKE, but=_LINES_ONLY),
    Row("F27.space", "no space after `data:`", _replaced(b"data: ", b"data:"), sound(), _FORMS_ALIKE, but=_LINES_ONLY),
    Row("F27.lines", "the JSON of an event on several lines", _edited(_lines), sound(), _FORMS_ALIKE, but=_LINES_ONLY),
    Row(
        "F27.bom",
        "a byte order mark before it",
        _edited(lambda pieces: [b"\xef\xbb\xbf", *pieces]),
        sound(),
        sound(),
        but={"eventstream stream": "no text"},
    ),
    Row("F27.blank", "blank lines before and between", _blank, sound(), sound(), but={"eventstream stream": "no lines"}),
    Row("F28", "comments, `id`, `retry`, events without data", _ONCE, _ALIVE, _FORMS_ALIKE, but=_LINES_ONLY),
    Row("F29.events", "events of a kind that nobody knows", _unknown, _ALIVE, "no events"),
    Row("F29.fields", "fields that nobody knows", _fields, _ALIVE, _ALIVE),
    Row(
        "F30",
        "the whole answer once more after its end",
        _after,
        sound(),
        "no events",
        but={"gemini": "no end but that of the body: words after a finish reason are words"},
    ),
    Row("F30.end", "the end twice", _edited(lambda pieces: [*pieces, pieces[-1]]), sound(), "no events"),
    Row("F34.event", "one event of 2 MB", _told(Turn(text(BIG), usage(9, 4))), *[Expect(text=BIG, finish="stop", tries=1)] * 2),
    Row(
        "F34.events",
        f"{MANY} events",
        _told(Turn(text(NUMBERS, size=8), usage(9, 4))),
        *[Expect(text=NUMBERS, tries=1)] * 2,
    ),
    Row(
        "F34.calls",
        f"{CALLS} calls at once",
        _told(Turn(*[call("clock", {"at": at}, id=f"call{at:05}") for at in range(CALLS)], usage(9, 4))),
        *[Expect(calls=tuple([("clock", f'{{"at":{at}}}') for at in range(CALLS)]), tries=1)] * 2,
    ),
    Row(
        "F54",
        "header fields twice",
        lambda s: answering(s.head().replace(b"\r\n\r\n", b"\r\nx-request-id: a\r\nx-request-id: b\r\n\r\n"), *s.answer()[1:]),
        sound(),
        sound(),
    ),
    Row(
        "F54.lengths",
        "two content lengths that differ",
        lambda s: breaking(_plain_head(s) + b"".join(s.pieces())),
        *[Expect("ConnectionFailed", how="other", text=None)] * 2,
    ),
)
"""The rows, in the order of the page."""


def _plain_head(speech: Speech) -> bytes:
    fields = speech.fields(content_length="5")
    del fields["transfer_encoding"]
    return head(**fields).replace(b"\r\n\r\n", b"\r\ncontent-length: 7\r\n\r\n")
