"""A response to the body of a whole answer, and the answer object that frames of a stream carry."""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.events import Started
from ...types.response import Finish, Response, Usage
from .json_text import Json
from .say import say_items
from .wire import encode_finish, encode_usage

__all__ = ["answer_object", "encode_response", "ending"]


def encode_response(response: Response) -> bytes:
    """The answer object.

    Alternatives beyond the first have no place on this wire and are not said.
    """
    head = Started(response.id, response.model, response.created)
    usage = response.usage if response.usage != Usage() else None
    output = say_items(response.message.content, answer=True)
    return msgspec.json.encode(answer_object(head, ending(response.finish, response.extra), output, usage, response.extra))


def answer_object(head: Started, end: Json, output: list[Json], usage: Usage | None, extra: Json) -> Json:
    """An answer as this wire has it: the fields that clients demand, those of its end, and the vendor's own."""
    return {
        "id": head.id or "",
        "object": "response",
        "created_at": head.created or 0,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": None,
        "model": head.model or "",
        "output": output,
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None if usage is None else encode_usage(usage),
        **end,
        **{name: value for name, value in extra.items() if name not in ("output", "usage", *end)},
    }


def ending(finish: Finish | None, extra: Json) -> Json:
    """The fields that say how an answer ended. An object of another kind (`response.compaction`) has none of them."""
    if finish is not None and finish.raw is None and "object" in extra:
        return {}
    end = encode_finish(finish)
    if end["status"] == "failed":
        word: Any = finish.raw if finish is not None else None
        end["error"] = {"code": "server_error", "message": f"the model's answer ended in an error: {word or 'no reason given'}"}
    return end
