"""Check 4's comparison: what a later request sent back of an answer, and whether ours would send the same.

The value of each kind in an `Echo` is

| kind | value | demanded |
|---|---|---|
| `tool_id`, `tool_name` | `[id, name, arguments as parsed]` | the same call |
| `text` | the message's text, joined | the same text; frameworks that strip it are forgiven the outer whitespace |
| `thinking_text` | `[field, text]` | the text, in one of the fields it was recorded in |
| `signature` | `[field, value]` | the value, in that field |

and what is demanded of one kind is demanded in the recorded order. A framework may quote an answer outside of any
assistant message (as the task of another agent, say); then the decoded answer must hold what it quoted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...types.content import Thinking
from ...types.messages import Message
from .rules import ANY, Echo

__all__ = ["demanded", "from_answer", "missing", "own_turns", "quoted"]


def from_answer(kind: str, value: Any, said: frozenset[str]) -> bool:
    """Whether a recorded value was in the answer, given every string that was."""
    text = value if kind == "text" else value[0] if kind in ("tool_id", "tool_name") else value[1]
    if kind == "tool_name":
        text = value[1]
    return bool(text) and (text in said or any(text == whole.strip() for whole in said))


def demanded(kind: str, value: Any, said: frozenset[str]) -> Any:
    """What is demanded of a recorded value: an id that was not in the answer was made up, by that client, and may be any."""
    return [ANY, *value[1:]] if kind == "tool_name" and value[0] not in said else value


def own_turns(turns: list[Echo], calls: Iterable[dict[str, Any]]) -> list[Echo]:
    """What each turn sends back, without turns that are not the answer's: on wires without ids a call of the same tool in
    another turn looks alike. Such a turn counts only where no other holds more of the answer, and then the first whose
    calls are those the SDK reads in it (`calls`), if there is one."""
    alike = [bool(turn) and all(kind == "tool_name" and value[0] is ANY for kind, value in turn) for turn in turns]
    if sum(alike) + sum(bool(turn) for turn in turns) < 3 or not any(alike):
        return turns
    if not all(alike[place] for place, turn in enumerate(turns) if turn):
        return [[] if alike[place] else turn for place, turn in enumerate(turns)]
    own = [("tool_name", [ANY, call.get("name"), call.get("arguments")]) for call in calls]
    found = next((place for place, turn in enumerate(turns) if turn == own), None)
    return turns if found is None else [turn if place == found else [] for place, turn in enumerate(turns)]


def missing(kind: str, wanted: list[Any], ours: list[Any]) -> list[str]:
    """What is demanded and not sent by us, or sent in another order."""
    if kind == "thinking_text":
        texts = list(dict.fromkeys([text for _, text in wanted]))
        return [
            f"thinking_text {_brief(text)} is not sent back in {_either([field for field, other in wanted if other == text])}"
            f"; ours: {_brief(ours)}"
            for text in texts
            if not any(field_text in ours or _stripped(field_text, ours) for field_text in wanted if field_text[1] == text)
        ]
    if kind == "text":
        together = "".join(ours)
        return [
            f"text {_brief(text)} is not sent back; ours: {_brief(together)}"
            for text in wanted
            if text != together and text.strip() != together.strip() and text not in together
        ]
    rest = list(ours)
    for value in wanted:
        if value not in rest:
            where = "out of order" if value in ours else f"not sent back; ours: {_brief(ours)}"
            return [f"{kind} {_brief(value)} is {where}"]
        del rest[: rest.index(value) + 1]
    return []


def quoted(kind: str, message: Message, recorded: Any) -> list[str]:
    """Whether the decoded answer holds what a request quotes outside of its assistant messages."""
    strings = list(_strings(recorded))
    match kind:
        case "text":
            ours = [message.text]
        case "thinking_text":
            ours = [message.thinking]
        case "tool_id":
            ours = [call.id for call in message.tool_calls]
        case "tool_name":
            ours = [call.name for call in message.tool_calls]
        case _:
            ours = [
                value
                for block in message.content
                if isinstance(block, Thinking)
                for value in (block.signature, block.encrypted)
                if value
            ]
    if any(text.strip() and text.strip() in whole for text in ours for whole in strings):
        return []
    return [f"{kind} is quoted in the later request, but not as we decode it: {_brief(ours)}"]


def _stripped(wanted: list[str], ours: list[Any]) -> bool:
    return any(field == wanted[0] and text.strip() == wanted[1].strip() for field, text in ours)


def _either(fields: list[str]) -> str:
    return " or ".join(fields)


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _brief(value: Any, limit: int = 120) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
