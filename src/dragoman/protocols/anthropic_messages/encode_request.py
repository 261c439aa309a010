"""A request to its HTTP request (https://platform.claude.com/docs/en/api/messages).

The body names its fields in one order, with `messages` last, so that a longer history gives a body that begins as the
shorter one's did. `max_tokens` is required: a request without a limit gets the dialect's, which is no adaptation.
`Request.extra` wins field by field; where it and the request both have an object, the two are joined.
"""

from __future__ import annotations

import re
import sys
from typing import Any
from urllib.parse import quote

from ...types.request import Output, Request
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..json_schema import fit_schema
from ..sending import post_json
from .dialect import REFERENCE, MessagesDialect, is_modern
from .encode_blocks import Json, encode_cache
from .encode_messages import encode_messages
from .encode_tools import allowed, encode_choice, encode_tools
from .reasoning import encode_reasoning
from .server_tools import add_files, beside, join_servers

__all__ = ["JSON_ONLY", "encode_request"]

JSON_ONLY = "Answer with one JSON object and nothing else."
"""The instruction that stands for `Output(kind="json_object")`, a form this wire has no word for."""

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")

# Tiers of other vendors: https://platform.claude.com/docs/en/api/service-tiers
_TIERS = {"default": "standard_only", "standard": "standard_only"}
_OTHER_TIERS = ("flex", "priority", "scale", "batch")

_UNSPOKEN = ("seed", "presence_penalty", "frequency_penalty", "top_logprobs", "audio", "cache_key", "routing")
"""Settings this wire has no word for."""


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    dialect = target.dialect if isinstance(target.dialect, MessagesDialect) else REFERENCE
    offered = allowed(request)
    needs = beside(offered, dialect)
    headers, version = _headers(request, target, dialect, needs.betas)
    modern = is_modern(version)
    system, messages = encode_messages(request, target, dialect, modern, report)
    thinking, effort = _reasoning(request, dialect, report)
    body: Json = {}
    if dialect.model_in_body:
        body["model"] = target.model or request.model
    if dialect.version_in_body and version is not None:
        body["anthropic_version"] = version
    body["max_tokens"] = _max_tokens(request, thinking, headers, dialect, report)
    if dialect.betas_in_body:
        _move_headers(headers, body)
    output = _output(request.output, system, dialect, report)
    if len(system) == 1 and system[0].keys() == {"type", "text"}:
        body["system"] = system[0]["text"]
    elif system:
        body["system"] = system
    if tools := encode_tools(request, offered, dialect, report):
        body["tools"] = tools
    if choice := encode_choice(request, tools, dialect, report):
        body["tool_choice"] = choice
    if thinking:
        body["thinking"] = thinking
    if effort is not None:
        output = {"effort": effort, **output}
    if output:
        body["output_config"] = output
    _settings(body, request, dialect, modern, report)
    if dialect.thinking_alone and thinking.get("type") in ("enabled", "adaptive"):
        _make_room(body, report)
    if request.stream and dialect.stream_in_body:
        body["stream"] = True
    if needs.container is not None:
        body["container"] = needs.container
    if needs.servers:
        body["mcp_servers"] = needs.servers
    add_files(messages, needs.files)
    for key, value in request.extra.items():
        body[key] = _joined(key, body.get(key), value)
    if "messages" not in request.extra:
        body["messages"] = messages
    return post_json(_url(request, target, dialect), headers, body, report, ("thinking", "output_config.effort"))


def _joined(name: str, own: Any, value: Any) -> Any:
    """A field of the request's own and of its `extra`: objects, MCP servers and betas are joined, a container keeps its id."""
    if type(own) is dict and type(value) is dict:
        return {**own, **value}
    if name == "container" and type(own) is str and type(value) is dict:
        return {"id": own, **value}
    if type(own) is list and type(value) is list and name in ("mcp_servers", "anthropic_beta"):
        return join_servers(own, value) if name == "mcp_servers" else [*value, *[beta for beta in own if beta not in value]]
    return value


def _url(request: Request, target: Target, dialect: MessagesDialect) -> str:
    path = dialect.stream_path if request.stream and dialect.stream_path is not None else dialect.path
    return target.base_url + path.replace("{model}", quote(target.model or request.model, safe="@"))


def _headers(request: Request, target: Target, dialect: MessagesDialect, needed: list[str]) -> tuple[dict[str, str], str | None]:
    """The headers and the API version. Betas of dialect, target, request and tools are joined; else the request's word wins.

    Each platform has a word of its own for the version: another platform's is not said to it, and nothing is lost.
    """
    headers = {"content-type": "application/json"}
    if dialect.version is not None:
        headers["anthropic-version"] = dialect.version
    betas = list(dialect.betas)
    for given in (target.headers, request.headers):
        for name, value in given.items():
            name = name.lower()
            if name == "anthropic-beta":
                betas += [word for part in value.split(",") if (word := part.strip())]
            elif name != "anthropic-version" or _platform(value) in ("", _platform(dialect.version)):
                headers[name] = value
    betas += [beta for beta in needed if not any(_stem(beta) == _stem(given) for given in betas)]
    if betas:
        headers["anthropic-beta"] = ",".join(dict.fromkeys(betas))
    version = headers.get("anthropic-version")
    if dialect.version_in_body:
        headers.pop("anthropic-version", None)
    return headers, version


def _stem(beta: str) -> str:
    """What a beta is about: `mcp-client` of `mcp-client-2025-11-20`."""
    return _DATE.sub("", beta)


def _platform(version: str | None) -> str:
    """The platform whose version this is: `bedrock` of `bedrock-2023-05-31`, none of a plain date."""
    word = (version or "").partition("-")[0]
    return word if word.isalpha() else ""


def _move_headers(headers: dict[str, str], body: Json) -> None:
    """Say in the body what has no header on Bedrock, as Anthropic's own client does."""
    if betas := headers.pop("anthropic-beta", None):
        body["anthropic_beta"] = betas.split(",")
    if profile := headers.pop("anthropic-user-profile-id", None):
        body["user_profile_id"] = profile


def _reasoning(request: Request, dialect: MessagesDialect, report: Report) -> tuple[Json, str | None]:
    return encode_reasoning(request.reasoning, dialect, report) if request.reasoning is not None else ({}, None)


def _max_tokens(request: Request, thinking: Json, headers: dict[str, str], dialect: MessagesDialect, report: Report) -> int:
    """The limit, above the thinking budget it includes; interleaved thinking may have a budget above it."""
    most = dialect.max_output if dialect.max_output is not None else sys.maxsize
    limit = min(dialect.max_tokens, most) if request.max_tokens is None else request.max_tokens
    budget = thinking.get("budget_tokens", 0)
    if not budget or limit > budget or "interleaved-thinking" in headers.get("anthropic-beta", ""):
        return limit
    if request.max_tokens is not None:
        why = f"max_tokens includes the thinking budget of {budget}: {limit} became {min(limit + budget, most)}"
        report.adapt("max_tokens", "changed", why)
    return int(min(limit + budget, most))


def _make_room(body: Json, report: Report) -> None:
    """Take out what is refused beside thinking: changed sampling and forced calls
    (https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility)."""
    for field, taken in (("temperature", lambda value: value == 1), ("top_k", lambda value: False), ("top_p", _near_one)):
        if field in body and not taken(body[field]):
            report.adapt(field, "dropped", f"a model that thinks takes no {field} of {body.pop(field):g}", field)
    choice = body.get("tool_choice") or {}
    if choice.get("type") in ("any", "tool"):
        body["tool_choice"] = {**{key: value for key, value in choice.items() if key != "name"}, "type": "auto"}
        why = "a model that thinks cannot be made to call a tool: it may call one"
        report.adapt("tool_choice", "changed", why, "tool_choice")


def _near_one(value: float) -> bool:
    return 0.95 <= value <= 1


def _output(output: Output | None, system: list[Json], dialect: MessagesDialect, report: Report) -> Json:
    """`output_config` as far as it is the form of the answer."""
    if output is None or output.kind == "text":
        return {}
    if output.kind == "json_object":
        report.adapt("output", "changed", "JSON of any form is asked for in the system prompt")
        system.append({"type": "text", "text": JSON_ONLY})
        return {}
    if not dialect.structured_output:
        report.adapt("output", "dropped", "this provider does not hold answers to a schema")
        return {}
    if output.description is not None:
        report.adapt("output", "changed", "the description of the output is not sent")
    wire: Json = {"type": output.kind}
    if output.schema is not None:
        wire["schema"] = fit_schema(output.schema, dialect.schemas.for_output(output.strict), report, "output.schema")
    return {"format": {**wire, **output.extra}}


def _settings(body: Json, request: Request, dialect: MessagesDialect, modern: bool, report: Report) -> None:
    """Everything that is one value."""
    for field in ("temperature", "top_p", "top_k"):
        value = getattr(request, field)
        if value is None:
            continue
        if modern or not dialect.sampling:
            report.adapt(field, "dropped", f"{field} is not taken {'since version 2026-10-21' if modern else 'by this model'}")
            continue
        low, high = dialect.clamp.get(field, (value, value))
        body[field] = min(max(value, low), high)
        if body[field] != value:
            report.adapt(field, "changed", f"{field} {value} is outside {low:g} to {high:g} and became {body[field]:g}", field)
    if request.stop:
        body["stop_sequences"] = request.stop
    metadata = {"user_id": request.user} if request.user is not None and dialect.users else {}
    if request.user is not None and not dialect.users:
        report.adapt("user", "dropped", "this provider has no field for user")
    for key in request.metadata or ():
        report.adapt("metadata", "dropped", f"metadata holds only the user here, not {key!r}")
    if metadata:
        body["metadata"] = metadata
    if (tier := request.service_tier) is not None:
        if tier in _OTHER_TIERS or not dialect.tiers:
            report.adapt("service_tier", "dropped", f"there is no service tier {tier!r} here")
        else:
            body["service_tier"] = _TIERS.get(tier, tier)
    if request.cache is not None:
        if dialect.cache:
            body["cache_control"] = encode_cache(request.cache)
        else:
            report.adapt("cache", "dropped", "this provider takes no cache marks")
    for field in _UNSPOKEN:
        if getattr(request, field) is not None:
            report.adapt(field, "dropped", f"{field} cannot be said here")
    if request.logprobs:
        report.adapt("logprobs", "dropped", "log probabilities are not given here")
    if request.n is not None and request.n > 1:
        report.adapt("n", "dropped", "there is one answer to a request here")
    if set(request.modalities) - {"text"}:
        report.adapt("modalities", "dropped", "answers are text here")
