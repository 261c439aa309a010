"""The conversation of a request: `systemInstruction` and `contents` (https://ai.google.dev/api/caching#Content).

- There are two roles, `user` and `model`; results of tools are the user's.
- All results of a model's turn stand in one content right behind it, so user messages next to each other are joined
  where results are among them.
- There are no system messages inside a conversation: one joins the system instruction.
- A turn of calls cannot come first: a user's message is put before it.
- Contents without parts are refused by the server: they are left out.
"""

from __future__ import annotations

from ...types.messages import Message
from ...types.request import Request
from ..base import Report, Target
from .answers import Json
from .dialect import GeminiDialect
from .encode_content import ContentEncoder, Side

__all__ = ["FIRST_MESSAGE", "encode_contents"]

FIRST_MESSAGE = "(The conversation begins.)"
"""What the user is made to say before a history that begins with calls of the model."""

_SIDES: dict[str, Side] = {"system": "system", "developer": "system", "assistant": "assistant", "user": "user", "tool": "user"}


def encode_contents(request: Request, target: Target, dialect: GeminiDialect, report: Report) -> tuple[list[Json], list[Json]]:
    """The parts of the system instruction and the contents. Raises Unsupported for what cannot be said."""
    content = ContentEncoder(target, dialect, report)
    content.where = "system"
    system = content.encode(request.system, "system")
    contents: list[Json] = []
    results = 0  # how many parts at the head of the last content, a user's, are results
    for place, message in enumerate(request.messages):
        side = _SIDES[message.role]
        content.where = f"messages[{place}]"
        parts = content.encode(message.content, side)
        if not parts and not message.extra:
            if message.content:
                report.adapt("empty_message", "dropped", f"nothing of this {message.role} message can be sent", content.where)
            continue
        if side == "system":
            if contents:
                why = "there are no system messages inside a conversation: it joined the system instruction"
                report.adapt("system_message", "moved", why, content.where)
            system += parts
            continue
        found = [part for part in parts if "functionResponse" in part] if side == "user" else []
        last = contents[-1] if contents else None
        if side == "user" and last is not None and last["role"] == "user" and results and found and not message.extra:
            joined = last["parts"]
            others = [part for part in parts if "functionResponse" not in part]
            last["parts"] = [*joined[:results], *found, *joined[results:], *others]
            results += len(found)
            continue
        wire: Json = {"role": "model" if side == "assistant" else "user", "parts": parts}
        if message.extra or message.name is not None:
            _add_extra(wire, message, target, report, content.where)
        contents.append(wire)
        results = len(found) if parts[: len(found)] == found else 0
    if contents and contents[0]["role"] == "model" and any("functionCall" in part for part in contents[0]["parts"]):
        report.adapt("first_message", "added", "calls cannot come first: a user's message was put before them")
        contents.insert(0, {"role": "user", "parts": [{"text": FIRST_MESSAGE}]})
    return system, contents


def _add_extra(wire: Json, message: Message, target: Target, report: Report, where: str) -> None:
    if message.name is not None:
        report.adapt("name", "dropped", "messages have no names here", where)
    origin = message.origin
    if origin is None or (origin.protocol == target.protocol and origin.provider in ("", target.provider)):
        wire.update(message.extra)
    elif message.extra:
        report.adapt("extra", "dropped", f"fields of another vendor: {', '.join(sorted(message.extra))}", where)
