"""The vendor's list of models: `GET {base_url}/models` (https://platform.openai.com/docs/api-reference/models/list).

One page holds all of it. What the vendors of this wire put into an item: `protocols/openai_items.py`.
"""

from __future__ import annotations

from ...errors import Unsupported
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import encode_list
from ..openai_items import decode_openai_list, url_of
from .dialect import ChatDialect

__all__ = ["decode_models", "encode_models"]

_REFERENCE = ChatDialect()


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for the list. Raises Unsupported where the dialect knows of none."""
    dialect = target.dialect if isinstance(target.dialect, ChatDialect) else _REFERENCE
    if dialect.models_path is None:
        raise Unsupported(f"{target.provider} has no list of models that can be asked for", provider=target.provider)
    return encode_list(target, url_of(target.base_url, dialect.models_path))


def decode_models(body: bytes, target: Target) -> ModelPage | Failure:
    """The list in an answer."""
    return decode_openai_list(body, target)
