"""The vendor's own tools: typed values to entries of `tools`, and back (https://ai.google.dev/gemini-api/docs/tools).

| tool | entry | what it is told |
|---|---|---|
| `WebSearch` | `googleSearch` | Vertex AI: `excludeDomains`; coordinates, as `toolConfig.retrievalConfig.latLng` |
| `WebFetch` | `urlContext` | |
| `CodeExecution` | `codeExecution` | |
| `FileSearch` | `fileSearch`; on Vertex AI `retrieval.vertexRagStore` | stores, `topK`, a filter that is text |
| `Computer` | `computerUse` | the environment; coordinates of its calls are thousandths of the screen's sides |
| `RemoteMcp` | one of `mcpServers` | name, URL, headers |

A tool's `extra` are fields of the object under the entry's name, of an MCP server those of the server. Calls of the computer are
functions with the vendor's own names, `click_at` and others (https://ai.google.dev/gemini-api/docs/generate-content/computer-use).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...types.request import ToolLike
from ...types.secret import Secret
from ...types.server_tools import CodeExecution, Computer, FileSearch, RemoteMcp, ServerTool, WebFetch, WebSearch
from ..base import Report, Target
from ..server_tools import headers_of, leave_out, not_offered, own_fields, read_server_tool, withheld
from .answers import Json
from .dialect import GeminiDialect

__all__ = ["NAME", "TOOL_NAMES", "TOOL_TYPES", "encode_server_tool", "has", "location", "read_entry"]

NAME = "gemini"

TOOL_NAMES = {"GOOGLE_SEARCH_WEB": "web_search", "URL_CONTEXT": "web_fetch", "FILE_SEARCH": "file_search"}
"""The vendor's tools in calls, by `toolType` (https://ai.google.dev/api/caching#ToolType); others keep that word."""

TOOL_TYPES = {name: word for word, name in TOOL_NAMES.items()}

_ENVIRONMENTS = {
    "browser": "ENVIRONMENT_BROWSER",
    "mobile": "ENVIRONMENT_MOBILE",
    "desktop": "ENVIRONMENT_DESKTOP",
    "linux": "ENVIRONMENT_DESKTOP",
    "mac": "ENVIRONMENT_DESKTOP",
    "windows": "ENVIRONMENT_DESKTOP",
}


def encode_server_tool(tool: ServerTool, dialect: GeminiDialect, report: Report, path: str) -> Json | None:
    """The entry for a tool, None where the vendor does not have it."""
    if not has(tool, dialect):
        not_offered(tool, report, path)
        return None
    return _ENCODERS[type(tool)](tool, dialect, report, path)


def has(tool: ServerTool, dialect: GeminiDialect) -> bool:
    """Whether the vendor has such a tool."""
    return str(tool.__struct_config__.tag) in dialect.server_tools


def _search(tool: WebSearch, dialect: GeminiDialect, report: Report, path: str) -> Json:
    taken: list[str] = []
    wire: Json = {}
    if tool.blocked_domains and "blocked_domains" in dialect.search_settings:
        taken.append("blocked_domains")
        wire["excludeDomains"] = list(tool.blocked_domains)
    if tool.vicinity is not None and location(tool, dialect):
        taken.append("vicinity")
        places = (tool.vicinity.city, tool.vicinity.region, tool.vicinity.country, tool.vicinity.timezone)
        if any(place is not None for place in places):
            why = "of where the user is, a search can be told the coordinates here: the rest is left out"
            report.adapt("server_tool", "changed", why, f"{path}.vicinity")
    leave_out(tool, taken, report, path)
    return {"googleSearch": {**wire, **own_fields(tool, NAME, report, path)}}


def location(tool: ServerTool, dialect: GeminiDialect) -> Json:
    """The `retrievalConfig` that makes a search local, where the vendor takes one and the coordinates are known."""
    where = tool.vicinity if isinstance(tool, WebSearch) and "vicinity" in dialect.search_settings else None
    if where is None or where.latitude is None or where.longitude is None:
        return {}
    return {"latLng": {"latitude": where.latitude, "longitude": where.longitude}}


def _fetch(tool: WebFetch, dialect: GeminiDialect, report: Report, path: str) -> Json:
    leave_out(tool, (), report, path)
    return {"urlContext": own_fields(tool, NAME, report, path)}


def _code(tool: CodeExecution, dialect: GeminiDialect, report: Report, path: str) -> Json:
    leave_out(tool, (), report, path)
    return {"codeExecution": own_fields(tool, NAME, report, path)}


def _files(tool: FileSearch, dialect: GeminiDialect, report: Report, path: str) -> Json:
    taken = ["max_results"]
    limit: Json = {} if tool.max_results is None else {"topK": tool.max_results}
    chosen: Json = {}
    if isinstance(tool.filter, str):
        taken.append("filter")
        chosen["metadataFilter"] = tool.filter
    leave_out(tool, taken, report, path)
    own = own_fields(tool, NAME, report, path)
    if not dialect.rag_stores:
        return {"fileSearch": {"fileSearchStoreNames": list(tool.stores), **limit, **chosen, **own}}
    store: Json = {"ragResources": [{"ragCorpus": name} for name in tool.stores]}
    if limit or chosen:
        store["ragRetrievalConfig"] = {**limit, **({"filter": chosen} if chosen else {})}
    return {"retrieval": {"vertexRagStore": store, **own}}


def _computer(tool: Computer, dialect: GeminiDialect, report: Report, path: str) -> Json:
    word = _ENVIRONMENTS.get(tool.environment)
    taken = () if word is None or (word == "ENVIRONMENT_DESKTOP" and tool.environment != "desktop") else ("environment",)
    leave_out(tool, taken, report, path)
    return {"computerUse": {"environment": word or "ENVIRONMENT_DESKTOP", **own_fields(tool, NAME, report, path)}}


def _mcp(tool: RemoteMcp, dialect: GeminiDialect, report: Report, path: str) -> Json | None:
    taken = ("token", "headers")
    if withheld(tool, taken, report, path):
        return None
    leave_out(tool, taken, report, path)
    transport: Json = {"url": tool.url}
    if headers := headers_of(tool.headers, tool.token):
        transport["headers"] = headers
    server = {"name": tool.name, "streamableHttpTransport": transport, **own_fields(tool, NAME, report, path)}
    return {"mcpServers": [server]}


_ENCODERS: dict[type, Callable[[Any, GeminiDialect, Report, str], Json | None]] = {
    WebSearch: _search,
    WebFetch: _fetch,
    CodeExecution: _code,
    FileSearch: _files,
    Computer: _computer,
    RemoteMcp: _mcp,
}


# --- and back ------------------------------------------------------------------------------------------------------------

_ALL = GeminiDialect(search_settings=("blocked_domains", "vicinity"))
"""What any vendor of this wire takes: a request that was read may go to another than it came to."""


def read_entry(name: str, value: Any) -> list[ToolLike]:
    """The tools of one field of an entry: typed where the type says all of it, else as it came."""
    if name == "mcpServers" and isinstance(value, list):
        servers = [_read({name: [server]}) for server in value]
        if servers and all(isinstance(server, RemoteMcp) for server in servers):
            return list(servers)
    return [_read({name: value})]


def _read(entry: Json) -> ToolLike:
    report = Report(Target(NAME, NAME, ""))
    return read_server_tool(entry, NAME, _typed, lambda tool: encode_server_tool(tool, _ALL, report, "tools"))


def _typed(entry: Json) -> ServerTool | None:
    (name, value), *_ = entry.items()
    if name == "mcpServers":
        value = value[0] if isinstance(value, list) and value else None
    read = _READERS.get(name)
    return read(dict(value)) if read is not None and isinstance(value, dict) else None


def _whose(extra: Json) -> str | None:
    return NAME if extra else None


def _read_search(left: Json) -> ServerTool:
    blocked = _texts(left.get("excludeDomains"))
    if blocked:
        del left["excludeDomains"]
    return WebSearch(blocked_domains=blocked, extra=left, protocol=_whose(left))


def _read_files(left: Json) -> ServerTool | None:
    stores = _texts(left.pop("fileSearchStoreNames", None))
    limit = left.pop("topK") if type(left.get("topK")) is int else None
    chosen = left.pop("metadataFilter") if isinstance(left.get("metadataFilter"), str) else None
    return FileSearch(stores, limit, chosen, extra=left, protocol=_whose(left)) if stores else None


def _read_mcp(left: Json) -> ServerTool | None:
    name, transport = left.pop("name", None), left.pop("streamableHttpTransport", None)
    url = transport.get("url") if isinstance(transport, dict) else None
    if not isinstance(name, str) or not isinstance(url, str):
        return None
    if transport.keys() - {"url", "headers"}:
        left["streamableHttpTransport"] = transport
    headers = transport.get("headers")
    headers = dict(headers) if isinstance(headers, dict) and all(isinstance(item, str) for item in headers.values()) else {}
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    secret = None
    if scheme == "Bearer" and token:
        del headers["Authorization"]
        secret = Secret(token)
    return RemoteMcp(name, url, secret, headers, extra=left, protocol=_whose(left))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else ()


_READERS: dict[str, Callable[[Json], ServerTool | None]] = {
    "googleSearch": _read_search,
    "urlContext": lambda left: WebFetch(extra=left, protocol=_whose(left)),
    "codeExecution": lambda left: CodeExecution(extra=left, protocol=_whose(left)),
    "fileSearch": _read_files,
    "mcpServers": _read_mcp,
}
"""What is read as a typed tool. A screen's size is not said here, so that a computer stays as it came."""
