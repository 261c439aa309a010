"""Whom a TLS connection trusts, and how it says that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from fault_server import FIRST, PATIENCE, FaultServer, Peer, answering, breaking, stalling, whole
from rigs import CERTIFICATES, RigTransport, ask, certificate

from dragoman.errors import ConnectionFailed, UsageError
from dragoman.transport.trust import extra_roots


@pytest.mark.usefixtures("trusted")
def test_an_authority_of_ones_own_is_trusted(transport: RigTransport) -> None:
    """S5: SSL_CERT_FILE adds roots, and HTTP/1.1 is what is spoken."""
    with FaultServer(answering(whole(b"safe")), tls=certificate("good")) as server:
        assert b"safe" == transport.get(ask(server.url))[1]
        assert b"safe" == transport.get(ask(server.url.replace("127.0.0.1", "localhost")))[1]

    assert {"http/1.1", None} >= set(server.protocols)


def test_roots_come_from_folders_too(transport: RigTransport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """S5: SSL_CERT_DIR names folders, whose files may hold several certificates."""
    both = (CERTIFICATES / "other_host.pem").read_bytes() + (CERTIFICATES / "authority.pem").read_bytes()
    (tmp_path / "roots.pem").write_bytes(both)
    (tmp_path / "notes.txt").write_text("nothing here")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with FaultServer(answering(whole(b"safe")), tls=certificate("good")) as server:
        assert b"safe" == transport.get(ask(server.url))[1]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("name", ["self_signed", "expired", "other_host"])
def test_a_certificate_that_proves_nothing(transport: RigTransport, name: str) -> None:
    """F44: refused with its reason, for good, and nothing was sent."""
    with FaultServer(answering(whole(b"")), tls=certificate(name)) as server:
        with pytest.raises(ConnectionFailed, match=r"no trusted connection to 127\.0\.0\.1.*: .*; check") as caught:
            transport.send(ask(server.url))
        assert [] == server.received

    assert ("tls", False) == (caught.value.kind, caught.value.retryable)


def test_an_unknown_authority(transport: RigTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    """F44: nothing turns verification off, not the environment either."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PYTHONHTTPSVERIFY", "NODE_TLS_REJECT_UNAUTHORIZED"):
        monkeypatch.setenv(name, "0")
    with FaultServer(answering(whole(b"")), tls=certificate("good")) as server:
        with pytest.raises(ConnectionFailed) as caught:
            transport.send(ask(server.url))
        assert [] == server.received

    assert "tls" == caught.value.kind


def test_a_server_without_tls(transport: RigTransport) -> None:
    """F44: https asked of a server that speaks plain HTTP."""

    def handler(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        peer.watch()

    with FaultServer(handler) as server, pytest.raises(ConnectionFailed) as caught:
        transport.send(ask(server.url.replace("http", "https")))

    assert "tls" == caught.value.kind


@pytest.mark.usefixtures("trusted")
def test_tls_that_breaks_off(transport: RigTransport) -> None:
    """A reset under TLS is a failure too; Python's blocking TLS does not tell it from an end."""
    with FaultServer(breaking(*FIRST, by=Peer.reset), tls=certificate("good")) as server:
        body = transport.send(ask(server.url))
        assert b"data: one\n\n" == body.read()
        with pytest.raises(ConnectionFailed) as caught:
            body.read()

    assert caught.value.kind in {"reset", "closed"}


@pytest.mark.usefixtures("trusted")
def test_an_answer_closed_early_cuts_its_connection_under_tls(transport: RigTransport) -> None:
    """No goodbye is waited for."""
    with FaultServer(stalling(*FIRST), tls=certificate("good")) as server:
        body = transport.send(ask(server.url))
        assert b"data: one\n\n" == body.read()
        body.close()
        assert server.gone.wait(PATIENCE)


def test_no_roots_are_added_unasked() -> None:
    """An environment that names nothing adds nothing."""
    assert b"" == extra_roots({})


@pytest.mark.parametrize(
    ("variable", "content", "message"),
    [
        ("SSL_CERT_FILE", None, "SSL_CERT_FILE: No such file or directory: "),
        ("SSL_CERT_FILE", b"no certificate", "SSL_CERT_FILE: no PEM certificate in "),
        ("SSL_CERT_DIR", None, "SSL_CERT_DIR: No such file or directory: "),
    ],
)
def test_roots_that_are_not_there(tmp_path: Path, variable: str, content: bytes | None, message: str) -> None:
    """Whoever names roots relies on them: a wrong name is said, not passed over."""
    path = tmp_path / "roots.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageError, match=message):
        extra_roots({variable: str(path)})
