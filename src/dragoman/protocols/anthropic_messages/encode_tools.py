"""Tools and whether they may be called (https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools)."""

from __future__ import annotations

from typing import Any

from ...types.request import CustomTool, Request, ToolChoice, ToolLike, VendorTool
from ...types.server_tools import ServerTool
from ..base import Report, same_blocks
from ..json_schema import fit_schema
from .dialect import MessagesDialect
from .encode_blocks import Json, encode_cache
from .server_tools import NAME, encode_server_tool, fit_choice

__all__ = ["allowed", "encode_choice", "encode_tools"]

_EMPTY_SCHEMA: Json = {"type": "object", "properties": {}}


def allowed(request: Request) -> tuple[ToolLike, ...]:
    """The tools of a request that its choice allows."""
    choice = request.tool_choice
    if choice is None or not choice.allowed:
        return request.tools
    return tuple([tool for tool in request.tools if _tool_name(tool) in choice.allowed])


def encode_tools(request: Request, tools: tuple[ToolLike, ...], dialect: MessagesDialect, report: Report) -> list[Json]:
    """The objects of `tools`, the allowed ones; what another vendor would understand is left out and reported."""
    if request.tool_choice is not None and request.tool_choice.mode == "none" and not dialect.forbids_tools:
        report.adapt("tool_choice", "changed", "this provider cannot forbid tools: none are offered")
        return []
    if len(tools) < len(request.tools):
        report.adapt("tool_choice", "changed", "tools beyond the allowed ones are not offered")
    encoded = [_tool(tool, f"tools[{place}]", dialect, report) for place, tool in enumerate(tools)]
    return [tool for tool in encoded if tool is not None]


def _tool_name(tool: ToolLike) -> Any:
    return tool.data.get("name") if isinstance(tool, VendorTool) else tool.name


def _tool(tool: ToolLike, path: str, dialect: MessagesDialect, report: Report) -> Json | None:
    if isinstance(tool, VendorTool):
        if tool.protocol is None or same_blocks(tool.protocol, NAME):
            return tool.data
        report.adapt("vendor_tool", "dropped", f"the tool {tool.data.get('type')!r} is another vendor's", path)
        return None
    if isinstance(tool, ServerTool):
        return encode_server_tool(tool, dialect, report, path)
    wire: Json = {"name": tool.name}
    if tool.description is not None:
        wire["description"] = tool.description
    if isinstance(tool, CustomTool):
        report.adapt("custom_tool", "changed", f"the free-text tool {tool.name!r} takes one string, `input`", path)
        field: Json = {"type": "string"}
        if tool.grammar is not None:
            field["description"] = f"Text in this {tool.syntax or 'given'} grammar:\n{tool.grammar}"
        wire["input_schema"] = {"type": "object", "properties": {"input": field}, "required": ["input"]}
    else:
        rules = dialect.schemas.for_tool(tool.strict and dialect.structured_output)
        parameters = _EMPTY_SCHEMA if tool.parameters is None else tool.parameters
        wire["input_schema"] = fit_schema(parameters, rules, report, f"{path}.parameters")
        if tool.strict is not None:
            if dialect.structured_output:
                wire["strict"] = tool.strict
            elif tool.strict:
                report.adapt("strict", "dropped", f"the arguments of {tool.name!r} cannot be held to the schema here", path)
        if tool.cache is not None:
            if dialect.cache:
                wire["cache_control"] = encode_cache(tool.cache)
            else:
                report.adapt("cache", "dropped", "this provider takes no cache marks", path)
    wire.update(tool.extra)
    return wire


_CHOICES = {"auto": "auto", "none": "none", "required": "any", "tool": "tool"}


def encode_choice(request: Request, tools: list[Json], dialect: MessagesDialect, report: Report) -> Json:
    """The `tool_choice` object, empty where there is none to be said; `tools` are the encoded ones."""
    choice = request.tool_choice
    parallel = request.parallel_tools
    if choice is None:
        if parallel is not False or not request.tools:
            return {}
        choice = ToolChoice()
    fitted = fit_choice(choice, request.tools, tools, dialect, report)
    if fitted is None:
        return {}
    choice = fitted
    kind = _CHOICES.get(choice.mode, choice.mode)
    if kind == "none" and not dialect.forbids_tools:
        return {}
    if kind in ("any", "tool") and not dialect.forced_tools:
        report.adapt("tool_choice", "changed", "this model cannot be made to call a tool: it may call one")
        kind = "auto"
    wire: Json = {"type": kind}
    if choice.name is not None and kind not in ("auto", "any", "none"):
        wire["name"] = choice.name
    if parallel is not None and kind != "none":
        if dialect.parallel_switch:
            wire["disable_parallel_tool_use"] = not parallel
        elif not parallel:
            report.adapt("parallel_tools", "dropped", "this provider cannot keep the model to one call at a time")
    wire.update(choice.extra)
    return wire
