"""The history of a conversation as a value: a tree of turns, and the turn at which the conversation stands.

Turns are only ever added. Undoing, editing and asking again move the head and leave what was said in the tree; a summary
and a trimming are turns too, marks that say from where on the past is still sent. So nothing is lost, moving the head
back before a mark undoes it, and two conversations can share a past. Ids and times come from outside: nothing here reads
a clock or draws a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from ..errors import UsageError
from ..types.content import ToolCall, ToolResult
from ..types.messages import Message
from ..types.response import Cost, Finish, Usage

__all__ = ["History", "Kind", "Turn", "arranged", "begins", "exchanges", "instructs"]

Kind = Literal["said", "summary", "trim"]


class Turn(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message in its place: after which turn (`parent`, None for the first) and when (`at`, Unix seconds).

    An answer has the `model` that was asked, as `provider:model`, the provider's `response` id, `finish`, `usage` and
    `cost`. `interrupted` is an answer that broke off and was kept by choice. `steered` is what was said to a run while it was
    under way: it is part of the run's exchange.

    A mark (`kind` is `summary` or `trim`) stands for the turns of its past before `since`, None for all of them: they are
    not sent, its `message` is, if it has one. A summary has the facts of the answer that wrote it, and `calls` counts
    the answers that took; their usage and cost are added up.
    """

    id: str
    message: Message | None
    parent: str | None = None
    at: float = 0.0
    kind: Kind = "said"
    since: str | None = None
    model: str | None = None
    response: str | None = None
    finish: Finish | None = None
    usage: Usage | None = None
    cost: Cost | None = None
    calls: int = 0
    interrupted: bool = False
    steered: bool = False


def begins(turn: Turn) -> bool:
    """Whether a person asks in it: a user message that is more than the results of tools, and was not said to a run."""
    message = turn.message
    if turn.kind != "said" or turn.steered or message is None or message.role != "user":
        return False
    return not message.content or any(type(block) is not ToolResult for block in message.content)


def instructs(turn: Turn) -> bool:
    """Whether it is a system or developer message: those are sent whatever else is not."""
    return turn.kind == "said" and turn.message is not None and turn.message.role in ("system", "developer")


def exchanges(turns: Sequence[Turn]) -> list[int]:
    """Where exchanges begin: each user message that follows something else than a user message."""
    starts = []
    spoke = False
    for position, turn in enumerate(turns):
        if turn.kind != "said":
            continue
        speaks = begins(turn)
        if speaks and not spoke:
            starts.append(position)
        spoke = speaks
    return starts


def arranged(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Messages as they are sent: results that came one by one are one message, in the order of their calls."""
    out: list[Message] = []
    for message in messages:
        if out and _only_results(message) and _only_results(out[-1]):
            out[-1] = msgspec.structs.replace(out[-1], content=(*out[-1].content, *message.content))
        else:
            out.append(message)
    for position in range(1, len(out)):
        if _only_results(out[position]) and len(out[position].content) > 1 and out[position - 1].role == "assistant":
            out[position] = _in_order(out[position], out[position - 1])
    return tuple(out)


def _only_results(message: Message) -> bool:
    """Whether a message is nothing but results."""
    plain = message.role == "tool" and message.name is None and not message.extra
    return plain and all(type(block) is ToolResult for block in message.content)


def _in_order(results: Message, answer: Message) -> Message:
    places = {block.id: place for place, block in enumerate(answer.content) if type(block) is ToolCall}
    ordered = sorted(results.content, key=lambda block: places.get(getattr(block, "id", ""), len(places)))
    return msgspec.structs.replace(results, content=tuple(ordered))


class History(msgspec.Struct, frozen=True):
    """All turns by id, in the order in which they were said, and the `head`: the last turn of the conversation as it stands."""

    turns: dict[str, Turn] = {}
    head: str | None = None

    def path(self, to: str | None = None) -> tuple[Turn, ...]:
        """The turns from the first one to `to`, or to the head. Raises UsageError for an unknown id."""
        return tuple(reversed(list(self._back(self.head if to is None else to))))

    def _back(self, id: str | None) -> Iterator[Turn]:
        while id is not None:
            turn = self._turn(id)
            yield turn
            id = turn.parent

    def _turn(self, id: str) -> Turn:
        turn = self.turns.get(id)
        if turn is None:
            raise UsageError(f"there is no turn {id!r} in this conversation: take an id from conversation.turns")
        return turn

    def sent(self) -> tuple[Turn, ...]:
        """The turns whose messages a call sends, in order: instructions, what stands for the past, the rest as it was said."""
        path = self.path()
        marks = [position for position, turn in enumerate(path) if turn.kind != "said"]
        if not marks:
            return path
        last = marks[-1]
        mark = path[last]
        start = last if mark.since is None else next(at for at, turn in enumerate(path) if turn.id == mark.since)
        instructions = [turn for turn in path[:start] if instructs(turn)]
        kept = [turn for turn in path[start:last] if turn.kind == "said"]
        return (*instructions, *([mark] if mark.message is not None else []), *kept, *path[last + 1 :])

    def since(self) -> int:
        """How many of the `sent` turns were said before the last mark: what was answered after them was all that is sent."""
        path = self.path()
        last = max((position for position, turn in enumerate(path) if turn.kind != "said"), default=None)
        return 0 if last is None else len(self.sent()) - (len(path) - 1 - last)

    def messages(self) -> tuple[Message, ...]:
        """What a call sends."""
        return tuple([turn.message for turn in self.sent() if turn.message is not None])

    def add(self, *turns: Turn) -> History:
        """The history with these turns, each after the one it names; the head is the last one.

        Raises UsageError for an id that is there already and for a parent that is not.
        """
        grown = dict(self.turns)
        for turn in turns:
            if turn.id in grown:
                raise UsageError(f"there is a turn {turn.id!r} already: each turn has an id of its own")
            if turn.parent is not None and turn.parent not in grown:
                raise UsageError(f"turn {turn.id!r} follows {turn.parent!r}, which this conversation does not have")
            grown[turn.id] = turn
        return History(grown, turns[-1].id if turns else self.head)

    def at(self, id: str | None) -> History:
        """The same turns with another head; None stands before the first. Raises UsageError for an unknown id."""
        return History(self.turns, None if id is None else self._turn(id).id)

    def undo(self, count: int = 1) -> History:
        """The history as it stood before its last `count` exchanges. Raises UsageError when there are fewer."""
        path = self.path()
        starts = exchanges(path)
        if count < 1 or count > len(starts):
            raise UsageError(f"there are {len(starts)} exchanges, so {count} cannot be undone")
        return self.at(path[starts[-count]].parent)

    def fork(self, at: str | None = None) -> History:
        """A history of its own that shares the past up to a turn, None for the head, and nothing else of the tree."""
        path = self.path(at)
        return History({turn.id: turn for turn in path}, path[-1].id if path else None)

    def question(self) -> tuple[Turn, ...]:
        """The last user messages on the way to the head, those of the last exchange. Raises UsageError when there are none."""
        path = self.path()
        starts = exchanges(path)
        if not starts:
            raise UsageError("nobody has asked anything yet: there is no message to change")
        asked = []
        for turn in path[starts[-1] :]:
            if not begins(turn):
                break
            asked.append(turn)
        return tuple(asked)

    def unanswered(self) -> str | None:
        """The turn to which the last answer was given: where asking again begins. Raises UsageError without an answer."""
        path = self.path()
        last = next((at for at in reversed(range(len(path))) if path[at].kind == "said"), None)
        if last is None or not _answers(path[last]):
            raise UsageError("the last turn is no answer: there is nothing to ask again")
        while last >= 0 and _answers(path[last]):
            last -= 1
        return path[last].id if last >= 0 else None

    def children(self, id: str | None) -> tuple[Turn, ...]:
        """The turns that follow a turn directly, None for the first ones; several where something was said another way."""
        return tuple([turn for turn in self.turns.values() if turn.parent == id])

    def leaves(self) -> tuple[Turn, ...]:
        """The last turn of every branch, oldest first."""
        parents = {turn.parent for turn in self.turns.values()}
        return tuple([turn for turn in self.turns.values() if turn.id not in parents])


def _answers(turn: Turn) -> bool:
    return turn.kind == "said" and turn.message is not None and turn.message.role == "assistant"
