"""The HTTP request a client sent to a request: every field it names has a place, known or in `extra`.

A field whose value is not what the API documents goes to `extra` as it came, so that the vendor can judge it. Vendor
data has the wire as its origin and no provider: it may go to any provider that speaks this wire.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from ...errors import DecodeError
from ...types.content import Block, Origin, Text
from ...types.messages import Message
from ...types.request import Output, Request, Tool, ToolChoice, ToolLike
from ...wire.http import HttpRequest
from ...wire.json import read_json
from .decode_blocks import decode_blocks, decode_cache
from .errors import clip
from .reasoning import decode_native
from .server_tools import read_tool
from .wire import NAME, Json, beside, family, union

__all__ = ["PATH", "decode_request"]

PATH = re.compile(r"/model/(.+)/(converse(?:-stream)?)/?")
"""The end of a path that asks for an answer: the model, in one segment or (unescaped ARNs) several, and the verb."""

_ORIGIN = Origin(NAME)
_MODES = {"auto": "auto", "any": "required", "tool": "tool"}
_NUMBER = (int, float)


def decode_request(request: HttpRequest) -> Request:
    """The request. Raises DecodeError when the body is not JSON or its messages are not."""
    try:
        body = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}", body=clip(request.body)) from error
    if type(body) is not dict or type(body.get("messages", [])) is not list:
        raise DecodeError("the request holds no list of messages", body=clip(request.body))
    left: Json = {key: value for key, value in body.items() if value is not None and key != "messages"}
    asked = PATH.search(urlsplit(request.url).path)
    model = unquote(asked[1]) if asked else ""
    fields: Json = {
        "model": model,
        "stream": bool(asked and asked[2] == "converse-stream"),
        "messages": tuple([_message(item, place) for place, item in enumerate(body.get("messages") or [])]),
    }
    for name, decode in _TYPED.items():
        if name in left:
            found, rest = decode(left[name])
            fields |= found
            if rest:
                left[name] = rest
            else:
                del left[name]
    _decode_native(left, fields, family(model))
    return Request(**fields, extra=left)


def _message(item: Any, place: int) -> Message:
    if type(item) is not dict:
        raise DecodeError(f"messages[{place}] is not an object")
    role, content = item.get("role"), item.get("content")
    if role not in ("user", "assistant", "system"):
        raise DecodeError(f"messages[{place}] has the role {role!r}")
    if type(content) is not list or not all(type(block) is dict for block in content):
        raise DecodeError(f"messages[{place}].content is not a list of blocks")
    blocks = decode_blocks(content, _ORIGIN, assistant=role == "assistant")
    extra = beside(item, "role", "content")
    return Message(role, blocks, origin=_ORIGIN if extra else None, extra=extra)


_Found = tuple[Json, Any]
"""Fields of a request, and what is left of the wire's value."""


def _system(value: Any) -> _Found:
    if type(value) is list and all(type(item) is dict for item in value):
        blocks: tuple[Block, ...] = decode_blocks(value, _ORIGIN)
        if all(type(block) is Text for block in blocks):
            return {"system": blocks}, None
    return {}, value


_INFERENCE: dict[str, tuple[str, tuple[type, ...]]] = {
    "maxTokens": ("max_tokens", (int,)),
    "temperature": ("temperature", _NUMBER),
    "topP": ("top_p", _NUMBER),
}


def _inference(value: Any) -> _Found:
    if type(value) is not dict:
        return {}, value
    found: Json = {}
    left = beside(value)
    for name, (field, kinds) in _INFERENCE.items():
        if type(left.get(name)) in kinds:
            found[field] = left.pop(name)
    stop = left.get("stopSequences")
    if type(stop) is list and all(type(word) is str for word in stop):
        found["stop"] = tuple(left.pop("stopSequences"))
    return found, left


def _tool_config(value: Any) -> _Found:
    if type(value) is not dict:
        return {}, value
    found: Json = {}
    left = beside(value)
    tools = left.get("tools")
    if type(tools) is list and all(type(item) is dict for item in tools):
        found["tools"] = _tools(left.pop("tools"))
    choice = union(left.get("toolChoice"))
    if choice is not None and type(choice[1]) is dict:
        kind, inside = choice
        name = inside.get("name")
        if kind in _MODES and (type(name) is str) == (kind == "tool"):
            extra = {key: item for key, item in inside.items() if key != "name"}
            found["tool_choice"] = ToolChoice(_MODES[kind], name, extra=extra)
            del left["toolChoice"]
    return found, left


def _tools(items: list[Json]) -> tuple[ToolLike, ...]:
    tools: list[ToolLike] = []
    for item in items:
        last = tools[-1] if tools else None
        cache = decode_cache(item)
        if cache is not None and isinstance(last, Tool) and last.cache is None:
            tools[-1] = msgspec.structs.replace(last, cache=cache)
        else:
            tools.append(_tool(item))
    return tuple(tools)


def _tool(item: Json) -> ToolLike:
    match union(item):
        case ("toolSpec", {"name": str(name), "inputSchema": {"json": dict(schema), **more}, **rest}) if not more:
            description, strict = rest.get("description"), rest.get("strict")
            if (description is None or (type(description) is str and description)) and strict in (None, True, False):
                return Tool(name, description, schema, strict, None, beside(rest, "description", "strict"))
    return read_tool(item)


def _output_config(value: Any) -> _Found:
    if type(value) is not dict:
        return {}, value
    left = beside(value)
    match left.get("textFormat"):
        case {"type": "json_schema", "structure": {"jsonSchema": {"schema": str(text), **rest}, **more}, **most} if (
            not more and not most
        ):
            schema = _schema(text)
            name, description = rest.get("name"), rest.get("description")
            named = type(name) is str and name != Output().name
            if schema is not None and (description is None or type(description) is str):
                extra = beside(rest, "description", *(("name",) if named else ()))
                del left["textFormat"]
                fields: Json = {"name": name} if named else {}
                return {"output": Output(schema, description=description, extra=extra, **fields)}, left
    return {}, left


def _schema(text: str) -> Json | None:
    try:
        value = read_json(text)
    except ValueError:
        return None
    return value if type(value) is dict else None


def _metadata(value: Any) -> _Found:
    return ({"metadata": value}, None) if type(value) is dict and all(type(v) is str for v in value.values()) else ({}, value)


def _tier(value: Any) -> _Found:
    if type(value) is dict and value.keys() == {"type"} and value["type"] in ("default", "priority", "flex", "reserved"):
        return {"service_tier": value["type"]}, None
    return {}, value


_TYPED = {
    "system": _system,
    "inferenceConfig": _inference,
    "toolConfig": _tool_config,
    "outputConfig": _output_config,
    "requestMetadata": _metadata,
    "serviceTier": _tier,
}


def _decode_native(left: Json, fields: Json, kind: str) -> None:
    """Take what native fields and the effort say of reasoning and sampling, where the model's family is known."""
    config = left.get("outputConfig")
    effort = config.get("effort") if type(config) is dict else None
    native = left.get("additionalModelRequestFields")
    found, rest = decode_native(native, effort if type(effort) is str else None, kind)
    fields |= found
    if type(native) is dict:
        left["additionalModelRequestFields"] = rest
        if not rest:
            del left["additionalModelRequestFields"]
    reasoning = found.get("reasoning")
    if reasoning is not None and reasoning.effort is not None and reasoning.effort == effort and type(config) is dict:
        left["outputConfig"] = {key: value for key, value in config.items() if key != "effort"}
        if not left["outputConfig"]:
            del left["outputConfig"]
