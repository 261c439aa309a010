"""Requests as they are written, and whom a connection trusts: the same for both faces, tried with the blocking one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fault_server import PATIENCE, FaultServer, answering, whole
from rigs import CERTIFICATES, ask

from dragoman.transport.native import NativeTransport


def test_the_request_is_written_plainly() -> None:
    """Host with its port, the target without its fragment, and the length of the body."""
    transport = NativeTransport()
    with FaultServer(answering(whole(b"ok"))) as server:
        transport.send(ask(f"{server.url}?a=b#c", body=b"1234")).read(PATIENCE)
        received = server.received[0]
        assert ("POST", "4", b"1234") == (received.method, received.headers["content-length"], received.body)
        assert received.target.endswith("?a=b")
        assert server.url.partition("//")[2].partition("/")[0] == received.headers["host"]
    transport.close()


def test_a_password_for_a_proxy_goes_to_the_proxy_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain HTTP through a proxy asks it for the whole URL, with its credential."""
    transport_of = NativeTransport
    with FaultServer(answering(whole(b"ok"))) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://us%40er:pw@{server.url.partition('//')[2].partition('/')[0]}")
        transport = transport_of()
        body = transport.send(ask("http://models.example.com/v1/x"))
        assert b"ok" == body.read(PATIENCE)
        received = server.received[0]
        assert ("http://models.example.com/v1/x", "Basic dXNAZXI6cHc=") == (
            received.target,
            received.headers["proxy-authorization"],
        )
        transport.close()


def test_roots_of_the_environment_stand_beside_those_of_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """An authority of one's own does not take the platform's away."""
    alone = len(NativeTransport()._context().get_ca_certs())
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))

    assert alone < len(NativeTransport()._context().get_ca_certs())


def test_the_blocking_face_does_not_import_asyncio() -> None:
    """A short blocking program does not pay for an event loop that it never runs."""
    program = "import sys, dragoman.transport as t; t.open_transport().close(); sys.exit('asyncio' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode
