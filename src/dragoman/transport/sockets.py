"""Blocking sockets for a connection pool: the pool decides which connection carries what, these are its bytes.

The pool hands a `Patience` to every call where it would hand a number, so that one deadline covers all steps of a
wait, and trouble is raised in this library's words where it happens. A write that fails says nothing: a server may
have answered before it closed, and the read that follows finds out.
"""

from __future__ import annotations

import errno
import os
import re
import select
import socket
import ssl
from functools import partial
from math import ceil
from typing import Any

from ..errors import ConnectionFailed
from .patience import Patience
from .stopping import aside
from .trouble import connection_failed

__all__ = ["BlockingNetwork", "SocketStream", "is_readable", "keep_alive", "network_trouble"]

_UNKNOWN_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_RESETS = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
_UNDER_WAY = {errno.EINPROGRESS, errno.EWOULDBLOCK}
_ERRNO = re.compile(r"\[Errno (\d+)\]")


class BlockingNetwork:
    """Makes connections."""

    def connect_tcp(self, host: str, port: int, timeout: Patience, **_: Any) -> SocketStream:
        """Connect to the first address of a host that answers. Raises ConnectionFailed, TimedOut and Cancelled."""
        try:
            addresses = _addresses(host, port, timeout)
        except (OSError, UnicodeError) as error:
            raise network_trouble(error, timeout.where) from None
        trouble: OSError | None = None
        for family, kind, protocol, _name, address in addresses:
            sock = socket.socket(family, kind, protocol)
            try:
                _connect(sock, address, timeout)
                keep_alive(sock)
            except OSError as error:
                sock.close()
                trouble = error
                continue
            except BaseException:
                sock.close()
                raise
            return SocketStream(sock)
        raise network_trouble(trouble or OSError("the name has no address"), timeout.where)


def _addresses(host: str, port: int, patience: Patience) -> list[Any]:
    """Where a host is; a name is resolved in a thread of its own, because no system lets a thread give that up."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        resolve = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return aside(resolve, patience.left(), patience.stop, late=patience.over)


def _connect(sock: socket.socket, address: Any, patience: Patience) -> None:
    """Connect. The connection is in the making before it is said how to end that: before, there would be nothing to cut."""
    sock.setblocking(False)
    failure = sock.connect_ex(address)
    if failure in _UNDER_WAY:
        patience.ends(partial(_cut, sock))
        if not _is_ready(sock, patience.left()):
            raise patience.over()
        failure = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if failure:
        raise OSError(failure, os.strerror(failure))


def _is_ready(sock: socket.socket, seconds: float | None) -> bool:
    """Whether a connection has been made, or has failed, within so many seconds."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLOUT)
        return bool(poll.poll(None if seconds is None else ceil(seconds * 1000)))
    return any(select.select([], [sock], [sock], seconds))  # Windows tells of a failure as of something exceptional


def _cut(sock: socket.socket) -> None:
    """Break a connection under whatever waits for it in another thread."""
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's own, which takes TLS off a live reader
    except OSError:
        return  # it was closed meanwhile, which is what was wanted


class SocketStream:
    """One connection."""

    __slots__ = ("_sock", "_wait")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._wait: float | None = -1.0

    def read(self, max_bytes: int, timeout: Patience) -> bytes:
        """Bytes as they come, `b""` when the server has closed. Raises ConnectionFailed and TimedOut."""
        self._set_timeout(timeout.left())
        try:
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            if error.errno is None:
                raise timeout.over() from None
            raise network_trouble(error, timeout.where) from None
        except OSError as error:
            raise network_trouble(error, timeout.where) from None

    def write(self, buffer: bytes, timeout: Patience) -> None:
        """Send bytes. Raises TimedOut; any other failure shows at the next read."""
        if not buffer:
            return
        if timeout.phase == "connect" and not buffer.startswith(b"CONNECT "):
            timeout.sent()
            timeout.ends(self.interrupt)
        self._set_timeout(timeout.left())
        try:
            self._sock.sendall(buffer)
        except TimeoutError as error:
            if error.errno is None:
                raise timeout.over() from None
        except OSError:
            return

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()

    def interrupt(self) -> None:
        """Break the connection under a read that blocks in another thread: the read then sees its end."""
        _cut(self._sock)

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None, timeout: Patience) -> SocketStream:
        """The same connection under TLS. Raises ConnectionFailed and TimedOut; then the connection is closed."""
        try:
            if isinstance(self._sock, ssl.SSLSocket):
                raise connection_failed("proxy", timeout.where, "a proxy over https is not supported here", retryable=False)
            self._sock.settimeout(timeout.left())
            sock = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname, do_handshake_on_connect=False)
            self._sock = sock  # the plain one has given its connection away
            timeout.ends(self.interrupt)
            sock.do_handshake()
        except TimeoutError:
            self.close()
            raise timeout.over() from None
        except OSError as error:
            self.close()
            raise network_trouble(error, timeout.where) from None
        except BaseException:
            self.close()
            raise
        return SocketStream(sock)

    def get_extra_info(self, info: str) -> Any:
        """What a pool asks about a connection."""
        if info == "is_readable":
            return is_readable(self._sock)
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return None

    def _set_timeout(self, left: float | None) -> None:
        """Bound the next wait, at most a twentieth too long: each change is a system call, and most waits are alike."""
        wait = self._wait
        if left is None:
            if wait is None:
                return
        elif wait is not None and left <= wait <= left * 1.05:
            return
        else:
            left *= 1.02
        self._wait = left
        self._sock.settimeout(left)


def keep_alive(sock: socket.socket) -> None:
    """Small writes go at once, and a silent connection is probed so that nothing between here and there forgets it."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 5)):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, seconds)


def network_trouble(error: OSError | UnicodeError, where: str) -> ConnectionFailed:
    """What a failure of the operating system or of TLS means."""
    match error:
        case UnicodeError():
            return connection_failed("dns", where, "it is not a valid host name", retryable=False)
        case socket.gaierror():
            return connection_failed("dns", where, error.strerror or "", retryable=error.errno not in _UNKNOWN_NAME)
        case ssl.SSLCertVerificationError():
            return connection_failed("tls", where, error.verify_message)
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return connection_failed("closed", where)
        case ssl.SSLError():
            return connection_failed("tls", where, (error.reason or "").replace("_", " ").lower())
        case ConnectionRefusedError():
            return connection_failed("refused", where)
        case _ if isinstance(error, _RESETS):
            return connection_failed("reset", where)
    # asyncio sums up the failures of several addresses in the text of one error.
    numbers = {error.errno} if error.errno is not None else {int(number) for number in _ERRNO.findall(str(error))}
    if numbers == {errno.ECONNREFUSED}:
        return connection_failed("refused", where)
    reasons = ", ".join(sorted(os.strerror(number).lower() for number in numbers)) or str(error)
    return connection_failed("other", where, reasons)


def is_readable(sock: Any) -> bool:
    """Whether something waits to be read on a socket, or it is closed: on an idle connection that is its end."""
    if sock is None or sock.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([sock], [], [], 0)[0])
