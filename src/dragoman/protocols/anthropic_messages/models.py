"""The vendor's list of models: `GET {base_url}/v1/models` (https://platform.claude.com/docs/en/api/models/list), in pages.

`max_input_tokens` is the context window, `max_tokens` the largest value of that parameter; each capability is an object
with `supported`. Other hosts of this wire answer with OpenAI's list, filled up in their own way, which is read too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from ...errors import Unsupported
from ...types.model import Model, ReasoningStyle
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import at, count, day, efforts, encode_list, read_list
from ..openai_items import decode_items
from .dialect import MessagesDialect

__all__ = ["decode_models", "encode_models"]

_PAGE = 1000  # the most a page may hold
_REFERENCE = MessagesDialect()


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for a page. Raises Unsupported where this wire stands on another vendor's paths."""
    dialect = target.dialect if isinstance(target.dialect, MessagesDialect) else _REFERENCE
    if dialect.path != _REFERENCE.path:
        raise Unsupported(f"{target.provider} has no list of models that can be asked for", provider=target.provider)
    headers = {} if dialect.version is None else {"anthropic-version": dialect.version}
    more = "" if after is None else f"&after_id={quote(after, safe='')}"
    return encode_list(target, f"{target.base_url}/v1/models?limit={_PAGE}{more}", headers)


def decode_models(body: bytes, target: Target) -> ModelPage | Failure:
    """One page of the list in an answer."""
    read = read_list(body, "data", "models")
    if isinstance(read, Failure):
        return read
    own = {item["id"]: item for item in read.items if isinstance(item.get("id"), str)}
    models = [_own_facts(model, own[model.id]) for model in decode_items(read.items, target)]
    last = read.around.get("last_id")
    more = read.around.get("has_more") is True and isinstance(last, str)
    return ModelPage(tuple(models), last if more else None)


def _own_facts(model: Model, item: dict[str, Any]) -> Model:
    """What Anthropic's own items say beyond the common words."""
    facts: dict[str, Any] = {}
    if model.context is None:
        facts["context"] = count(item.get("max_input_tokens"))
    if model.released is None:
        facts["released"] = day(item.get("created_at"))
    if model.schema is None:
        facts["schema"] = _supported(item, "structured_outputs")
    inputs = {kind: _supported(item, f"{kind}_input") for kind in ("image", "pdf")}
    if model.inputs is None and any(flag is not None for flag in inputs.values()):
        facts["inputs"] = ("text", *[kind for kind, flag in inputs.items() if flag])
    thinking = _supported(item, "thinking")
    if thinking is not None:
        facts["reasoning"] = _reasoning(item) if thinking else False
    return msgspec.structs.replace(model, **facts)


def _reasoning(item: dict[str, Any]) -> ReasoningStyle:
    levels = at(item, "capabilities.effort")
    return ReasoningStyle(
        efforts=efforts([level for level in levels if _supported(item, f"effort.{level}")]) if isinstance(levels, dict) else None,
        budget=(None, None) if _supported(item, "thinking.types.enabled") else None,
        adaptive=_supported(item, "thinking.types.adaptive"),
    )


def _supported(item: dict[str, Any], name: str) -> bool | None:
    flag = at(item, f"capabilities.{name}.supported")
    return flag if isinstance(flag, bool) else None
