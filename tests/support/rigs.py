"""Every transport that opens sockets, both faces, behind one blocking interface: a fault is written once and run on all."""

from __future__ import annotations

import asyncio
import importlib
import ssl
from pathlib import Path
from typing import Any

from fault_server import PATIENCE

from dragoman.wire.http import HttpHead, HttpRequest

__all__ = ["CERTIFICATES", "KEY", "LIBRARIES", "STALL", "Rig", "RigBody", "RigTransport", "ask", "async_transport", "certificate"]

CERTIFICATES = Path(__file__).resolve().parent / "certificates"
LIBRARIES = {"native": "NativeTransport", "httpx2": "Httpx2Transport", "pyreqwest": "PyreqwestTransport"}
"""Names of the blocking classes, by library."""
KEY = "sk-marker-1234567890"
"""The key of every request here: it may never show up anywhere."""
STALL = 0.1
"""Seconds of a wait that is meant to be too long."""


def ask(url: str, *, method: str = "POST", body: bytes = b'{"ask":1}', **headers: str) -> HttpRequest:
    """A request with a key; `content_type="x"` becomes `content-type: x`."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest(method, url, {"authorization": f"Bearer {KEY}", **fields}, body)


class RigBody:
    """A body of either face, read and closed by blocking calls."""

    def __init__(self, rig: Rig, body: Any) -> None:
        self._rig = rig
        self.body = body
        self.head: HttpHead = body.head

    def read(self, timeout: float | None = PATIENCE) -> bytes:
        data: bytes = self._rig.run(self.body.read(timeout))
        return data

    def rest(self, timeout: float | None = PATIENCE) -> bytes:
        pieces = []
        while piece := self.read(timeout):
            pieces.append(piece)
        return b"".join(pieces)

    def close(self) -> None:
        self._rig.run(self.body.close())


class Rig:
    """One face of one library."""

    def __init__(self, library: str, asynchronous: bool) -> None:
        self.kind = library
        self.asynchronous = asynchronous
        self._runner = asyncio.Runner() if asynchronous else None
        self._transports: list[Any] = []

    def open(self, **options: Any) -> RigTransport:
        """A transport; it is closed when the test ends."""
        transport = _kind(self.kind, self.asynchronous)(**options)
        self._transports.append(transport)
        return RigTransport(self, transport)

    def run(self, result: Any) -> Any:
        """What a call gives: for asyncio, awaited, and the loop given the turn in which it closes what was closed."""
        if self._runner is None:
            return result
        try:
            return self._runner.run(_awaited(result))
        finally:
            self._runner.run(asyncio.sleep(0))

    def close(self) -> None:
        for transport in self._transports:
            self.run(transport.close())
        if self._runner is not None:
            self._runner.close()


async def _awaited(result: Any) -> Any:
    async with asyncio.timeout(2 * PATIENCE):  # far beyond every wait of a test: what gets here hangs
        return await result


class RigTransport:
    """A transport of either face, used by blocking calls."""

    def __init__(self, rig: Rig, transport: Any) -> None:
        self._rig = rig
        self.transport = transport

    def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = PATIENCE,
        first_byte: float | None = PATIENCE,
        total: float | None = None,
    ) -> RigBody:
        sending = self.transport.send(request, connect=connect, first_byte=first_byte, total=total)
        return RigBody(self._rig, self._rig.run(sending))

    def get(self, request: HttpRequest) -> tuple[HttpHead, bytes]:
        body = self.send(request)
        return body.head, body.rest()

    def close(self) -> None:
        self._rig.run(self.transport.close())


def async_transport(library: str, **options: Any) -> Any:
    """An asyncio transport, for tests that are programs of asyncio themselves."""
    return _kind(library, True)(**options)


def _kind(library: str, asynchronous: bool) -> Any:
    module = "anative" if asynchronous and library == "native" else library
    name = LIBRARIES[library]
    return getattr(importlib.import_module(f"dragoman.transport.{module}"), f"Async{name}" if asynchronous else name)


def certificate(name: str) -> ssl.SSLContext:
    """A server's side of TLS with one of the certificates beside this file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context
