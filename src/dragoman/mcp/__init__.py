"""MCP servers: their tools as ordinary tools, their resources and prompts as content and messages.

    from dragoman import mcp

    with mcp.Server(mcp.Stdio("uvx", ["mcp-server-time"]), name="time") as time:
        tools = time.tools()

`Server` blocks, `AsyncServer` is the same for async programs. It asks for `pip install dragoman[mcp]`: the official `mcp` package
speaks the protocol, and is loaded when a server is started.

| module | what it is |
|---|---|
| `targets` | where a server is: a command, or an address |
| `aserver`, `server` | a server while it is used, in both faces |
| `connection` | the task that holds one connection |
| `official` | the official package, whose only guest-room it is |
| `tools` | a server's tools as ours |
| `results` | what servers answer, as content |
"""

from __future__ import annotations

from .aserver import AsyncServer
from .connection import Change
from .results import Prompt, PromptArgument, Resource, ToolAnswer
from .server import Server
from .targets import Http, Stdio
from .tools import ServerTool

__all__ = [
    "AsyncServer",
    "Change",
    "Http",
    "Prompt",
    "PromptArgument",
    "Resource",
    "Server",
    "ServerTool",
    "Stdio",
    "ToolAnswer",
]
