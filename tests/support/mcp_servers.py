"""The MCP servers of the tests: where they are, and a way to know that one is in the middle of a call."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from dragoman import mcp

__all__ = ["HERE", "OLD", "STDIO", "TIME", "Holding", "holding", "over_http", "reserved"]

HERE = Path(__file__).resolve().parent
STDIO = mcp.Stdio(sys.executable, [str(HERE / "mcp_server.py"), "stdio"])
OLD = mcp.Stdio(sys.executable, ["-S", str(HERE / "mcp_old_server.py")])
TIME = mcp.Stdio(sys.executable, ["-m", "mcp_server_time", "--local-timezone", "UTC"])


@contextmanager
def over_http(kind: str = "http", port: int = 0) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server on this machine, at a port that is `reserved` if not at any: its port and process."""
    command = [sys.executable, str(HERE / "mcp_server.py"), kind, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), process
        finally:
            process.kill()


@contextmanager
def reserved() -> Iterator[int]:
    """A port that is given to no other program, for servers that come one after the other."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


class Holding:
    """Where the tool `hold` reports: `port` is to be given to it."""

    def __init__(self) -> None:
        self.port = 0
        self.lines: asyncio.Queue[str] = asyncio.Queue()

    async def heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            await self.lines.put(line.decode().strip())
        writer.close()

    async def process(self) -> int:
        """The process that holds a call, once one does."""
        return int(await self.lines.get())


@asynccontextmanager
async def holding() -> AsyncIterator[Holding]:
    """A place to report to."""
    place = Holding()
    listening = await asyncio.start_server(place.heard, "127.0.0.1", 0)
    async with listening:
        place.port = listening.sockets[0].getsockname()[1]
        yield place
