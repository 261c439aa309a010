"""The vendor's own tools as a request says them (https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-reference).

Which of them a vendor has, and of which date, is `MessagesDialect.server_tools`. A `type` among the caller's own fields
wins over that, and with it what that type needs: its name, its screen, its beta.

| tool | in `tools` | beside it |
|---|---|---|
| `WebSearch`, `WebFetch` | a dated type and its settings | |
| `CodeExecution` | a dated type | `container` of the request; files are blocks of the first user message |
| `Computer` | a toolset without name and screen, or an older type with both | the beta of an older type |
| `RemoteMcp` | a toolset | a server in `mcp_servers` and a beta |

The toolset of a computer has no word for the screen: the model goes by the size of the screenshots it is given. MCP servers:
https://platform.claude.com/docs/en/agents-and-tools/mcp-connector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...types.request import ToolChoice, ToolLike
from ...types.server_tools import CodeExecution, Computer, RemoteMcp, ServerTool, Vicinity, WebFetch, WebSearch
from ..base import Report, same_blocks
from ..server_tools import leave_out, not_offered, own_fields, withheld
from .dialect import MessagesDialect, ToolForm
from .encode_blocks import Json

__all__ = [
    "NAME",
    "PLACES",
    "Beside",
    "add_files",
    "beside",
    "encode_server_tool",
    "fit_choice",
    "join_servers",
]

NAME = "anthropic_messages"

PLACES = ("city", "region", "country", "timezone")
"""The fields of a `user_location`, which are those of a `Vicinity`."""

_TOOLSET = "computer_toolset_"
_OLDER_MCP = "tool_configuration"

_BETAS = {
    "computer_20241022": ("computer-use-2024-10-22",),
    "computer_20250124": ("computer-use-2025-01-24",),
    "computer_20251124": ("computer-use-2025-11-24",),
    "code_execution_20250522": ("code-execution-2025-05-22",),
}
"""What types need wherever they are taken (https://platform.claude.com/docs/en/api/beta-headers)."""


def _word(tool: ServerTool) -> str:
    """The neutral name of a kind of tool; an MCP server has a name of its own."""
    return str(tool.__struct_config__.tag)


def _wire(tool: ServerTool) -> str:
    """The wire whose words a tool's own fields are to be for them to be said here."""
    return tool.protocol if tool.protocol is not None and same_blocks(tool.protocol, NAME) else NAME


def _type(tool: ServerTool, form: ToolForm) -> str:
    named = tool.extra.get("type") if tool.protocol in (None, _wire(tool)) else None
    return named if type(named) is str else form.type


# --- what is said beside the tools ------------------------------------------------------------------------------------


class Beside:
    """What a request says of its tools outside of `tools`."""

    __slots__ = ("betas", "container", "files", "servers")

    def __init__(self) -> None:
        self.betas: list[str] = []
        self.servers: list[Json] = []
        self.container: str | None = None
        self.files: list[Json] = []


def beside(tools: Iterable[ToolLike], dialect: MessagesDialect) -> Beside:
    """What these tools need beside their own objects; nothing for those that are not offered."""
    found = Beside()
    for tool in tools:
        form = dialect.server_tools.get(_word(tool)) if isinstance(tool, ServerTool) else None
        if form is None:
            continue
        assert isinstance(tool, ServerTool)
        found.betas += [*form.betas, *_BETAS.get(_type(tool, form), ())]
        if isinstance(tool, RemoteMcp):
            found.servers.append(_mcp_server(tool, form))
        elif isinstance(tool, CodeExecution):
            found.container = tool.container if tool.container is not None else found.container
            found.files += [{"type": "container_upload", "file_id": file} for file in tool.files]
    return found


def _mcp_server(tool: RemoteMcp, form: ToolForm) -> Json:
    wire: Json = {"type": "url", "url": tool.url, "name": tool.name}
    if tool.token is not None:
        wire["authorization_token"] = tool.token.reveal()
    if form.type == _OLDER_MCP and tool.tools:
        wire["tool_configuration"] = {"enabled": True, "allowed_tools": list(tool.tools)}
    return wire


def add_files(messages: Sequence[Json], files: Sequence[Json]) -> None:
    """Put files into the first user message, where they stand from the first turn on; not those that stand somewhere.

    https://platform.claude.com/docs/en/agents-and-tools/tool-use/code-execution-tool#upload-and-analyze-your-own-files
    """
    said = [block for message in messages for block in message["content"] if block.get("type") == "container_upload"]
    first = next((message for message in messages if message["role"] == "user"), None)
    if first is not None and (missing := [file for file in files if file not in said]):
        first["content"] = [*first["content"], *missing]


def join_servers(own: Sequence[Json], given: Sequence[Json]) -> list[Json]:
    """MCP servers of the tools and of the caller's own fields; the latter win by name."""
    names = [server.get("name") for server in given if type(server) is dict]
    return [*given, *[server for server in own if server["name"] not in names]]


# --- the tools --------------------------------------------------------------------------------------------------------


def encode_server_tool(tool: ServerTool, dialect: MessagesDialect, report: Report, path: str) -> Json | None:
    """The object in `tools`; None where there is none to be said, or the vendor has no such tool, which is reported."""
    form = dialect.server_tools.get(_word(tool))
    encode, taken = _ENCODERS.get(type(tool), (None, ()))
    if form is None or encode is None:
        not_offered(tool, report, path)
        return None
    if withheld(tool, taken, report, path):
        return None
    kind = _type(tool, form)
    wire = encode(tool, kind, report, path)
    leave_out(tool, taken, report, path)
    own = own_fields(tool, _wire(tool), report, path)
    if kind == _OLDER_MCP:
        return None
    return {**wire, **(form.fields if "type" not in own else {}), **own}


def _encode_web_search(tool: WebSearch, kind: str, report: Report, path: str) -> Json:
    wire: Json = {"type": kind, "name": "web_search", **_bounds(tool)}
    if tool.vicinity is not None and (place := _encode_vicinity(tool.vicinity, report, path)):
        wire["user_location"] = {"type": "approximate", **place}
    return wire


def _bounds(tool: WebSearch | WebFetch) -> Json:
    wire: Json = {}
    if tool.max_uses is not None:
        wire["max_uses"] = tool.max_uses
    if tool.allowed_domains:
        wire["allowed_domains"] = list(tool.allowed_domains)
    if tool.blocked_domains:
        wire["blocked_domains"] = list(tool.blocked_domains)
    return wire


def _encode_vicinity(vicinity: Vicinity, report: Report, path: str) -> Json:
    if vicinity.latitude is not None or vicinity.longitude is not None:
        why = "where the user is cannot be told in degrees here: they are left out"
        report.adapt("server_tool", "changed", why, f"{path}.vicinity")
    return {name: value for name in PLACES if (value := getattr(vicinity, name)) is not None}


def _encode_web_fetch(tool: WebFetch, kind: str, report: Report, path: str) -> Json:
    wire: Json = {"type": kind, "name": "web_fetch", **_bounds(tool)}
    if tool.citations is not None:
        wire["citations"] = {"enabled": tool.citations}
    if tool.max_tokens is not None:
        wire["max_content_tokens"] = tool.max_tokens
    return wire


def _encode_code_execution(tool: CodeExecution, kind: str, report: Report, path: str) -> Json:
    return {"type": kind, "name": "code_execution"}


def _encode_computer(tool: Computer, kind: str, report: Report, path: str) -> Json:
    if kind.startswith(_TOOLSET):
        return {"type": kind}
    return {"type": kind, "name": "computer", "display_width_px": tool.width, "display_height_px": tool.height}


def _encode_remote_mcp(tool: RemoteMcp, kind: str, report: Report, path: str) -> Json:
    wire: Json = {"type": kind, "mcp_server_name": tool.name}
    if tool.tools:
        wire["default_config"] = {"enabled": False}
        wire["configs"] = {name: {"enabled": True} for name in tool.tools}
    return wire


_ENCODERS: dict[type, tuple[Callable[[Any, str, Report, str], Json], tuple[str, ...]]] = {
    WebSearch: (_encode_web_search, ("max_uses", "allowed_domains", "blocked_domains", "vicinity")),
    WebFetch: (_encode_web_fetch, ("max_uses", "allowed_domains", "blocked_domains", "citations", "max_tokens")),
    CodeExecution: (_encode_code_execution, ("container", "files")),
    Computer: (_encode_computer, ()),
    RemoteMcp: (_encode_remote_mcp, ("token", "tools")),
}
"""How a tool is said, and which of its settings that tells."""


# --- which tool is to be called ---------------------------------------------------------------------------------------


def fit_choice(
    choice: ToolChoice, tools: Sequence[ToolLike], offered: Sequence[Json], dialect: MessagesDialect, report: Report
) -> ToolChoice | None:
    """A choice as these tools allow it; None where nothing is offered to choose from.

    Neither a toolset nor one of its members can be forced: any tool is then
    (https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-reference#client-toolsets).
    """
    if tools and not offered:
        if choice.mode in ("tool", "required"):
            report.adapt("tool_choice", "dropped", "none of the tools is offered: none can be called")
        return None
    asked = [tool for tool in tools if choice.mode == "tool" and isinstance(tool, ServerTool) and tool.name == choice.name]
    if not asked:
        return choice
    form = dialect.server_tools.get(_word(asked[0]))
    if form is None:
        report.adapt("tool_choice", "changed", f"{choice.name} is not offered: the model may call any other tool")
        return ToolChoice(extra=choice.extra)
    if isinstance(asked[0], RemoteMcp) or _type(asked[0], form).startswith(_TOOLSET):
        report.adapt("tool_choice", "changed", f"{choice.name} is a set of tools, none of which can be forced: any tool is")
        return ToolChoice("required", extra=choice.extra)
    return choice
