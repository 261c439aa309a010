"""One connection, from its start to its end."""

from __future__ import annotations

import asyncio

import pytest
from mcp_servers import HERE, OLD

from dragoman import mcp
from dragoman.errors import ConnectionFailed, TimedOut
from dragoman.mcp.connection import Connection

SILENT = mcp.Stdio(OLD.command, [str(HERE / "mcp_old_server.py"), "never"])


def connection(target: mcp.Stdio | mcp.Http, start_timeout: float | None = None) -> Connection:
    return Connection(target, "it", None, start_timeout, lambda what: None)


def test_a_connection_ends_when_it_is_closed() -> None:
    """It is over once it is closed, and may be closed again."""

    async def program() -> None:
        held = await connection(OLD).start()
        assert not held.is_over
        await held.close()
        await held.close()
        assert held.is_over
        assert [asyncio.current_task()] == list(asyncio.all_tasks())

    asyncio.run(program())


@pytest.mark.parametrize(
    ("target", "timeout", "kind", "words"),
    [
        pytest.param(SILENT, 0.1, TimedOut, r"did not answer within 0\.1 seconds of its start", id="silent"),
        pytest.param(mcp.Stdio(OLD.command, ["-c", ""]), None, ConnectionFailed, "did not start", id="ends at once"),
        pytest.param(mcp.Stdio("no-such"), None, ConnectionFailed, "did not start: FileNotFoundError", id="no program"),
        pytest.param(mcp.Http("http://127.0.0.1:9/mcp"), None, ConnectionFailed, "cannot be reached", id="nobody there"),
    ],
)
def test_a_start_that_fails(target: mcp.Stdio | mcp.Http, timeout: float | None, kind: type[Exception], words: str) -> None:
    """What went wrong is told, and no task is left."""

    async def program() -> None:
        held = connection(target, timeout)
        with pytest.raises(kind, match=f"the MCP server it {words}"):
            await held.start()
        assert held.is_over
        assert [asyncio.current_task()] == list(asyncio.all_tasks())

    asyncio.run(program())


def test_a_start_that_is_cancelled() -> None:
    """Who no longer wants the server leaves neither task nor process."""

    async def program() -> None:
        held = connection(SILENT)
        starting = asyncio.create_task(held.start())
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert held.is_over
        assert [asyncio.current_task()] == list(asyncio.all_tasks())

    asyncio.run(program())
