"""Rows in which an answer has begun and its connection, or its packing, breaks."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from fault_server import Handler, Peer, answering, breaking, head

from dragoman.testing import Turn, text, usage

from .outcome import Expect
from .row import Row
from .rows_connection import in_turn, sound
from .speech import CALL, HERE, TEXT, THOUGHT, Speech

__all__ = ["ROWS"]

UNENDED = Turn(text("Rain ", "in ", "Öslo ", "today 🌧."), usage(9, 4), HERE)
WAYS = {"reset", "closed"}
ONLY_STREAMS = "streams only"


def _begun(turn: Turn, by: Callable[[Peer], None], *rest: bytes) -> Callable[[Speech], Handler]:
    """What the server says of a turn up to `HERE`, and then breaks the connection."""
    return lambda speech: breaking(*speech.begun(speech.halves(turn)[0]), *rest, by=by)


def _cut(**facts: object) -> Expect:
    return Expect("ConnectionFailed", how=WAYS, retryable=True, tries=1, **facts)


def _call(speech: Speech) -> Expect:
    if speech.wire.whole_calls:
        return _cut(text="I look. ", calls=())
    return _cut(text="I look. ", calls=(("weather", '{"city": "Os'),), malformed=(True,))


def _cut_call(speech: Speech) -> Expect:
    if speech.wire.whole_calls:
        return Expect("StreamCut", text="I look. ", calls=(), tries=1)
    return Expect("StreamCut", text="I look. ", calls=(("weather", '{"city": "Os'),), malformed=(True,), tries=1)


def _ended(speech: Speech) -> Expect:
    """Without the last frame the answer is complete where another frame has said so."""
    if speech.wire.complete_without:
        return Expect(words="the answer: its end was said before", text="Rain in Öslo today 🌧.", finish="stop", tries=1)
    return Expect("StreamCut", text="Rain in Öslo today 🌧.", retryable=True, tries=1)


def _short(speech: Speech) -> Handler:
    data = b"".join(speech.halves()[0])
    fields = {**speech.fields(), "content_length": str(len(data) + 64)}
    del fields["transfer_encoding"]
    return breaking(head(**fields), data)


def _half_frame(speech: Speech) -> Handler:
    before, after = speech.halves()
    return answering(*speech.answer([*before, after[0][: len(after[0]) // 2]]))


def _to_the_end(pieces: list[bytes], speech: Speech) -> Handler:
    fields = speech.fields(connection="close")
    del fields["transfer_encoding"]
    return breaking(head(**fields), *pieces)


def _packed(speech: Speech, bits: int = 31) -> list[bytes]:
    """The pieces of the answer, each flushed."""
    packer = zlib.compressobj(wbits=bits)
    said = [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in speech.pieces()]
    return [*said, packer.flush()]


def _damaged(speech: Speech) -> Handler:
    said = _packed(speech)
    at = len(speech.halves()[0])
    return answering(*speech.answer([*said[:at], b"\xff" * 40, *said[at:]], content_encoding="gzip"))


def _cut_gzip(speech: Speech) -> Handler:
    return answering(*speech.answer(_packed(speech)[: len(speech.halves()[0])], content_encoding="gzip"))


_AGAIN = Expect("ConnectionFailed", how=WAYS, retryable=True, text=None, tries=2)
_KEPT = _cut(text="Rain in ", thinking="", finish=None)
_UNSAID = Expect("StreamCut", retryable=True, text=None, tries=2)
_STOPPED = Expect("StreamCut", text="Rain in ", retryable=True, finish=None, tries=1)
_UNPACKED = Expect("ConnectionFailed", how={"other", "closed"}, text="Rain in ", tries=1)

ROWS = (
    Row("F2", "reset after the head", lambda s: breaking(s.head(), by=Peer.reset), _AGAIN, _AGAIN),
    Row(
        "F2.once",
        "reset after the head, then an answer",
        lambda s: in_turn(breaking(s.head(), by=Peer.reset), s.answer()),
        sound(2),
        sound(2),
    ),
    Row("F3", "reset in the text", _begun(TEXT, Peer.reset), _KEPT, _AGAIN),
    Row("F4", "reset in the arguments of a call", _begun(CALL, Peer.reset), _call, _AGAIN),
    Row("F5", "reset in reasoning", _begun(THOUGHT, Peer.reset), _cut(text="", thinking="Hm, "), _AGAIN),
    Row("F6", "closed inside a chunk", _begun(TEXT, Peer.close, b"ff\r\nda"), _KEPT, _AGAIN),
    Row("F6.between", "closed between two chunks", _begun(TEXT, Peer.close), _KEPT, _AGAIN),
    Row("F7", "closed short of the content length", _short, _KEPT, _AGAIN),
    Row(
        "F8",
        "a clean end in the text",
        lambda s: answering(*s.answer(s.halves()[0])),
        _STOPPED,
        _UNSAID,
    ),
    Row(
        "F8.call",
        "a clean end in the arguments of a call",
        lambda s: answering(*s.answer(s.halves(CALL)[0])),
        _cut_call,
        ONLY_STREAMS,
    ),
    Row(
        "F8.unsaid",
        "all is said, but not that it is the end",
        lambda s: answering(*s.answer(s.halves(UNENDED)[0])),
        Expect("StreamCut", text="Rain in Öslo today 🌧.", retryable=True, finish=None, tries=1),
        ONLY_STREAMS,
    ),
    Row("F9", "the last frame is missing", lambda s: answering(*s.answer(s.frames()[:-1])), _ended, ONLY_STREAMS),
    Row("F10", "half a frame, then a clean end", _half_frame, _STOPPED, ONLY_STREAMS),
    Row("F10.closed", "an answer that ends with its connection", lambda s: _to_the_end(s.pieces(), s), sound(), sound()),
    Row(
        "F10.cut",
        "the same, cut in the text",
        lambda s: _to_the_end(s.halves()[0], s),
        _STOPPED,
        _UNSAID,
    ),
    Row(
        "F35.gzip",
        "a gzip body, flushed by the event",
        lambda s: answering(*s.answer(_packed(s), content_encoding="gzip")),
        sound(),
        sound(),
    ),
    Row(
        "F35.deflate",
        "a deflate body",
        lambda s: answering(*s.answer(_packed(s, 15), content_encoding="deflate")),
        sound(),
        sound(),
    ),
    Row("F35.cut", "a gzip body that is cut", _cut_gzip, _UNPACKED, Expect("ConnectionFailed", text=None)),
    Row("F35.damaged", "a gzip body that is damaged", _damaged, *[Expect("ConnectionFailed", how="other", finish=None)] * 2),
)
"""The rows, in the order of the page."""
