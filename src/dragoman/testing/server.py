"""A small HTTP/1.1 server on 127.0.0.1 for a handler, to test clients over real sockets.

It keeps connections open, reads bodies by length or chunked, and sends every chunk of an answer the moment it is made:
with the handler's content length where it names one, else chunked. What a handler says about the connection happens to
the socket:

| the handler | the socket |
|---|---|
| `ConnectionFailed` of kind `reset` | RST |
| `ConnectionFailed` of another kind | FIN, without the end of the body |
| fewer bytes than its content length | FIN |
| `Pause` and `Late` | silence; `FOREVER` until the client goes or the server is closed |
| any other exception | a 500 before the head, FIN after it; the exception is logged and kept in `Server.errors` |

One thread a connection: for tests, not for the open network.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable, Iterator
from http import HTTPStatus
from io import BufferedReader
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from ..errors import ConnectionFailed
from ..transport.local import FOREVER, Handler, Late, Pause, Reply
from ..wire.http import HttpHead, HttpRequest, header_map

__all__ = ["Server"]

_log = logging.getLogger(__name__)

_LINE = 65_536
_HEADERS = 256
_JOIN_SECONDS = 10.0


class Server:
    """Serves a handler while its `with` block lasts, on a port of its own.

    `limit` bounds the bytes of one request body. `errors` are the exceptions the handler raised.
    """

    def __init__(self, handler: Handler, *, limit: int = 64 * 1024 * 1024) -> None:
        self.errors: list[BaseException] = []
        self._handler = handler
        self._limit = limit
        self._stopping = Event()
        self._lock = Lock()
        self._open: dict[socket.socket, Thread] = {}
        self._listener: socket.socket | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a path. Raises RuntimeError when the server does not run."""
        if self._listener is None:
            raise RuntimeError("the server does not run: use it in a `with` block")
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        with self._lock:
            return len(self._open)

    def start(self) -> None:
        """Listen and answer; `with` does it."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._thread = Thread(target=self._accept, args=(self._listener,), name="dragoman-test-server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop: open connections are cut. Raises RuntimeError when a handler does not come back."""
        if self._listener is None or self._thread is None:
            return
        self._stopping.set()
        # Closing a listening socket does not wake the thread that waits on it; a connection does.
        with socket.create_connection(self._listener.getsockname()):
            self._thread.join()
        self._listener.close()
        self._listener = None
        with self._lock:
            threads = list(self._open.values())
            for connection in self._open:
                _shut(connection)
        for thread in threads:
            thread.join(_JOIN_SECONDS)
            if thread.is_alive():
                raise RuntimeError(f"a handler still runs {_JOIN_SECONDS:g} seconds after the server was closed")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            if self._stopping.is_set():
                connection.close()
                return
            thread = Thread(target=self._serve, args=(connection,), name="dragoman-test-connection", daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection.makefile("rb") as reader:
                _Connection(connection, reader, self._handler, self._limit, self._stopping, self._note).run()
        except _Broken as broken:
            if broken.kind == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError as error:
            _log.debug("the client went away: %s", error)
        finally:
            with self._lock:
                del self._open[connection]
                connection.close()

    def _note(self, error: Exception) -> None:
        self.errors.append(error)
        _log.error("the handler failed", exc_info=error)


class _Broken(Exception):
    """The connection is to be closed now: `reset`, or in order."""

    def __init__(self, kind: str = "closed") -> None:
        super().__init__(kind)
        self.kind = kind


class _Refused(Exception):
    """What the client sent is not a request this server takes."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Connection:
    """One connection: requests in, answers out, until somebody has had enough."""

    __slots__ = ("_handler", "_limit", "_note", "_reader", "_send", "_stopping", "_url")

    def __init__(
        self,
        connection: socket.socket,
        reader: BufferedReader,
        handler: Handler,
        limit: int,
        stopping: Event,
        note: Callable[[Exception], None],
    ) -> None:
        self._reader = reader
        self._send = connection.sendall
        self._handler = handler
        self._limit = limit
        self._stopping = stopping
        self._note = note
        self._url = f"http://127.0.0.1:{connection.getsockname()[1]}"

    def run(self) -> None:
        """Raises _Broken or OSError when the connection does not end in order."""
        try:
            while (line := self._line()) and self._answer(*self._request(line)):
                pass
        except _Refused as refused:
            self._plain(refused.status, str(refused))

    def _line(self) -> bytes:
        """The next request line, `b""` when the client has gone; RFC 9112 §2.2 lets empty lines stand before it."""
        while line := self._reader.readline(_LINE):
            if not line.endswith(b"\n"):
                raise _Refused(431, "a line of the request's head is too long or cut off")
            if line := line.rstrip(b"\r\n"):
                break
        return line

    def _request(self, line: bytes) -> tuple[HttpRequest, str, bool]:
        """The request, its HTTP version, and whether the connection may be used again."""
        parts = line.decode("latin-1").split(" ")
        if len(parts) != 3 or parts[2] not in ("HTTP/1.1", "HTTP/1.0"):
            raise _Refused(400, "not an HTTP/1.1 request line")
        method, target, version = parts
        headers = header_map(self._headers())
        keep = version == "HTTP/1.1" and "close" not in headers.get("connection", "").lower()
        url = target if "://" in target.partition("?")[0] else self._url + target
        return HttpRequest(method, url, headers, self._body(headers)), version, keep

    def _headers(self) -> Iterator[tuple[str, str]]:
        for _ in range(_HEADERS):
            line = self._reader.readline(_LINE)
            if line in (b"\r\n", b"\n"):
                return
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or not line.endswith(b"\n"):
                raise _Refused(400, "not a header field")
            yield name, value.strip()
        raise _Refused(431, "too many header fields")

    def _body(self, headers: dict[str, str]) -> bytes:
        coding, length = headers.get("transfer-encoding", "").lower(), headers.get("content-length")
        if coding:
            if coding != "chunked" or length is not None:
                raise _Refused(400, "a body is either chunked or has a length")
            return self._chunked()
        if length is not None and not (length.isascii() and length.isdigit()):
            raise _Refused(400, "not a content length")
        return self._exactly(int(length or 0))

    def _chunked(self) -> bytes:
        body = bytearray()
        while True:
            size = self._reader.readline(_LINE).partition(b";")[0].strip()
            try:
                count = int(size, 16)
            except ValueError as error:
                raise _Refused(400, "not a chunk size") from error
            if count == 0:
                break
            body += self._exactly(count, len(body))
            self._reader.readline(_LINE)
        for _ in self._headers():
            pass  # trailer fields say nothing this server asks for
        return bytes(body)

    def _exactly(self, count: int, already: int = 0) -> bytes:
        if count + already > self._limit:
            raise _Refused(413, f"a request body may have {self._limit} bytes")
        data = self._reader.read(count)
        if len(data) < count:
            raise _Broken
        return data

    def _answer(self, request: HttpRequest, version: str, keep: bool) -> bool:
        """Answer one request; whether the connection may be used again."""
        try:
            reply = self._handler(request)
            while isinstance(reply, Late):
                self._wait(reply.seconds)
                reply = reply.reply
        except ConnectionFailed as error:
            raise _Broken(error.kind) from error
        except (_Broken, OSError):
            raise
        except Exception as error:
            self._note(error)
            self._plain(500, "the handler of this test server failed; see its log")
            return False
        try:
            return self._carry(reply, request.method, version, keep)
        except ConnectionFailed as error:
            raise _Broken(error.kind) from error
        except (_Broken, OSError):
            raise
        except Exception as error:
            self._note(error)
            raise _Broken from error
        finally:
            self._give_up(reply)

    def _carry(self, reply: Reply, method: str, version: str, keep: bool) -> bool:
        status, headers = reply.head.status, dict(reply.head.headers)
        bodiless = method == "HEAD" or status in (204, 304)
        declared = headers.get("content-length")
        chunked = declared is None and not bodiless and version == "HTTP/1.1"
        if chunked:
            headers["transfer-encoding"] = "chunked"
        keep = keep and (chunked or bodiless or declared is not None)
        headers["connection"] = "keep-alive" if keep else "close"
        self._send(_head(HttpHead(status, headers)))
        missing = int(declared) if declared is not None else None
        for chunk in reply.chunks if not bodiless else ():
            if isinstance(chunk, Pause):
                self._wait(chunk.seconds)
            elif chunk:
                if missing is not None:
                    missing -= len(chunk)
                    if missing < 0:
                        raise ValueError("the handler gave more bytes than its content length says")
                self._send(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
        if missing and not bodiless:
            raise _Broken
        if chunked:
            self._send(b"0\r\n\r\n")
        return keep

    def _give_up(self, reply: Reply) -> None:
        close = getattr(reply.chunks, "close", None)
        if close is not None:
            try:
                close()
            except Exception as error:
                self._note(error)

    def _wait(self, seconds: float) -> None:
        if seconds == FOREVER:
            while self._reader.read1(_LINE):
                pass
            raise _Broken
        if self._stopping.wait(seconds):
            raise _Broken

    def _plain(self, status: int, message: str) -> None:
        body = message.encode()
        fields = {"content-type": "text/plain", "content-length": str(len(body)), "connection": "close"}
        self._send(_head(HttpHead(status, fields)) + body)


def _head(head: HttpHead) -> bytes:
    try:
        reason = HTTPStatus(head.status).phrase
    except ValueError:
        reason = "Unknown"  # 529 and other words of vendors
    lines = [f"HTTP/1.1 {head.status} {reason}", *[f"{name}: {value}" for name, value in head.headers.items()]]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _shut(connection: socket.socket) -> None:
    """Wake whoever waits on a connection, from another thread."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        _log.debug("already closed: %s", error)
