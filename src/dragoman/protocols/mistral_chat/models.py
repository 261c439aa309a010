"""The vendor's list of models: `GET {base_url}/models` (https://docs.mistral.ai/api/endpoint/models).

An alias is an item of its own, and `name` there is the model behind it. `created` is the time of the request.
"""

from __future__ import annotations

import msgspec

from ...types.model import Model
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import at, encode_list, read_list
from ..openai_items import decode_items, url_of

__all__ = ["decode_models", "encode_models"]


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for the list, which has one page."""
    return encode_list(target, url_of(target.base_url, "/models"))


def decode_models(body: bytes, target: Target) -> ModelPage | Failure:
    """The list in an answer. A model that completes chats answers with text."""
    read = read_list(body, "data")
    if isinstance(read, Failure):
        return read
    chats = {item.get("id") for item in read.items if at(item, "capabilities.completion_chat") is True}
    return ModelPage(tuple([_answering(model, model.id in chats) for model in decode_items(read.items, target)]))


def _answering(model: Model, chats: bool) -> Model:
    return msgspec.structs.replace(model, outputs=("text",)) if chats and model.outputs is None else model
