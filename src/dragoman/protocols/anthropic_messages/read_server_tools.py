"""The vendor's own tools as they stand in a request, to typed values (`server_tools.py` is the way there)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...types.request import ToolLike, VendorTool
from ...types.secret import Secret
from ...types.server_tools import CodeExecution, Computer, RemoteMcp, ServerTool, Vicinity, WebFetch, WebSearch
from ..base import Report, Target
from ..server_tools import read_server_tool
from .dialect import REFERENCE
from .encode_blocks import Json
from .server_tools import NAME, PLACES, beside, encode_server_tool

__all__ = ["read_mcp_servers", "read_tool"]


def read_tool(data: Json) -> ServerTool | VendorTool:
    """A tool object as a typed value where it says nothing else, MCP toolsets excepted (`read_mcp_servers`)."""
    return read_server_tool(data, NAME, _read, _encode)


def _encode(tool: ServerTool) -> Json | None:
    return encode_server_tool(tool, REFERENCE, Report(_NOWHERE), "")


_NOWHERE = Target("", NAME, "")


def _read(data: Json) -> ServerTool | None:
    kind, name = data.get("type"), data.get("name")
    if type(kind) is not str:
        return None
    for word, read in _READERS.items():
        if name == word and kind.startswith(f"{word}_"):
            return read(dict(data))
    return None


def _rest(word: str, data: Json, known: Iterable[str]) -> Json:
    """What of an object has no typed field. The reference vendor's own form needs no words."""
    form = REFERENCE.server_tools[word]
    rest = {key: value for key, value in data.items() if key not in ("name", *known)}
    if rest["type"] == form.type and all(rest.get(key) == value for key, value in form.fields.items()):
        rest = {key: value for key, value in rest.items() if key != "type" and key not in form.fields}
    return rest


def _made(kind: type[ServerTool], word: str, data: Json, fields: Json, known: Iterable[str]) -> ServerTool:
    extra = _rest(word, data, known)
    return kind(**fields, extra=extra, protocol=NAME if extra else None)


def _words(value: Any) -> tuple[str, ...] | None:
    if type(value) is list and value and all(type(word) is str for word in value):
        return tuple(value)
    return None


def _counted(value: Any) -> int | None:
    return value if type(value) is int else None


def _read_bounds(data: Json) -> Json:
    found = {
        "max_uses": _counted(data.get("max_uses")),
        "allowed_domains": _words(data.get("allowed_domains")),
        "blocked_domains": _words(data.get("blocked_domains")),
    }
    return {name: value for name, value in found.items() if value is not None}


def _read_web_search(data: Json) -> ServerTool:
    fields = _read_bounds(data)
    known = [*fields]
    place = data.get("user_location")
    if type(place) is dict and place.get("type") == "approximate" and _says_place(place):
        fields["vicinity"] = Vicinity(**{name: place[name] for name in PLACES if name in place})
        known.append("user_location")
    return _made(WebSearch, "web_search", data, fields, known)


def _says_place(place: Json) -> bool:
    """Whether a place has some of the fields that are known, all of them texts, and no other."""
    given = place.keys() - {"type"}
    return bool(given) and given <= set(PLACES) and all(type(place[name]) is str for name in given)


def _read_web_fetch(data: Json) -> ServerTool:
    fields = _read_bounds(data)
    known = [*fields]
    cited = data.get("citations")
    if type(cited) is dict and cited.keys() == {"enabled"} and type(cited["enabled"]) is bool:
        fields["citations"] = cited["enabled"]
        known.append("citations")
    if type(most := data.get("max_content_tokens")) is int:
        fields["max_tokens"] = most
        known.append("max_content_tokens")
    return _made(WebFetch, "web_fetch", data, fields, known)


def _read_code_execution(data: Json) -> ServerTool:
    return _made(CodeExecution, "code_execution", data, {}, ())


def _read_computer(data: Json) -> ServerTool | None:
    width, height = data.get("display_width_px"), data.get("display_height_px")
    if type(width) is not int or type(height) is not int:
        return None
    screen = {"width": width, "height": height}
    return _made(Computer, "computer", data, screen, ("display_width_px", "display_height_px"))


_READERS: dict[str, Callable[[Json], ServerTool | None]] = {
    "web_search": _read_web_search,
    "web_fetch": _read_web_fetch,
    "code_execution": _read_code_execution,
    "computer": _read_computer,
}


def read_mcp_servers(tools: Sequence[ToolLike], servers: Any) -> tuple[ToolLike, ...] | None:
    """The tools with each MCP toolset and its server as one typed value; None unless that says all of the servers."""
    if type(servers) is not list or not servers or not all(type(server) is dict for server in servers):
        return None
    left = list(servers)
    read: list[ToolLike] = []
    for tool in tools:
        data = tool.data if isinstance(tool, VendorTool) and tool.data.get("type") == "mcp_toolset" else None
        if data is None:
            read.append(tool)
            continue
        server = next((each for each in left if each.get("name") == data.get("mcp_server_name")), None)
        found = _read_remote_mcp(data, server) if server is not None else None
        if found is None:
            return None
        left.remove(server)
        read.append(found)
    offered = [tool for tool in read if isinstance(tool, RemoteMcp)]
    return tuple(read) if beside(offered, REFERENCE).servers == servers else None


def _read_remote_mcp(data: Json, server: Json) -> RemoteMcp | None:
    name, url, token = (server.get(field) for field in ("name", "url", "authorization_token"))
    if type(name) is not str or type(url) is not str or not (token is None or type(token) is str):
        return None
    configs = data.get("configs")
    tools = tuple(configs) if type(configs) is dict and data.get("default_config") == {"enabled": False} else ()
    known = {"type", "mcp_server_name", *(("default_config", "configs") if tools else ())}
    extra = {key: value for key, value in data.items() if key not in known}
    secret = Secret(token) if token is not None else None
    found = RemoteMcp(name, url, secret, tools=tools, extra=extra, protocol=NAME if extra else None)
    return found if _encode(found) == data else None
