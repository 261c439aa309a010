"""Where the provider of a row is: on this machine, behind a bad certificate, behind a proxy, or nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

from fault_server import FaultServer, Handler, Peer, nobody, whole
from rigs import CERTIFICATES, certificate

__all__ = [
    "Place",
    "Site",
    "bypassed_proxy",
    "elsewhere",
    "here",
    "nowhere",
    "refusing_proxy",
    "under_tls",
    "unknown_name",
    "via_proxy",
]

_TRUST = {"SSL_CERT_FILE": str(CERTIFICATES / "authority.pem"), "SSL_CERT_DIR": ""}


@dataclass
class Site:
    """A provider's address, without a path, the servers behind it, and the environment it is met in."""

    root: str
    servers: tuple[FaultServer, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def tries(self) -> int:
        """How many requests arrived, at whichever server."""
        return sum([len([each for each in server.received if each.method != "CONNECT"]) for server in self.servers])


Place = Callable[[Handler], AbstractContextManager[Site]]


@contextmanager
def here(handler: Handler) -> Iterator[Site]:
    """On 127.0.0.1."""
    with FaultServer(handler) as server:
        yield Site(_root(server), (server,))


def under_tls(name: str) -> Place:
    """On 127.0.0.1 under TLS, with one of the certificates of the tests."""

    @contextmanager
    def place(handler: Handler) -> Iterator[Site]:
        with FaultServer(handler, tls=certificate(name)) as server:
            yield Site(_root(server), (server,), _TRUST)

    return place


@contextmanager
def nowhere(handler: Handler) -> Iterator[Site]:
    """At a port where nobody listens."""
    with nobody() as port:
        yield Site(f"http://127.0.0.1:{port}")


@contextmanager
def unknown_name(handler: Handler) -> Iterator[Site]:
    """At a name that no server of names can know: a label of it is too long, so nothing leaves this machine."""
    yield Site(f"https://{'x' * 64}.invalid")


@contextmanager
def elsewhere(handler: Handler) -> Iterator[Site]:
    """Behind a redirect, which `handler` makes to the address that it finds in `Peer.server.elsewhere`."""
    with ExitStack() as stack:
        other = stack.enter_context(FaultServer(_never))
        server = stack.enter_context(FaultServer(handler))
        server.other = _root(other)  # type: ignore[attr-defined]
        yield Site(_root(server), (server, other))


def _never(peer: Peer) -> None:
    peer.receive()
    peer.send(whole(b'{"this": "must not be read"}'))


@contextmanager
def via_proxy(handler: Handler) -> Iterator[Site]:
    """At a host that can only be reached through the proxy which the environment names; this machine stands for both."""

    def proxy(peer: Peer) -> None:
        if peer.receive().method != "CONNECT":
            raise AssertionError("asked for without a tunnel")
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        peer.start_tls(certificate("other_host"))
        handler(peer)

    with FaultServer(proxy) as server:
        yield Site("https://other.invalid", (server,), {**_TRUST, "HTTPS_PROXY": _root(server)})


@contextmanager
def refusing_proxy(handler: Handler) -> Iterator[Site]:
    """Behind a proxy that wants a password."""

    def proxy(peer: Peer) -> None:
        while True:
            peer.receive()
            peer.send(whole(b"who are you?", "407 Proxy Authentication Required", proxy_authenticate="Basic"))

    with FaultServer(proxy) as server:
        yield Site("https://other.invalid", (server,), {"HTTPS_PROXY": _root(server)})


@contextmanager
def bypassed_proxy(handler: Handler) -> Iterator[Site]:
    """On 127.0.0.1, while the environment names a proxy that is not there, and no exceptions."""
    with here(handler) as site:
        yield Site(site.root, site.servers, dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"))


def _root(server: FaultServer) -> str:
    return server.url.removesuffix("/v1/answer")
