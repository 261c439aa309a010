"""What a request asks of the model: tools, `generation_config` and `response_format`.

Source: https://ai.google.dev/api/interactions-api#Resource:GenerationConfig, `#Resource:Tool`, `#Resource:ResponseFormat`.

| asked for | said |
|---|---|
| `reasoning.effort` | `thinking_level`: `none` and `minimal` are `minimal`, `max` is `high`, the highest every model takes |
| `reasoning.summary` | `thinking_summaries`: `auto`, or `none` |
| `tool_choice` | a word (`auto`, `any`, `none`, `validated`), or `allowed_tools` with a mode and names of functions |
| `output`, `modalities`, `audio` | `response_format`: one object, or a list with one for each kind of content |
"""

from __future__ import annotations

from typing import Any, Final

from ...types.request import CustomTool, Reasoning, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...types.server_tools import ServerTool
from ..base import Report
from ..json_schema import fit_schema
from ..server_tools import only_allowed
from .dialect import InteractionsDialect
from .json_text import Json
from .server_tools import encode_server_tool, has
from .wire import NAME

__all__ = ["AUDIO_TYPES", "SETTINGS", "encode_config", "encode_format", "encode_tools"]

SETTINGS: Final[dict[str, str]] = {
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "stop": "stop_sequences",
    "max_tokens": "max_output_tokens",
}
"""Settings that are one value of `generation_config`."""

_UNSPOKEN: Final = ("top_k", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "n", "parallel_tools")
_MODES: Final[dict[str, str]] = {"required": "any", "tool": "any"}
_SUMMARIES: Final[dict[str, str]] = {"summarized": "auto", "omitted": "none"}
"""Words of other wires for how thinking is shown."""

AUDIO_TYPES: Final[dict[str, str]] = {
    "mp3": "audio/mp3",
    "wav": "audio/wav",
    "opus": "audio/ogg_opus",
    "pcm": "audio/l16",
    "pcm16": "audio/l16",
    "l16": "audio/l16",
}
"""Formats of sound in other words than their media type."""


# --- tools -----------------------------------------------------------------------------------------------------------------


def encode_tools(request: Request, dialect: InteractionsDialect, report: Report) -> tuple[list[Json], Any]:
    """The tools, each an object with its type, and the `tool_choice`, None where there is none.

    The vendor's own tools can be neither named nor forced nor forbidden in a choice: those only are offered that may be used.
    """
    choice = request.tool_choice
    offered = only_allowed(request.tools, choice, lambda tool: has(tool, dialect), report)
    encoded = [_tool(tool, f"tools[{place}]", dialect, report) for place, tool in offered]
    own = {tool.name for _, tool in offered if isinstance(tool, ServerTool)}
    return [tool for tool in encoded if tool is not None], None if choice is None else _choice(choice, own)


def _tool(tool: ToolLike, path: str, dialect: InteractionsDialect, report: Report) -> Json | None:
    if isinstance(tool, VendorTool):
        if tool.protocol is None or tool.protocol == NAME:
            return tool.data
        report.adapt("vendor_tool", "dropped", f"the tool {tool.data.get('type')!r} is another vendor's", path)
        return None
    if isinstance(tool, ServerTool):
        return encode_server_tool(tool, dialect, report, path)
    wire: Json = {"type": "function", "name": tool.name}
    if tool.description is not None:
        wire["description"] = tool.description
    if isinstance(tool, CustomTool):
        report.adapt("custom_tool", "changed", f"the free-text tool {tool.name!r} takes one string, `input`", path)
        about: Json = {"type": "string"}
        if tool.grammar is not None:
            about["description"] = f"Text in this {tool.syntax or 'given'} grammar:\n{tool.grammar}"
        wire["parameters"] = {"type": "object", "properties": {"input": about}, "required": ["input"]}
    else:
        _function(wire, tool, path, dialect, report)
    return {**wire, **tool.extra}


def _function(wire: Json, tool: Tool, path: str, dialect: InteractionsDialect, report: Report) -> None:
    if tool.parameters is not None:
        rules = dialect.schemas.for_tool(tool.strict)
        wire["parameters"] = fit_schema(tool.parameters, rules, report, f"{path}.parameters")
    if tool.strict:
        why = f"the arguments of {tool.name!r} are held to the schema by the tool choice `validated` only"
        report.adapt("strict", "dropped", why, path)
    if tool.cache is not None:
        report.adapt("cache", "dropped", "prompts are cached without marks here", path)


def _choice(choice: ToolChoice, own: set[str]) -> Any:
    """The choice among functions; `own` are the names of the vendor's tools, which it is not about."""
    mode = _MODES.get(choice.mode, choice.mode)
    if choice.mode == "tool" and choice.name in own:
        return None
    names = (choice.name,) if choice.mode == "tool" and choice.name is not None else choice.allowed
    names = tuple([name for name in names if name not in own])
    if names or choice.extra:
        tools: Json = {"tools": list(names)} if names else {}
        return {"allowed_tools": {"mode": mode, **tools, **choice.extra}}
    return mode


# --- settings --------------------------------------------------------------------------------------------------------------


def encode_config(request: Request, report: Report, choice: Any = None) -> Json:
    """The `generation_config`, empty when there is nothing to say; `choice` is the `tool_choice`."""
    wire: Json = {}
    for field, name in SETTINGS.items():
        value = getattr(request, field)
        if value is not None and value != ():
            wire[name] = value
    if request.reasoning is not None:
        wire |= _reasoning(request.reasoning, report)
    if choice is not None:
        wire["tool_choice"] = choice
    if request.audio is not None:
        voice = request.audio.voice
        wire["speech_config"] = [{"voice": voice}] if isinstance(voice, str) else voice.get("speech_config", [voice])
    for field in _UNSPOKEN:
        value = getattr(request, field)
        if value is None or (field == "n" and value == 1) or (field == "parallel_tools" and value):
            continue
        report.adapt(field, "dropped", f"this wire has no word for {field}", field)
    return wire


def _reasoning(reasoning: Reasoning, report: Report) -> Json:
    wire: Json = {}
    effort, summary = reasoning.effort, reasoning.summary
    if effort is None and reasoning.mode == "disabled":
        effort = "none"
    elif reasoning.mode not in (None, "disabled", "enabled", "adaptive"):
        report.adapt("reasoning", "dropped", f"there is no thinking mode {reasoning.mode!r} here", "reasoning.mode")
    if reasoning.budget is not None:
        report.adapt("reasoning", "dropped", "this wire has no word for a thinking budget", "reasoning.budget")
    if effort == "none":
        report.adapt("reasoning", "changed", "thinking cannot be switched off here: it is said as 'minimal'", "reasoning.effort")
        effort = "minimal"
    elif effort == "max":
        why = "effort 'max' is said as 'high', the highest level every model takes"
        report.adapt("reasoning", "changed", why, "reasoning.effort")
        effort = "high"
    if effort is not None:
        wire["thinking_level"] = effort
    if summary is not None:
        word = _SUMMARIES.get(summary, summary)
        if word not in ("auto", "none"):
            report.adapt("reasoning", "changed", f"summaries {summary!r} are said as 'auto'", "reasoning.summary")
            word = "auto"
        wire["thinking_summaries"] = word
    return wire | reasoning.extra


# --- the form of the answer --------------------------------------------------------------------------------------------------


def encode_format(request: Request, dialect: InteractionsDialect, report: Report) -> Any:
    """The `response_format`, None when there is nothing to say: an object for one kind of content, a list for several."""
    forms: dict[str, Json] = {word.lower(): {"type": word.lower()} for word in request.modalities}
    output = request.output
    if output is not None and output.kind not in ("json_schema", "json_object", "text"):
        report.adapt("output", "dropped", f"there is no output of kind {output.kind!r} here", "output")
    elif output is not None:
        if output.description is not None:
            report.adapt("output", "changed", "the description of the output is not sent", "output")
        text: Json = {"type": "text", "mime_type": "text/plain" if output.kind == "text" else "application/json"}
        if output.schema is not None and output.kind == "json_schema":
            text["schema"] = fit_schema(output.schema, dialect.schemas.for_output(output.strict), report, "output.schema")
        forms["text"] = {**text, **output.extra}
    if request.audio is not None:
        form = request.audio.format.lower()
        forms["audio"] = {"type": "audio", "mime_type": AUDIO_TYPES.get(form, form if "/" in form else f"audio/{form}")}
    found = list(forms.values())
    return found[0] if len(found) == 1 else found or None
