"""Every wait has its own length and its own name, in both libraries with both faces."""

from __future__ import annotations

import threading
import time

import pytest
from fault_server import FIRST, PATIENCE, STREAM, FaultServer, Peer, answering, chunked, head, stalling
from rigs import STALL, RigTransport, ask

from dragoman.errors import TimedOut
from dragoman.transport.patience import Patience


def test_no_connection_in_time(transport: RigTransport) -> None:
    """F15: a handshake that does not come to its end is a connection that does not come to be."""
    with FaultServer(Peer.watch) as server:
        with pytest.raises(TimedOut, match=f"no connection to 127.0.0.1:{server.port} within 0.1 seconds; ") as caught:
            transport.send(ask(server.url.replace("http", "https")), connect=STALL)
        assert server.gone.wait(PATIENCE)

    assert ("connect", True) == (caught.value.phase, caught.value.retryable)


def test_no_head_in_time(transport: RigTransport) -> None:
    """F15: silence before the answer."""
    with (
        FaultServer(stalling()) as server,
        pytest.raises(TimedOut, match=f"no answer from 127.0.0.1:{server.port} within 0.1 seconds; ") as caught,
    ):
        transport.send(ask(server.url), first_byte=STALL)

    assert "first_byte" == caught.value.phase


def test_a_head_that_drips(transport: RigTransport) -> None:
    """F19: bytes that come without making a head do not stretch the wait for it."""
    stop = threading.Event()

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(b"HTTP/1.1 200 OK\r\nx: ")
        while not stop.wait(STALL / 5):
            peer.send(b"y")

    with FaultServer(handler) as server:
        with pytest.raises(TimedOut) as caught:
            transport.send(ask(server.url), first_byte=STALL)
        stop.set()

    assert "first_byte" == caught.value.phase


@pytest.mark.parametrize(
    "before", [pytest.param([], id="F16 before the first event"), pytest.param(FIRST[1:], id="F17 mid-stream")]
)
def test_silence_in_the_body(transport: RigTransport, before: list[bytes]) -> None:
    """Silence ends the wait, as idle, and the connection."""
    with FaultServer(stalling(head(**STREAM), *before)) as server:
        body = transport.send(ask(server.url))
        for _ in before:
            assert b"data: one\n\n" == body.read()
        with pytest.raises(TimedOut, match=f"nothing more came from 127.0.0.1:{server.port} for 0.1 seconds; ") as caught:
            body.read(STALL)
        assert server.gone.wait(PATIENCE)

    assert "idle" == caught.value.phase


def test_silence_that_only_looks_like_data(transport: RigTransport) -> None:
    """F19: framing that drips without ever making a byte of the body does not stretch the wait either."""
    stop = threading.Event()

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(*FIRST, b"5;")
        while not stop.wait(STALL / 5):
            peer.send(b"x")

    with FaultServer(handler) as server:
        body = transport.send(ask(server.url))
        assert b"data: one\n\n" == body.read()
        with pytest.raises(TimedOut) as caught:
            body.read(STALL)
        stop.set()

    assert "idle" == caught.value.phase


def test_a_body_that_drips(transport: RigTransport) -> None:
    """F19: each byte is given as it comes, so that whoever keeps the total time can look at the clock."""
    turns = threading.Semaphore(0)

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(head(content_length="5"))
        for byte in b"drips":
            turns.acquire(timeout=PATIENCE)
            peer.send(bytes([byte]))

    with FaultServer(handler) as server:
        body = transport.send(ask(server.url))
        came = []
        for _ in range(5):
            turns.release()
            came.append(body.read())

    assert [b"d", b"r", b"i", b"p", b"s"] == came


def test_each_wait_has_its_own_length(transport: RigTransport) -> None:
    """Timeouts are those of the call: a long wait may follow a short one.

    A machine that is too busy for the short one is asked again.
    """

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(head(**STREAM), *chunked([b"a"], end=False))
        threading.Event().wait(2 * STALL)
        peer.send(*chunked([b"b"]))

    with FaultServer(handler) as server:
        for _ in range(100):
            body = transport.send(ask(server.url), first_byte=None)
            try:
                first = body.read(STALL)
            except TimedOut:
                continue
            break
        assert b"a" == first
        assert b"b" == body.read(None)
        assert b"" == body.read()


def test_a_clock_that_is_set(transport: RigTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    """F53: waits are measured on a clock that no one sets."""
    steps = iter([0.0, 1e9, -1e9] * 1000)
    monkeypatch.setattr(time, "time", lambda: next(steps))
    with FaultServer(answering(head(**STREAM), *chunked([b"a", b"b"]))) as server:
        assert b"ab" == transport.get(ask(server.url))[1]


def test_patience_counts_down() -> None:
    """One wait follows another, each with a length of its own; a wait without a length never ends."""
    now = 100.0
    patience = Patience("host", 10.0, None, lambda: now)
    assert ("connect", 10.0, 110.0) == (patience.phase, patience.left(), patience.until)

    patience.sent()
    assert ("first_byte", None, None) == (patience.phase, patience.left(), patience.until)

    patience.idle(2.0)
    now = 101.5
    assert ("idle", 0.5) == (patience.phase, patience.left())
    now = 102.0
    with pytest.raises(TimedOut, match="nothing more came from host for 2 seconds"):
        patience.left()


def test_both_waits_for_the_head_share_a_total() -> None:
    """Connecting takes from what the head may take, and the wait in the body is not touched."""
    now = [100.0]
    patience = Patience("h", 5.0, 8.0, lambda: now[0], 10.0)
    assert (105.0, 5.0) == (patience.until, patience.seconds)
    now[0] = 104.0
    patience.sent()
    assert (110.0, 10.0) == (patience.until, patience.seconds)
    patience.idle(60.0)
    assert (164.0, 60.0) == (patience.until, patience.seconds)


def test_a_total_holds_where_nothing_else_does(transport: RigTransport) -> None:
    """A head that does not come, without a limit of its own."""
    with FaultServer(stalling()) as server:
        with pytest.raises(TimedOut) as caught:
            transport.send(ask(server.url), first_byte=None, total=STALL)
        assert "first_byte" == caught.value.phase
