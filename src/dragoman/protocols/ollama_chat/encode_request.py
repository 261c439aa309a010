"""A request to its HTTP request (https://docs.ollama.com/api/chat).

The body names its fields in one order; what is not said is not sent, but `stream`, whose default on this wire is true.
`Request.extra` wins field by field; where it and the request both have an object, the two are joined, so that
`extra={"options": {"num_ctx": 32768}}` stands beside our own options. The window is small unless the server or the model
says otherwise, and what does not fit into it is cut without an error: agents should set `num_ctx`.

There are no tools of the vendor's own: its web search and web fetch are endpoints for the caller's functions
(https://docs.ollama.com/capabilities/web-search).
"""

from __future__ import annotations

from typing import Any

from ...types.request import CustomTool, Output, Reasoning, Request, Tool, ToolChoice, VendorTool
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..json_schema import SchemaRules, fit_schema
from ..sending import headers_for, post_json
from ..server_tools import CallersTool, without_server_tools
from .dialect import OllamaDialect
from .encode_messages import encode_messages
from .wire import PROTOCOL_NAME

__all__ = ["encode_request"]

Json = dict[str, Any]

_EMPTY_SCHEMA: Json = {"type": "object", "properties": {}}
_REFERENCE = OllamaDialect()

# https://docs.ollama.com/capabilities/thinking: levels beside true and false.
_EFFORTS = {"minimal": "low", "xhigh": "max"}

_OPTIONS = ("seed", "temperature", "top_k", "top_p", "presence_penalty", "frequency_penalty")

_UNSPOKEN = ("audio", "user", "metadata", "service_tier", "cache", "cache_key", "routing")
"""Settings this wire has no word for."""


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    headers = headers_for(request, target, stream="application/x-ndjson")
    return post_json(f"{target.base_url}/api/chat", headers, _body(request, target, report), report, ("think",))


def _body(request: Request, target: Target, report: Report) -> Json:
    body: Json = {"model": target.model or request.model, "messages": encode_messages(request, target, report)}
    dialect = target.dialect if isinstance(target.dialect, OllamaDialect) else _REFERENCE
    if tools := _tools(request, dialect, report):
        body["tools"] = tools
    if request.output is not None and (form := _format(request.output, dialect, report)) is not None:
        body["format"] = form
    if request.reasoning is not None:
        body.update(_think(request.reasoning, report))
    if options := _options(request):
        body["options"] = options
    body["stream"] = request.stream
    if request.logprobs is not None:
        body["logprobs"] = request.logprobs
    if request.top_logprobs is not None:
        body["top_logprobs"] = request.top_logprobs
    _unspoken(request, report)
    for name, value in request.extra.items():
        own = body.get(name)
        body[name] = {**own, **value} if isinstance(own, dict) and isinstance(value, dict) else value
    return body


def _options(request: Request) -> Json:
    options: Json = {} if request.max_tokens is None else {"num_predict": request.max_tokens}
    options.update({name: value for name in _OPTIONS if (value := getattr(request, name)) is not None})
    if request.stop:
        options["stop"] = request.stop
    return options


def _unspoken(request: Request, report: Report) -> None:
    for name in _UNSPOKEN:
        if getattr(request, name) is not None:
            report.adapt(name, "dropped", f"this wire has no word for {name}", name)
    if request.n not in (None, 1):
        report.adapt("n", "dropped", "this wire gives one answer", "n")
    if set(request.modalities) - {"text"}:
        report.adapt("modalities", "dropped", "this wire answers in text", "modalities")
    if request.parallel_tools is False:
        report.adapt("parallel_tools", "dropped", "this wire cannot ask for one call at a time", "parallel_tools")


def _think(reasoning: Reasoning, report: Report) -> Json:
    """`think`: a switch, or a level, which models that only know a switch take for true."""
    effort, mode = reasoning.effort, reasoning.mode
    if reasoning.budget:
        report.adapt("reasoning", "dropped", "this wire has no budget for thinking", "reasoning.budget")
    if reasoning.summary is not None:
        report.adapt("reasoning", "dropped", "this wire always shows thinking as it is", "reasoning.summary")
    if mode not in (None, "enabled", "disabled", "adaptive"):
        report.adapt("reasoning", "changed", f"this wire knows no mode {mode}: thinking is on", "reasoning.mode")
    think: bool | str | None = None
    if mode == "disabled" or effort == "none" or (reasoning.budget == 0 and mode is None and effort is None):
        think = False
    elif effort is not None:
        think = _EFFORTS.get(effort, effort)
        if think != effort:
            report.adapt("reasoning", "changed", f"effort {effort} is {think} here", "reasoning.effort")
    elif mode is not None or reasoning.budget:
        think = True
    return {**({} if think is None else {"think": think}), **reasoning.extra}


def _format(output: Output, dialect: OllamaDialect, report: Report) -> Any:
    """`format`: a schema, or the word for any JSON."""
    if output.kind == "text":
        return None
    if output.description is not None:
        report.adapt("output", "dropped", "this wire has no description of the form", "output.description")
    if output.extra:
        report.adapt("output", "dropped", "other vendors' fields of the form mean nothing here", "output.extra")
    if output.schema is None:
        return "json"
    return fit_schema(output.schema, dialect.schemas.for_output(output.strict), report, "output.schema")


def _tools(request: Request, dialect: OllamaDialect, report: Report) -> list[Json]:
    tools, choice = without_server_tools(request, report)
    if choice is not None:
        tools = _chosen(tools, choice, report)
    rules = dialect.schemas.tools
    found = [_tool(tool, f"tools[{place}]", rules, report) for place, tool in tools]
    return [tool for tool in found if tool is not None]


def _chosen(tools: list[tuple[int, CallersTool]], choice: ToolChoice, report: Report) -> list[tuple[int, CallersTool]]:
    """This wire has no `tool_choice`: the nearest is to offer only tools that may be called."""
    if choice.mode == "none":
        if tools:
            report.adapt("tool_choice", "changed", "this wire cannot forbid calls: no tools are sent", "tool_choice")
        return []
    names = (choice.name,) if choice.mode == "tool" else choice.allowed
    if choice.mode != "auto":
        why = f"this wire cannot make the model call a tool: {'only that one is offered' if choice.name else 'it may'}"
        report.adapt("tool_choice", "changed", why, "tool_choice")
    elif names:
        report.adapt("tool_choice", "changed", "tools beyond the allowed ones are not offered", "tool_choice")
    return [(place, tool) for place, tool in tools if _name(tool) in names] if names else tools


def _name(tool: CallersTool) -> Any:
    if not isinstance(tool, VendorTool):
        return tool.name
    about = tool.data.get("function")
    return about.get("name") if isinstance(about, dict) else tool.data.get("name")


def _tool(tool: CallersTool, path: str, rules: SchemaRules, report: Report) -> Json | None:
    match tool:
        case VendorTool(data=data, protocol=protocol):
            if protocol in (None, PROTOCOL_NAME):
                return data
            report.adapt("vendor_tool", "dropped", f"a tool of {protocol} means nothing here", path)
            return None
        case CustomTool():
            report.adapt("custom_tool", "dropped", f"this wire has no free-text tools: {tool.name!r} is left out", path)
            return None
        case Tool():
            return _function(tool, path, rules, report)


def _function(tool: Tool, path: str, rules: SchemaRules, report: Report) -> Json:
    if tool.strict:
        report.adapt("strict", "dropped", f"the arguments of {tool.name!r} cannot be held to the schema here", path)
    if tool.cache is not None:
        report.adapt("cache", "dropped", "this wire takes no cache marks", path)
    about: Json = {"name": tool.name}
    if tool.description is not None:
        about["description"] = tool.description
    parameters = _EMPTY_SCHEMA if tool.parameters is None else tool.parameters
    about["parameters"] = fit_schema(parameters, rules, report, f"{path}.parameters")
    extra = dict(tool.extra)
    inner = extra.pop("function", None)
    about.update(inner if isinstance(inner, dict) else {})
    return {"type": "function", "function": about, **extra}
