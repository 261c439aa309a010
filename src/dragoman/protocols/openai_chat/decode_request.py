"""The request of a client that speaks this wire.

What this library has a word for goes to typed fields; every other top-level field stays in `Request.extra` as it came,
and so does a typed field of a form that its type cannot hold. Old `functions` and `function_call` stay there too.
`stream_options` stays as well: whoever answers must know whether the client asked for the usage. Vendors' ways to say
how much to think (`reasoning`, `thinking`, `enable_thinking`) become `Request.reasoning`.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import unquote

from ...errors import DecodeError
from ...types.content import Cache, Text
from ...types.messages import Message
from ...types.request import AudioOutput, CustomTool, Output, Reasoning, Request, Tool, ToolChoice, ToolLike
from ...types.server_tools import ServerTool
from ...wire.http import HttpRequest
from ...wire.json import read_json
from .decode_messages import decode_messages
from .media import decode_cache
from .server_tools import read_options, read_tool

__all__ = ["decode_request"]

Json = dict[str, Any]

# Body fields that need no translation: the field, the name in `Request`, and what it may hold.
_NUMBER = (int, float)
_PLAIN: Final = (
    ("temperature", "temperature", _NUMBER),
    ("top_p", "top_p", _NUMBER),
    ("top_k", "top_k", (int,)),
    ("seed", "seed", (int,)),
    ("presence_penalty", "presence_penalty", _NUMBER),
    ("frequency_penalty", "frequency_penalty", _NUMBER),
    ("logprobs", "logprobs", (bool,)),
    ("top_logprobs", "top_logprobs", (int,)),
    ("n", "n", (int,)),
    ("metadata", "metadata", (dict,)),
    ("service_tier", "service_tier", (str,)),
    ("user", "user", (str,)),
    ("prompt_cache_key", "cache_key", (str,)),
)

# Azure names the model in the path.
_DEPLOYMENT: Final = re.compile(r"/deployments/([^/?]+)/")


def decode_request(request: HttpRequest) -> Request:
    """The request as a value. Raises DecodeError when it is not one of this wire."""
    try:
        body = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise DecodeError("the request is not a JSON object")
    rest: Json = {name: value for name, value in body.items() if value is not None}
    messages = rest.pop("messages", None)
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DecodeError("the request has no list of messages")
    said: Json = {"model": _model(rest, request.url)}
    if rest.get("stream") in (True, False):
        said["stream"] = rest.pop("stream")
    _settings(rest, said)
    _tools(rest, said)
    said["system"], said["messages"] = _instructions(decode_messages(messages))
    return Request(**said, extra=rest)


def _model(rest: Json, url: str) -> str:
    model = rest.get("model")
    if isinstance(model, str):
        del rest["model"]
        return model
    found = _DEPLOYMENT.search(url)
    return unquote(found[1]) if found is not None else ""


def _instructions(messages: list[Message]) -> tuple[tuple[Text, ...], tuple[Message, ...]]:
    """A first message of plain instructions becomes `Request.system`; later ones keep their place."""
    if messages and messages[0].role in ("system", "developer"):
        first = messages[0]
        texts = tuple([block for block in first.content if isinstance(block, Text)])
        if texts and len(texts) == len(first.content) and first.name is None and not first.extra:
            return texts, tuple(messages[1:])
    return (), tuple(messages)


def _settings(rest: Json, said: Json) -> None:
    for field, name, kinds in _PLAIN:
        value = rest.get(field)
        if value is not None and (type(value) in kinds):
            said[name] = rest.pop(field)
    for field in ("max_completion_tokens", "max_tokens"):
        if type(rest.get(field)) is int and "max_tokens" not in said:
            said["max_tokens"] = rest.pop(field)
    stop = rest.get("stop")
    if isinstance(stop, str):
        said["stop"] = (rest.pop("stop"),)
    elif _strings(stop) and stop:
        said["stop"] = tuple(rest.pop("stop"))
    if _strings(rest.get("modalities")):
        said["modalities"] = tuple(rest.pop("modalities"))
    audio = rest.get("audio")
    if isinstance(audio, dict) and audio.keys() == {"voice", "format"} and isinstance(audio["format"], str):
        said["audio"] = AudioOutput(**rest.pop("audio"))
    if "prompt_cache_options" not in rest and (cache := decode_cache(rest)) is not None:
        said["cache"] = cache
    elif (options := rest.get("prompt_cache_options")) is not None and isinstance(options, dict) and options.keys() == {"ttl"}:
        said["cache"] = Cache(rest.pop("prompt_cache_options")["ttl"])
    if (output := _output(rest.get("response_format"))) is not None:
        del rest["response_format"]
        said["output"] = output
    _reasoning(rest, said)


def _output(form: Any) -> Output | None:
    """`response_format`, None where it is of a kind without a word (then it stays as it is)."""
    if not isinstance(form, dict):
        return None
    fields = dict(form)
    kind = fields.pop("type", None)
    if kind == "json_schema":
        inner = fields.pop("json_schema", None)
        if not isinstance(inner, dict) or not isinstance(inner.get("name"), str):
            return None
        inner = {name: value for name, value in inner.items() if value is not None}
        known = {name: inner.pop(name, None) for name in ("schema", "name", "strict", "description")}
        if inner:
            fields["json_schema"] = inner
        return Output(**known, extra=fields)
    if kind not in ("json_object", "text"):
        return None
    schema = fields.pop("schema", None)
    return Output(kind=kind, schema=schema, extra=fields)


def _reasoning(rest: Json, said: Json) -> None:
    """How much to think, in whichever one way the client says it; a second way beside it stays as it is."""
    about = rest.get("reasoning")
    if isinstance(about, dict):
        if (reasoning := _reasoning_object(about)) is not None:
            del rest["reasoning"]
            said["reasoning"] = reasoning
        return
    mode: str | None = None
    budget: int | None = None
    switched = False
    extra: Json = {}
    thinking = rest.get("thinking")
    if isinstance(thinking, dict) and isinstance(thinking.get("type"), str) and _is(thinking.get("budget_tokens"), int):
        extra = dict(rest.pop("thinking"))
        mode, budget = extra.pop("type"), extra.pop("budget_tokens", None)
    elif isinstance(rest.get("enable_thinking"), bool) and _is(rest.get("thinking_budget"), int):
        switched = True
        mode = "enabled" if rest.pop("enable_thinking") else "disabled"
        budget = rest.pop("thinking_budget", None)
    effort: str | None = None
    if isinstance(rest.get("reasoning_effort"), str) and not switched:
        effort = rest.pop("reasoning_effort")
    if mode is not None or effort is not None:
        said["reasoning"] = Reasoning(effort, budget, mode, extra=extra)


def _reasoning_object(about: Json) -> Reasoning | None:
    """OpenRouter's `reasoning`, None where it holds something unexpected (then it stays as it is)."""
    fields = {name: value for name, value in about.items() if value is not None}
    effort, budget = fields.pop("effort", None), fields.pop("max_tokens", None)
    summary, enabled = fields.pop("summary", None), fields.pop("enabled", None)
    if not (_is(effort, str) and _is(budget, int) and _is(summary, str) and _is(enabled, bool)):
        return None
    mode = None if enabled is None else "enabled" if enabled else "disabled"
    return Reasoning(effort, budget, mode, summary, fields)


def _is(value: Any, kind: type) -> bool:
    """Whether an optional field holds what it should."""
    return value is None or type(value) is kind


def _tools(rest: Json, said: Json) -> None:
    tools = rest.get("tools")
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        said["tools"] = tuple([_tool(tool) for tool in rest.pop("tools")])
    if (search := read_options(rest, said["model"])) is not None:
        said["tools"] = (*said.get("tools", ()), search)
    if (choice := _choice(rest.get("tool_choice"), said.get("tools", ()))) is not None:
        del rest["tool_choice"]
        said["tool_choice"] = choice
    if isinstance(rest.get("parallel_tool_calls"), bool):
        said["parallel_tools"] = rest.pop("parallel_tool_calls")


def _tool(tool: Json) -> ToolLike:
    fields = {name: value for name, value in tool.items() if value is not None}
    kind = fields.pop("type", None)
    about = fields.pop(kind, None) if kind in ("function", "custom") else None
    if not isinstance(about, dict) or not isinstance(about.get("name"), str):
        return read_tool(tool)
    inner = {name: value for name, value in about.items() if value is not None}
    name, description = inner.pop("name"), inner.pop("description", None)
    if kind == "custom":
        form = inner.get("format")
        grammar = form.get("grammar") if isinstance(form, dict) and form.keys() == {"type", "grammar"} else None
        words: Json = {}
        if isinstance(grammar, dict) and grammar.keys() == {"syntax", "definition"}:
            words = {"syntax": grammar["syntax"], "grammar": grammar["definition"]}
            del inner["format"]
        if inner:
            fields["custom"] = inner
        return CustomTool(name, description, **words, extra=fields)
    parameters, strict = inner.pop("parameters", None), inner.pop("strict", None)
    cache = decode_cache(fields)
    if inner:
        fields["function"] = inner
    return Tool(name, description, parameters, strict, cache, fields)


def _choice(choice: Any, tools: tuple[ToolLike, ...]) -> ToolChoice | None:
    """`tool_choice`, None where it is of a form without a word (then it stays as it is)."""
    if isinstance(choice, str):
        return ToolChoice(choice)
    if not isinstance(choice, dict):
        return None
    for tool in tools:
        if isinstance(tool, ServerTool) and choice == {"type": f"openrouter:{tool.name}"}:
            return ToolChoice("tool", tool.name)
    fields = dict(choice)
    kind = fields.pop("type", None)
    about = fields.pop(kind, None) if isinstance(kind, str) else None
    if not isinstance(about, dict):
        return None
    if kind in ("function", "custom") and about.keys() == {"name"} and isinstance(about["name"], str):
        return ToolChoice("tool", about["name"], kind == "custom", extra=fields)
    if kind == "allowed_tools" and about.keys() == {"mode", "tools"} and isinstance(about["tools"], list):
        names = [_allowed(entry) for entry in about["tools"]]
        if names and all(names) and isinstance(about["mode"], str):
            return ToolChoice(about["mode"], allowed=tuple([name for name in names if name]), extra=fields)
    return None


def _allowed(entry: Any) -> str | None:
    kind = entry.get("type") if isinstance(entry, dict) else None
    about = entry.get(kind) if kind in ("function", "custom") else None
    name = about.get("name") if isinstance(about, dict) and entry.keys() == {"type", kind} else None
    return name if isinstance(name, str) else None


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
