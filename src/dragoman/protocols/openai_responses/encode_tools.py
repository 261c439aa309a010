"""Tools and the choice among them: flat objects on this wire, without the wrapper of Chat Completions.

Source: https://platform.openai.com/docs/api-reference/responses/create#tools.
"""

from __future__ import annotations

from typing import Any

from ...types.request import CustomTool, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...types.server_tools import ServerTool
from ..base import Report
from ..json_schema import fit_schema
from .dialect import ResponsesDialect
from .json_text import Json
from .server_tools import encode_server_tool

__all__ = ["encode_tools"]

_NAME = "openai_responses"
_NO_ARGUMENTS: Json = {"type": "object", "properties": {}}


def encode_tools(body: Json, request: Request, dialect: ResponsesDialect, report: Report) -> None:
    """Add `tools`, `tool_choice` and `parallel_tool_calls`; `model` stands in the body already."""
    choice = request.tool_choice
    model = str(body.get("model") or "")
    tools = request.tools
    if choice is not None:
        tools = _offered(tools, choice, dialect, report)
    hosted: dict[str, Json | None] = {}
    found: list[Json] = []
    for place, tool in enumerate(tools):
        path = f"tools[{place}]"
        if isinstance(tool, ServerTool):
            encoded = hosted[tool.name] = encode_server_tool(tool, dialect.server_tools, model, report, path)
        else:
            encoded = _tool(tool, path, dialect, report)
        if encoded is not None:
            found.append(encoded)
    if found:
        body["tools"] = found
    if choice is not None and (said := _choice(choice, request.tools, hosted, dialect, report)) is not None:
        body["tool_choice"] = said
    if request.parallel_tools is not None:
        body["parallel_tool_calls"] = request.parallel_tools


def _offered(tools: tuple[ToolLike, ...], choice: ToolChoice, dialect: ResponsesDialect, report: Report) -> tuple[ToolLike, ...]:
    """The tools that a choice leaves, where the vendor has no word for it."""
    if choice.mode == "none" and "none" not in dialect.tool_choices:
        report.adapt("tool_choice", "changed", "this provider cannot forbid tools: none are offered", "tool_choice")
        return ()
    if choice.allowed and "allowed" not in dialect.tool_choices:
        kept = tuple([tool for tool in tools if _name(tool) in choice.allowed])
        if len(kept) < len(tools):
            report.adapt("tool_choice", "changed", "tools beyond the allowed ones are not offered", "tool_choice")
        return kept
    return tools


def _name(tool: ToolLike) -> Any:
    return tool.data.get("name", tool.data.get("type")) if isinstance(tool, VendorTool) else tool.name


def _tool(tool: Tool | CustomTool | VendorTool, path: str, dialect: ResponsesDialect, report: Report) -> Json | None:
    if isinstance(tool, VendorTool):
        if tool.protocol is None or tool.protocol == _NAME:
            return tool.data
        report.adapt("vendor_tool", "dropped", f"the tool {tool.data.get('type')!r} is another vendor's", path)
        return None
    wire: Json = {"type": "function" if isinstance(tool, Tool) else "custom", "name": tool.name}
    if tool.description is not None:
        wire["description"] = tool.description
    if isinstance(tool, CustomTool):
        if not dialect.custom_tools:
            report.adapt("custom_tool", "dropped", f"this provider has no free-text tools: {tool.name!r} is not offered", path)
            return None
        if tool.grammar is not None:
            wire["format"] = {"type": "grammar", "syntax": tool.syntax or "lark", "definition": tool.grammar}
        return {**wire, **tool.extra}
    strict = dialect.strict if tool.strict is None else tool.strict
    parameters = _NO_ARGUMENTS if tool.parameters is None else tool.parameters
    wire["parameters"] = fit_schema(parameters, dialect.schemas.for_tool(strict), report, f"{path}.parameters")
    if strict is not None:
        wire["strict"] = strict
    if tool.cache is not None:
        report.adapt("cache", "dropped", "tools take no cache marks on this wire", path)
    return {**wire, **tool.extra}


def _choice(
    choice: ToolChoice, tools: tuple[ToolLike, ...], hosted: dict[str, Json | None], dialect: ResponsesDialect, report: Report
) -> Any:
    """`tool_choice`; `hosted` are the objects of the vendor's own tools by their names, None for one that is not offered."""
    known = dialect.tool_choices
    mode: str = choice.mode
    if mode == "tool" and choice.name in hosted:
        wire = hosted[choice.name]
        if wire is None:
            report.adapt("tool_choice", "dropped", f"{choice.name} is not offered and cannot be asked for", "tool_choice")
            return None
        if "tool" in known and dialect.forced_tools:
            return {**_hosted(wire), **choice.extra}
    elif mode == "tool" and "tool" in known:
        return {"type": "custom" if choice.custom else "function", "name": choice.name, **choice.extra}
    if mode == "tool":
        report.adapt("tool_choice", "changed", "this provider cannot be told which tool to call: it must call one", "tool_choice")
        mode = "required"
    if choice.allowed and "allowed" in known:
        kinds = {_name(tool): _kind(tool) for tool in tools}
        named = [_allowed(name, kinds.get(name, "function"), hosted) for name in choice.allowed]
        if offered := [entry for entry in named if entry is not None]:
            return {"type": "allowed_tools", "mode": mode, "tools": offered, **choice.extra}
        report.adapt("tool_choice", "changed", "none of the allowed tools is offered: none may be called", "tool_choice")
        return "none"
    if mode == "required" and "required" not in known:
        report.adapt("tool_choice", "dropped", "this provider cannot be told that a tool must be called", "tool_choice")
        return None
    if mode == "none" and "none" not in known:
        return None
    return {"type": mode, **choice.extra} if choice.extra else mode


def _kind(tool: ToolLike) -> str:
    match tool:
        case VendorTool():
            return str(tool.data.get("type"))
        case CustomTool():
            return "custom"
        case _:
            return "function"


def _hosted(wire: Json) -> Json:
    """What names a tool that the vendor runs: its type, of an MCP server the label beside it."""
    return {name: wire[name] for name in ("type", "server_label") if name in wire}


def _allowed(name: str, kind: str, hosted: dict[str, Json | None]) -> Json | None:
    if name in hosted:
        wire = hosted[name]
        return None if wire is None else _hosted(wire)
    return {"type": kind, "name": name} if kind in ("function", "custom", "mcp") else {"type": kind}
