"""A response to a whole answer."""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.response import Finish, Response
from .say import message_said
from .wire import encode_finish, encode_time, encode_usage

__all__ = ["encode_response"]


def encode_response(response: Response) -> bytes:
    """The body of a whole answer; this wire has one message, that of the first choice."""
    message, tokens = message_said(response.message)
    extra = dict(response.extra)
    fields, beside = extra.pop("message", None), extra.pop("logprobs", None)
    message.update(fields if isinstance(fields, dict) else {})
    tokens = [*(beside if isinstance(beside, list) else ()), *tokens]
    body: dict[str, Any] = {
        "model": response.model or "",
        "created_at": encode_time(response.created),
        "message": message,
        "done": True,
        **encode_finish(response.finish or Finish("stop")),
        **encode_usage(response.usage),
    }
    if tokens:
        body["logprobs"] = tokens
    return msgspec.json.encode({**body, **extra})
