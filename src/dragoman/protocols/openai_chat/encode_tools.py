"""Tools and the choice among them (https://platform.openai.com/docs/guides/function-calling)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...types.request import CustomTool, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...types.server_tools import ServerTool
from ..base import Report
from ..json_schema import fit_schema
from .dialect import ChatDialect
from .media import cache_field
from .server_tools import encode_server_tools

__all__ = ["encode_tools"]


def encode_tools(body: dict[str, Any], request: Request, dialect: ChatDialect, report: Report) -> None:
    """`tools`, `tool_choice` and `parallel_tool_calls`, and the fields of the request that stand for tools which the vendor runs.

    Without tools none of the three is sent: OpenAI answers 400. `model` stands in the body already.
    """
    choice = request.tool_choice
    of_vendor = [(f"tools[{place}]", tool) for place, tool in enumerate(request.tools) if isinstance(tool, ServerTool)]
    hosted: dict[str, dict[str, Any] | None] = {}
    if of_vendor:
        hosted = encode_server_tools(body, of_vendor, dialect.server_tools, choice, report)
        if choice is not None and choice.mode == "tool" and choice.name in hosted and hosted[choice.name] is None:
            report.adapt("tool_choice", "dropped", f"{choice.name} cannot be asked for here", "tool_choice")
            choice = None
    tools = [
        (name, encoded)
        for place, tool in enumerate(request.tools)
        for name, encoded in _encode(tool, f"tools[{place}]", hosted, dialect, report)
    ]
    if choice is not None:
        tools = _narrow(tools, choice, dialect, report)
    if not tools:
        if choice is not None and choice.mode in ("required", "tool"):
            report.adapt("tool_choice", "dropped", "there is no tool to choose", "tool_choice")
        return
    body["tools"] = [encoded for _, encoded in tools]
    if choice is not None and (encoded := _choice(choice, request.tools, hosted, dialect, report)) is not None:
        body["tool_choice"] = encoded
    if request.parallel_tools is not None:
        if dialect.parallel_tool_calls:
            body["parallel_tool_calls"] = request.parallel_tools
        else:
            report.adapt("parallel_tools", "dropped", "this provider has no parallel_tool_calls", "parallel_tools")


def _encode(
    tool: ToolLike, path: str, hosted: dict[str, dict[str, Any] | None], dialect: ChatDialect, report: Report
) -> Iterable[tuple[str, dict[str, Any]]]:
    """The tool's name and its definition, nothing where it cannot be said."""
    match tool:
        case ServerTool():
            if (wire := hosted[tool.name]) is not None:
                yield tool.name, wire
        case Tool():
            yield tool.name, _function(tool, path, dialect, report)
        case CustomTool():
            if dialect.custom_tools:
                yield tool.name, _custom(tool)
            else:
                report.adapt("custom_tool", "dropped", f"this provider has no free-text tools: {tool.name!r} is left out", path)
        case VendorTool(data=data, protocol=protocol):
            if protocol in (None, "openai_chat"):
                yield str(data.get("type", "")), data
            else:
                report.adapt("vendor_tool", "dropped", f"a tool of {protocol} means nothing here", path)


def _function(tool: Tool, path: str, dialect: ChatDialect, report: Report) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    if tool.parameters is not None:
        rules = dialect.schemas.for_tool(tool.strict and dialect.strict)
        function["parameters"] = fit_schema(tool.parameters, rules, report, f"{path}.parameters")
    if tool.strict is not None:
        if dialect.strict:
            function["strict"] = tool.strict
        else:
            report.adapt("strict", "dropped", "this provider does not take strict tools", path)
    extra = dict(tool.extra)
    function.update(extra.pop("function", {}))
    encoded = {"type": "function", "function": function, **extra}
    if tool.cache is not None:
        if dialect.cache_marks == "cache_control":
            encoded.update(cache_field(tool.cache, "cache_control"))
        else:
            report.adapt("cache", "dropped", "this provider takes no cache marks on tools", path)
    return encoded


def _custom(tool: CustomTool) -> dict[str, Any]:
    about: dict[str, Any] = {"name": tool.name}
    if tool.description is not None:
        about["description"] = tool.description
    if tool.grammar is not None:
        about["format"] = {"type": "grammar", "grammar": {"syntax": tool.syntax or "lark", "definition": tool.grammar}}
    extra = dict(tool.extra)
    about.update(extra.pop("custom", {}))
    return {"type": "custom", "custom": about, **extra}


def _narrow(
    tools: list[tuple[str, dict[str, Any]]], choice: ToolChoice, dialect: ChatDialect, report: Report
) -> list[tuple[str, dict[str, Any]]]:
    """Leave out tools that must not be called, where the vendor has no word to say so."""
    if choice.mode == "none" and "none" not in dialect.tool_choices:
        if tools:
            report.adapt("tool_choice", "changed", "this provider cannot be told not to call: no tools are sent", "tool_choice")
        return []
    if choice.allowed and "allowed" not in dialect.tool_choices:
        report.adapt("tool_choice", "changed", "this provider has no list of allowed tools: only these are sent", "tool_choice")
        return [tool for tool in tools if tool[0] in choice.allowed]
    return tools


def _choice(
    choice: ToolChoice,
    tools: tuple[ToolLike, ...],
    hosted: dict[str, dict[str, Any] | None],
    dialect: ChatDialect,
    report: Report,
) -> Any:
    """`tool_choice`, weakened to the nearest word that the vendor has; `hosted` are the objects of the vendor's own tools."""
    words = dialect.tool_choices
    custom = {tool.name for tool in tools if isinstance(tool, CustomTool)}
    mode: str = choice.mode
    if mode == "tool" and dialect.forced_tools and (wire := hosted.get(choice.name or "")) is not None:
        return {"type": wire["type"], **choice.extra}
    if mode == "tool" and "tool" in words and choice.name is not None and choice.name not in hosted:
        kind = "custom" if choice.custom or choice.name in custom else "function"
        return {"type": kind, kind: {"name": choice.name}, **choice.extra}
    if mode == "tool" or (mode not in words and mode in ("auto", "none", "required")):
        weaker = "required" if mode == "tool" and "required" in words else "auto"
        report.adapt("tool_choice", "changed", f"this provider has no tool choice {mode!r}: {weaker!r} is sent", "tool_choice")
        mode = weaker
        if mode not in words:
            return None
    if choice.allowed and "allowed" in words:
        listed = [_named("custom" if name in custom else "function", name) for name in choice.allowed if name not in hosted]
        return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": listed}, **choice.extra}
    return mode


def _named(kind: str, name: str) -> dict[str, Any]:
    return {"type": kind, kind: {"name": name}}
