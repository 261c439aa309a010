"""The request of a client that speaks this wire.

What this library has a word for goes to typed fields; every other top-level field stays in `Request.extra` as it came, and so
does a typed field of a form that its type cannot hold, and what stands beside `text.format`.
"""

from __future__ import annotations

from typing import Any, Final

from ...errors import DecodeError
from ...types.content import Cache, Text
from ...types.request import CustomTool, Output, Reasoning, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...types.server_tools import RemoteMcp, ServerTool
from ...wire.http import HttpRequest
from ...wire.json import read_json
from .decode_messages import decode_messages
from .encode_request import LOGPROBS
from .json_text import Json
from .server_tools import read_tool

__all__ = ["decode_request"]

_NUMBER: Final = (int, float)
_PLAIN: Final = (
    ("temperature", "temperature", _NUMBER),
    ("top_p", "top_p", _NUMBER),
    ("top_logprobs", "top_logprobs", (int,)),
    ("max_output_tokens", "max_tokens", (int,)),
    ("metadata", "metadata", (dict,)),
    ("service_tier", "service_tier", (str,)),
    ("user", "user", (str,)),
    ("prompt_cache_key", "cache_key", (str,)),
    ("parallel_tool_calls", "parallel_tools", (bool,)),
    ("stream", "stream", (bool,)),
)
"""Body fields that need no translation: the field, the name in `Request`, and what it may hold."""


def decode_request(request: HttpRequest) -> Request:
    """The request as a value. Raises DecodeError when it is not one of this wire."""
    try:
        body = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise DecodeError("the request is not a JSON object")
    rest: Json = {name: value for name, value in body.items() if value is not None}
    said: Json = {"messages": decode_messages(rest.pop("input", None)), "model": ""}
    if isinstance(rest.get("model"), str):
        said["model"] = rest.pop("model")
    if isinstance(rest.get("instructions"), str):
        said["system"] = (Text(rest.pop("instructions")),)
    for field, name, kinds in _PLAIN:
        if type(rest.get(field)) in kinds:
            said[name] = rest.pop(field)
    _forms(rest, said)
    _tools(rest, said)
    return Request(**said, extra=rest)


def _forms(rest: Json, said: Json) -> None:
    text = rest.get("text")
    if isinstance(text, dict) and (output := _output(text.get("format"))) is not None:
        said["output"] = output
        left = {name: value for name, value in text.items() if name != "format" and value is not None}
        del rest["text"]
        if left:
            rest["text"] = left
    elif (output := _output(_flat(rest.get("response_format")))) is not None:
        said["output"] = output
        del rest["response_format"]
    if isinstance(about := rest.get("reasoning"), dict) and (reasoning := _reasoning(about)) is not None:
        del rest["reasoning"]
        said["reasoning"] = reasoning
    options = rest.get("prompt_cache_options")
    if isinstance(options, dict) and options.keys() == {"ttl"} and isinstance(options["ttl"], str):
        said["cache"] = Cache(rest.pop("prompt_cache_options")["ttl"])
    included = rest.get("include")
    if isinstance(included, list) and LOGPROBS in included:
        said["logprobs"] = True


def _flat(form: Any) -> Any:
    """The form of the answer as Chat Completions has it, which Perplexity kept, in the form of `text.format`."""
    if not isinstance(form, dict) or form.get("type") != "json_schema":
        return form
    schema = form.get("json_schema")
    return {"type": "json_schema", **schema} if isinstance(schema, dict) else None


def _output(form: Any) -> Output | None:
    """`text.format`, None where it is of a kind without a word (then it stays as it is)."""
    if not isinstance(form, dict):
        return None
    fields = {name: value for name, value in form.items() if value is not None}
    kind = fields.pop("type", None)
    if kind == "json_schema":
        if not isinstance(fields.get("name"), str) or not isinstance(fields.get("schema"), dict | None):
            return None
        known = {name: fields.pop(name, None) for name in ("schema", "name", "strict", "description")}
        return Output(**known, extra=fields)
    return Output(kind=kind, extra=fields) if kind in ("json_object", "text") else None


def _reasoning(about: Json) -> Reasoning | None:
    fields = {name: value for name, value in about.items() if value is not None}
    found = {name: fields.pop(name, None) for name in ("effort", "summary", "mode")}
    if not fields and not any(found.values()):
        return None
    return Reasoning(**found, extra=fields) if all(value is None or isinstance(value, str) for value in found.values()) else None


def _tools(rest: Json, said: Json) -> None:
    tools = rest.get("tools")
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        said["tools"] = tuple([_tool(tool) for tool in rest.pop("tools")])
    if (choice := _choice(rest.get("tool_choice"), said.get("tools", ()))) is not None:
        del rest["tool_choice"]
        said["tool_choice"] = choice


def _tool(tool: Json) -> ToolLike:
    fields = {name: value for name, value in tool.items() if value is not None}
    kind, name = fields.pop("type", None), fields.pop("name", None)
    description = fields.pop("description", None)
    if kind not in ("function", "custom") or not isinstance(name, str) or not isinstance(description, str | None):
        return read_tool(tool)
    if kind == "function":
        parameters, strict = fields.pop("parameters", None), fields.pop("strict", None)
        if not isinstance(parameters, dict | None) or not isinstance(strict, bool | None):
            return VendorTool(tool, "openai_responses")
        return Tool(name, description, parameters, strict, extra=fields)
    form = fields.get("format")
    words: Json = {}
    if isinstance(form, dict) and form.keys() == {"type", "syntax", "definition"} and form["type"] == "grammar":
        del fields["format"]
        words = {"syntax": form["syntax"], "grammar": form["definition"]}
    return CustomTool(name, description, **words, extra=fields)


def _choice(choice: Any, tools: tuple[ToolLike, ...]) -> ToolChoice | None:
    """`tool_choice`, None where it is of a form without a word (then it stays as it is)."""
    if isinstance(choice, str):
        return ToolChoice(choice)
    if not isinstance(choice, dict):
        return None
    fields = dict(choice)
    kind, name = fields.pop("type", None), fields.pop("name", None)
    if kind in ("function", "custom") and isinstance(name, str):
        return ToolChoice("tool", name, kind == "custom", extra=fields)
    if name is None and (hosted := _hosted({"type": kind, **fields}, tools)) is not None:
        return ToolChoice("tool", hosted)
    if kind == "allowed_tools" and name is None and isinstance(mode := fields.pop("mode", None), str):
        named = fields.pop("tools", None)
        custom = {tool.name for tool in tools if isinstance(tool, CustomTool)}
        names = [_allowed(entry, custom) or _hosted(entry, tools) for entry in named] if isinstance(named, list) else []
        if names and all(names):
            return ToolChoice(mode, allowed=tuple([name for name in names if name]), extra=fields)
    return None


def _allowed(entry: Any, custom: set[str]) -> str | None:
    if not isinstance(entry, dict) or entry.keys() != {"type", "name"} or not isinstance(name := entry["name"], str):
        return None
    return name if entry["type"] == ("custom" if name in custom else "function") else None


def _hosted(entry: Any, tools: tuple[ToolLike, ...]) -> str | None:
    """The name of the tool that a choice names by its type, or by the label of an MCP server; None for another entry."""
    for tool in tools:
        if isinstance(tool, RemoteMcp):
            named: Json = {"type": "mcp", "server_label": tool.name}
        elif isinstance(tool, ServerTool):
            named = {"type": tool.extra.get("type", _TYPES.get(tool.name))}
        else:
            continue
        if entry == named:
            return tool.name
    return None


_TYPES: Final = {"web_search": "web_search", "file_search": "file_search", "code_execution": "code_interpreter"}
