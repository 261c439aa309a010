"""What a model cannot take, refused or adapted before anything is sent, by what the catalogue knows of it.

What is unknown (None) changes nothing. What is known to be lacking is, by policy:

| feature | when | under `adapt` |
|---|---|---|
| `temperature`, `top_p`, `top_k` | `temperature` is False | dropped |
| `max_tokens` | above `max_output`, or not above the reasoning budget | lowered, or raised as far as the model goes |
| `reasoning` | see `fit_reasoning` | said in the nearest words the model takes, or dropped |
| `tools` | `tools` is False | **refused**; where named: dropped |
| `tool_choice` | a call is demanded and `forced_tools` is False | `auto` |
| `parallel_tools` | True and `parallel_tools` is False | dropped |
| `output` | a JSON Schema and `schema` is False | **refused**; where named: dropped |
| `modalities` | one that is not in `outputs` | **refused**; where named: dropped |
| `cache` | `caching` is False | marks are dropped |
| `system_message` | behind the first turn and `system_midway` is False | moved to the head |
| `image`, `audio`, `video`, `document` (PDF) | not in `inputs` | in earlier turns: a line of text in its place |
| | | in the current turn: **refused**; where named: the same line of text |
| `prefill` | the last words are the assistant's and `prefill` is False | **refused**; where named: the user asks to go on |

*Refused* means that the answer would be worthless without it: it takes a policy that names the feature
(`adapt={"image": "adapt"}`) to send it changed. `strict` refuses every row. The context window is no row: only the vendor counts
tokens as the vendor does.

What asks a model for something that it does anyway (one call at a time from a model that makes one; no reasoning from one
that has none) is left unsaid and is no adaptation.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from ..protocols.base import Report
from ..types.model import Model
from ..types.request import Request, ToolChoice, VendorTool
from ..types.server_tools import ServerTool
from .fit_history import fit_cache, fit_media, fit_prefill, fit_system
from .fit_reasoning import fit_budget_room, fit_reasoning

__all__ = ["fit"]

Rule = Callable[[Request, Model, Report], Request]


def fit(request: Request, model: Model, report: Report) -> Request:
    """The request as this model takes it, the same object when nothing had to change.

    Raises Unsupported through `report` for what would make the answer worthless, and for what policy refuses to adapt.
    """
    for rule in _RULES:
        request = rule(request, model, report)
    return request


def _sampling(request: Request, model: Model, report: Report) -> Request:
    if model.temperature is not False:
        return request
    for field in ("temperature", "top_p", "top_k"):
        if getattr(request, field) is not None:
            report.adapt(field, "dropped", f"{model.id} takes no {field}", field)
            request = replace(request, **{field: None})
    return request


def _max_tokens(request: Request, model: Model, report: Report) -> Request:
    asked, most = request.max_tokens, model.max_output
    if asked is None or most is None or asked <= most:
        return request
    report.adapt("max_tokens", "changed", f"{model.id} gives at most {most} output tokens, not {asked}", "max_tokens")
    return replace(request, max_tokens=most)


def _tools(request: Request, model: Model, report: Report) -> Request:
    if model.tools is not False or not request.tools:
        return request
    # What the vendor runs is kept: it knows its models.
    kept = tuple([tool for tool in request.tools if isinstance(tool, VendorTool | ServerTool)])
    if len(kept) == len(request.tools):
        return request
    choice = request.tool_choice
    lose = report.adapt if choice is not None and choice.mode == "none" else report.refuse_unless_named
    lose("tools", "dropped", f"{model.id} calls no tools", "tools")
    return replace(request, tools=kept, tool_choice=None, parallel_tools=None)


def _tool_choice(request: Request, model: Model, report: Report) -> Request:
    choice = request.tool_choice
    if choice is None or model.forced_tools is not False or choice.mode not in ("required", "tool"):
        return request
    why = f"{model.id} cannot be made to call a tool: it may call one"
    report.adapt("tool_choice", "changed", why, "tool_choice")
    return replace(request, tool_choice=ToolChoice("auto", allowed=choice.allowed, extra=choice.extra))


def _parallel_tools(request: Request, model: Model, report: Report) -> Request:
    if request.parallel_tools is None or model.parallel_tools is not False:
        return request
    if request.parallel_tools:
        report.adapt("parallel_tools", "dropped", f"{model.id} makes one call at a time", "parallel_tools")
    return replace(request, parallel_tools=None)


def _output(request: Request, model: Model, report: Report) -> Request:
    if request.output is None or model.schema is not False or request.output.kind != "json_schema":
        return request
    why = f"{model.id} does not hold its answers to a JSON Schema"
    report.refuse_unless_named("output", "dropped", why, "output")
    return replace(request, output=None)


def _modalities(request: Request, model: Model, report: Report) -> Request:
    outputs = model.outputs
    if outputs is None or not (request.modalities or request.audio):
        return request
    lacking = [word for word in request.modalities if word.lower() not in (*outputs, "text")]
    audio = request.audio
    if audio is not None and "audio" not in outputs:
        audio = None
        lacking = lacking or ["audio"]
    if not lacking:
        return request
    why = f"{model.id} answers in {' and '.join(outputs) or 'nothing'}, not in {' and '.join(lacking)}"
    report.refuse_unless_named("modalities", "dropped", why, "modalities")
    return replace(request, modalities=tuple([word for word in request.modalities if word not in lacking]), audio=audio)


_RULES: tuple[Rule, ...] = (
    _sampling,
    _max_tokens,
    fit_reasoning,
    fit_budget_room,
    _tools,
    _tool_choice,
    _parallel_tools,
    _output,
    _modalities,
    fit_cache,
    fit_system,
    fit_media,
    fit_prefill,
)
