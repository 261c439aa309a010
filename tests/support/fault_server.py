"""A server that misbehaves to order, on raw sockets of this machine: each connection is a function's to answer.

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(b"HTTP/1.1 200 OK\\r\\ncontent-length: 10\\r\\n\\r\\nhalf")
        peer.reset()

    with FaultServer(handler) as server:
        ...  # send requests to server.url

A handler runs in a thread of its own, once for each connection, and the connection is closed when it returns. What it
sees of the client is on the server: `received`, `connections`, `gone` (a client has closed its connection under the handler)
and, by `watch`, `waiting`. An error a handler raises is raised again when the server is left.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import NamedTuple

__all__ = [
    "FIRST",
    "PATIENCE",
    "STREAM",
    "FaultServer",
    "Handler",
    "Peer",
    "Received",
    "answering",
    "breaking",
    "chunked",
    "head",
    "nobody",
    "stalling",
    "whole",
]

PATIENCE = 30.0
"""Seconds after which a test that waits for something gives up: far more than anything here needs on the busiest machine."""


class Received(NamedTuple):
    """One request as it came. Header names are lower case, repeated ones keep the last value."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Stopped(Exception):
    """The server is being left, or the client has gone: nothing more can be done on this connection."""


class Peer:
    """One client's connection, as a handler sees it."""

    def __init__(self, sock: socket.socket, server: FaultServer) -> None:
        self.server = server
        self._sock = sock
        self._buffer = b""

    def receive(self) -> Received:
        """Wait for one whole request. Raises Stopped when the client closes instead."""
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        top, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        line, *fields = top.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            self._fill()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        method, target, _version = line.split(" ")
        received = Received(method, target, headers, body)
        self.server.received.append(received)
        return received

    def send(self, *parts: bytes) -> None:
        """Send bytes, each part on its own."""
        for part in parts:
            try:
                self._sock.sendall(part)
            except OSError:
                raise Stopped from None

    def watch(self) -> None:
        """Wait until the client closes, and say on the server that this is waited for."""
        self.server.waiting.set()
        while True:
            self._fill()

    def reset(self) -> None:
        """Close with a reset instead of an end."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def finish(self) -> None:
        """Send the end of the stream and keep reading."""
        self._sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()

    def drop(self) -> None:
        """Break the connection under whatever is being done with it."""
        _shutdown(self._sock)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on under TLS. Raises Stopped when the client does not."""
        try:
            self._sock = context.wrap_socket(self._sock, server_side=True)
        except OSError:
            raise Stopped from None
        self.server.protocols.append(self._sock.selected_alpn_protocol())

    def relay(self, host: str, port: int) -> None:
        """Carry bytes both ways between the client and another server until one of them closes."""
        with socket.create_connection((host, port), timeout=PATIENCE) as other:
            back = threading.Thread(target=_pump, args=(other, self._sock), daemon=True)
            back.start()
            _pump(self._sock, other)
            back.join(PATIENCE)

    def _fill(self) -> None:
        try:
            data = self._sock.recv(65536)
        except OSError:
            raise Stopped from None
        if not data:
            raise Stopped
        self._buffer += data


Handler = Callable[[Peer], None]


class FaultServer:
    """A listening socket on 127.0.0.1 and the threads that answer. With `tls`, connections begin with a handshake."""

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.protocols: list[str | None] = []
        self.waiting = threading.Event()
        self.gone = threading.Event()
        self.stopping = False
        self._lock = threading.Lock()
        self._handler = handler
        self._tls = tls
        self._errors: list[BaseException] = []
        self._peers: list[Peer] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/v1/answer"

    def __enter__(self) -> FaultServer:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            self.stopping = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._peers:
            peer.drop()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a handler does not end"
        if self._errors and kind is None:
            raise self._errors[0]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self.stopping:  # whoever leaves has dropped all the others already
                    sock.close()
                    return
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                peer = Peer(sock, self)
                self._peers.append(peer)
                self._start(self._serve, peer)

    def _serve(self, peer: Peer) -> None:
        try:
            if self._tls is not None:
                peer.start_tls(self._tls)
            self._handler(peer)
        except Stopped:
            if not self.stopping:
                self.gone.set()
        except BaseException as error:
            self._errors.append(error)
        finally:
            peer.close()

    def _start(self, function: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


@contextmanager
def nobody() -> Iterator[int]:
    """A port of this machine at which nobody listens: it is held, so that no server beside this test is given it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def head(status: str = "200 OK", **headers: str) -> bytes:
    """The head of an answer; `content_type="x"` becomes `content-type: x`."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def whole(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer with its length."""
    return head(status, content_length=str(len(body)), **headers) + body


def chunked(pieces: Iterable[bytes], *, end: bool = True) -> list[bytes]:
    """Pieces of a body in chunked framing, each of its own; the last chunk is the end unless it is to be missing."""
    framed = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]
    return [*framed, b"0\r\n\r\n"] if end else framed


STREAM = {"content_type": "text/event-stream", "transfer_encoding": "chunked"}
FIRST = [head(**STREAM), *chunked([b"data: one\n\n"], end=False)]
"""The beginning of a streamed answer: its head and one event."""


def answering(*parts: bytes) -> Handler:
    """A handler that answers every request of a connection alike."""

    def handler(peer: Peer) -> None:
        while True:
            peer.receive()
            peer.send(*parts)

    return handler


def breaking(*parts: bytes, by: Callable[[Peer], None] = Peer.close) -> Handler:
    """A handler that answers so far and then breaks the connection, by closing it if not otherwise."""

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(*parts)
        by(peer)

    return handler


def stalling(*parts: bytes) -> Handler:
    """A handler that answers so far, and then waits for the client to give up."""

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(*parts)
        peer.watch()

    return handler


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass  # one of the two has gone: so does the other
    finally:
        for sock in (source, target):
            _shutdown(sock)


def _shutdown(sock: socket.socket) -> None:
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's own, which another thread may be using
    except OSError:
        pass  # closed already
