"""An answer that broke off, continued by another target: which ones can be, and how the two become one.

Only text is continued: a begun tool call or thought is its own model's. The continuing target is given the text as the
begun assistant turn and says the rest; its first text belongs to the block that broke off.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..types.content import Block, Text
from ..types.events import BlockStart, BlockStop, Event, Started, TextDelta
from ..types.messages import Message
from ..types.response import Response, Usage

__all__ = ["Continuation", "begun", "continued", "joined"]


def continued(partial: Response) -> bool:
    """Whether a partial answer can be gone on with: it is text and nothing else, and has no alternatives."""
    content = partial.message.content
    return not partial.choices and all(type(block) is Text for block in content) and bool(partial.text.strip())


def begun(partial: Response) -> Message:
    """The assistant turn to be continued. Trailing blanks are left out, since targets refuse them (Anthropic: "final
    assistant content cannot end with trailing whitespace")."""
    return Message("assistant", (Text(partial.text.rstrip()),))


class Continuation:
    """Events of the continuing answer as events of the whole.

    Blocks are counted on from the one that broke off; where the answer begins with text, that block goes on, and blanks
    that were already said are not said again.
    """

    __slots__ = ("_blanks", "_first", "_open")

    def __init__(self, partial: Response) -> None:
        self._open = len(partial.message.content) - 1
        self._blanks = _blanks(partial.message)
        self._first: int | None = None

    def feed(self, events: list[Event]) -> list[Event]:
        """The events that follow what has been delivered."""
        out: list[Event] = []
        for event in events:
            index = getattr(event, "index", None)
            if index is None:
                if type(event) is not Started:
                    out.append(event)
                continue
            if self._first is None and type(event) is BlockStart:
                self._first = index if type(event.block) is Text else -1
                if self._first == index:
                    continue
                out.append(BlockStop(self._open))
            offset = self._open + (self._first == -1)
            moved: Any = msgspec.structs.replace(event, index=index + offset)
            if self._blanks and type(moved) is TextDelta and index == self._first:
                rest, self._blanks = _without(moved.text, self._blanks)
                if not rest:
                    continue
                moved = msgspec.structs.replace(moved, text=rest)
            out.append(moved)
        return out


def joined(partial: Response, rest: Response) -> Response:
    """Both parts as one answer: the text runs on, what both counted is added, and the cost is not known."""
    before, after = partial.message.content, rest.message.content
    content: tuple[Block, ...] = before + after
    last, head = before[-1], after[0] if after else None
    if type(last) is Text and type(head) is Text:
        text = last.text + _without(head.text, _blanks(partial.message))[0]
        run_on = msgspec.structs.replace(head, text=text, citations=last.citations + head.citations)
        content = (*before[:-1], run_on, *after[1:])
    message = msgspec.structs.replace(rest.message, content=content)
    return msgspec.structs.replace(rest, message=message, usage=_added(partial.usage, rest.usage), cost=None)


def _blanks(message: Message) -> str:
    return message.text[len(message.text.rstrip()) :]


def _without(text: str, blanks: str) -> tuple[str, str]:
    """Text without the blanks it begins with as far as they were said before, and those still to be left out."""
    same = 0
    while same < min(len(text), len(blanks)) and text[same] == blanks[same]:
        same += 1
    return text[same:], blanks[same:] if same == len(text) else ""


def _added(one: Usage, other: Usage) -> Usage:
    """Both counts; unknown where one is, for a sum of which a part is unknown is not known."""
    names = ("input", "output", "cache_read", "cache_write", "reasoning")
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in names}
    counts = {name: None if None in pair else sum(pair) for name, pair in pairs.items()}
    return Usage(**counts, raw=other.raw)
