"""The vendor's own tools: typed values to tool objects, and back (https://ai.google.dev/api/interactions-api#Resource:Tool).

| tool | `type` | what it is told |
|---|---|---|
| `WebSearch` | `google_search` | |
| `WebFetch` | `url_context` | |
| `CodeExecution` | `code_execution` | |
| `FileSearch` | `file_search` | stores, `top_k`, a filter that is text |
| `Computer` | `computer_use` | the environment; coordinates of its calls are thousandths of the screen's sides |
| `RemoteMcp` | `mcp_server` | name, URL, headers, the tools that may be used |

Calls of the computer are functions with the vendor's own names (https://ai.google.dev/gemini-api/docs/computer-use).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...types.request import ToolLike
from ...types.secret import Secret
from ...types.server_tools import CodeExecution, Computer, FileSearch, RemoteMcp, ServerTool, WebFetch, WebSearch
from ..base import Report, Target
from ..server_tools import headers_of, leave_out, not_offered, own_fields, read_server_tool, withheld
from .dialect import InteractionsDialect
from .json_text import Json
from .wire import NAME

__all__ = ["encode_server_tool", "has", "read_tool"]

_ENVIRONMENTS: Final = {
    "browser": "browser",
    "mobile": "mobile",
    "desktop": "desktop",
    "linux": "desktop",
    "mac": "desktop",
    "windows": "desktop",
}


def has(tool: ServerTool, dialect: InteractionsDialect) -> bool:
    """Whether the vendor has such a tool."""
    return str(tool.__struct_config__.tag) in dialect.server_tools


def encode_server_tool(tool: ServerTool, dialect: InteractionsDialect, report: Report, path: str) -> Json | None:
    """The object of a tool, None where the vendor does not have it."""
    if not has(tool, dialect):
        not_offered(tool, report, path)
        return None
    wire, taken = _ENCODERS[type(tool)](tool)
    if withheld(tool, taken, report, path):
        return None
    leave_out(tool, taken, report, path)
    return {**wire, **own_fields(tool, NAME, report, path)}


def _files(tool: FileSearch) -> tuple[Json, tuple[str, ...]]:
    wire: Json = {"type": "file_search", "file_search_store_names": list(tool.stores)}
    if tool.max_results is not None:
        wire["top_k"] = tool.max_results
    if not isinstance(tool.filter, str):
        return wire, ("max_results",)
    return {**wire, "metadata_filter": tool.filter}, ("max_results", "filter")


def _computer(tool: Computer) -> tuple[Json, tuple[str, ...]]:
    word = _ENVIRONMENTS.get(tool.environment, "desktop")
    return {"type": "computer_use", "environment": word}, ("environment",) if word == tool.environment else ()


def _mcp(tool: RemoteMcp) -> tuple[Json, tuple[str, ...]]:
    wire: Json = {"type": "mcp_server", "name": tool.name, "url": tool.url}
    if headers := headers_of(tool.headers, tool.token):
        wire["headers"] = headers
    if tool.tools:
        wire["allowed_tools"] = [{"tools": list(tool.tools)}]
    return wire, ("token", "headers", "tools")


_ENCODERS: Final[dict[type, Callable[[Any], tuple[Json, tuple[str, ...]]]]] = {
    WebSearch: lambda tool: ({"type": "google_search"}, ()),
    WebFetch: lambda tool: ({"type": "url_context"}, ()),
    CodeExecution: lambda tool: ({"type": "code_execution"}, ()),
    FileSearch: _files,
    Computer: _computer,
    RemoteMcp: _mcp,
}
"""The object that says a tool, and the settings that are in it."""


# --- and back ------------------------------------------------------------------------------------------------------------

_ALL: Final = InteractionsDialect()


def read_tool(tool: Json) -> ToolLike:
    """The tool of an object that is no function: typed where the type says all of it, else as it came."""
    report = Report(Target(NAME, NAME, ""))
    return read_server_tool(tool, NAME, _typed, lambda found: encode_server_tool(found, _ALL, report, "tools"))


def _typed(tool: Json) -> ServerTool | None:
    left = dict(tool)
    kind = left.pop("type", None)
    read = _READERS.get(kind) if isinstance(kind, str) else None
    return None if read is None else read(left)


def _plain(kind: Callable[..., ServerTool]) -> Callable[[Json], ServerTool]:
    return lambda left: kind(extra=left, protocol=_whose(left))


def _whose(extra: Json) -> str | None:
    return NAME if extra else None


def _read_files(left: Json) -> ServerTool | None:
    stores = _texts(left.pop("file_search_store_names", None))
    limit = left.pop("top_k") if type(left.get("top_k")) is int else None
    chosen = left.pop("metadata_filter") if isinstance(left.get("metadata_filter"), str) else None
    return FileSearch(stores, limit, chosen, extra=left, protocol=_whose(left)) if stores else None


def _read_mcp(left: Json) -> ServerTool | None:
    name, url, headers = left.pop("name", None), left.pop("url", None), left.pop("headers", {})
    if not isinstance(name, str) or not isinstance(url, str) or not isinstance(headers, dict):
        return None
    if not all(isinstance(value, str) for value in headers.values()):
        return None
    token = headers.get("Authorization", "").removeprefix("Bearer ")
    secret = Secret(token) if token and headers["Authorization"] != token else None
    if secret is not None:
        headers = {header: value for header, value in headers.items() if header != "Authorization"}
    allowed = left.get("allowed_tools")
    only = allowed[0] if isinstance(allowed, list) and len(allowed) == 1 else None
    tools = _texts(only["tools"]) if isinstance(only, dict) and only.keys() == {"tools"} else ()
    if tools:
        del left["allowed_tools"]
    return RemoteMcp(name, url, secret, headers, tools, extra=left, protocol=_whose(left))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else ()


_READERS: Final[dict[str, Callable[[Json], ServerTool | None]]] = {
    "google_search": _plain(WebSearch),
    "url_context": _plain(WebFetch),
    "code_execution": _plain(CodeExecution),
    "file_search": _read_files,
    "mcp_server": _read_mcp,
}
"""What is read as a typed tool. A screen's size is not said here, so that a computer stays as it came."""
