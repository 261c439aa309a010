"""The vendor's list of models: `GET {base_url}/models` (https://platform.openai.com/docs/api-reference/models/list)."""

from __future__ import annotations

from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import encode_list
from ..openai_items import decode_openai_list, url_of

__all__ = ["decode_models", "encode_models"]


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for the list, which has one page."""
    return encode_list(target, url_of(target.base_url, "/models"))


def decode_models(body: bytes, target: Target) -> ModelPage | Failure:
    """The list in an answer."""
    return decode_openai_list(body, target)
