"""The tools of a request and how they may be used: `tools` and `toolConfig` (https://ai.google.dev/api/caching#ToolConfig).

The mode and the names of `functionCallingConfig` are about functions. The vendor's own tools can be neither named nor forced nor
forbidden there: the nearest is to offer those only that may be used. Beside functions they are taken where `toolConfig` asks to
be shown their calls, by models that take both at all (https://ai.google.dev/gemini-api/docs/tool-combination).
"""

from __future__ import annotations

from ...types.request import CustomTool, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...types.server_tools import Computer, ServerTool
from ..base import Report
from ..json_schema import fit_schema
from ..server_tools import only_allowed
from .answers import Json
from .dialect import OPENAPI, GeminiDialect
from .server_tools import NAME, encode_server_tool, has, location

__all__ = ["encode_tools"]


def encode_tools(request: Request, model: str, dialect: GeminiDialect, report: Report) -> tuple[list[Json], Json]:
    """`tools` and `toolConfig`, each empty where there is nothing to say."""
    choice = request.tool_choice
    offered = only_allowed(request.tools, choice, lambda tool: has(tool, dialect), report)
    tools, own = _entries(offered, dialect, report)
    functions = any(isinstance(tool, Tool | CustomTool) for _, tool in offered)
    config: Json = {}
    if calling := _calling(choice, [tool for _, tool in offered], report):
        config["functionCallingConfig"] = calling
    if (where := next((found for tool in own if (found := location(tool, dialect))), None)) is not None:
        config["retrievalConfig"] = where
    shown = any(not isinstance(tool, Computer) for tool in own)
    if functions and shown and dialect.shows_tools and not model.rpartition("/")[2].startswith(dialect.schema_or_tools):
        config["includeServerSideToolInvocations"] = True
    return tools, config


def _entries(tools: list[tuple[int, ToolLike]], dialect: GeminiDialect, report: Report) -> tuple[list[Json], list[ServerTool]]:
    """The entries, and those of the vendor's own tools that are among them. Functions that stand next to each other share one
    entry; each of the vendor's tools has its own."""
    found: list[Json] = []
    own: list[ServerTool] = []
    functions: list[Json] | None = None  # of the entry that may go on
    for place, tool in tools:
        path = f"tools[{place}]"
        if isinstance(tool, VendorTool):
            functions = None
            if tool.protocol is None or tool.protocol == NAME:
                found.append(tool.data)
            else:
                report.adapt("vendor_tool", "dropped", f"the tool {tool.data.get('type')!r} is another vendor's", path)
        elif isinstance(tool, ServerTool):
            if (entry := encode_server_tool(tool, dialect, report, path)) is not None:
                functions = None
                found.append(entry)
                own.append(tool)
        else:
            if functions is None:
                functions = []
                found.append({"functionDeclarations": functions})
            functions.append(_declaration(tool, path, dialect, report))
    return found, own


def _declaration(tool: Tool | CustomTool, path: str, dialect: GeminiDialect, report: Report) -> Json:
    wire: Json = {"name": tool.name}
    if tool.description is not None:
        wire["description"] = tool.description
    field = "parametersJsonSchema" if dialect.json_schema else "parameters"
    if isinstance(tool, CustomTool):
        report.adapt("custom_tool", "changed", f"the free-text tool {tool.name!r} takes one string, `input`", path)
        about: Json = {"type": "string"}
        if tool.grammar is not None:
            about["description"] = f"Text in this {tool.syntax or 'given'} grammar:\n{tool.grammar}"
        wire[field] = {"type": "object", "properties": {"input": about}, "required": ["input"]}
    else:
        if tool.parameters is not None:
            rules = dialect.schemas.for_tool(tool.strict) if dialect.json_schema else OPENAPI
            wire[field] = fit_schema(tool.parameters, rules, report, f"{path}.parameters")
        if tool.strict:
            why = f"the arguments of {tool.name!r} are held to the schema by the tool choice VALIDATED only"
            report.adapt("strict", "dropped", why, path)
        if tool.cache is not None:
            report.adapt("cache", "dropped", "prompts are cached without marks here", path)
    return wire | tool.extra


_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY", "tool": "ANY"}


def _calling(choice: ToolChoice | None, offered: list[ToolLike], report: Report) -> Json:
    """Names may be given with ANY and VALIDATED only; the latter is what `auto` with names asks for."""
    if choice is None:
        return {}
    own = {tool.name for tool in offered if isinstance(tool, ServerTool)}
    if choice.mode == "tool" and choice.name in own:
        return choice.extra
    names = (choice.name,) if choice.mode == "tool" and choice.name is not None else choice.allowed
    names = tuple([name for name in names if name not in own])
    mode = "VALIDATED" if choice.mode == "auto" and names else _MODES.get(choice.mode, choice.mode)
    wire: Json = {"mode": mode}
    if names and mode == "NONE":
        report.adapt("tool_choice", "changed", "no tool may be called, so none is named")
    elif names:
        wire["allowedFunctionNames"] = list(names)
    return wire | choice.extra
