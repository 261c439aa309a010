"""Scripts: what a scripted provider says in one turn, as values, and how that turns into steps.

```python
Turn(think("The user greets.", signature="sig"), "Good morning.", usage(input=9, output=5))
Turn(call("weather", {"city": "Oslo"}), call("weather", {"city": "Bergen"}))
Turn(text("Once ", delay(0.1), "upon a ", fault("reset"), "time"))
Turn(fail(429, "rate_limit_error", "slow down", retry_after=2))
```

A turn is a sequence of items in the order in which they happen; `items` has the short ways to write them. A bare string
is `text(string)`, and any event of `dragoman.types` is an item that says exactly itself. Where a turn says no `finish`,
the reason follows from what was said: `tool_calls` after a call, `refusal` after a refusal, else `stop`.

Faults and delays before anything else happen before the head of the answer; `head()` says that the head has gone out
by then. In an answer that is not streamed everything is said at once, at the end: delays add up before its head, pings
and `raw` bytes are not said, and a fault after the head falls into the middle of the body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import msgspec

from ..types.content import Block, Citation, Refusal, Text, Thinking, ToolCall
from ..types.events import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    Failed,
    Finished,
    Ping,
    RefusalDelta,
    SignatureDelta,
    Started,
    TextDelta,
    ThinkingDelta,
)
from ..types.response import Finish, FinishReason

__all__ = [
    "FAULTS",
    "Fault",
    "FaultKind",
    "Head",
    "Item",
    "Page",
    "Piece",
    "Raw",
    "Say",
    "Step",
    "Turn",
    "Wait",
]

FaultKind = Literal["reset", "cut", "end", "half", "short", "stall", "garbage", "utf8"]

FAULTS: dict[FaultKind, str] = {
    "reset": "the connection is reset",
    "cut": "the connection is closed in the middle of the answer",
    "end": "the body ends cleanly, without the end signal of its wire format",
    "half": "half of what would come next, then the body ends cleanly",
    "short": "the connection is closed before as many bytes have come as the head promised",
    "stall": "silence for ever",
    "garbage": "what would come next is not JSON; the answer then goes on",
    "utf8": "what would come next is not UTF-8; the answer then goes on",
}
"""The faults a script can have, and what each one is."""


class Wait(msgspec.Struct, frozen=True):
    """Silence, in seconds."""

    seconds: float


class Fault(msgspec.Struct, frozen=True):
    """Something goes wrong: see `FAULTS`."""

    kind: FaultKind


class Head(msgspec.Struct, frozen=True):
    """The head of the answer goes out, before there is anything to say."""


class Raw(msgspec.Struct, frozen=True):
    """Bytes put into a streamed body as they are."""

    data: bytes


class Page(msgspec.Struct, frozen=True):
    """A whole HTTP answer that is not one of the wire's."""

    body: bytes
    status: int
    headers: dict[str, str]


Piece = str | Wait | Fault | Raw | Ping | Citation
"""What the content of one block is written as: strings become deltas."""


class Say(msgspec.Struct, frozen=True):
    """A block and the pieces it streams in; `choice` is the alternative it belongs to."""

    block: Block
    pieces: tuple[Piece, ...] = ()
    choice: int = 0
    logprobs: tuple[dict[str, Any], ...] = ()
    signature: str | None = None


Item = Say | Wait | Fault | Head | Raw | Page | Event
Step = Event | Wait | Fault | Head | Raw | Page
_ITEMS = get_args(Item)


@dataclass(frozen=True, slots=True, init=False)
class Turn:
    """One answer of a scripted provider: `Turn(*items)`.

    `id` and `model` are what the answer calls itself, None for a counted id and the model that was asked; `created` is
    in Unix seconds. `headers` are added to the head. `split` sends every chunk of a streamed body in pieces of that
    many bytes. Raises TypeError for what is not an item and ValueError for a page that is not the whole answer.
    """

    items: tuple[Item, ...]
    id: str | None
    model: str | None
    created: int | None
    headers: Mapping[str, str]
    split: int | None

    def __init__(
        self,
        *items: str | Item,
        id: str | None = None,
        model: str | None = None,
        created: int | None = None,
        headers: Mapping[str, str] | None = None,
        split: int | None = None,
    ) -> None:
        for item in items:
            if not isinstance(item, (str, *_ITEMS)):
                raise TypeError(f"not an item of a turn: {item!r}")
        if any(isinstance(item, Page) for item in items[_silent(items) + 1 :]):
            raise ValueError("a page is the whole answer: only delays may come before it")
        values = {
            "items": tuple([Say(Text(""), (item,)) if isinstance(item, str) else item for item in items]),
            "id": id,
            "model": model,
            "created": created,
            "headers": dict(headers or {}),
            "split": split,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def steps(self, model: str = "scripted", number: int = 1) -> list[Step]:
        """What happens, in order, when this turn is number `number` and `model` was asked."""
        started = Started(self.id or f"scripted-{number}", self.model or model, self.created)
        steps: list[Step] = []
        begun, blocks = False, 0
        said: set[type[Block]] = set()
        finished: Finished | None = None
        for item in self.items:
            match item:
                case Finished():
                    finished = item
                    continue
                case Started():
                    begun = True
                case Page() | Failed():
                    steps.append(item)
                    return steps
                case Wait() | Fault() | Head() | Raw():
                    pass
                case _ if not begun:
                    steps.append(started)
                    begun = True
            if isinstance(item, Say):
                steps += _say(item, blocks, f"call_{number}_{blocks}")
                said.add(type(item.block))
                blocks += 1
                continue
            if isinstance(item, BlockStart):
                blocks = max(blocks, item.index + 1)
                said.add(type(item.block))
            steps.append(item)
        if not begun:
            steps.append(started)
        steps.append(finished if finished is not None else Finished(Finish(_reason(said))))
        return steps

    def events(self, model: str = "scripted", number: int = 1) -> list[Event]:
        """The events among the steps: what a client sees when nothing goes wrong."""
        return [step for step in self.steps(model, number) if not isinstance(step, (Wait, Fault, Head, Raw, Page))]


def _silent(items: Sequence[str | Item]) -> int:
    """How many delays stand before anything else."""
    return next((at for at, item in enumerate(items) if not isinstance(item, Wait)), len(items))


def _reason(said: set[type[Block]]) -> FinishReason:
    """Why an answer of these blocks ends, when nothing else is said."""
    return "tool_calls" if ToolCall in said else "refusal" if Refusal in said else "stop"


def _say(say: Say, index: int, call_id: str) -> list[Step]:
    """The steps of one block."""
    opened = say.block
    if isinstance(opened, ToolCall) and not opened.id:
        opened = msgspec.structs.replace(opened, id=call_id)
    steps: list[Step] = [BlockStart(index, opened, say.choice)]
    probabilities = iter(say.logprobs)
    for piece in say.pieces:
        if isinstance(piece, Citation):
            steps.append(CitationDelta(index, piece))
        elif isinstance(piece, str):
            logprob = next(probabilities, None)
            steps.append(_delta(opened, index, piece, (logprob,) if logprob is not None else None))
        else:
            steps.append(piece)
    if say.signature is not None:
        steps.append(SignatureDelta(index, say.signature))
    steps.append(BlockStop(index))
    return steps


def _delta(opened: Block, index: int, piece: str, logprobs: tuple[dict[str, Any], ...] | None) -> Event:
    match opened:
        case Thinking():
            return ThinkingDelta(index, piece)
        case ToolCall():
            return ArgumentsDelta(index, piece)
        case Refusal():
            return RefusalDelta(index, piece, logprobs)
    return TextDelta(index, piece, logprobs)
