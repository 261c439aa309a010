"""A response to the body of a whole answer, and the interaction that events of a stream carry."""

from __future__ import annotations

import msgspec

from ...types.content import Block
from ...types.events import Started
from ...types.response import Response, Usage
from .json_text import Json
from .say import say_steps
from .wire import encode_finish, encode_time, encode_usage, is_ours

__all__ = ["encode_response", "interaction_object", "own"]


def own(block: Block) -> bool:
    """Whether the vendor data of a block of an answer is this wire's."""
    return block.origin is None or is_ours(block.origin)


def encode_response(response: Response) -> bytes:
    """The interaction. Alternatives beyond the first have no place on this wire and are not said."""
    head = Started(response.id, response.model, response.created)
    usage = response.usage if response.usage != Usage() else None
    wire = interaction_object(head, encode_finish(response.finish), usage, response.extra)
    return msgspec.json.encode({**wire, "steps": say_steps(response.message.content, own)})


def interaction_object(head: Started, status: str, usage: Usage | None, extra: Json) -> Json:
    """An interaction without its steps: what is known of it, and the vendor's own fields."""
    said = {
        "id": head.id,
        "object": "interaction",
        "model": head.model,
        "created": encode_time(head.created),
        "usage": None if usage is None else encode_usage(usage),
    }
    kept = {name: value for name, value in extra.items() if name not in ("id", "model", "status", "steps", "usage")}
    return {**{name: value for name, value in said.items() if value is not None}, **kept, "status": status}
