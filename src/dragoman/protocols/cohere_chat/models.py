"""The vendor's list of models that chat: `GET {base_url}/v1/models` (https://docs.cohere.com/reference/list-models), in pages.

`features` are words such as `tools`, `json_schema`, `reasoning` and `vision`; null where the vendor lists none.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ...types.model import Model, ReasoningStyle
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import count, encode_list, read_list, source, text

__all__ = ["decode_models", "encode_models"]

_PAGE = 1000  # the most a page may hold


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for a page."""
    more = "" if after is None else f"&page_token={quote(after, safe='')}"
    return encode_list(target, f"{target.base_url}/v1/models?endpoint=chat&page_size={_PAGE}{more}")


def decode_models(body: bytes, target: Target) -> ModelPage | Failure:
    """One page of the list in an answer."""
    read = read_list(body, "models")
    if isinstance(read, Failure):
        return read
    models = [_decode(name, item, target) for item in read.items if (name := text(item.get("name"))) is not None]
    return ModelPage(tuple(models), text(read.around.get("next_page_token")))


def _decode(name: str, item: dict[str, Any], target: Target) -> Model:
    words = item.get("features")
    features = {word for word in words if isinstance(word, str)} if isinstance(words, list) else set()
    return Model(
        target.provider,
        name,
        context=count(item.get("context_length")),
        inputs=("text", "image") if "vision" in features else None,
        outputs=("text",) if "chat" in (item.get("endpoints") or ()) else None,
        tools="tools" in features if features else None,
        schema="json_schema" in features if features else None,
        reasoning=ReasoningStyle() if "reasoning" in features else None,
        source=source(target),
    )
