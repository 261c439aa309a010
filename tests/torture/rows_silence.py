"""Rows in which the provider is too slow: each wait has its own deadline."""

from __future__ import annotations

from collections.abc import Callable

from fault_server import Handler, Peer, answering, chunked, stalling, whole

from dragoman.engine.policy import Timeouts

from .outcome import Expect
from .row import Right, Row
from .speech import Speech

__all__ = ["ROWS"]

SHORT = 0.05
ONLY = "streams only"
_BEFORE = Timeouts(first_byte=SHORT)
_BETWEEN = Timeouts(idle=SHORT)

# A deadline that is counted from before the request is sent may pass, on a busy machine, before it is.
_AT_MOST_ONCE = {0, 1}


def _late(phase: str, **facts: object) -> Expect:
    return Expect("TimedOut", how=phase, retryable=True, **{"tries": 1, **facts})


def _begun(speech: Speech) -> bytes:
    """The beginning of an answer in one piece: no deadline can pass inside it."""
    return b"".join(speech.begun(speech.halves()[0]))


def _drip(speech: Speech) -> Handler:
    """A byte every few milliseconds."""

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(speech.head())
        for byte in b"".join(speech.pieces()) * 100:
            peer.send(*chunked([bytes([byte])], end=False))
            peer.server.gone.wait(0.004)

    return handler


def _pings(speech: Speech) -> Handler:
    """Signs of life for ever, after some text."""

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(_begun(speech))
        while not peer.server.stopping:
            peer.send(*chunked([bytes(speech.wire.alive)], end=False))  # type: ignore[arg-type]
            peer.server.gone.wait(0.004)

    return handler


def _pinged(how: str, **facts: object) -> Callable[[Speech], Right]:
    right = Expect("TimedOut", how=how, **{"retryable": True, "text": "Rain in ", "tries": 1, **facts})
    return lambda speech: speech.wire.alive if isinstance(speech.wire.alive, str) else right


_IN_TOTAL = Expect("TimedOut", how="total", retryable=False, tries=_AT_MOST_ONCE)
_SAID_IN_TOTAL = _pinged("total", retryable=False, text={None, "", "Rain in "}, tries=_AT_MOST_ONCE)

ROWS = (
    Row(
        "F15",
        "silence before the head",
        lambda _: stalling(),
        *[_late("first_byte", text=None, tries=_AT_MOST_ONCE)] * 2,
        tries=1,
        timeouts=_BEFORE,
    ),
    Row(
        "F16", "silence after the head", lambda s: stalling(s.head()), *[_late("idle", text=None)] * 2, tries=1, timeouts=_BETWEEN
    ),
    Row(
        "F17",
        "silence in the text",
        lambda s: stalling(_begun(s)),
        _late("idle", text="Rain in ", finish=None),
        _late("idle", text=None),
        tries=1,
        timeouts=_BETWEEN,
    ),
    Row("F18", "nothing but signs of life", _pings, _pinged("progress"), ONLY, timeouts=Timeouts(progress=SHORT)),
    Row("F18.total", "the same, past the total deadline", _pings, _SAID_IN_TOTAL, ONLY, timeouts=Timeouts(total=SHORT)),
    Row("F19", "an answer that drips, past its total deadline", _drip, _IN_TOTAL, _IN_TOTAL, timeouts=Timeouts(total=SHORT)),
    Row(
        "F40",
        "silence in the text, and the client leaves the loop",
        lambda s: stalling(*s.begun(s.halves()[0])),
        Expect(words="what came, and the connection is free", text="Rain in ", finish=None, tries=1),
        ONLY,
        leaves="break",
    ),
    Row(
        "F40.cancel",
        "silence in the text, and another thread cancels",
        lambda s: stalling(*s.begun(s.halves()[0])),
        Expect(
            "Cancelled",
            words="`Cancelled`, what came is kept, and the connection is free",
            text="Rain in ",
            retryable=False,
            finish=None,
            tries=1,
        ),
        ONLY,
        leaves="cancel",
    ),
    Row(
        "F39",
        "a wait that is asked for and would outlast the total deadline",
        lambda s: answering(whole(b"{}", "429 Too Many Requests", retry_after="30")),
        *[Expect("RateLimited", retry_after=30.0, retryable=True, tries=1)] * 2,
        timeouts=Timeouts(total=20),
    ),
)
"""The rows, in the order of the page."""
