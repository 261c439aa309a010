"""The transport contract, kept by both libraries with both faces, under everything a network and a server can do.

The numbers F… name the cases of the fault list that `docs/transports.md` sums up.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import pickle
import random
import re
import threading
import traceback
from collections.abc import Iterator

import pytest
from fault_server import (
    FIRST,
    PATIENCE,
    STREAM,
    FaultServer,
    Handler,
    Peer,
    answering,
    breaking,
    chunked,
    head,
    nobody,
    stalling,
    whole,
)
from rigs import KEY, STALL, Rig, RigTransport, ask, certificate

from dragoman.errors import Cancelled, ConnectionFailed, TimedOut, UsageError

# What arrives, and when


def test_the_head_comes_before_the_body(transport: RigTransport) -> None:
    """A server that has sent no more than its head has answered."""
    go = threading.Event()

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(head(**STREAM))
        go.wait(PATIENCE)
        peer.send(*chunked([b"late"]))

    with FaultServer(handler) as server:
        body = transport.send(ask(server.url))
        assert (200, "text/event-stream") == (body.head.status, body.head.media_type)
        go.set()
        assert b"late" == body.rest()


def test_pieces_come_as_they_are_sent(transport: RigTransport) -> None:
    """Each piece can be read before the next one is sent: nothing waits for a buffer to fill."""
    pieces = [b"data: one\n\n", b"x", b"data: three\n\n"]
    turns = [threading.Event() for _ in pieces]

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(head(**STREAM))
        for turn, piece in zip(turns, chunked(pieces, end=False), strict=True):
            turn.wait(PATIENCE)
            peer.send(piece)
        peer.send(b"0\r\n\r\n")

    with FaultServer(handler) as server:
        body = transport.send(ask(server.url))
        for turn, piece in zip(turns, pieces, strict=True):
            turn.set()
            assert piece == body.read()
        assert b"" == body.read()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param([head(content_length="11"), b"hello ", b"world"], id="with its length"),
        pytest.param([head(transfer_encoding="chunked"), *chunked([b"hello", b" world"])], id="chunked"),
        pytest.param(
            [head(transfer_encoding="chunked"), b"5\r\nhel", b"lo\r\n", b"6", b"\r\n world\r", b"\n0\r\n", b"\r\n"], id="cut"
        ),
        pytest.param([head(transfer_encoding="chunked"), b"b;x=1\r\nhello world\r\n0\r\ntrailer: 1\r\n\r\n"], id="extras"),
        pytest.param([b"HTTP/1.0 200 OK\r\n\r\n", b"hello world"], id="to the end of the connection"),
        pytest.param([b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", whole(b"hello world")], id="F52 hints first"),
        pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", whole(b"hello world")], id="F52 continue first"),
        pytest.param([whole(b"hello world", content_length_="11").replace(b"length-", b"length")], id="F54 its length twice"),
    ],
)
def test_a_body_comes_whole(transport: RigTransport, answer: list[bytes]) -> None:
    """However a body is framed, it is what was sent, and after it there is nothing, again and again."""
    with FaultServer(breaking(*answer)) as server:
        body = transport.send(ask(server.url))
        assert b"hello world" == body.rest()
        assert b"" == body.read()


@pytest.mark.parametrize("status", [200, 204, 404, 500])
def test_an_empty_answer_ends_at_once(transport: RigTransport, status: int) -> None:
    """F11: an answer without a body is an answer, whatever its status."""
    with FaultServer(answering(head(f"{status} X", content_length="0") if status != 204 else head("204 X"))) as server:
        body = transport.send(ask(server.url))
        assert (status, b"") == (body.head.status, body.read())


def test_bytes_are_not_touched(transport: RigTransport) -> None:
    """F24: text cut in the middle of its letters, at every byte and at random, arrives as it was sent."""
    text = "naïve 日本 🙂\u2028 é\r\n\0".encode() * 20
    dice = random.Random(24)
    cuts = sorted(dice.sample(range(1, len(text)), 40))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    every = [text[index : index + 1] for index in range(len(text))]

    with FaultServer(answering(head(**STREAM), *chunked(pieces))) as server:
        assert text == transport.get(ask(server.url))[1]
    with FaultServer(answering(head(**STREAM), b"".join(chunked(every)))) as server:
        assert text == transport.get(ask(server.url))[1]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_large_body_comes_whole(rig: Rig, tls: bool) -> None:
    """Several megabytes both ways, more than any buffer holds."""
    large = random.Random(1).randbytes(3 << 20)

    def handler(peer: Peer) -> None:
        peer.send(whole(peer.receive().body))

    with FaultServer(handler, tls=certificate("good") if tls else None) as server:
        assert large == rig.open().get(ask(server.url, body=large))[1]


def test_pieces_are_bytes(transport: RigTransport) -> None:
    """What is read is `bytes` and no look-alike: framers split and join it."""
    with FaultServer(answering(head(**STREAM), *chunked([b"a"]))) as server:
        assert type(transport.send(ask(server.url)).read()) is bytes


# What is sent


def test_a_request_is_sent_as_it_is(transport: RigTransport) -> None:
    """Method, target, body and headers are the request's; what is added is told at the end of this test."""
    with FaultServer(answering(whole(b"ok"))) as server:
        transport.get(ask(f"{server.url}?a=b%20c&d=%2F", content_type="application/json", x_own="1"))
        sent = server.received[0]

    assert ("POST", "/v1/answer?a=b%20c&d=%2F", b'{"ask":1}') == (sent.method, sent.target, sent.body)
    own = {"authorization": f"Bearer {KEY}", "content-type": "application/json", "x-own": "1"}
    added = {name: value for name, value in sent.headers.items() if name not in own}
    assert own == {name: value for name, value in sent.headers.items() if name in own}
    assert added.pop("user-agent").startswith("dragoman/")
    assert added.pop("accept-encoding")
    assert added.pop("accept", "*/*") == "*/*"
    assert {"host": f"127.0.0.1:{server.port}", "content-length": "9"} == added


def test_a_user_agent_of_ones_own_wins(transport: RigTransport) -> None:
    """What the request says is not overwritten."""
    with FaultServer(answering(whole(b"ok"))) as server:
        transport.get(ask(server.url, user_agent="mine/1", accept_encoding="identity"))

    assert ("mine/1", "identity") == (server.received[0].headers["user-agent"], server.received[0].headers["accept-encoding"])


def test_a_request_without_a_body_has_no_length(transport: RigTransport) -> None:
    """A GET is sent as GETs are; a POST without a body says that it has none."""
    with FaultServer(answering(whole(b"ok"))) as server:
        transport.get(ask(server.url, method="GET", body=b""))
        transport.get(ask(server.url, body=b""))

    assert [None, "0"] == [sent.headers.get("content-length") for sent in server.received]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer(transport: RigTransport, status: int) -> None:
    """Nothing is sent again elsewhere: neither the key nor the question."""
    with FaultServer(answering(whole(b"", f"{status} Elsewhere", location="/other"))) as server:
        answer, _ = transport.get(ask(server.url))
        assert (status, "/other") == (answer.status, answer.headers["location"])
        assert 1 == len(server.received)


def test_cookies_are_not_kept(transport: RigTransport) -> None:
    """What one answer sets is not sent with the next request."""
    with FaultServer(answering(whole(b"ok", set_cookie="a=b"))) as server:
        transport.get(ask(server.url))
        transport.get(ask(server.url))

    assert [False, False] == ["cookie" in sent.headers for sent in server.received]


def test_header_names_are_small_and_repeated_ones_joined(transport: RigTransport) -> None:
    """F54: as RFC 9110 allows, in the order in which they came."""
    answer = head(content_length="0", X_One="1", x_two="2").replace(b"x-two: 2", b"X-TWO: 2\r\nx-one: 3")
    with FaultServer(answering(answer)) as server:
        headers = transport.get(ask(server.url))[0].headers

    assert ("1, 3", "2") == (headers["x-one"], headers["x-two"])


@pytest.mark.parametrize("value", [f"{KEY}\r\nx-evil: 1", f"{KEY}\n", f"\0{KEY}", f"{KEY}é", f"{KEY}\x7f"])
def test_a_header_cannot_break_out(transport: RigTransport, value: str) -> None:
    """S7: what HTTP cannot carry is refused before sending, and the refusal does not quote it."""
    with FaultServer(answering(whole(b"ok"))) as server, pytest.raises(UsageError, match="'x-key'") as caught:
        transport.send(ask(server.url, x_key=value))

    assert 0 == server.connections
    assert KEY not in "".join(traceback.format_exception(caught.value)).replace("x_key=value", "")


# How it breaks


@pytest.mark.parametrize(
    ("handler", "kinds"),
    [
        pytest.param(breaking(by=Peer.reset), {"reset"}, id="F1 reset before the head"),
        pytest.param(breaking(), {"closed"}, id="closed before the head"),
        pytest.param(breaking(b"HTTP/1.1 200 O"), {"closed", "other"}, id="closed inside the head"),
        pytest.param(breaking(b"garbage\r\n\r\n"), {"other"}, id="not HTTP"),
        pytest.param(
            breaking(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n"), {"other"}, id="F54 two lengths"
        ),
    ],
)
def test_an_answer_that_does_not_begin(transport: RigTransport, handler: Handler, kinds: set[str]) -> None:
    """No head: the request fails with a kind, once, and may be sent again by whoever decides that."""
    with FaultServer(handler) as server:
        with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{server.port}") as caught:
            transport.send(ask(server.url))
        assert 1 == len(server.received)

    assert caught.value.kind in kinds
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("handler", "kinds"),
    [
        pytest.param(breaking(*FIRST, by=Peer.reset), {"reset"}, id="F3-F5 reset"),
        pytest.param(breaking(*FIRST, b"ff\r\nhalf"), {"closed"}, id="F6 end inside a chunk"),
        pytest.param(breaking(*FIRST), {"closed"}, id="end between chunks"),
        pytest.param(breaking(head(content_length="20"), b"data: one\n\n"), {"closed"}, id="F7 shorter than its length"),
        pytest.param(breaking(*FIRST, b"zz\r\n"), {"other"}, id="no chunk"),
    ],
)
def test_an_answer_that_breaks_off(transport: RigTransport, handler: Handler, kinds: set[str]) -> None:
    """What came is given first, then the failure with its kind; after it there is nothing."""
    with FaultServer(handler) as server:
        body = transport.send(ask(server.url))
        assert body.read().startswith(b"data: one\n\n")
        with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{server.port}") as caught:
            body.rest()
        assert b"" == body.read()

    assert caught.value.kind in kinds
    assert caught.value.retryable


def test_a_reset_right_after_the_head(transport: RigTransport) -> None:
    """F2: the head may be given first; the failure comes at the latest with the first read."""
    with FaultServer(breaking(head(**STREAM), by=Peer.reset)) as server, pytest.raises(ConnectionFailed) as caught:
        transport.send(ask(server.url)).read()

    assert "reset" == caught.value.kind


def test_a_refused_connection(transport: RigTransport) -> None:
    """F44: nobody listens."""
    with nobody() as port, pytest.raises(ConnectionFailed) as caught:
        transport.send(ask(f"http://127.0.0.1:{port}/"))

    assert re.search(f"127.0.0.1:{port} refuses the connection.*; check", str(caught.value))

    assert ("refused", True) == (caught.value.kind, caught.value.retryable)


def test_an_unknown_name(transport: RigTransport) -> None:
    """F44: a name that cannot be resolved is not tried again."""
    name = f"{'x' * 64}.invalid"  # a label too long for any name server: nothing leaves this machine
    with pytest.raises(ConnectionFailed, match=r"the name x+\.invalid cannot be resolved.*; check the base URL") as caught:
        transport.send(ask(f"http://{name}/"))

    assert ("dns", False) == (caught.value.kind, caught.value.retryable)


# Connections


def test_a_connection_is_used_again(transport: RigTransport) -> None:
    """An answer read to its end gives its connection back."""
    with FaultServer(answering(head(**STREAM), *chunked([b"a", b"b"]))) as server:
        for _ in range(3):
            assert b"ab" == transport.get(ask(server.url))[1]
        assert (1, 3) == (server.connections, len(server.received))


def test_a_connection_that_was_closed_while_idle(rig: Rig) -> None:
    """F43: noticed before anything is sent on it.

    pyreqwest notices in a thread of its own. Where that has not had its turn, the request fails like one whose connection
    is closed while it is sent, and the next one takes a new connection.
    """
    transport = rig.open()
    closed = threading.Event()
    unnoticed: list[ConnectionFailed] = []

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(whole(b"once"))
        peer.close()
        closed.set()

    def get() -> bytes:
        try:
            return transport.get(ask(server.url))[1]
        except ConnectionFailed as error:
            unnoticed.append(error)
            return transport.get(ask(server.url))[1]

    with FaultServer(handler) as server:
        for _ in range(3):
            assert b"once" == get()
            assert closed.wait(PATIENCE)
            closed.clear()
        assert (3, 3) == (server.connections, len(server.received))

    assert [] == unnoticed or rig.kind == "pyreqwest"
    assert {(error.kind, error.retryable) for error in unnoticed} <= {("closed", True), ("reset", True)}


def test_a_connection_that_is_closed_while_we_send(transport: RigTransport) -> None:
    """F43: the request may have arrived, so that it is not sent again in silence."""

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(whole(b"once"))
        peer.receive()
        peer.close()

    with FaultServer(handler) as server:
        transport.get(ask(server.url))
        with pytest.raises(ConnectionFailed) as caught:
            transport.send(ask(server.url))
        assert 2 == len(server.received)

    assert caught.value.kind in {"closed", "reset"}
    assert caught.value.retryable


def test_an_answer_closed_early_cuts_its_connection(transport: RigTransport) -> None:
    """The server learns at once that nobody listens any more; what is read afterwards says who closed."""
    with FaultServer(stalling(*FIRST)) as server:
        body = transport.send(ask(server.url))
        assert b"data: one\n\n" == body.read()
        body.close()
        assert server.gone.wait(PATIENCE)
        body.close()
        with pytest.raises(Cancelled, match="closed here"):
            body.read()


def test_closing_after_the_end_keeps_the_connection(transport: RigTransport) -> None:
    """A body that was read to its end has nothing left to cut."""
    with FaultServer(answering(whole(b"all"))) as server:
        for _ in range(2):
            body = transport.send(ask(server.url))
            assert b"all" == body.rest()
            body.close()
            assert b"" == body.read()
        assert 1 == server.connections


def test_a_transport_can_be_closed_and_used_again(transport: RigTransport) -> None:
    """Closing lets go of the idle connections and no more."""
    with FaultServer(answering(whole(b"ok"))) as server:
        transport.get(ask(server.url))
        transport.close()
        assert b"ok" == transport.get(ask(server.url))[1]
        assert 2 == server.connections


def test_a_full_pool(rig: Rig) -> None:
    """F42: no free connection is its own kind of failure, and passes when one is given back."""
    # How long connecting may take is a setting of pyreqwest's client, and each client has a pool of its own.
    room, no_room = (1.0, 1.0) if rig.kind == "pyreqwest" else (PATIENCE, STALL)
    transport = rig.open(max_connections=1)
    go = threading.Event()

    def handler(peer: Peer) -> None:
        while True:
            peer.receive()
            peer.send(head(**STREAM), *chunked([b"a"], end=False))
            go.wait(PATIENCE)
            peer.send(*chunked([b"b"]))

    with FaultServer(handler) as server:
        held = transport.send(ask(server.url), connect=room)
        with pytest.raises(ConnectionFailed, match="raise max_connections") as caught:
            transport.send(ask(server.url), connect=no_room)
        go.set()
        held.rest()
        assert b"ab" == transport.send(ask(server.url), connect=room).rest()

    assert ("pool", True) == (caught.value.kind, caught.value.retryable)


def test_failures_leave_nothing_behind(rig: Rig) -> None:
    """F42: neither a place in the pool nor an open file, however often a request fails."""
    transport = rig.open(max_connections=2)
    failures: Iterator[Handler] = iter([breaking(by=Peer.reset), breaking(*FIRST, by=Peer.reset), breaking(*FIRST)] * 20)

    def fail(url: str) -> None:
        with pytest.raises(ConnectionFailed):
            transport.send(ask(url)).rest()

    with FaultServer(lambda peer: next(failures)(peer)) as server:
        for _ in range(12):
            fail(server.url)
        before = open_files()
        for _ in range(48):
            fail(server.url)
        assert 60 == len(server.received)
        # The server's own side of each connection is in this process too.
        assert open_files() - before < 10


def open_files() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


# Secrets


def test_the_key_stays_inside(transport: RigTransport, caplog: pytest.LogCaptureFixture) -> None:
    """S1: not in any message, pickle, log, representation, or in the variables of any frame an error carries."""
    caplog.set_level(logging.DEBUG)
    errors: list[Exception] = []

    def attempt(handler: Handler, **timeouts: float) -> None:
        with FaultServer(handler) as server:
            try:
                body = transport.send(ask(f"{server.url}?key={KEY}"), **timeouts)
                seen.extend([repr(body.body), repr(body.head)])
                body.read(STALL)
                body.read(STALL)
            except (ConnectionFailed, TimedOut) as error:
                errors.append(error)

    seen: list[str] = []
    attempt(breaking(by=Peer.reset))
    attempt(breaking(*FIRST, by=Peer.reset))
    attempt(breaking(b"garbage\r\n\r\n"))
    attempt(stalling(), first_byte=STALL)
    attempt(answering(head(**STREAM)))
    assert 5 == len(errors)
    for error in errors:
        seen += [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))]
        while error is not None:
            seen += list(frames(error))
            error = error.__cause__ or error.__context__  # type: ignore[assignment]
    seen += [repr(transport.transport), repr(vars(transport.transport)), caplog.text]

    assert [] == [text for text in seen if KEY in text]


def frames(error: BaseException) -> Iterator[str]:
    """The variables of the frames an error came through, those of the tests themselves left out."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if os.path.dirname(__file__) not in frame.f_code.co_filename and "rigs.py" not in frame.f_code.co_filename:
            for name, value in frame.f_locals.items():
                out = io.StringIO()
                print(name, value, file=out)
                yield out.getvalue()
