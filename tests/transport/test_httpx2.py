"""What is particular to httpx2's connection layer; what the contract asks of it is tested with the contract."""

from __future__ import annotations

import asyncio

import pytest
from fault_server import FIRST, PATIENCE, STREAM, FaultServer, Peer, answering, chunked, head, stalling, whole
from rigs import ask

from dragoman.errors import ConnectionFailed, UsageError
from dragoman.transport.httpx2 import AsyncHttpx2Transport, Httpx2Transport


def test_what_arrives_together_is_given_together() -> None:
    """A burst of events costs one read and not one for each; the end and the next burst are waited for as ever."""

    async def program() -> list[bytes]:
        pieces = [b"data: %d\n\n" % number for number in range(100)]
        transport = AsyncHttpx2Transport()
        with FaultServer(answering(head(**STREAM) + b"".join(chunked(pieces)))) as server:
            body = await transport.send(ask(server.url))
            found = []
            while piece := await body.read(PATIENCE):
                found.append(piece)
            await transport.close()
        assert b"".join(pieces) == b"".join(found)
        return found

    assert len(asyncio.run(program())) < 10


def test_a_burst_and_a_failure() -> None:
    """What came before the failure is given first, also when both are there at once."""

    async def program() -> None:
        transport = AsyncHttpx2Transport()

        def handler(peer: Peer) -> None:
            peer.receive()
            peer.send(b"".join([*FIRST, *chunked([b"data: two\n\n"], end=False), b"zz\r\n"]))
            peer.watch()

        with FaultServer(handler) as server:
            body = await transport.send(ask(server.url))
            assert await body.read(PATIENCE) == b"data: one\n\ndata: two\n\n"
            with pytest.raises(ConnectionFailed, match="not valid HTTP"):
                await body.read(PATIENCE)
            assert await body.read(PATIENCE) == b""
        await transport.close()

    asyncio.run(program())


def test_a_step_that_waits_is_left_cleanly() -> None:
    """A body that is closed between two reads, its iterator standing in a wait, leaves nothing running."""

    async def program() -> None:
        transport = AsyncHttpx2Transport(max_connections=1)
        with FaultServer(stalling(*FIRST, *chunked([b"data: two\n\n"], end=False))) as server:
            for _ in range(3):
                body = await transport.send(ask(server.url), connect=PATIENCE)
                while not (await body.read(PATIENCE)).endswith(b"two\n\n"):
                    pass
                await body.close()
        await transport.close()

    asyncio.run(program())


def test_header_values_are_never_lost() -> None:
    """Bytes beyond ASCII are given as HTTP has always taken them, one letter a byte."""
    answer = whole(b"", x_city="Malmö")
    with FaultServer(answering(answer)) as server:
        transport = Httpx2Transport()
        assert "Malmö" == transport.send(ask(server.url)).head.headers["x-city"]
        transport.close()


def test_a_socks_proxy_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is named."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setitem(__import__("sys").modules, "socksio", None)

    with pytest.raises(UsageError, match="pip install httpx2"):
        Httpx2Transport().send(ask("http://api.invalid/"))
