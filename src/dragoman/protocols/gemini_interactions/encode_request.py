"""A request to its HTTP request (https://ai.google.dev/api/interactions-api#CreateInteraction).

The body names its fields in one order, with `input` last; what is not said is not sent. `Request.extra` wins field by field;
where it and the request both have an object (`generation_config`), the two are joined. State that the server holds is named
through `extra` (`previous_interaction_id`, with the new messages only), and so are `store`, `background`, `agent`,
`agent_config`, `environment`, `safety_settings`, `webhook_config` and the `continuation_token` of an answer that paused.
"""

from __future__ import annotations

from typing import Any, Final

from ...types.request import Request
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..sending import headers_for, post_json
from .dialect import InteractionsDialect
from .encode_config import encode_config, encode_format, encode_tools
from .encode_input import encode_input
from .json_text import Json

__all__ = ["encode_request"]

_REFERENCE: Final = InteractionsDialect()

_UNSPOKEN: Final = ("user", "cache", "cache_key", "routing")
"""Settings this wire has no word for."""

_STEERING: Final = ("generation_config.thinking_level", "generation_config.thinking_summaries", "agent_config.thinking_summaries")
"""The fields that say how much to think, and how that is shown."""


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    dialect = target.dialect if isinstance(target.dialect, InteractionsDialect) else _REFERENCE
    body: Json = {}
    agent = _whom(body, request, target, dialect)
    system, steps = encode_input(request, target, dialect, report)
    if system is not None:
        body["system_instruction"] = system
    tools, choice = encode_tools(request, dialect, report)
    if tools:
        body["tools"] = tools
    config = encode_config(request, report, choice)
    if config and agent:
        for name in config:
            report.adapt(name, "dropped", "an agent takes no generation_config: say it in extra's agent_config", name)
    elif config:
        body["generation_config"] = config
    if (form := encode_format(request, dialect, report)) is not None:
        body["response_format"] = form
    if request.service_tier is not None:
        body["service_tier"] = request.service_tier
    if request.metadata:
        _labels(body, request.metadata, dialect, report)
    for name in _UNSPOKEN:
        if getattr(request, name) is not None:
            report.adapt(name, "dropped", f"this wire has no word for {name}", name)
    if request.stream:
        body["stream"] = True
    for name, value in request.extra.items():
        body[name] = _joined(body.get(name), value)
    if steps and "input" not in request.extra:
        body["input"] = steps
    return post_json(f"{target.base_url}{dialect.path}", headers_for(request, target), body, report, _STEERING)


def _whom(body: Json, request: Request, target: Target, dialect: InteractionsDialect) -> bool:
    """Name the model or the agent; True for an agent."""
    if "agent" in request.extra:
        return True
    model = target.model or request.model
    agent = model.startswith(dialect.agents) and "model" not in request.extra
    if model:
        body["agent" if agent else "model"] = model.removeprefix("agents/") if agent else model
    return agent


def _labels(body: Json, metadata: Json, dialect: InteractionsDialect, report: Report) -> None:
    """Metadata as labels, which are texts."""
    texts = {name: value for name, value in metadata.items() if isinstance(value, str)}
    if not dialect.labels:
        texts = {}
    if len(texts) < len(metadata):
        lost = ", ".join(sorted(metadata.keys() - texts.keys()))
        report.adapt("metadata", "dropped", f"labels are texts here, where they are taken: {lost}", "metadata")
    if texts:
        body["labels"] = texts


def _joined(own: Any, given: Any) -> Any:
    """A field of the body with what `extra` has for it; objects are joined at any depth."""
    if type(own) is dict and type(given) is dict:
        return {**own, **{name: _joined(own.get(name), value) for name, value in given.items()}}
    return given
