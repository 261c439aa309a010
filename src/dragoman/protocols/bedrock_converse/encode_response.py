"""A response to the body of a whole answer."""

from __future__ import annotations

import msgspec

from ...types.response import Finish, Response, Usage
from .answers import NATIVE_FIELDS, encode_stop, encode_usage
from .encode_blocks import encode_blocks
from .wire import Json

__all__ = ["encode_response"]

_OWN_FIELDS = frozenset({"output", "stopReason", "usage"})


def encode_response(response: Response) -> bytes:
    """The body; ids, models and alternatives beyond the first have no place on this wire and are not said."""
    finish = response.finish or Finish("stop")
    message: Json = {"role": "assistant", "content": encode_blocks(response.message.content)}
    output = response.extra.get("output")
    own = output.get("message") if type(output) is dict else None
    if type(own) is dict:
        message = {**message, **own}
    wire: Json = {"output": {"message": message}, "stopReason": encode_stop(finish)}
    if response.usage != Usage():
        wire["usage"] = encode_usage(response.usage)
    if finish.stop_sequence is not None:
        wire[NATIVE_FIELDS] = {"stop_sequence": finish.stop_sequence}
    wire |= {key: value for key, value in response.extra.items() if key not in _OWN_FIELDS}
    return msgspec.json.encode(wire)
