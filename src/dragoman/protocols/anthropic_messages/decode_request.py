"""The HTTP request a client sent to a request: every field it names has a place, known or in `extra`.

A field whose value is not what the API documents goes to `extra` as it came, so that the vendor can judge it. Vendor
data has the wire as its origin and no provider: it may go to any provider that speaks this wire.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from ...errors import DecodeError
from ...types.content import Origin, Text
from ...types.messages import Message
from ...types.request import Output, Request, Tool, ToolChoice, ToolLike
from ...wire.http import HttpRequest
from ...wire.json import read_json
from .decode_blocks import decode_block, decode_blocks, decode_cache
from .encode_blocks import Json
from .errors import clip
from .read_server_tools import read_mcp_servers, read_tool
from .reasoning import decode_reasoning

__all__ = ["HEADERS", "decode_request"]

HEADERS = ("anthropic-beta", "anthropic-version", "anthropic-user-profile-id")
"""The request headers that say part of the request."""

_ORIGIN = Origin("anthropic_messages")
_MODEL = re.compile(r"/model/([^?]+)/invoke|/models/([^/?]+):\w+(?:\?|$)")  # Bedrock, Vertex AI
_MODES = {"auto": "auto", "none": "none", "any": "required", "tool": "tool"}


def _word(value: Any) -> str | None:
    return value if type(value) is str else None


def _words(value: Any) -> str | None:
    """A list of words as a header says it, where a header gives the same list back."""
    if type(value) is not list or not all(type(word) is str for word in value):
        return None
    joined = ",".join(value)
    return joined if list(dict.fromkeys([word.strip() for word in joined.split(",") if word.strip()])) == value else None


_IN_BODY: dict[str, tuple[str, Callable[[Any], str | None]]] = {
    "anthropic_version": ("anthropic-version", _word),
    "anthropic_beta": ("anthropic-beta", _words),
    "user_profile_id": ("anthropic-user-profile-id", _word),
}
"""Body fields by which hosted variants say what is a header elsewhere; Vertex AI has only the first."""


def decode_request(request: HttpRequest) -> Request:
    """The request. Raises DecodeError when the body is not JSON or holds no list of messages."""
    try:
        body = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}", body=clip(request.body)) from error
    if type(body) is not dict or type(body.get("messages")) is not list:
        raise DecodeError("the request holds no list of messages", body=clip(request.body))
    left: Json = {key: value for key, value in body.items() if value is not None and key != "messages"}
    fields: Json = {"messages": tuple([_message(item, place) for place, item in enumerate(body["messages"])])}
    hosted = _MODEL.search(request.url)
    fields["model"] = left.pop("model") if type(left.get("model")) is str else ""
    if hosted is not None:
        fields["model"] = unquote(hosted[1] or hosted[2])  # whatever the body says: the path decides there
    for name, (field, kinds) in _PLAIN.items():
        if type(left.get(name)) in kinds:
            fields[field] = left.pop(name)
    for name, decode in _TYPED.items():
        if name in left and (found := decode(left[name])) is not None:
            fields |= found
            del left[name]
    _decode_forms(left, fields)
    if "mcp_servers" in left and (tools := read_mcp_servers(fields.get("tools", ()), left["mcp_servers"])) is not None:
        fields["tools"] = tools
        del left["mcp_servers"]
    headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
    if hosted is not None:
        for name, (header, read) in _IN_BODY.items():
            if (hosted[1] or name == "anthropic_version") and (value := read(left.get(name))) and header not in headers:
                headers[header] = value
                del left[name]
    return Request(**fields, headers=headers, extra=left)


def _message(item: Any, place: int) -> Message:
    if type(item) is not dict:
        raise DecodeError(f"messages[{place}] is not an object")
    role, content = item.get("role"), item.get("content")
    if role not in ("user", "assistant", "system"):
        raise DecodeError(f"messages[{place}] has the role {role!r}")
    if type(content) is str:
        blocks = (Text(content),)
    elif type(content) is list and all(type(block) is dict for block in content):
        blocks = decode_blocks(content, _ORIGIN)  # type: ignore[assignment]
    else:
        raise DecodeError(f"messages[{place}].content is neither text nor a list of blocks")
    extra = {key: value for key, value in item.items() if key not in ("role", "content") and value is not None}
    return Message(role, blocks, origin=_ORIGIN if extra else None, extra=extra)


_NUMBER = (int, float)
_PLAIN: dict[str, tuple[str, tuple[type, ...]]] = {
    "max_tokens": ("max_tokens", (int,)),
    "temperature": ("temperature", _NUMBER),
    "top_p": ("top_p", _NUMBER),
    "top_k": ("top_k", (int,)),
    "stream": ("stream", (bool,)),
    "service_tier": ("service_tier", (str,)),
}
"""Fields whose value is taken as it is: their name here and the types it may have."""


def _system(value: Any) -> Json | None:
    if type(value) is str:
        return {"system": (Text(value),)}
    if type(value) is not list or not all(type(item) is dict for item in value):
        return None
    blocks = [decode_block(item, _ORIGIN) for item in value]
    return {"system": tuple(blocks)} if all(type(block) is Text for block in blocks) else None


def _stop(value: Any) -> Json | None:
    return {"stop": tuple(value)} if type(value) is list and all(type(word) is str for word in value) else None


def _tools(value: Any) -> Json | None:
    if type(value) is not list or not all(type(item) is dict for item in value):
        return None
    return {"tools": tuple([_tool(item) for item in value])}


def _tool(item: Json) -> ToolLike:
    name, description, schema, strict = (item.get(key) for key in ("name", "description", "input_schema", "strict"))
    if (
        item.get("type") not in (None, "custom")
        or type(name) is not str
        or not (description is None or type(description) is str)
        or type(schema) is not dict
        or not (strict is None or type(strict) is bool)
    ):
        return read_tool(item)
    cache = decode_cache(item.get("cache_control"))
    known = {"type", "name", "description", "input_schema", "strict", *(("cache_control",) if cache is not None else ())}
    extra = {key: value for key, value in item.items() if key not in known and value is not None}
    return Tool(name, description, schema, strict, cache, extra)


def _tool_choice(value: Any) -> Json | None:
    if type(value) is not dict or type(kind := value.get("type")) is not str:
        return None
    name, disabled = value.get("name"), value.get("disable_parallel_tool_use")
    if not (name is None or type(name) is str) or not (disabled is None or type(disabled) is bool):
        return None
    known = {"type", "name", "disable_parallel_tool_use"}
    extra = {key: item for key, item in value.items() if key not in known and item is not None}
    found: Json = {"tool_choice": ToolChoice(_MODES.get(kind, kind), name, extra=extra)}
    if disabled is not None:
        found["parallel_tools"] = not disabled
    return found


def _metadata(value: Any) -> Json | None:
    if type(value) is dict and value.keys() == {"user_id"} and type(value["user_id"]) is str:
        return {"user": value["user_id"]}
    return None


def _cache(value: Any) -> Json | None:
    cache = decode_cache(value)
    return None if cache is None else {"cache": cache}


_TYPED = {
    "system": _system,
    "stop_sequences": _stop,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "metadata": _metadata,
    "cache_control": _cache,
}


def _decode_forms(left: Json, fields: Json) -> None:
    """Take `thinking` and `output_config`, which together say effort, thinking and the form of the answer."""
    config = left.get("output_config")
    config = dict(config) if type(config) is dict else {}
    effort = config.get("effort")
    if type(effort) is not str:
        effort = None
    reasoning = decode_reasoning(left.get("thinking"), effort)
    if reasoning is not None:
        fields["reasoning"] = reasoning
        left.pop("thinking", None)
        config.pop("effort", None)
    form = config.get("format")
    if type(form) is dict and type(kind := form.get("type")) is str:
        schema = form.get("schema")
        known = {"type", "schema"} if type(schema) is dict else {"type"}
        extra = {key: value for key, value in form.items() if key not in known and value is not None}
        if kind not in ("text", "json_object"):
            fields["output"] = Output(schema if type(schema) is dict else None, kind=kind, extra=extra)
            del config["format"]
    if type(left.get("output_config")) is dict:
        del left["output_config"]
        if rest := {key: value for key, value in config.items() if value is not None}:
            left["output_config"] = rest
