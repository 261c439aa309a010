"""Tools and the choice among them: flat objects on this wire, without the wrapper of Chat Completions.

Source: https://platform.openai.com/docs/api-reference/responses/create#tools.
"""

from __future__ import annotations

from typing import Any

from ...types.request import CustomTool, Request, Tool, ToolChoice, ToolLike, VendorTool
from ..base import Report
from ..json_schema import fit_schema
from .dialect import ResponsesDialect
from .json_text import Json

__all__ = ["encode_tools"]

_NAME = "openai_responses"
_NO_ARGUMENTS: Json = {"type": "object", "properties": {}}


def encode_tools(body: Json, request: Request, dialect: ResponsesDialect, report: Report) -> None:
    """Add `tools`, `tool_choice` and `parallel_tool_calls`."""
    choice = request.tool_choice
    tools = request.tools
    if choice is not None:
        tools = _offered(tools, choice, dialect, report)
    encoded = [_tool(tool, f"tools[{place}]", dialect, report) for place, tool in enumerate(tools)]
    if found := [tool for tool in encoded if tool is not None]:
        body["tools"] = found
    if choice is not None and (said := _choice(choice, request.tools, dialect, report)) is not None:
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


def _tool(tool: ToolLike, path: str, dialect: ResponsesDialect, report: Report) -> Json | None:
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


def _choice(choice: ToolChoice, tools: tuple[ToolLike, ...], dialect: ResponsesDialect, report: Report) -> Any:
    known = dialect.tool_choices
    mode: str = choice.mode
    if mode == "tool":
        if "tool" in known:
            return {"type": "custom" if choice.custom else "function", "name": choice.name, **choice.extra}
        report.adapt("tool_choice", "changed", "this provider cannot be told which tool to call: it must call one", "tool_choice")
        mode = "required"
    if choice.allowed and "allowed" in known:
        kinds = {_name(tool): _kind(tool) for tool in tools}
        named = [_allowed(name, kinds.get(name, "function")) for name in choice.allowed]
        return {"type": "allowed_tools", "mode": mode, "tools": named, **choice.extra}
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


def _allowed(name: str, kind: str) -> Json:
    return {"type": kind, "name": name} if kind in ("function", "custom", "mcp") else {"type": kind}
