"""What is particular to our own reading of HTTP/1.1 under asyncio."""

from __future__ import annotations

import asyncio

import pytest
from fault_server import PATIENCE, STREAM, FaultServer, answering, chunked, head
from rigs import ask

from dragoman.errors import UsageError
from dragoman.transport.anative import AsyncNativeTransport


def test_what_arrives_together_is_given_together() -> None:
    """A burst of events costs one read and not one for each."""

    async def program() -> int:
        pieces = [b"data: %d\n\n" % number for number in range(100)]
        transport = AsyncNativeTransport()
        with FaultServer(answering(head(**STREAM) + b"".join(chunked(pieces)))) as server:
            body = await transport.send(ask(server.url))
            found = []
            while piece := await body.read(PATIENCE):
                found.append(piece)
            await transport.close()
        assert b"".join(pieces) == b"".join(found)
        return len(found)

    assert asyncio.run(program()) < 10


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "https://127.0.0.1:9"])
def test_a_proxy_of_another_kind_names_the_transport_to_choose(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent past it."""
    monkeypatch.setenv("ALL_PROXY", proxy)

    with pytest.raises(UsageError, match="httpx2"):
        asyncio.run(AsyncNativeTransport().send(ask("http://models.example.com/v1")))
