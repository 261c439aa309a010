"""Rows in which an answer with status 200 is none: errors, pages, nothing, and bytes that are not the wire."""

from __future__ import annotations

from fault_server import Handler, answering, whole

from dragoman.types import Failure

from . import frames
from .outcome import Expect
from .row import Row
from .rows_connection import in_turn, sound
from .speech import Speech

__all__ = ["HTML", "ROWS"]

HTML = b"<!doctype html><html><head><title>Bad gateway</title></head><body>" + b"<p>nginx</p>" * 2000 + b"</body></html>"
BUSY = Failure("Overloaded", status=529, type="overloaded_error")
ONLY_STREAMS = "streams only"


def _stated(speech: Speech) -> Handler:
    reply = speech.failure(BUSY)
    fields = {name.replace("-", "_"): value for name, value in reply.headers.items() if name != "content-length"}
    return answering(whole(reply.body, **fields))


def _errors(speech: Speech, *, after: bool) -> list[bytes]:
    return speech.answer(speech.failed(BUSY, after=after))


def _garbled(speech: Speech, old: bytes, new: bytes, *, first: bool = False) -> Handler:
    """The answer with something else in the text, or in its first piece."""
    before, after = speech.halves()
    if not speech.streams:
        body = b"".join(before + after)
        return answering(*speech.answer([body.replace(old, new, 1)]))
    pieces = before + after
    at = 0 if first else len(before)
    return answering(*speech.answer([*pieces[:at], frames.garble(speech.framing, pieces[at], old, new), *pieces[at + 1 :]]))


_BUSY = Expect("Overloaded", retryable=True, text=None, tries=2)
_UNREAD = Expect("DecodeError", retryable=False, text=None, tries=1)
_READ = Expect("DecodeError", retryable=False, text="Rain in ", finish=None, tries=1)

ROWS = (
    Row(
        "F11",
        "200 with nothing in it",
        lambda s: answering(whole(content_type="application/json")),
        *[Expect("StreamCut", retryable=True, text=None, tries=2)] * 2,
    ),
    Row("F12", "200 with an error body", _stated, _BUSY, _BUSY),
    Row("F13", "200 with an HTML page", lambda _: answering(whole(HTML, content_type="text/html")), _UNREAD, _UNREAD),
    Row(
        "F13.502",
        "502 with an HTML page",
        lambda _: answering(whole(HTML, "502 Bad Gateway", content_type="text/html")),
        *[Expect("ServerError", status=502, retryable=True, tries=2)] * 2,
    ),
    Row(
        "F13.503",
        "503 with nothing in it",
        lambda _: answering(whole(b"", "503 Service Unavailable")),
        *[Expect("Overloaded", status=503, retryable=True, tries=2)] * 2,
    ),
    Row(
        "F14", "an answer under another content type", lambda s: answering(*s.answer(content_type="text/plain")), sound(), sound()
    ),
    Row(
        "F14.whole",
        "a whole answer, though a stream was asked for",
        lambda s: answering(*s.answer([Speech(s.name, False).body()])),
        sound(),
        ONLY_STREAMS,
    ),
    Row(
        "F14.stream",
        "a stream, though a whole answer was asked for",
        lambda s: answering(*s.answer(Speech(s.name, True).frames())),
        "whole answers only",
        sound(),
    ),
    Row("F20", "an error opens the stream", lambda s: answering(*_errors(s, after=False)), _BUSY, ONLY_STREAMS),
    Row(
        "F20.once",
        "the same once, then an answer",
        lambda s: in_turn(_errors(s, after=False), s.answer()),
        sound(2),
        ONLY_STREAMS,
    ),
    Row(
        "F21",
        "an error in the middle of the stream",
        lambda s: answering(*_errors(s, after=True)),
        Expect("Overloaded", retryable=True, text="Rain in ", finish=None, tries=1),
        ONLY_STREAMS,
        tries=1,
    ),
    Row("F22", "an event that is not JSON", lambda s: _garbled(s, b"{", b"{this is not JSON"), _READ, _UNREAD),
    Row(
        "F22.first",
        "the first event is not JSON",
        lambda s: _garbled(s, b"{", b"{this is not JSON", first=True),
        _UNREAD,
        ONLY_STREAMS,
    ),
    Row("F23", "bytes that are not UTF-8", lambda s: _garbled(s, "Ö".encode(), b"\xff\xfe"), _READ, _UNREAD),
)
"""The rows, in the order of the page."""
