"""The server over real sockets, watched with nothing but a socket: what a handler says is what the wire carries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from dragoman.errors import ConnectionFailed
from dragoman.testing import Server
from dragoman.testing.server import _shut
from dragoman.transport.local import FOREVER, Handler, Late, Pause
from dragoman.wire.http import HttpHead, HttpRequest

ASK = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
LAST = ASK.replace(b"Host: a", b"Host: a\r\nConnection: close")


class Reply:
    def __init__(self, *chunks: bytes | Pause | Exception, status: int = 200, length: int | None = None) -> None:
        self.head = HttpHead(status, {"content-length": str(length)} if length is not None else {"x-a": "b"})
        self.closed = threading.Event()
        self.chunks: Iterator[bytes | Pause] = self._make(chunks)

    def _make(self, chunks: tuple[bytes | Pause | Exception, ...]) -> Iterator[bytes | Pause]:
        try:
            for chunk in chunks:
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk
        finally:
            self.closed.set()


def broken(kind: str) -> ConnectionFailed:
    error = ConnectionFailed("broken")
    error.kind = kind
    return error


@contextmanager
def connected(handler: Handler, **options: int) -> Iterator[tuple[Server, socket.socket]]:
    with Server(handler, **options) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as client:
            yield server, client


def ask(handler: Handler, data: bytes = LAST, **options: int) -> bytes:
    """All bytes that answer `data`, to the end of the connection."""
    with connected(handler, **options) as (_, client):
        client.sendall(data)
        return read(client)


def read(client: socket.socket, until: bytes | None = None) -> bytes:
    got = b""
    while until is None or until not in got:
        data = client.recv(65536)
        if not data:
            break
        got += data
    return got


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def test_a_body_without_length_is_chunked() -> None:
    """Every chunk of the handler is one on the wire, and the end is said."""
    answer = ask(lambda request: Reply(b"one", b"", b"three"))

    assert answer.startswith(b"HTTP/1.1 200 OK\r\nx-a: b\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n")
    assert b"3\r\none\r\n5\r\nthree\r\n0\r\n\r\n" == body(answer)


def test_a_body_with_length_is_plain() -> None:
    """A declared length is kept as it is."""
    answer = ask(lambda request: Reply(b"one", b"two", length=6))

    assert b"content-length: 6\r\n" in answer
    assert b"onetwo" == body(answer)


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_gets_none(status: int) -> None:
    """Some statuses end with their head."""
    answer = ask(lambda request: Reply(status=status))

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"transfer-encoding" not in answer
    assert b"" == body(answer)


def test_a_vendors_own_status_is_carried() -> None:
    """A status no standard knows still has a status line."""
    assert ask(lambda request: Reply(length=0, status=529)).startswith(b"HTTP/1.1 529 Unknown\r\n")


def test_a_connection_carries_one_request_after_another() -> None:
    """Kept alive, pipelined or not, with each answer complete before the next."""
    seen: list[HttpRequest] = []

    def handler(request: HttpRequest) -> Reply:
        seen.append(request)
        return Reply(request.body)

    with connected(handler) as (_, client):
        client.sendall(ASK)
        first = read(client, b"0\r\n\r\n")
        client.sendall(ASK + LAST)
        rest = read(client)

    assert b"connection: keep-alive\r\n" in first
    assert [3, 2] == [len(seen), rest.count(b"2\r\nhi\r\n0\r\n\r\n")]
    assert HttpRequest("POST", f"{server_url(seen[0])}/x", {"host": "a", "content-length": "2"}, b"hi") == seen[0]


def server_url(request: HttpRequest) -> str:
    return request.url.rpartition("/")[0]


def test_chunks_are_sent_the_moment_they_are_made() -> None:
    """The head and each chunk are on the wire while the handler still works on the next."""
    go = threading.Event()

    class Slow(Reply):
        def _make(self, chunks: tuple[bytes | Pause | Exception, ...]) -> Iterator[bytes | Pause]:
            yield b"one"
            assert go.wait(20)
            yield b"two"

    with connected(lambda request: Slow()) as (_, client):
        client.sendall(LAST)
        early = read(client, b"one\r\n")
        go.set()
        late = read(client)

    assert early.endswith(b"\r\n\r\n3\r\none\r\n")
    assert b"3\r\ntwo\r\n0\r\n\r\n" == late


def test_a_request_body_may_be_chunked() -> None:
    """Chunk extensions and trailer fields are read over."""
    data = (
        LAST.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked")[:-2] + b"2;x=y\r\nhi\r\n3\r\n ho\r\n0\r\nT: v\r\n\r\n"
    )

    assert b"5\r\nhi ho\r\n0\r\n\r\n" == body(ask(lambda request: Reply(request.body), data))


def test_empty_lines_before_a_request_are_read_over() -> None:
    """However many there are."""
    assert b"2\r\nhi\r\n0\r\n\r\n" == body(ask(lambda request: Reply(request.body), b"\r\n" * 5000 + LAST))


def test_an_older_client_gets_a_body_that_ends_with_the_connection() -> None:
    """HTTP/1.0 knows no chunks."""
    answer = ask(lambda request: Reply(b"one", b"two"), LAST.replace(b"HTTP/1.1", b"HTTP/1.0"))

    assert b"onetwo" == body(answer)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(b"nonsense\r\n\r\n", 400, id="no request line"),
        pytest.param(b"GET / HTTP/2.0\r\n\r\n", 400, id="another version"),
        pytest.param(b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, id="no header field"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, id="negative length"),
        pytest.param(
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="length and chunks"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400, id="unknown coding"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, id="no chunk size"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n", 413, id="too large"),
        pytest.param(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n", 413, id="too large in chunks"
        ),
        pytest.param(b"GET /" + b"x" * 70_000, 431, id="endless line"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 300 + b"\r\n", 431, id="endless head"),
    ],
)
def test_what_is_no_request_is_refused(data: bytes, status: int) -> None:
    """The handler never sees it, the client is told why, and the connection ends."""

    def handler(request: HttpRequest) -> Reply:
        pytest.fail("the handler was asked")

    with connected(handler, limit=10) as (server, client):
        client.sendall(data)
        answer = client.recv(65536)

        assert [] == server.errors
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_a_reset_is_a_reset() -> None:
    """What was sent arrives, then the connection is refused further use, not ended in order."""
    with connected(lambda request: Reply(b"one", broken("reset"))) as (_, client):
        client.sendall(ASK)
        with pytest.raises(ConnectionResetError):
            read(client)


def test_a_reset_before_the_head() -> None:
    """A handler that raises instead of answering resets without a byte."""

    def handler(request: HttpRequest) -> Reply:
        raise broken("reset")

    with pytest.raises(ConnectionResetError):
        ask(handler)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(lambda: Reply(b"one", broken("closed")), id="cut inside chunks"),
        pytest.param(lambda: Reply(b"one", ZeroDivisionError()), id="a bug of the handler"),
    ],
)
def test_a_cut_body_has_no_end(reply: Callable[[], Reply]) -> None:
    """The connection closes in order, but the last chunk is never said."""
    assert b"3\r\none\r\n" == body(ask(lambda request: reply(), ASK))


def test_a_body_shorter_than_its_length_ends_the_connection() -> None:
    """The rest never comes, and the connection is not used again."""
    assert b"one" == body(ask(lambda request: Reply(b"one", length=5), ASK))


def test_more_than_the_length_is_a_bug_of_the_handler() -> None:
    """It is never sent, where a client would take it for the next answer."""
    with connected(lambda request: Reply(b"one", b"two", length=3)) as (server, client):
        client.sendall(ASK)
        answer = read(client)

    assert b"one" == body(answer)
    assert [ValueError] == [type(error) for error in server.errors]


def test_a_bug_before_the_head_is_a_500_and_is_kept() -> None:
    """The client is told, the test that made the handler can see the exception."""
    bug = ZeroDivisionError()

    def handler(request: HttpRequest) -> Reply:
        raise bug

    with connected(handler) as (server, client):
        client.sendall(ASK)
        answer = read(client)

    assert answer.startswith(b"HTTP/1.1 500 ")
    assert [bug] == server.errors


def test_an_exception_after_the_last_byte_is_kept() -> None:
    """What a handler raises at its end, or when it is closed, is not lost."""

    class Raises(Reply):
        def __init__(self) -> None:
            super().__init__(length=2)
            self.chunks = self

        def __iter__(self) -> Iterator[bytes]:
            return iter([b"ok"])

        def close(self) -> None:
            raise ZeroDivisionError

    with connected(lambda request: Raises()) as (server, client):
        client.sendall(LAST)
        answer = read(client)

    assert b"ok" == body(answer)
    assert [ZeroDivisionError] == [type(error) for error in server.errors]


@pytest.mark.parametrize("late", [False, True])
def test_silence_lasts_until_the_client_goes(late: bool) -> None:
    """`FOREVER`, before the head or inside the body, is left by closing the connection; the chunks are then closed."""
    reply = Reply(b"one", Pause(FOREVER), b"never")
    with connected(lambda request: Late(FOREVER, reply) if late else reply) as (server, client):
        client.sendall(ASK)
        if not late:
            assert read(client, b"one\r\n").endswith(b"one\r\n")
        client.sendall(b"impatient")
        client.shutdown(socket.SHUT_WR)
        rest = read(client)

        assert [b"", []] == [rest, server.errors]
    assert late or reply.closed.wait(20)


def test_closing_the_server_ends_every_silence() -> None:
    """Nobody waits for a script: open connections are cut, finite and endless pauses too."""
    replies = [Reply(b"one", Pause(FOREVER)), Reply(b"one", Pause(3600))]
    waiting = iter(replies)
    server = Server(lambda request: next(waiting))
    server.start()
    port = int(server.url.rpartition(":")[2])
    clients = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in replies]
    for client in clients:
        client.sendall(ASK)
        read(client, b"one\r\n")
    open_before = server.connections
    server.close()

    assert [2, 0] == [open_before, server.connections]
    assert [b"", b""] == [read(client) for client in clients]
    assert all(reply.closed.is_set() for reply in replies)
    for client in clients:
        client.close()
    server.close()


def test_a_pause_passes() -> None:
    """A finite silence is over some time."""
    answer = ask(lambda request: Late(0.001, Reply(b"one", Pause(0.001), b"two")))

    assert b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n" == body(answer)


def test_a_client_that_leaves_closes_the_chunks() -> None:
    """An endless answer stops being made when nobody is there to read it."""

    class Endless(Reply):
        def _make(self, chunks: tuple[bytes | Pause | Exception, ...]) -> Iterator[bytes | Pause]:
            try:
                while True:
                    yield b"x" * 65536
            finally:
                self.closed.set()

    reply = Endless()
    with connected(lambda request: reply) as (server, client):
        client.sendall(ASK)
        client.recv(10)
        client.close()

        assert reply.closed.wait(20)
        assert [] == server.errors


def test_a_request_cut_off_is_not_answered() -> None:
    """Half a body is no request; the connection just ends."""
    with connected(lambda request: pytest.fail("the handler was asked")) as (server, client):
        client.sendall(ASK[:-1])
        client.shutdown(socket.SHUT_WR)

        assert b"" == read(client)
        assert [] == server.errors


def test_a_handler_that_does_not_come_back_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing does not wait for ever, and does not pretend that all is well."""
    monkeypatch.setattr("dragoman.testing.server._JOIN_SECONDS", 0)
    asked, go = threading.Event(), threading.Event()

    def handler(request: HttpRequest) -> Reply:
        asked.set()
        assert go.wait(20)
        return Reply(b"late")

    server = Server(handler)
    server.start()
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=20) as client:
        client.sendall(ASK)
        assert asked.wait(20)
        with pytest.raises(RuntimeError, match="still runs"):
            server.close()
        go.set()
        read(client)


def test_waking_a_connection_that_is_gone_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    """Closing the server races with clients that leave; either order is fine."""
    with socket.socket() as gone, caplog.at_level("DEBUG", "dragoman.testing.server"):
        _shut(gone)

    assert "already closed" in caplog.text


def test_a_server_that_does_not_run_has_no_url() -> None:
    """Asking too early says what to do."""
    with pytest.raises(RuntimeError, match="with"):
        _ = Server(lambda request: Reply()).url
