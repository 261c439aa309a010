"""A request to its HTTP request (https://platform.openai.com/docs/api-reference/chat/create).

The body names its fields in one order, with `messages` behind `model`; what is not said is not sent. Dialect defaults
come first, then the request's own words, then `Request.extra`, which wins over everything.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from ...types.request import Request
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..sending import headers_for, post_json
from .dialect import REFERENCE, ChatDialect
from .encode_messages import encode_messages
from .encode_settings import STEERING, encode_output, encode_reasoning
from .encode_tools import encode_tools

__all__ = ["encode_request"]


# Settings that need no translation, by the body field they go to.
_PLAIN = (
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("seed", "seed"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
    ("logprobs", "logprobs"),
    ("top_logprobs", "top_logprobs"),
    ("n", "n"),
    ("metadata", "metadata"),
    ("service_tier", "service_tier"),
)


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    dialect = target.dialect if isinstance(target.dialect, ChatDialect) else REFERENCE
    body: dict[str, Any] = {}
    model = target.model or request.model
    if model and dialect.model_in_body:
        body["model"] = model
    body["messages"] = encode_messages(request, target, dialect, report)
    encode_tools(body, request, dialect, report)
    if request.output is not None:
        encode_output(body, request.output, dialect, report)
    if request.reasoning is not None:
        encode_reasoning(body, request.reasoning, dialect, report)
    _settings(body, request, dialect, report)
    for name, value in dialect.body.items():
        body.setdefault(name, value)
    _fit(body, dialect, report)
    body.update(request.extra)
    return post_json(_url(target.base_url, dialect.path, model), headers_for(request, target), body, report, STEERING)


def _url(base: str, path: str, model: str) -> str:
    """The path goes before a query that belongs to the base URL (Azure's `?api-version=`)."""
    base, mark, query = base.partition("?")
    if "{model}" in path:
        path = path.replace("{model}", quote(model, safe=""))
    return f"{base}{path}{mark}{query}"


def _settings(body: dict[str, Any], request: Request, dialect: ChatDialect, report: Report) -> None:
    if request.max_tokens is not None:
        body[dialect.max_tokens_field] = request.max_tokens
    for name, field in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            body[field] = value
    if request.top_k is not None:
        _or_drop(body, "top_k" if dialect.top_k else None, request.top_k, "top_k", report)
    if request.stop:
        body["stop"] = request.stop
    if request.modalities:
        body["modalities"] = request.modalities
    if request.audio is not None:
        body["audio"] = {"voice": request.audio.voice, "format": request.audio.format}
    if request.user is not None:
        _or_drop(body, dialect.user_field, request.user, "user", report)
    if request.cache_key is not None:
        _or_drop(body, dialect.cache_key_field, request.cache_key, "cache_key", report)
    if request.cache is not None:
        _cache(body, request.cache.ttl, dialect, report)
    if request.routing is not None:
        _routing(body, request.routing, dialect, report)
    if request.stream:
        body["stream"] = True
        if dialect.stream_options:
            body["stream_options"] = {"include_usage": True}


def _or_drop(body: dict[str, Any], field: str | None, value: Any, feature: str, report: Report) -> None:
    if field is None:
        report.adapt(feature, "dropped", f"this provider has no field for {feature}", feature)
    else:
        body[field] = value


def _cache(body: dict[str, Any], ttl: str | None, dialect: ChatDialect, report: Report) -> None:
    """A mark on the whole prompt. OpenAI caches prefixes unasked: only a lifetime has to be said."""
    lifetime = {} if ttl is None else {"ttl": ttl}
    if dialect.cache_marks == "cache_control":
        body["cache_control"] = {"type": "ephemeral", **lifetime}
    elif dialect.cache_marks == "prompt_cache_breakpoint":
        if lifetime:
            body["prompt_cache_options"] = lifetime
    else:
        report.adapt("cache", "dropped", "this provider takes no cache marks", "cache")


def _routing(body: dict[str, Any], routing: Any, dialect: ChatDialect, report: Report) -> None:
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


def _fit(body: dict[str, Any], dialect: ChatDialect, report: Report) -> None:
    """Take out what the vendor refuses, and move numbers into their bounds."""
    for name in dialect.drop:
        if name in body:
            del body[name]
            report.adapt(name, "dropped", f"this provider does not take {name}", name)
    for name, (low, high) in dialect.clamp.items():
        value = body.get(name)
        if isinstance(value, int | float) and not low <= value <= high:
            body[name] = min(max(value, low), high)
            report.adapt(name, "changed", f"{name} {value} is outside {low} to {high} and became {body[name]}", name)
