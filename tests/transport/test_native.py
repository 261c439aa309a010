"""What is particular to our own reading of HTTP/1.1; what the contract asks of it is tested with the contract."""

from __future__ import annotations

import pytest
from fault_server import PATIENCE, FaultServer, Peer, answering, whole
from rigs import ask

from dragoman.errors import ConnectionFailed, UsageError
from dragoman.transport.native import NativeTransport


def test_a_connection_with_something_left_on_it_is_not_used_again() -> None:
    """Bytes after the end of an answer belong to no request: the next one opens a connection of its own."""

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(whole(b"ok") + b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong")
        peer.receive()

    transport = NativeTransport()
    with FaultServer(handler) as server:
        for _ in range(2):
            body = transport.send(ask(server.url))
            assert b"ok" == body.read(PATIENCE)
            assert b"" == body.read(PATIENCE)
        assert 2 == server.connections
        transport.close()


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "https://127.0.0.1:9"])
def test_a_proxy_of_another_kind_names_the_transport_to_choose(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent past it."""
    monkeypatch.setenv("ALL_PROXY", proxy)

    with pytest.raises(UsageError, match="httpx2"):
        NativeTransport().send(ask("http://models.example.com/v1"))


def test_an_answer_that_switches_protocols_is_no_answer() -> None:
    """Nothing was asked to be upgraded."""
    transport = NativeTransport()
    switching = answering(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n")
    with FaultServer(switching) as server, pytest.raises(ConnectionFailed, match="changes protocols"):
        transport.send(ask(server.url))
    transport.close()


def test_a_refused_answer_frees_its_place_once() -> None:
    """An answer packed in an unknown way is given up by its maker alone: the bound on requests under way stays what it was."""
    transport = NativeTransport(max_connections=1)
    with FaultServer(answering(whole(b"??", content_encoding="br"))) as server:
        for _ in range(2):
            with pytest.raises(ConnectionFailed, match="not asked for"):
                transport.send(ask(server.url))
    with FaultServer(answering(whole(b"ok"))) as server:
        body = transport.send(ask(server.url))
        with pytest.raises(ConnectionFailed) as caught:
            transport.send(ask(server.url), connect=0.01)
        assert "pool" == caught.value.kind
        body.close()
    transport.close()
