"""A request to its HTTP request (https://docs.mistral.ai/api/endpoint/chat).

The body names its fields in one order; what is not said is not sent. Fields that the vendor does not know are refused
(422), so only its own are written; `Request.extra` wins over them and reaches the rest: `safe_prompt`, `guardrails`,
`prediction`, `min_tokens`, `repetition_penalty`.
"""

from __future__ import annotations

from typing import Any, Final

from ...types.request import CustomTool, Output, Reasoning, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...types.server_tools import ServerTool
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..json_schema import Schemas, fit_schema
from ..sending import headers_for, post_json
from .dialect import MistralDialect
from .encode_messages import encode_messages
from .server_tools import encode_server_tool, has
from .wire import PROTOCOL_NAME

__all__ = ["encode_request"]

Json = dict[str, Any]

_EMPTY_SCHEMA: Final[Json] = {"type": "object", "properties": {}}
_REFERENCE: Final = MistralDialect()

# Fields in the order they are written, by our words.
_FIELDS: Final = (
    ("max_tokens", "max_tokens"),
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("top_k", "top_k"),
    ("random_seed", "seed"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
    ("logprobs", "logprobs"),
    ("top_logprobs", "top_logprobs"),
    ("n", "n"),
    ("metadata", "metadata"),
    ("service_tier", "service_tier"),
    ("prompt_cache_key", "cache_key"),
)

_UNSPOKEN: Final = ("audio", "user", "cache", "routing")
"""Settings this wire has no word for."""


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    url, body = f"{target.base_url}/chat/completions", _body(request, target, report)
    return post_json(url, headers_for(request, target), body, report, ("reasoning_effort", "prompt_mode"))


def _body(request: Request, target: Target, report: Report) -> Json:
    body: Json = {"model": target.model or request.model, "messages": encode_messages(request, target, report)}
    dialect = target.dialect if isinstance(target.dialect, MistralDialect) else _REFERENCE
    _tools(body, request, dialect, report)
    if request.output is not None:
        body["response_format"] = _format(request.output, dialect.schemas, report)
    if request.reasoning is not None:
        body.update(_reasoning(request.reasoning, report))
    body.update({field: value for field, name in _FIELDS if (value := getattr(request, name)) is not None})
    if request.stop:
        body["stop"] = list(request.stop)
    if request.stream:
        body["stream"] = True
    for name in _UNSPOKEN:
        if getattr(request, name) is not None:
            report.adapt(name, "dropped", f"this wire has no word for {name}", name)
    if set(request.modalities) - {"text"}:
        report.adapt("modalities", "dropped", "this wire answers in text", "modalities")
    return {**body, **request.extra}


def _format(output: Output, schemas: Schemas, report: Report) -> Json:
    if output.kind != "json_schema" or output.schema is None:
        return {"type": "json_object" if output.kind == "json_schema" else output.kind, **output.extra}
    schema = fit_schema(output.schema, schemas.for_output(output.strict), report, "output.schema")
    about: Json = {"name": output.name, "schema": schema}
    for name in ("description", "strict"):
        if (value := getattr(output, name)) is not None:
            about[name] = value
    extra = dict(output.extra)
    inner = extra.pop("json_schema", None)
    return {"type": "json_schema", "json_schema": {**about, **(inner if isinstance(inner, dict) else {})}, **extra}


def _reasoning(reasoning: Reasoning, report: Report) -> Json:
    """`reasoning_effort`, and `prompt_mode` for models that think by their instructions
    (https://docs.mistral.ai/capabilities/reasoning). Models know `none` and `high`; levels between are the vendor's to read."""
    effort, mode = reasoning.effort, reasoning.mode
    fields: Json = {}
    if mode == "disabled":
        effort = "none"
    elif mode in ("enabled", "adaptive"):
        effort = effort or "high"
    elif mode == "reasoning":
        fields["prompt_mode"] = mode
    elif mode is not None:
        report.adapt("reasoning", "dropped", f"this wire knows no mode {mode}", "reasoning.mode")
    if reasoning.budget is not None:
        report.adapt("reasoning", "changed", "this wire has no budget for thinking, only on and off", "reasoning.budget")
        if effort is None and mode is None:
            effort = "high" if reasoning.budget else "none"
    if reasoning.summary is not None:
        report.adapt("reasoning", "dropped", "this wire always shows thinking as it is", "reasoning.summary")
    if effort is not None:
        fields["reasoning_effort"] = effort
    return {**fields, **reasoning.extra}


# --- tools -------------------------------------------------------------------------------------------------------------


def _tools(body: Json, request: Request, dialect: MistralDialect, report: Report) -> None:
    choice = request.tool_choice
    tools = list(enumerate(request.tools))
    own = {tool.name: has(tool, dialect) for tool in request.tools if isinstance(tool, ServerTool)}
    if choice is not None and choice.mode == "tool" and choice.name in own:
        if own[choice.name]:
            why = "a choice names functions here: what the vendor runs is the only tool that is offered"
            report.adapt("tool_choice", "changed", why, "tool_choice")
            tools = [(place, tool) for place, tool in tools if isinstance(tool, ServerTool) and tool.name == choice.name]
            choice = ToolChoice("required", extra=choice.extra)
        else:
            report.adapt("tool_choice", "dropped", f"{choice.name} is not offered and cannot be asked for", "tool_choice")
            choice = None
    if choice is not None and choice.allowed:
        report.adapt("tool_choice", "changed", "this wire has no list of allowed tools: only these are sent", "tool_choice")
        tools = [(place, tool) for place, tool in tools if _name(tool) in choice.allowed]
    encoded = [found for place, tool in tools if (found := _tool(tool, f"tools[{place}]", dialect, report)) is not None]
    if encoded:
        body["tools"] = encoded
    if choice is not None and (encoded or choice.mode in ("auto", "none")):
        body["tool_choice"] = _choice(choice)
    elif choice is not None:
        report.adapt("tool_choice", "dropped", "there is no tool to choose", "tool_choice")
    if request.parallel_tools is not None:
        body["parallel_tool_calls"] = request.parallel_tools


def _choice(choice: ToolChoice) -> Any:
    """`tool_choice`: the vendor's word for must is `any`."""
    if choice.mode == "tool" and choice.name is not None:
        return {"type": "function", "function": {"name": choice.name}, **choice.extra}
    return "any" if choice.mode in ("required", "tool") else choice.mode


def _name(tool: ToolLike) -> Any:
    return tool.data.get("name", tool.data.get("type")) if isinstance(tool, VendorTool) else tool.name


def _tool(tool: ToolLike, path: str, dialect: MistralDialect, report: Report) -> Json | None:
    match tool:
        case ServerTool():
            return encode_server_tool(tool, dialect, report, path)
        case VendorTool(data=data, protocol=protocol):
            if protocol in (None, PROTOCOL_NAME):
                return data
            report.adapt("vendor_tool", "dropped", f"a tool of {protocol} means nothing here", path)
            return None
        case CustomTool():
            report.adapt("custom_tool", "dropped", f"this wire has no free-text tools: {tool.name!r} is left out", path)
            return None
        case Tool():
            return _function(tool, path, dialect.schemas, report)


def _function(tool: Tool, path: str, schemas: Schemas, report: Report) -> Json:
    if tool.cache is not None:
        report.adapt("cache", "dropped", "this wire takes no cache marks", path)
    about: Json = {"name": tool.name}
    if tool.description is not None:
        about["description"] = tool.description
    parameters = _EMPTY_SCHEMA if tool.parameters is None else tool.parameters
    about["parameters"] = fit_schema(parameters, schemas.for_tool(tool.strict), report, f"{path}.parameters")
    if tool.strict is not None:
        about["strict"] = tool.strict
    extra = dict(tool.extra)
    inner = extra.pop("function", None)
    about.update(inner if isinstance(inner, dict) else {})
    return {"type": "function", "function": about, **extra}
