"""Tools to a `toolConfig` (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html).

A history that holds calls or results must come with a `toolConfig`, or the service refuses it: where the request offers
no tools, those that the history names are declared, without their schemas, and reported. There is no word for forbidding
tools: they are not offered then, unless the history needs them.
"""

from __future__ import annotations

from typing import Any

from ...types.content import ToolCall
from ...types.request import CustomTool, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...types.server_tools import ServerTool
from ..base import Report
from ..json_schema import fit_schema
from .dialect import ConverseDialect
from .encode_blocks import encode_cache
from .server_tools import encode_server_tool, fit_choice
from .wire import NAME, Json

__all__ = ["encode_tools"]

_EMPTY_SCHEMA: Json = {"type": "object", "properties": {}}


def encode_tools(request: Request, needed: bool, dialect: ConverseDialect, kind: str, report: Report) -> Json:
    """The `toolConfig`, empty when there is none.

    `needed` says that the history holds calls or results, `kind` is who made the model.
    """
    choice = request.tool_choice
    known = dialect.server_tools.get(kind, {})
    forbidden = choice is not None and choice.mode == "none"
    if request.parallel_tools is False and request.tools:
        report.adapt("parallel_tools", "dropped", "the model cannot be kept to one call at a time here")
    tools = () if forbidden and not needed else _allowed(request, report)
    wires: list[Json] = []
    for place, tool in enumerate(tools):
        path = f"tools[{place}]"
        if isinstance(tool, ServerTool):
            wire = encode_server_tool(tool, known, report, path)
        else:
            wire = _tool(tool, path, dialect, report)
        if wire is not None:
            wires.append(wire)
            _mark(tool, place, wires, dialect, report)
    if not wires and needed:
        names = dict.fromkeys(
            [block.name for message in request.messages for block in message.content if type(block) is ToolCall]
        )
        wires = [{"toolSpec": {"name": name, "inputSchema": {"json": _EMPTY_SCHEMA}}} for name in names]
        if wires:
            why = "a history with calls needs its tools declared: those it names are, without their schemas"
            report.adapt("tools", "added", why)
    if not wires:
        return {}
    config: Json = {"tools": wires}
    if forbidden:
        report.adapt("tool_choice", "dropped", "the model cannot be forbidden to call the tools its history needs")
    elif choice is not None:
        config["toolChoice"] = _choice(fit_choice(choice, request.tools, known, report))
    return config


def _allowed(request: Request, report: Report) -> tuple[ToolLike, ...]:
    choice = request.tool_choice
    if choice is None or not choice.allowed:
        return request.tools
    kept = tuple([tool for tool in request.tools if _name(tool) in choice.allowed])
    if len(kept) < len(request.tools):
        report.adapt("tool_choice", "changed", "tools beyond the allowed ones are not offered")
    return kept


def _name(tool: ToolLike) -> Any:
    if not isinstance(tool, VendorTool):
        return tool.name
    inner = next(iter(tool.data.values()), None)
    return inner.get("name") if type(inner) is dict else None


def _tool(tool: Tool | CustomTool | VendorTool, path: str, dialect: ConverseDialect, report: Report) -> Json | None:
    if isinstance(tool, VendorTool):
        if tool.protocol is None or tool.protocol == NAME:
            return tool.data
        report.adapt("vendor_tool", "dropped", f"the tool {tool.data.get('type')!r} is another vendor's", path)
        return None
    wire: Json = {"name": tool.name}
    if tool.description:
        wire["description"] = tool.description
    if isinstance(tool, CustomTool):
        report.adapt("custom_tool", "changed", f"the free-text tool {tool.name!r} takes one string, `input`", path)
        field: Json = {"type": "string"}
        if tool.grammar is not None:
            field["description"] = f"Text in this {tool.syntax or 'given'} grammar:\n{tool.grammar}"
        wire["inputSchema"] = {"json": {"type": "object", "properties": {"input": field}, "required": ["input"]}}
        return {"toolSpec": wire}
    rules = dialect.schemas.for_tool(tool.strict and dialect.structured_output)
    parameters = _EMPTY_SCHEMA if tool.parameters is None else tool.parameters
    wire["inputSchema"] = {"json": fit_schema(parameters, rules, report, f"{path}.parameters")}
    if tool.strict is not None:
        if dialect.structured_output:
            wire["strict"] = tool.strict
        elif tool.strict:
            report.adapt("strict", "dropped", f"the arguments of {tool.name!r} cannot be held to the schema here", path)
    return {"toolSpec": {**wire, **tool.extra}}


def _mark(tool: ToolLike, place: int, wires: list[Json], dialect: ConverseDialect, report: Report) -> None:
    """Put a cache point behind a marked tool."""
    if not isinstance(tool, Tool) or tool.cache is None:
        return
    if dialect.cache:
        wires.append(encode_cache(tool.cache))
    else:
        report.adapt("cache", "dropped", "this model takes no cache marks", f"tools[{place}]")


def _choice(choice: ToolChoice) -> Json:
    match choice.mode:
        case "auto" | "none":
            return {"auto": dict(choice.extra)}
        case "required":
            return {"any": dict(choice.extra)}
        case "tool":
            return {"tool": {"name": choice.name or "", **choice.extra}}
        case other:
            return {other: dict(choice.extra)}
