"""A client's request to ours (https://docs.mistral.ai/api/endpoint/chat).

What has no word of ours stays in `extra`: of the body in `Request.extra` (`safe_prompt`, `guardrails`, `prediction`,
`min_tokens`, ...), of a message in `Message.extra` (`prefix`), of a call or chunk in the `extra` of its block. A first
message of plain instructions becomes `Request.system`; later ones keep their place.
"""

from __future__ import annotations

from typing import Any, Final

from ...errors import DecodeError
from ...types.content import Text
from ...types.messages import Message
from ...types.request import Output, Reasoning, Request, Tool, ToolChoice, ToolLike
from ...wire.http import HttpRequest
from ...wire.json import read_json
from .decode_messages import decode_messages
from .server_tools import read_tool

__all__ = ["decode_request"]

Json = dict[str, Any]

_NUMBER: Final = (int, float)

# Fields with a word of ours, and what they may hold.
_FIELDS: Final[tuple[tuple[str, str, tuple[type, ...]], ...]] = (
    ("max_tokens", "max_tokens", (int,)),
    ("temperature", "temperature", _NUMBER),
    ("top_p", "top_p", _NUMBER),
    ("top_k", "top_k", (int,)),
    ("random_seed", "seed", (int,)),
    ("presence_penalty", "presence_penalty", _NUMBER),
    ("frequency_penalty", "frequency_penalty", _NUMBER),
    ("logprobs", "logprobs", (bool,)),
    ("top_logprobs", "top_logprobs", (int,)),
    ("n", "n", (int,)),
    ("metadata", "metadata", (dict,)),
    ("service_tier", "service_tier", (str,)),
    ("prompt_cache_key", "cache_key", (str,)),
    ("parallel_tool_calls", "parallel_tools", (bool,)),
)


def decode_request(request: HttpRequest) -> Request:
    """The request as a value. Raises DecodeError when it is not one of this wire."""
    try:
        body = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise DecodeError("the request is not a JSON object")
    # A null is as good as nothing, but a null mode takes the vendor's own instructions for reasoning away.
    rest: Json = {name: value for name, value in body.items() if value is not None or name == "prompt_mode"}
    messages, model, stream = rest.pop("messages", None), rest.pop("model", ""), rest.pop("stream", False)
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DecodeError("messages is not a list of objects")
    if not isinstance(model, str):
        raise DecodeError("model is not a string")
    if not isinstance(stream, bool):
        raise DecodeError("stream is neither true nor false")
    said: Json = {name: rest.pop(field) for field, name, kinds in _FIELDS if type(rest.get(field)) in kinds}
    _settings(rest, said)
    said["system"], said["messages"] = _instructions(decode_messages(messages))
    return Request(model, stream=stream, **said, extra=rest)


def _settings(rest: Json, said: Json) -> None:
    stop = rest.get("stop")
    if isinstance(stop, str):
        said["stop"] = (rest.pop("stop"),)
    elif isinstance(stop, list) and stop and all(isinstance(word, str) for word in stop):
        said["stop"] = tuple(rest.pop("stop"))
    reasoning: Json = {}
    if isinstance(rest.get("reasoning_effort"), str):
        reasoning["effort"] = rest.pop("reasoning_effort")
    if isinstance(rest.get("prompt_mode"), str):
        reasoning["mode"] = rest.pop("prompt_mode")
    if reasoning:
        said["reasoning"] = Reasoning(**reasoning)
    if (output := _output(rest.get("response_format"))) is not None:
        said["output"] = output
        del rest["response_format"]
    tools = rest.get("tools")
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        said["tools"] = tuple([_tool(tool) for tool in rest.pop("tools")])
    if (choice := _choice(rest.get("tool_choice"))) is not None:
        said["tool_choice"] = choice
        del rest["tool_choice"]


def _output(form: Any) -> Output | None:
    if not isinstance(form, dict) or not isinstance(form.get("type"), str):
        return None
    fields = {name: value for name, value in form.items() if value is not None}
    kind, about = fields.pop("type"), fields.pop("json_schema", None)
    if kind != "json_schema":
        return None if about is not None else Output(kind=kind, extra=fields)
    if not isinstance(about, dict) or not isinstance(about.get("schema"), dict) or not isinstance(about.get("name"), str):
        return None
    inner = {name: value for name, value in about.items() if value is not None}
    schema, name = inner.pop("schema"), inner.pop("name")
    strict, description = inner.pop("strict", None), inner.pop("description", None)
    if inner:
        fields["json_schema"] = inner
    return Output(schema, name, strict, description, extra=fields)


def _tool(tool: Json) -> ToolLike:
    fields = {name: value for name, value in tool.items() if value is not None}
    kind, about = fields.pop("type", "function"), fields.pop("function", None)
    if kind != "function" or not isinstance(about, dict) or not isinstance(about.get("name"), str):
        return read_tool(tool)
    inner = {name: value for name, value in about.items() if value is not None}
    name, description, parameters = inner.pop("name"), inner.pop("description", None), inner.pop("parameters", None)
    strict = inner.pop("strict", None)
    if inner:
        fields["function"] = inner
    return Tool(name, description, parameters, strict, extra=fields)


def _choice(choice: Any) -> ToolChoice | None:
    if choice in ("auto", "none"):
        return ToolChoice(choice)
    if choice in ("any", "required"):
        return ToolChoice("required")
    function = choice.get("function") if isinstance(choice, dict) else None
    if not isinstance(function, dict) or function.keys() != {"name"} or not isinstance(function["name"], str):
        return None
    if choice.get("type", "function") != "function":
        return None
    extra = {name: value for name, value in choice.items() if name not in ("type", "function")}
    return ToolChoice("tool", function["name"], extra=extra)


def _instructions(messages: list[Message]) -> tuple[tuple[Text, ...], tuple[Message, ...]]:
    first = messages[0] if messages else None
    if first is not None and first.role == "system" and not first.extra:
        texts = tuple([block for block in first.content if isinstance(block, Text)])
        if texts and len(texts) == len(first.content):
            return texts, tuple(messages[1:])
    return (), tuple(messages)
