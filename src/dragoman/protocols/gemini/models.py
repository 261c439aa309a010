"""The vendor's list of models: `GET {base_url}/models` (https://ai.google.dev/api/models#method:-models.list), in pages.

`inputTokenLimit` and `outputTokenLimit` bound the two sides apart; the window of both together is not stated. A flag that
is false is left out of the JSON, so `thinking` says yes or nothing. `supportedGenerationMethods` is complete.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ...errors import Unsupported
from ...types.model import Model, ReasoningStyle
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import at, count, encode_list, read_list, source, text
from .dialect import GeminiDialect

__all__ = ["decode_models", "encode_models"]

_PAGE = 1000
_REFERENCE = GeminiDialect()

# What a method that a model has says about its answers. Which modalities `generateContent` gives is not stated.
_OUTPUT_OF = {
    "embedContent": "embedding",
    "embedText": "embedding",
    "predict": "image",
    "predictLongRunning": "video",
}


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for a page. Raises Unsupported on Vertex, which lists no models under this path."""
    dialect = target.dialect if isinstance(target.dialect, GeminiDialect) else _REFERENCE
    if dialect.model_path != _REFERENCE.model_path:
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
    methods = item.get("supportedGenerationMethods") or ()
    chats = "generateContent" in methods
    return Model(
        target.provider,
        name.removeprefix("models/"),
        text(item.get("displayName")),
        max_input=count(item.get("inputTokenLimit")),
        max_output=count(item.get("outputTokenLimit")),
        outputs=None if chats else next(((_OUTPUT_OF[method],) for method in methods if method in _OUTPUT_OF), None),
        reasoning=ReasoningStyle() if item.get("thinking") is True else None,
        temperature=True if chats and at(item, "maxTemperature") is not None else None,
        caching=True if "createCachedContent" in methods else None,
        source=source(target),
    )
