"""The request of a client that speaks this wire.

What this library has a word for goes to typed fields; every other field stays in `Request.extra` as it came, and so does a
typed field of a form that its type cannot hold. An agent's name is the model and stays in `extra`, too, so that it is sent on
as an agent.
"""

from __future__ import annotations

from typing import Any, Final

from ...errors import DecodeError
from ...types.content import Text
from ...types.request import AudioOutput, Output, Reasoning, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...wire.http import HttpRequest
from ...wire.json import read_json
from .decode_input import decode_input
from .encode_config import AUDIO_TYPES, SETTINGS
from .json_text import Json
from .server_tools import read_tool
from .wire import NAME

__all__ = ["decode_request"]

_NUMBER: Final = (int, float)
_TYPES: Final[dict[str, tuple[type, ...]]] = {"temperature": _NUMBER, "top_p": _NUMBER, "seed": (int,), "max_tokens": (int,)}
_MODES: Final[dict[str, str]] = {"any": "required"}
_FORMATS: Final = {kind: word for word, kind in AUDIO_TYPES.items() if word not in ("pcm16", "l16")}


def decode_request(request: HttpRequest) -> Request:
    """The request as a value. Raises DecodeError when it is not one of this wire."""
    try:
        body = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise DecodeError("the request is not a JSON object")
    rest: Json = {name: value for name, value in body.items() if value is not None}
    said: Json = {"messages": decode_input(rest.pop("input", None)), "model": ""}
    if isinstance(rest.get("model"), str):
        said["model"] = rest.pop("model")
    elif isinstance(rest.get("agent"), str):
        said["model"] = rest["agent"]
    if isinstance(rest.get("system_instruction"), str):
        said["system"] = (Text(rest.pop("system_instruction")),)
    if isinstance(rest.get("stream"), bool):
        said["stream"] = rest.pop("stream")
    if isinstance(rest.get("service_tier"), str):
        said["service_tier"] = rest.pop("service_tier")
    labels = rest.get("labels")
    if isinstance(labels, dict) and labels and all(isinstance(value, str) for value in labels.values()):
        said["metadata"] = rest.pop("labels")
    _tools(rest, said)
    if isinstance(config := rest.get("generation_config"), dict):
        left = _config(config, said)
        del rest["generation_config"]
        if left:
            rest["generation_config"] = left
    _format(rest, said)
    return Request(**said, extra=rest)


def _tools(rest: Json, said: Json) -> None:
    tools = rest.get("tools")
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        said["tools"] = tuple([_tool(tool) for tool in rest.pop("tools")])


def _tool(tool: Json) -> ToolLike:
    fields = {name: value for name, value in tool.items() if value is not None}
    kind, name = fields.pop("type", None), fields.pop("name", None)
    description, parameters = fields.pop("description", None), fields.pop("parameters", None)
    if kind != "function":
        return read_tool(tool)
    if not isinstance(name, str) or not isinstance(description, str | None):
        return VendorTool(tool, NAME)
    if not isinstance(parameters, dict | None):
        return VendorTool(tool, NAME)
    return Tool(name, description, parameters, extra=fields)


def _config(config: Json, said: Json) -> Json:
    """Read `generation_config`; gives what is left of it."""
    left = {name: value for name, value in config.items() if value is not None}
    for field, name in SETTINGS.items():
        value = left.get(name)
        if field == "stop" and isinstance(value, list) and value and all(isinstance(word, str) for word in value):
            said["stop"] = tuple(left.pop(name))
        elif field != "stop" and type(value) in _TYPES[field]:
            said[field] = left.pop(name)
    level, shown = left.get("thinking_level"), left.get("thinking_summaries")
    found: Json = {
        "effort": left.pop("thinking_level") if isinstance(level, str) else None,
        "summary": left.pop("thinking_summaries") if shown in ("auto", "none") else None,
    }
    if any(found.values()):
        said["reasoning"] = Reasoning(**found)
    if (choice := _choice(left.get("tool_choice"))) is not None:
        del left["tool_choice"]
        said["tool_choice"] = choice
    return left


def _choice(choice: Any) -> ToolChoice | None:
    """The tool choice, None where it is of a form without a word (then it stays as it is)."""
    if isinstance(choice, str):
        return ToolChoice(_MODES.get(choice, choice))
    if not isinstance(choice, dict) or choice.keys() != {"allowed_tools"} or not isinstance(choice["allowed_tools"], dict):
        return None
    fields = dict(choice["allowed_tools"])
    mode, names = fields.pop("mode", None), fields.pop("tools", None)
    if not isinstance(mode, str) or not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        return None
    if mode == "any" and len(names) == 1 and not fields:
        return ToolChoice("tool", names[0])
    return ToolChoice(_MODES.get(mode, mode), allowed=tuple(names), extra=fields)


def _format(rest: Json, said: Json) -> None:
    """`response_format`, where all of it has words; else it stays as it is."""
    form = rest.get("response_format")
    listed = [form] if isinstance(form, dict) else form
    if not isinstance(listed, list) or not listed or not all(isinstance(entry, dict) for entry in listed):
        return
    found: Json = {}
    modalities: list[str] = []
    speech = rest.get("generation_config", {}).get("speech_config")
    for entry in listed:
        fields = {name: value for name, value in entry.items() if value is not None}
        kind, media_type = fields.pop("type", None), fields.get("mime_type")
        if not isinstance(kind, str) or kind in modalities:
            return
        modalities.append(kind)
        if not fields:
            continue
        if kind == "text" and (output := _output(fields)) is not None:
            found["output"] = output
        elif kind == "audio" and fields.keys() == {"mime_type"} and str(media_type) in _FORMATS and (voice := _voice(speech)):
            found["audio"] = AudioOutput(voice, _FORMATS[str(media_type)])
        else:
            return
    del rest["response_format"]
    if "audio" in found:
        config = rest["generation_config"]
        del config["speech_config"]
        if not config:
            del rest["generation_config"]
    said.update(found)
    alone = len(modalities) == 1 and ({"text": "output"}.get(modalities[0], modalities[0]) in found)
    if not alone:
        said["modalities"] = tuple(modalities)


def _output(fields: Json) -> Output | None:
    kind, schema = fields.pop("mime_type", None), fields.pop("schema", None)
    if kind == "text/plain" and schema is None:
        return Output(kind="text", extra=fields)
    if kind != "application/json" or not isinstance(schema, dict | None):
        return None
    return Output(kind="json_object", extra=fields) if schema is None else Output(schema, extra=fields)


def _voice(speech: Any) -> str | dict[str, Any] | None:
    """The voice of a speech configuration: its name where that is all there is."""
    if isinstance(speech, list) and len(speech) == 1 and isinstance(speech[0], dict) and speech[0]:
        only = speech[0]
        return only["voice"] if only.keys() == {"voice"} and isinstance(only["voice"], str) else only
    return {"speech_config": speech} if isinstance(speech, dict | list) and speech else None
