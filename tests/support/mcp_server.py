"""A real MCP server, made with the official package: `python mcp_server.py stdio`, or `http [port]`, which prints its port.
`time` in place of `http` is the reference server `mcp-server-time` over HTTP, which by itself speaks standard input only.

`hold` tells a socket of the test that it runs, and what becomes of it, so that a test knows when without waiting a while.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import sys
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from mcp_server_time.server import create_server

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

server = MCPServer("workshop", instructions="Measure twice.", log_level="CRITICAL")


@server.tool()
def add(a: int, b: int = 0) -> int:
    """Adds two numbers."""
    return a + b


@server.tool(name="shop.cut", annotations={"readOnlyHint": False, "destructiveHint": True})
def cut(length: float) -> str:
    """Cuts a board."""
    return f"a board of {length:g} m"


@server.tool()
def fail() -> str:
    """Fails."""
    raise ToolError("the blade is blunt")


@server.tool(structured_output=False)
def picture() -> list[Any]:
    """A picture and words."""
    return ["a dot", Image(data=PNG, format="png")]


@server.tool()
def bundle() -> CallToolResult:
    """One of each kind of content."""
    return CallToolResult(
        content=[
            TextContent(type="text", text="words"),
            AudioContent(type="audio", data="UklGRg==", mime_type="audio/wav"),
            EmbeddedResource(type="resource", resource=TextResourceContents(uri="shop://plan", text="a plan")),
            EmbeddedResource(
                type="resource",
                resource=BlobResourceContents(uri="shop://sheet", mime_type="application/pdf", blob="JVBERg=="),
            ),
            ResourceLink(type="resource_link", uri="shop://more", name="more", description="All the rest"),
        ],
        structured_content={"kinds": 5, "none": None},
    )


@server.tool()
def environment() -> str:
    """The names and values of all variables."""
    return json.dumps(dict(os.environ))


@server.tool()
def die() -> str:
    """Never comes back."""
    os.kill(os.getpid(), signal.SIGKILL)
    return "unreachable"


@server.tool()
async def hold(port: int) -> str:
    """Tells a port the number of this process, and then waits for a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{os.getpid()}\n".encode())
    try:
        return (await reader.readline()).decode().strip()
    except asyncio.CancelledError:
        writer.write(b"cancelled\n")
        raise
    finally:
        writer.close()


@server.tool()
async def grow(context: Context) -> str:
    """Gets one tool more, and says so."""
    server.add_tool(lambda: "new", name="grown", description="A new tool.")
    await context.notify_tools_changed()
    return "grown"


@server.resource("shop://plan", description="What is to be built.")
def plan() -> str:
    return "a table"


@server.resource("shop://sign", mime_type="image/png")
def sign() -> bytes:
    return PNG


@server.resource("shop://boards/{wood}", name="boards")
def boards(wood: str) -> str:
    return f"12 of {wood}"


@server.prompt()
def review(piece: str, depth: str = "short") -> str:
    """Asks for a review of a piece."""
    return f"Give a {depth} review of the {piece}."


@server.tool()
def credentials(context: Context) -> str:
    """What the request was sent with."""
    headers = context.request_context.request.headers
    return json.dumps([headers.get("authorization"), headers.get("x-shop")])


def main() -> None:
    if sys.argv[1] == "stdio":
        server.run()
        return
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    listening = socket.create_server(("127.0.0.1", port), reuse_port=port != 0)
    print(listening.getsockname()[1], flush=True)
    app = (create_server("UTC") if sys.argv[1] == "time" else server).streamable_http_app()
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


if __name__ == "__main__":
    main()
