"""The HTTP request a client sent to a request: every field it names has a place, known or in `extra`.

Model and method are read from the path. A field whose value is not what the API documents goes to `extra` as it came, so
that the vendor can judge it. Vendor data has the wire as its origin and no provider: it may go to any provider that
speaks this wire.

A streamed answer without `alt=sse` is a JSON array; the request then has `accept: application/json` among its headers,
which says so to the encoder of the answer.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, unquote

from ...errors import DecodeError
from ...types.content import Origin, Text
from ...types.messages import Message, Role
from ...types.request import AudioOutput, Output, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...wire.http import HttpRequest
from ...wire.json import read_json
from ..json_schema import read_openapi
from .answers import Json
from .decode_parts import PartDecoder
from .encode_request import ARRAY
from .errors import clip
from .names import camel_case
from .reasoning import decode_reasoning
from .server_tools import read_entry

__all__ = ["PATH", "decode_request"]

PATH = re.compile(r"/(models|tunedModels|dynamic|endpoints)/([^/:?]+|[^/?]+?):(generateContent|streamGenerateContent)")
"""The end of a path that asks for an answer: collection, model and method."""

_ORIGIN = Origin("gemini")
_NUMBER = (int, float)
_PLAIN: dict[str, tuple[str, tuple[type, ...]]] = {
    "maxOutputTokens": ("max_tokens", (int,)),
    "temperature": ("temperature", _NUMBER),
    "topP": ("top_p", _NUMBER),
    "seed": ("seed", (int,)),
    "presencePenalty": ("presence_penalty", _NUMBER),
    "frequencyPenalty": ("frequency_penalty", _NUMBER),
    "responseLogprobs": ("logprobs", (bool,)),
    "logprobs": ("top_logprobs", (int,)),
    "candidateCount": ("n", (int,)),
}
"""Settings whose value is taken as it is: their name here and the types it may have."""


def decode_request(request: HttpRequest) -> Request:
    """The request. Raises DecodeError when the path names no model, or the body is not JSON with contents."""
    path, _, query = request.url.partition("?")
    found = PATH.search(path)
    if found is None:
        raise DecodeError(f"the path names no model and method: {clip(path.encode())}")
    try:
        raw = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}", body=clip(request.body)) from error
    body = camel_case(raw)
    contents = body.get("contents") if type(body) is dict else None
    if type(contents) is dict:
        contents = [contents]
    if type(contents) is not list:
        raise DecodeError("the request holds no list of contents", body=clip(request.body))
    left: Json = {key: value for key, value in body.items() if key != "contents"}
    parts = PartDecoder(_ORIGIN)
    fields: Json = {"messages": tuple([_message(item, place, parts) for place, item in enumerate(contents)])}
    collection, model, method = found.groups()
    fields["model"] = unquote(model) if collection in ("models", "endpoints") else f"{collection}/{unquote(model)}"
    fields["stream"] = method == "streamGenerateContent"
    _decode_system(left, parts, fields)
    _decode_tools(left, fields)
    if type(left.get("serviceTier")) is str:
        fields["service_tier"] = left.pop("serviceTier")
    config = left.pop("generationConfig", None)
    if type(config) is dict:
        config = dict(config)
        _decode_config(config, fields)
    if config:
        left["generationConfig"] = config
    fields["extra"] = left
    if fields["stream"] and parse_qs(query).get("alt") != ["sse"]:
        fields["headers"] = {"accept": ARRAY}
    return Request(**fields)


def _message(item: Any, place: int, parts: PartDecoder) -> Message:
    if type(item) is not dict:
        raise DecodeError(f"contents[{place}] is not an object")
    role, listed = item.get("role", "user"), item.get("parts", [])
    if type(listed) is dict:
        listed = [listed]
    if type(listed) is not list or not all(type(part) is dict for part in listed) or type(role) is not str:
        raise DecodeError(f"contents[{place}] is not a list of parts and a role")
    extra = {key: value for key, value in item.items() if key not in ("role", "parts")}
    said: Role = "user"
    if role == "model":
        parts.turn()
        said = "assistant"
    elif role != "user":
        extra["role"] = role
    blocks = tuple([parts.decode(part) for part in listed])
    return Message(said, blocks, origin=_ORIGIN if extra else None, extra=extra)


def _decode_system(left: Json, parts: PartDecoder, fields: Json) -> None:
    """Take the texts of `systemInstruction`; what else it has is joined to them again when it is sent."""
    wire = left.get("systemInstruction")
    if type(wire) is not dict:
        return
    listed = wire.get("parts", [])
    listed = [listed] if type(listed) is dict else listed
    if type(listed) is not list or not all(type(part) is dict for part in listed):
        return
    blocks = [parts.decode(part) for part in listed]
    if not all(type(block) is Text for block in blocks):
        return
    fields["system"] = tuple(blocks)
    del left["systemInstruction"]
    if rest := {key: value for key, value in wire.items() if key != "parts"}:
        left["systemInstruction"] = rest


def _decode_tools(left: Json, fields: Json) -> None:
    tools = left.get("tools")
    if type(tools) is list and all(type(item) is dict for item in tools):
        fields["tools"] = tuple([tool for item in tools for tool in _tools(item)])
        del left["tools"]
    config = left.get("toolConfig")
    choice = config.get("functionCallingConfig") if type(config) is dict else None
    if type(config) is dict and type(choice) is dict and (decoded := _tool_choice(choice)) is not None:
        fields["tool_choice"] = decoded
        del left["toolConfig"]
        if rest := {key: value for key, value in config.items() if key != "functionCallingConfig"}:
            left["toolConfig"] = rest


def _tools(item: Json) -> list[ToolLike]:
    """One entry may hold functions and several of the vendor's tools."""
    declared = item.get("functionDeclarations", [])
    if type(declared) is not list or not all(type(entry) is dict and type(entry.get("name")) is str for entry in declared):
        return [VendorTool(item, "gemini")]
    found: list[ToolLike] = [_tool(entry) for entry in declared]
    found += [tool for key, value in item.items() if key != "functionDeclarations" for tool in read_entry(key, value)]
    return found


def _tool(item: Json) -> Tool:
    extra = {key: value for key, value in item.items() if key != "name"}
    description = extra.pop("description") if type(extra.get("description")) is str else None
    schema = None
    if type(extra.get("parametersJsonSchema")) is dict:
        schema = extra.pop("parametersJsonSchema")
    elif type(extra.get("parameters")) is dict and "parametersJsonSchema" not in extra:
        schema = read_openapi(extra.pop("parameters"))
    return Tool(item["name"], description, schema, extra=extra)


_MODES = {"AUTO": "auto", "NONE": "none", "ANY": "required"}


def _tool_choice(wire: Json) -> ToolChoice | None:
    mode, names = wire.get("mode"), wire.get("allowedFunctionNames", [])
    if type(mode) is not str or type(names) is not list or not all(type(name) is str for name in names):
        return None
    extra = {key: value for key, value in wire.items() if key not in ("mode", "allowedFunctionNames")}
    if mode == "ANY" and len(names) == 1:
        return ToolChoice("tool", names[0], extra=extra)
    if names and mode in ("AUTO", "NONE"):
        return None
    return ToolChoice(_MODES.get(mode, mode), allowed=tuple(names), extra=extra)


def _decode_config(config: Json, fields: Json) -> None:
    """Take the settings out of a `generationConfig`; what is left has no word here."""
    for name, (field, kinds) in _PLAIN.items():
        if type(config.get(name)) in kinds:
            fields[field] = config.pop(name)
    top_k = config.get("topK")
    if type(top_k) is int or (type(top_k) is float and top_k.is_integer()):
        fields["top_k"] = int(top_k)
        del config["topK"]
    if "top_logprobs" in fields and fields.get("logprobs") is not True:
        config["logprobs"] = fields.pop("top_logprobs")
    for name, field in (("stopSequences", "stop"), ("responseModalities", "modalities")):
        words = config.get(name)
        if type(words) is list and all(type(word) is str for word in words):
            if field == "modalities":
                if not all(word.isupper() for word in words):
                    continue
                words = [word.lower() for word in words]
            fields[field] = tuple(words)
            del config[name]
    voice = _voice(config.get("speechConfig"))
    if voice is not None:
        fields["audio"] = AudioOutput(voice, "pcm")
        del config["speechConfig"]
    if (reasoning := decode_reasoning(config.get("thinkingConfig"))) is not None:
        fields["reasoning"] = reasoning
        del config["thinkingConfig"]
    _decode_output(config, fields)


def _voice(speech: Any) -> str | None:
    for name in ("voiceConfig", "prebuiltVoiceConfig"):
        if type(speech) is not dict or speech.keys() != {name}:
            return None
        speech = speech[name]
    if type(speech) is dict and speech.keys() == {"voiceName"} and type(speech["voiceName"]) is str:
        return str(speech["voiceName"])
    return None


def _decode_output(config: Json, fields: Json) -> None:
    kind = config.get("responseMimeType")
    schemas = config.keys() & {"responseSchema", "responseJsonSchema", "_responseJsonSchema"}
    if kind == "text/plain" and not schemas:
        fields["output"] = Output(kind="text")
    elif kind == "application/json" and not schemas:
        fields["output"] = Output(kind="json_object")
    elif kind == "application/json" and schemas == {"responseJsonSchema"} and type(config["responseJsonSchema"]) is dict:
        fields["output"] = Output(config.pop("responseJsonSchema"))
    elif kind == "application/json" and schemas == {"responseSchema"} and type(config["responseSchema"]) is dict:
        fields["output"] = Output(read_openapi(config.pop("responseSchema")))
    else:
        return
    del config["responseMimeType"]
