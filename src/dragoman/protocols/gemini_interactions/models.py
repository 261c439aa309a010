"""The vendor's list of models: `GET {base_url}/models` (https://ai.google.dev/api/models#method:-models.list), in pages.

It is the list of the Gemini API, whose methods are those of its older wire format: nothing in it says what this one takes, so
a model tells its limits and whether it thinks.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from ...errors import Unsupported
from ...types.model import Model, ReasoningStyle
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import count, encode_list, read_list, source, text
from .dialect import InteractionsDialect

__all__ = ["decode_models", "encode_models"]

_PAGE: Final = 1000


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for a page. Raises Unsupported where the dialect says that there is no list."""
    if isinstance(target.dialect, InteractionsDialect) and not target.dialect.lists_models:
        raise Unsupported(f"{target.provider} has no list of models that can be asked for", provider=target.provider)
    more = "" if after is None else f"&pageToken={quote(after, safe='')}"
    return encode_list(target, f"{target.base_url}/models?pageSize={_PAGE}{more}")


def decode_models(body: bytes, target: Target) -> ModelPage | Failure:
    """One page of the list in an answer."""
    read = read_list(body, "models", may_miss=True)  # an empty list is left out as well
    if isinstance(read, Failure):
        return read
    models = [_decode(name, item, target) for item in read.items if (name := text(item.get("name"))) is not None]
    return ModelPage(tuple(models), text(read.around.get("nextPageToken")))


def _decode(name: str, item: dict[str, Any], target: Target) -> Model:
    return Model(
        target.provider,
        name.removeprefix("models/"),
        text(item.get("displayName")),
        max_input=count(item.get("inputTokenLimit")),
        max_output=count(item.get("outputTokenLimit")),
        reasoning=ReasoningStyle() if item.get("thinking") is True else None,
        source=source(target),
    )
