"""A request to its HTTP request (https://platform.openai.com/docs/api-reference/responses/create).

The body names its fields in one order, with `input` last; what is not said is not sent. Dialect defaults come first, then the
request's own words, then `Request.extra`, which wins field by field; where it and the request both have an object (`text`,
`reasoning`), the two are joined. State that the server holds is named through `extra`: `previous_response_id` or
`conversation`, with the new messages only.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...types.request import Reasoning, Request
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..sending import headers_for, post_json
from .dialect import REFERENCE, ResponsesDialect
from .encode_messages import encode_messages
from .encode_tools import encode_tools
from .json_text import Json
from .output_format import say_output

__all__ = ["ENCRYPTED", "LOGPROBS", "encode_request"]

ENCRYPTED: Final = "reasoning.encrypted_content"
LOGPROBS: Final = "message.output_text.logprobs"

_PLAIN: Final = ("temperature", "top_p", "top_logprobs", "metadata", "service_tier")
_UNSPOKEN: Final = ("top_k", "stop", "seed", "presence_penalty", "frequency_penalty", "n", "modalities", "audio")
"""Settings that OpenAI has no word for here."""
_SWITCHES: Final = ("enabled", "adaptive", "between_tools")
"""Modes of other wires that say no more than that the model should think."""


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    dialect = target.dialect if isinstance(target.dialect, ResponsesDialect) else REFERENCE
    body: Json = {}
    if model := target.model or request.model:
        body["model"] = model
    instructions, items = encode_messages(request, target, dialect, report)
    if instructions is not None:
        body["instructions"] = instructions
    encode_tools(body, request, dialect, report)
    if request.output is not None:
        say_output(body, request.output, dialect, report)
    if request.reasoning is not None:
        _reasoning(body, request.reasoning, dialect, report)
    _settings(body, request, dialect, report)
    for name, value in dialect.body.items():
        body.setdefault(name, value)
    for name in dialect.drop:
        if name in body:
            del body[name]
            report.adapt(name, "dropped", f"this provider does not take {name}", name)
    for name, value in request.extra.items():
        own = body.get(name)
        body[name] = {**own, **value} if isinstance(own, dict) and isinstance(value, dict) else value
    _include(body, request, dialect, report)
    if items and "input" not in request.extra:
        body["input"] = items
    return post_json(_url(target.base_url, dialect.path), headers_for(request, target), body, report, ("reasoning",))


def _url(base: str, path: str) -> str:
    """The path goes before a query that belongs to the base URL (Azure's `?api-version=`)."""
    base, mark, query = base.partition("?")
    return f"{base}{path}{mark}{query}"


def _reasoning(body: Json, reasoning: Reasoning, dialect: ResponsesDialect, report: Report) -> None:
    effort, mode, summary = reasoning.effort, reasoning.mode, reasoning.summary
    if effort is None and mode == "disabled":
        effort, mode = "none", None
    if effort is not None and (word := dialect.efforts.get(effort, effort)) != effort:
        report.adapt("reasoning", "changed", f"effort {effort} is {word} here", "reasoning.effort")
        effort = word
    if reasoning.budget is not None:
        report.adapt("reasoning", "dropped", "this wire has no word for a thinking budget", "reasoning.budget")
    if summary is not None:
        summary = _SUMMARIES.get(summary, summary)
        if summary is not None and not dialect.summaries:
            report.adapt("reasoning", "dropped", "this provider gives no summaries of reasoning", "reasoning.summary")
            summary = None
    if mode in _SWITCHES or mode == "disabled" or not mode:
        if mode in _SWITCHES and effort is None:
            why = "there is no switch here: a model thinks as it does by itself; name an effort to be sure"
            report.adapt("reasoning", "dropped", why, "reasoning.mode")
        mode = None
    said = {"effort": effort, "summary": summary, "mode": mode}
    inner = {**{name: value for name, value in said.items() if value is not None}, **reasoning.extra}
    if inner:
        body["reasoning"] = inner


# Words of Anthropic's for how thinking is shown; without a summary none is.
_SUMMARIES: Final[dict[str, str | None]] = {"summarized": "auto", "omitted": None}


def _settings(body: Json, request: Request, dialect: ResponsesDialect, report: Report) -> None:
    if request.max_tokens is not None:
        body["max_output_tokens"] = request.max_tokens
    for name in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            body[name] = value
    for name in _UNSPOKEN:
        value = getattr(request, name)
        if value is None or value == () or (name == "n" and value == 1):
            continue
        if name in dialect.also:
            body[name] = value
        else:
            report.adapt(name, "dropped", f"this wire has no word for {name}", name)
    for name, field in (("user", dialect.user_field), ("cache_key", dialect.cache_key_field)):
        value = getattr(request, name)
        if value is not None and field is None:
            report.adapt(name, "dropped", f"this provider has no field for {name}", name)
        elif value is not None and field is not None:
            body[field] = value
    if request.cache is not None:
        _cache(body, request.cache.ttl, dialect, report)
    if request.routing is not None:
        _routing(body, request.routing, dialect, report)
    if request.stream:
        body["stream"] = True


def _cache(body: Json, ttl: str | None, dialect: ResponsesDialect, report: Report) -> None:
    """A mark on the whole prompt. OpenAI caches prefixes unasked: only a lifetime has to be said."""
    if not dialect.cache_marks:
        report.adapt("cache", "dropped", "this provider takes no cache marks", "cache")
    elif ttl is not None:
        body["prompt_cache_options"] = {"ttl": ttl}


def _routing(body: Json, routing: Any, dialect: ResponsesDialect, report: Report) -> None:
    """A provider's routing value: it may name its own body fields, else it is one."""
    field = dialect.routing_field
    if field is None:
        report.adapt("routing", "dropped", "this provider does not route", "routing")
        return
    own_form = getattr(routing, "body", None)
    value = own_form() if callable(own_form) else msgspec.to_builtins(routing)
    if field:
        body[field] = value
    else:
        body.update(value)


def _include(body: Json, request: Request, dialect: ResponsesDialect, report: Report) -> None:
    """Ask for what the answer must carry: reasoning in a form that can be sent back, and probabilities."""
    wanted: list[str] = []
    thinks = request.reasoning is not None and body.get("reasoning", {}).get("effort") != "none"
    if body.get("store") is False and thinks and dialect.ask_encrypted:
        wanted.append(ENCRYPTED)
    if request.logprobs and not dialect.logprobs:
        report.adapt("logprobs", "dropped", "this provider cannot be asked for token probabilities", "logprobs")
        body.pop("top_logprobs", None)
    elif request.logprobs:
        wanted.append(LOGPROBS)
    listed = body.get("include")
    given: list[Any] = listed if isinstance(listed, list) else []
    if missing := [word for word in wanted if word not in given]:
        body["include"] = [*given, *missing]
