"""A response to a whole answer."""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.response import Choice, Finish, Response, Usage
from .say import message_said
from .wire import MESSAGE_KEY, encode_finish, encode_usage

__all__ = ["encode_response"]

Json = dict[str, Any]


def encode_response(response: Response) -> bytes:
    """The body of a whole answer."""
    choices = response.choices or (Choice(response.message, response.finish),)
    said = [_choice(index, choice) for index, choice in enumerate(choices)]
    fields: Json = {}
    for name, value in response.extra.items():
        if (found := MESSAGE_KEY.fullmatch(name)) is None:
            fields[name] = value
        elif int(found[1]) < len(said):
            said[int(found[1])]["message"].update(value)
    body: Json = {
        "id": response.id or "",
        "object": "chat.completion",
        "created": response.created or 0,
        "model": response.model or "",
        "choices": said,
    }
    if response.usage != Usage():
        body["usage"] = encode_usage(response.usage)
    return msgspec.json.encode({**body, **fields})


def _choice(index: int, choice: Choice) -> Json:
    message, tokens = message_said(choice.message)
    fields = {"index": index, "message": message, **encode_finish(choice.finish or Finish("stop"))}
    if tokens:
        beside = fields.get("logprobs")
        more = beside.get("content") if isinstance(beside, dict) else None
        fields["logprobs"] = {"content": [*tokens, *(more if isinstance(more, list) else ())]}
    return fields
