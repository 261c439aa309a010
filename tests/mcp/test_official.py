"""The one module that knows the official package."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
from mcp_servers import OLD

from dragoman import mcp
from dragoman.engine.serve import Served
from dragoman.errors import APIError, ConnectionFailed
from dragoman.testing import Server
from dragoman.wire.http import HttpHead, HttpRequest

PROGRAM = """
import sys
from dragoman import mcp
assert not {"mcp", "mcp_types", "pydantic"} & set(sys.modules), "it is loaded when a server is started"
sys.modules["mcp"] = None
try:
    with mcp.Server(mcp.Stdio(sys.argv[1])):
        pass
except ImportError as error:
    print(error)
"""


def test_the_package_is_an_extra() -> None:
    """Without the package, and before a server is started, everything loads; a start says what to install."""
    outcome = subprocess.run([sys.executable, "-c", PROGRAM, OLD.command], capture_output=True, text=True, check=False)

    assert "MCP servers need the official package: pip install dragoman[mcp]" in outcome.stdout, outcome.stderr


class Forgetful:
    """A server of the revision of 2025-06-18 over HTTP, with sessions, which it can be made to forget."""

    def __init__(self, *, always: bool = False) -> None:
        self.session = 0
        self.calls = 0
        self.always = always

    def forget(self) -> None:
        self.session += 1

    def __call__(self, request: HttpRequest) -> Served:
        if request.method != "POST":
            return reply(405)
        message = json.loads(request.body)
        if "id" not in message:
            return reply(202)
        if message["method"] == "initialize":
            about = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "f", "version": "1"}}
            return reply(200, {"id": message["id"], "result": about}, {"mcp-session-id": f"s{self.session}"})
        if message["method"] == "tools/call":
            if self.always or request.headers.get("mcp-session-id") != f"s{self.session}":
                return reply(404)
            self.calls += 1
            return reply(200, {"id": message["id"], "result": {"content": [{"type": "text", "text": "called"}]}})
        if message["method"] == "tools/list":
            one = {"name": "one", "inputSchema": {"type": "object"}}
            # A page that leads to itself.
            return reply(200, {"id": message["id"], "result": {"tools": [one], "nextCursor": "on"}})
        return reply(200, {"id": message["id"], "error": {"code": -32601, "message": "unknown method"}})


def reply(status: int, message: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> Served:
    body = b"" if message is None else json.dumps({"jsonrpc": "2.0", **message}).encode()
    kind = {} if message is None else {"content-type": "application/json"}
    return Served(HttpHead(status, {**kind, "content-length": str(len(body)), **(headers or {})}), iter([body] if body else []))


def test_a_session_that_the_server_has_forgotten() -> None:
    """A server that was started anew refuses the old session, and so has done nothing: the call is made in a new one."""

    async def program() -> None:
        handler = Forgetful()
        with Server(handler) as served:
            async with mcp.AsyncServer(mcp.Http(f"{served.url}/mcp")) as server:
                handler.forget()

                assert (await server.call("one")).text == "called"
                assert handler.calls == 1

    asyncio.run(program())


def test_a_server_that_forgets_every_session() -> None:
    """It is asked twice, not for ever."""

    async def program() -> None:
        with Server(Forgetful(always=True)) as served:
            async with mcp.AsyncServer(mcp.Http(f"{served.url}/mcp"), name="it") as server:
                with pytest.raises(ConnectionFailed, match="the MCP server it has ended"):
                    await server.call("one")

    asyncio.run(program())


def test_a_listing_without_an_end() -> None:
    """Pages that lead to themselves are an error, not a loop."""

    async def program() -> None:
        with Server(Forgetful()) as served:
            async with mcp.AsyncServer(mcp.Http(f"{served.url}/mcp"), name="it") as server:
                with pytest.raises(APIError, match="the MCP server it lists tools without an end"):
                    await server.tools()

    asyncio.run(program())
