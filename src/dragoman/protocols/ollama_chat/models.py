"""The models on an Ollama server: `GET {base_url}/api/tags` (https://docs.ollama.com/api/tags).

The list names them and little else; how long a prompt may be is a setting of the server and not of the model.
llama.cpp's server answers this path too and adds `capabilities`, which say yes and never no.
"""

from __future__ import annotations

from typing import Any

from ...types.model import Model, ReasoningStyle
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import encode_list, read_list, source, text

__all__ = ["decode_models", "encode_models"]


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for the list, which has one page."""
    return encode_list(target, f"{target.base_url}/api/tags")


def decode_models(body: bytes, target: Target) -> ModelPage | Failure:
    """The list in an answer."""
    read = read_list(body, "models")
    if isinstance(read, Failure):
        return read
    named = [(text(item.get("model")) or text(item.get("name")), item) for item in read.items]
    return ModelPage(tuple([_decode(name, item, target) for name, item in named if name is not None]))


def _decode(name: str, item: dict[str, Any], target: Target) -> Model:
    words = item.get("capabilities")
    said = {word for word in words if isinstance(word, str)} if isinstance(words, list) else set()
    return Model(
        target.provider,
        name,
        inputs=("text", "image") if said & {"vision", "multimodal"} else None,
        outputs=("text",) if "completion" in said else None,
        tools=True if "tools" in said else None,
        reasoning=ReasoningStyle() if "thinking" in said else None,
        source=source(target),
    )
