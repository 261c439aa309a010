"""A request to its HTTP request (https://docs.cohere.com/reference/chat).

The body names its fields in one order; what is not said is not sent. `Request.extra` wins field by field; where it and
the request both have an object, the two are joined, and `documents` follow those of the messages.

There are no tools of the vendor's own: the `connectors` of version 1, a web search among them, are not part of this version
(https://docs.cohere.com/changelog/v2-api-release).
"""

from __future__ import annotations

from typing import Any

from ...types.request import CustomTool, Output, Reasoning, Request, Tool, ToolChoice, VendorTool
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..json_schema import SchemaRules, fit_schema
from ..sending import headers_for, post_json
from ..server_tools import CallersTool, without_server_tools
from .dialect import CohereDialect
from .encode_messages import encode_messages
from .wire import PROTOCOL_NAME

__all__ = ["encode_request"]

Json = dict[str, Any]

_EMPTY_SCHEMA: Json = {"type": "object", "properties": {}}
_REFERENCE = CohereDialect()

_PLAIN = (
    ("max_tokens", "max_tokens"),
    ("temperature", "temperature"),
    ("top_p", "p"),
    ("top_k", "k"),
    ("seed", "seed"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
    ("logprobs", "logprobs"),
)
"""Settings with a field of their own."""

_BOUNDS = {"temperature": (0.0, 1.0), "presence_penalty": (0.0, 1.0), "frequency_penalty": (0.0, 1.0)}
_MOST_STOPS = 5

_UNSPOKEN = ("audio", "user", "metadata", "service_tier", "cache", "cache_key", "routing", "top_logprobs")
"""Settings this wire has no word for."""

_CHOICES = {"required": "REQUIRED", "none": "NONE", "tool": "REQUIRED"}


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    body = _body(request, target, report)
    return post_json(f"{target.base_url}/v2/chat", headers_for(request, target), body, report, ("thinking",))


def _body(request: Request, target: Target, report: Report) -> Json:
    messages, documents = encode_messages(request, target, report)
    body: Json = {"model": target.model or request.model, "messages": messages}
    dialect = target.dialect if isinstance(target.dialect, CohereDialect) else _REFERENCE
    _tools(body, request, dialect, report)
    if documents:
        body["documents"] = documents
    if request.output is not None:
        body["response_format"] = _form(request.output, dialect, report)
    if request.reasoning is not None:
        body.update(_thinking(request.reasoning, report))
    for name, field in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            body[field] = _bounded(name, value, report)
    if request.stop:
        body["stop_sequences"] = request.stop[:_MOST_STOPS]
        if len(request.stop) > _MOST_STOPS:
            report.adapt("stop", "dropped", f"this wire takes {_MOST_STOPS} stop sequences: the first are sent", "stop")
    if request.stream:
        body["stream"] = True
    _unspoken(request, report)
    for name, value in request.extra.items():
        own = body.get(name)
        if isinstance(own, dict) and isinstance(value, dict):
            body[name] = {**own, **value}
        else:
            body[name] = [*own, *value] if name == "documents" and isinstance(own, list) else value
    return body


def _bounded(name: str, value: Any, report: Report) -> Any:
    low, high = _BOUNDS.get(name, (value, value))
    if low <= value <= high:
        return value
    found = min(max(value, low), high)
    report.adapt(name, "changed", f"{name} {value} is outside {low:g} to {high:g} and became {found:g}", name)
    return found


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


def _thinking(reasoning: Reasoning, report: Report) -> Json:
    """`thinking`: a switch and a budget; levels have no word."""
    effort, mode = reasoning.effort, reasoning.mode
    if effort is not None and effort != "none":
        report.adapt("reasoning", "changed", f"this wire has no levels: effort {effort} means thinking is on", "reasoning.effort")
    if reasoning.summary is not None:
        report.adapt("reasoning", "dropped", "this wire always shows thinking as it is", "reasoning.summary")
    if mode not in (None, "enabled", "disabled"):
        report.adapt("reasoning", "changed", f"this wire knows no mode {mode}: thinking is on", "reasoning.mode")
        mode = "enabled"
    if mode is None:
        off = effort == "none" or (effort is None and reasoning.budget == 0)
        mode = "disabled" if off else "enabled" if effort is not None or reasoning.budget else None
    fields: Json = {} if mode is None else {"type": mode}
    if reasoning.budget is not None and (mode != "disabled" or reasoning.mode == mode):
        fields["token_budget"] = reasoning.budget
    fields.update(reasoning.extra)
    return {"thinking": fields} if fields else {}


def _form(output: Output, dialect: CohereDialect, report: Report) -> Json:
    """`response_format`: text, any JSON, or JSON by a schema."""
    if output.description is not None:
        report.adapt("output", "dropped", "this wire has no description of the form", "output.description")
    schema: Json = {}
    if output.schema is not None:
        schema["json_schema"] = fit_schema(output.schema, dialect.schemas.for_output(output.strict), report, "output.schema")
    return {"type": "text" if output.kind == "text" else "json_object", **schema, **output.extra}


def _tools(body: Json, request: Request, dialect: CohereDialect, report: Report) -> None:
    tools, choice = without_server_tools(request, report)
    if choice is not None:
        tools = _chosen(tools, choice, report)
    held = any(isinstance(tool, Tool) and tool.strict for _, tool in tools)
    rules = dialect.schemas.for_tool(held)
    found = [(tool, _tool(tool, f"tools[{place}]", rules, report)) for place, tool in tools]
    encoded = [fields for _, fields in found if fields is not None]
    if not encoded:
        if choice is not None and choice.mode in ("required", "tool"):
            report.adapt("tool_choice", "dropped", "there is no tool to choose", "tool_choice")
        return
    body["tools"] = encoded
    strict = [bool(tool.strict) for tool, fields in found if isinstance(tool, Tool) and fields is not None]
    if any(strict):
        body["strict_tools"] = True
        if not all(strict):
            report.adapt("strict", "changed", "on this wire all tools are strict or none is: all are", "tools")
    if choice is not None and choice.mode in _CHOICES:
        body["tool_choice"] = _CHOICES[choice.mode]


def _chosen(tools: list[tuple[int, CallersTool]], choice: ToolChoice, report: Report) -> list[tuple[int, CallersTool]]:
    """This wire cannot name a tool to call: only those that may be called are offered."""
    names = (choice.name,) if choice.mode == "tool" else choice.allowed
    if not names:
        return tools
    report.adapt("tool_choice", "changed", "this wire cannot name tools to choose from: only these are offered", "tool_choice")
    return [(place, tool) for place, tool in tools if _name(tool) in names]


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
