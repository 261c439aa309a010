"""A response to a whole answer."""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.response import Response, Usage
from .say import message_said
from .wire import encode_finish, encode_usage

__all__ = ["encode_response"]


def encode_response(response: Response) -> bytes:
    """The body of a whole answer; this wire has one message, that of the first choice."""
    message, tokens = message_said(response.message)
    extra = dict(response.extra)
    fields = extra.pop("message", None)
    for name, value in (fields if isinstance(fields, dict) else {}).items():
        own = message.get(name)
        message[name] = [*own, *value] if isinstance(own, list) and isinstance(value, list) else value
    model = {} if response.model is None else {"model": response.model}
    body: dict[str, Any] = {"id": response.id or "", **model, "message": message, **encode_finish(response.finish)}
    if response.usage != Usage():
        body["usage"] = encode_usage(response.usage)
    if tokens:
        body["logprobs"] = tokens
    return msgspec.json.encode({**body, **extra})
