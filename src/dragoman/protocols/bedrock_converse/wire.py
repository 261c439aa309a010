"""What both sides of this wire share: JSON, unions, argument text, and which family a hosted model is of.

The wire's objects are unions without a `type` field: a content block, a delta or a tool is an object with exactly one
key, which names its kind. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...wire.json import UNREADABLE

__all__ = [
    "MALFORMED",
    "NAME",
    "PADDING",
    "Json",
    "beside",
    "decode_arguments",
    "encode_arguments",
    "family",
    "foundation",
    "is_object",
    "union",
]

Json = dict[str, Any]

NAME = "bedrock_converse"

MALFORMED = "_malformed_arguments"
"""The one field of a `toolUse.input` that stands for argument text which is no JSON object: models take objects only."""

PADDING = "p"
"""A field of stream events that holds random characters, so that lengths tell an onlooker nothing."""

_REGIONS = frozenset({"us", "eu", "apac", "au", "ca", "jp", "sa", "me", "af", "global", "us-gov"})


def beside(wire: dict[Any, Any], *known: str) -> Json:
    """The fields of an object that say something, beyond the known ones."""
    return {key: value for key, value in wire.items() if key not in known and value is not None}


def union(wire: Any) -> tuple[str, Any] | None:
    """Kind and value of an object with one key; None for anything else."""
    if type(wire) is not dict or len(wire) != 1:
        return None
    pair: tuple[str, Any] = next(iter(wire.items()))
    return pair


def is_object(text: str) -> bool:
    """Whether text is a JSON object."""
    try:
        return type(msgspec.json.decode(text)) is dict
    except UNREADABLE:
        return False


def encode_arguments(text: str, custom: bool = False) -> Any:
    """A `toolUse.input`: the model's own text where it is a JSON object, `{}` for none; else the text in one field."""
    if custom:
        return {"input": text}
    if not text or text.isspace():
        return {}
    return msgspec.Raw(text.encode()) if is_object(text) else {MALFORMED: text}


def decode_arguments(value: Any) -> str:
    """Argument text of a `toolUse.input`: compact JSON, or the malformed text that `encode_arguments` wrapped."""
    if type(value) is dict and value.keys() == {MALFORMED} and type(text := value[MALFORMED]) is str and not is_object(text):
        return text
    return "{}" if value is None else msgspec.json.encode(value).decode()


def foundation(model: str) -> str:
    """The foundation model behind an inference profile (`us.anthropic.claude-...`); any other id as it is."""
    first, dot, rest = model.partition(".")
    return rest if dot and first in _REGIONS else model


def family(model: str) -> str:
    """The vendor a model id names (`anthropic`, `amazon`, ...), empty where it names none, as imported models do.

    Foundation models are `vendor.model`, inference profiles `region.vendor.model`, and ARNs end in one of them:
    https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
    """
    name, *rest = [part for part in model.rpartition("/")[2].split(".") if part not in _REGIONS] or [""]
    return name if rest else ""
