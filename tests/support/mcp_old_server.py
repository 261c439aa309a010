"""An MCP server of an older revision (2025-06-18) on standard input and output, without the official package, so that it starts
at once and can misbehave. `python mcp_old_server.py [never]`; `never` answers nothing at all.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Any

ANY = {"type": "object", "properties": {"port": {"type": "integer", "default": None}}, "x-unknown": {"kept": None}}
NAMES = ["echo", "leave", "hold", "change", "nonsense", "refuse", "pid", "empty"]


def say(message: dict[str, Any]) -> None:
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def text(words: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": words}]}


def call(id: Any, name: str, arguments: dict[str, Any], held: dict[Any, socket.socket]) -> None:
    match name:
        case "leave":
            os._exit(3)
        case "hold":
            held[id] = telling = socket.create_connection(("127.0.0.1", arguments["port"]))
            telling.sendall(f"{os.getpid()}\n".encode())
        case "refuse":
            say({"id": id, "error": {"code": -32602, "message": "no such thing", "data": {"why": "none"}}})
        case "nonsense":
            say({"id": id, "result": {"content": "not a list"}})
        case "empty":
            say({"id": id, "result": {"content": [], "isError": True}})
        case "change":
            for what in ("tools", "resources", "prompts"):
                say({"method": f"notifications/{what}/list_changed"})
            say({"id": id, "result": text("changed")})
        case "pid":
            say({"id": id, "result": text(str(os.getpid()))})
        case _:
            say({"id": id, "result": text(json.dumps(arguments))})


def main() -> None:
    held: dict[Any, socket.socket] = {}
    for line in sys.stdin:
        message = json.loads(line)
        id, params = message.get("id"), message.get("params") or {}
        match message.get("method"):
            case _ if sys.argv[1:] == ["never"]:
                continue
            case "initialize":
                capabilities = {"tools": {"listChanged": True}}
                about = {"name": "old", "version": "1"}
                say({"id": id, "result": {"protocolVersion": "2025-06-18", "capabilities": capabilities, "serverInfo": about}})
            case "tools/list":
                # One tool a page.
                place = int(params.get("cursor") or 0)
                tools = [{"name": NAMES[place], "inputSchema": ANY, "annotations": {"readOnlyHint": True}}]
                more = {"nextCursor": str(place + 1)} if place + 1 < len(NAMES) else {}
                say({"id": id, "result": {"tools": tools, **more}})
            case "tools/call":
                call(id, params["name"], params.get("arguments") or {}, held)
            case "notifications/cancelled":
                if (telling := held.pop(params.get("requestId"), None)) is not None:
                    telling.sendall(b"cancelled\n")
                    telling.close()
            case _ if id is not None:
                say({"id": id, "error": {"code": -32601, "message": "unknown method"}})


if __name__ == "__main__":
    main()
