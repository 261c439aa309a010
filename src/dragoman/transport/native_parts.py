"""What both faces of the native transport are made of: ways to hosts, kept connections, requests as bytes, answers.

It does no waiting of its own and knows neither threads nor asyncio; `native` and `anative` do.
"""

from __future__ import annotations

import os
import ssl
from abc import ABC, abstractmethod
from base64 import b64encode
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import DragomanError, UsageError
from ..wire.http import HttpHead, HttpRequest
from ..wire.http1 import AnswerParser, BadAnswer
from .outgoing import Route, checked_headers, route_to, split_url
from .patience import Patience
from .proxies import Proxies, Proxy
from .trouble import closed_here, connection_failed
from .trust import extra_roots
from .unpack import CODINGS, Damaged, Unpacker

__all__ = [
    "JOINED",
    "READ",
    "Answer",
    "Connections",
    "Way",
    "bad_answer",
    "proxy_address",
    "refused_by_proxy",
    "request_head",
    "through_proxy",
    "tunnel_head",
]

_ACCEPT_ENCODING = ", ".join(CODINGS)
READ = 64 * 1024
_WAYS = 256
_KEPT = 100

# A body up to this size goes out in one write with its head: one packet, one system call. A larger one would be copied
# for it, and copies of some megabytes are given back to the system and faulted in anew at every call.
JOINED = 64 * 1024


class Way:
    """Where an origin lies, and the proxy it takes, if any."""

    __slots__ = ("before", "key", "proxy", "route", "secure")

    def __init__(self, origin: str, proxies: Proxies) -> None:
        self.route: Route = route_to(origin)
        self.proxy: Proxy | None = proxies.for_route(self.route)
        self.secure = self.route.secure
        # A proxy that forwards plain HTTP is asked for the whole URL.
        self.before = f"http://{self.route.where}" if self.proxy is not None and not self.secure else ""
        self.key = (self.route, self.proxy)


class Connections(ABC):
    """What both faces share: the ways to known URLs, connections that may be used again, and how requests are written."""

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        self._max_connections = max_connections
        self._keep_alive = keep_alive
        self._proxies = Proxies(os.environ)
        self._ways: dict[str, Way] = {}
        self._kept: dict[Any, list[tuple[Any, float]]] = {}
        self._tls: ssl.SSLContext | None = None
        self._pid = os.getpid()

    def _way(self, url: str) -> tuple[Way, str]:
        """The way a URL takes, and what is asked for at its end."""
        origin, target = split_url(url)
        way = self._ways.get(origin)
        if way is None:
            if len(self._ways) >= _WAYS:
                self._ways.clear()
            way = self._ways[origin] = Way(origin, self._proxies)
        return way, way.before + target

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            context = ssl.create_default_context()
            context.set_alpn_protocols(["http/1.1"])
            if added := extra_roots(os.environ):
                # OpenSSL takes SSL_CERT_FILE for the platform's roots; here it stands beside them.
                context.load_verify_locations(cadata=added.decode("ascii", "replace"))
                _load_platform_roots(context)
            self._tls = context
        return self._tls

    def _take(self, way: Way, now: float) -> Any:
        """A kept connection that is still fit for use, None when there is none; those that are not are closed."""
        kept = self._kept.get(way.key)
        while kept:
            stream, since = kept.pop()
            if now - since < self._keep_alive and not stream.get_extra_info("is_readable"):
                return stream
            self._drop(stream)
        return None

    def _keep(self, key: Any, stream: Any, now: float) -> None:
        kept = self._kept.setdefault(key, [])
        if len(kept) >= _KEPT:
            self._drop(kept.pop(0)[0])
        kept.append((stream, now))

    @abstractmethod
    def _drop(self, stream: Any) -> None:
        """Close a connection."""


def _load_platform_roots(context: ssl.SSLContext) -> None:
    paths = ssl.get_default_verify_paths()
    file = paths.openssl_cafile if os.path.isfile(paths.openssl_cafile) else None
    folder = paths.openssl_capath if os.path.isdir(paths.openssl_capath) else None
    if file or folder:
        context.load_verify_locations(file, folder)


def request_head(request: HttpRequest, way: Way, target: str) -> bytes:
    """The head of a request as bytes."""
    headers = {"host": way.route.where, "accept-encoding": _ACCEPT_ENCODING, **checked_headers(request)}
    if request.body or request.method not in ("GET", "HEAD"):
        headers["content-length"] = str(len(request.body))
    if way.proxy is not None and not way.secure and (credential := _proxy_credential(way.proxy)):
        headers["proxy-authorization"] = credential
    lines = [f"{request.method} {target} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()], "", ""]
    return "\r\n".join(lines).encode("ascii")


def tunnel_head(way: Way) -> bytes:
    """What asks a proxy for a tunnel."""
    assert way.proxy is not None
    host = f"[{way.route.host}]" if ":" in way.route.host else way.route.host
    credential = _proxy_credential(way.proxy)
    field = f"proxy-authorization: {credential}\r\n" if credential else ""
    return f"CONNECT {host}:{way.route.port} HTTP/1.1\r\nhost: {host}:{way.route.port}\r\n{field}\r\n".encode("ascii")


def _proxy_credential(proxy: Proxy) -> str | None:
    parts = urlsplit(proxy.url.reveal())
    if not (parts.username or parts.password):
        return None
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return "Basic " + b64encode(pair.encode()).decode()


def proxy_address(proxy: Proxy) -> tuple[str, int]:
    if proxy.scheme != "http":
        raise UsageError(f"a proxy of the kind {proxy.scheme} is not supported here: choose Client(transport='httpx2')")
    parts = urlsplit(proxy.url.reveal())
    return parts.hostname or "", parts.port or 80


def through_proxy(error: DragomanError, way: Way) -> DragomanError:
    """Trouble in reaching a proxy is the proxy's, except what TLS says of the host behind it."""
    if way.proxy is None or getattr(error, "kind", "tls") in ("tls", "proxy"):
        return error
    return connection_failed("proxy", way.route.where, f"{way.proxy.where}: {error.message.partition(';')[0]}")


def refused_by_proxy(way: Way, head: HttpHead) -> DragomanError:
    assert way.proxy is not None
    return connection_failed("proxy", way.route.where, f"{way.proxy.where} answers {head.status}")


class Answer:
    """What both bodies are: a head, and how far the body behind it has been read."""

    __slots__ = ("_closed", "_fresh", "_key", "_over", "_parser", "_patience", "_stream", "_unpacker", "_where", "head")

    def __init__(self, stream: Any, parser: AnswerParser, way: Way, patience: Patience) -> None:
        assert parser.head is not None
        head = parser.head
        self._over = True  # until it is known to be readable: a refused one is its maker's to end
        self._closed = False
        self._fresh = True  # bytes of the body may have come with the head
        self._stream = stream
        self._parser = parser
        self._key = way.key
        self._where = way.route.where
        self._patience = patience
        self._unpacker: Unpacker | None = None
        coding = head.headers.get("content-encoding", "identity").lower()
        if coding != "identity":
            try:
                self._unpacker = Unpacker(coding)
            except Damaged as error:
                raise self._damaged(error) from None
            hidden = ("content-encoding", "content-length")
            head = HttpHead(head.status, {name: value for name, value in head.headers.items() if name not in hidden})
        self.head = head
        self._over = False

    def _damaged(self, error: Exception) -> DragomanError:
        return connection_failed("other", self._where, f"the body cannot be unpacked: {error}")

    def _body(self, data: bytes, *, more: bool = False) -> bytes:
        """The body's bytes among what came, `b""` standing for the end of the connection unless there is `more`.

        Raises ConnectionFailed.
        """
        try:
            if data or more:
                return self._parser.feed(data)
            self._parser.end()
        except BadAnswer as error:
            raise bad_answer(error, self._where) from None
        return b""

    def _unpacked(self, body: bytes) -> bytes:
        unpacker = self._unpacker
        assert unpacker is not None
        try:
            unpacker.feed(body)
            piece = unpacker.piece()
            if not piece and self._parser.done:
                unpacker.close()
        except Damaged as error:
            raise self._damaged(error) from None
        return piece

    def _again(self) -> bytes:
        """What a read gives when nothing can come any more."""
        if self._closed:
            raise closed_here(self._where)
        return b""


def bad_answer(error: BadAnswer, where: str) -> DragomanError:
    return connection_failed("closed", where) if error.early else connection_failed("other", where, str(error))
