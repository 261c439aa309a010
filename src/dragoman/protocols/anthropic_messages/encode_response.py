"""A response to the body of a whole answer."""

from __future__ import annotations

import msgspec

from ...types.response import Response, Usage
from .answers import MESSAGE_FIELDS, encode_stop, encode_usage
from .encode_blocks import Json, encode_blocks

__all__ = ["encode_response"]


def encode_response(response: Response, model: str) -> bytes:
    """The message object; `model` is the one that was asked for, said where the response names none.

    Alternatives beyond the first have no place on this wire and are not said.
    """
    wire: Json = {
        "id": response.id or "",
        "type": "message",
        "role": "assistant",
        "model": response.model or model,
        "content": encode_blocks(response.message.content),
    }
    if response.finish is not None:
        wire |= encode_stop(response.finish)
    else:
        wire |= {"stop_reason": None, "stop_sequence": None}
    wire["usage"] = encode_usage(response.usage if response.usage != Usage() else None)
    wire |= {key: value for key, value in response.extra.items() if key not in MESSAGE_FIELDS}
    return msgspec.json.encode(wire)
