"""Compaction: older turns give way to a summary that a model writes, when a model's window fills.

What is summarised, when, and in what words is data. A summary costs a call and breaks the prompt cache, so it comes
seldom and takes much: only when most of the window is full, and then all but the newest turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from ..types.messages import Message, user
from ..types.model import Model
from ..types.response import Cost, Response, Usage
from .cuts import cut, places
from .history import Turn

__all__ = ["SUMMARISE", "Compaction", "added", "limit", "older", "options_for", "pieces", "request", "summary"]

SUMMARISE = """\
The conversation above is about to be shortened: your summary takes its place, and what it leaves out will be forgotten. \
Write it for the assistant who goes on from here. Keep, in this order and only as far as they exist:
1. what the user wants, with every wish, limit and correction, in the user's own words where the words matter;
2. facts, names, numbers, file names and exact wordings that may be needed again;
3. what has been done and decided, and why; what was tried and failed;
4. what is being done now, and what is still open.
A summary that already stands at the beginning is to be taken up into yours. Do not call tools, do not go on with the task, \
and write nothing but the summary."""

_FRAME = "[A summary of the conversation so far takes the place of its earlier messages.]\n\n{summary}"


class Compaction(msgspec.Struct, frozen=True):
    """When and how a conversation is shortened.

    It is when a call would fill `at` of the model's known window, and once in a call that the provider finds too long. The
    newest turns stay as they are, as far as they fill `keep` of the window. `model` writes the summary, None is the model
    that is asked; it gets the older turns and `prompt`. `frame` is the user message that the summary becomes, with
    `{summary}` in it. `max_tokens` bounds the summary.

    Raises ValueError for a `keep` that is not below `at`, or a frame without its place.
    """

    at: float = 0.8
    keep: float = 0.2
    model: str | None = None
    prompt: str = SUMMARISE
    frame: str = _FRAME
    max_tokens: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.keep < self.at <= 1:
            raise ValueError(f"keep={self.keep} must be at least 0 and below at={self.at}, which is at most 1")
        if "{summary}" not in self.frame:
            raise ValueError("frame needs {summary} where the summary goes")


def limit(models: Iterable[Model | None], answer: int | None) -> int | None:
    """How many tokens of prompt the models take, the least of them; `answer` is what the call leaves for the answer.

    None where the window of any of them is unknown.
    """
    bounds = []
    for model in models:
        if model is None or (model.context is None and model.max_input is None):
            return None
        if model.max_input is not None:
            bounds.append(model.max_input)
        if model.context is not None:
            bounds.append(model.context - (answer or 0) if (answer or 0) < model.context else model.context)
    return min(bounds, default=None)


def older(turns: Sequence[Turn], sizes: Sequence[int], new: int, keep: int, *, least: float) -> int:
    """How many of these turns are to be summarised, so that the rest fits in `keep` tokens; 0 when it is not worth it.

    The last `new` turns are those about to be sent, and stay. It is worth it where the summarised ones are at least the
    `least` part of all: in a history that is one long turn, or whose newest message alone is too long, a summary of the
    little else would be bought with every call.
    """
    place = cut(turns, sizes, led=True, tokens=keep)
    if place > len(turns) - new:
        return 0
    return place if sum(sizes[:place]) >= least * sum(sizes) else 0


def pieces(turns: Sequence[Turn], sizes: Sequence[int], tokens: int | None) -> list[Sequence[Turn]]:
    """Turns in parts that can be summarised one after the other, each of so many tokens where cuts allow it."""
    if tokens is None or sum(sizes) <= tokens:
        return [turns]
    allowed = places(turns, led=True)
    found: list[Sequence[Turn]] = []
    start = 0
    for position, following in zip(allowed, [*allowed[1:], len(turns)], strict=True):
        if sum(sizes[start:following]) > tokens:
            found.append(turns[start:position])
            start = position
    return [*found, turns[start:]]


def request(summary_so_far: Message | None, turns: Sequence[Turn], policy: Compaction) -> tuple[Message, ...]:
    """What the model that writes the summary is sent."""
    said = [turn.message for turn in turns if turn.message is not None]
    return (*([summary_so_far] if summary_so_far is not None else []), *said, user(policy.prompt))


# What makes an answer something else than a text as long as it needs to be.
_NOT_FOR_SUMMARIES = frozenset({"tool_choice", "output", "stop", "max_tokens", "n", "logprobs", "modalities", "audio"})
_FOR_ANY_MODEL = frozenset({"system", "tools", "timeout", "retry", "adapt"})


def options_for(options: dict[str, Any], policy: Compaction, *, same: bool) -> dict[str, Any]:
    """The options of the summarising call.

    The `same` model gets the very instructions and tools of the conversation, for it has the beginning of just this prompt
    in its cache; another one only what is needed to understand the history.
    """
    kept = {name: value for name, value in options.items() if name not in _NOT_FOR_SUMMARIES and (same or name in _FOR_ANY_MODEL)}
    if policy.max_tokens is not None:
        kept["max_tokens"] = policy.max_tokens
    return kept


def summary(text: str, policy: Compaction) -> Message:
    """The marked message that stands for what was summarised."""
    return user(policy.frame.replace("{summary}", text))


def added(responses: Sequence[Response]) -> tuple[Usage, Cost | None]:
    """What several answers took together; unknown where one is, and where they are charged in several currencies."""
    if len(responses) == 1:
        return responses[0].usage, responses[0].cost
    names = ("input", "output", "cache_read", "cache_write", "reasoning")
    counts = {name: [getattr(response.usage, name) for response in responses] for name in names}
    sums: dict[str, Any] = {name: None if None in values else sum(values) for name, values in counts.items()}
    usage = Usage(**sums)
    costs = [response.cost for response in responses]
    known = [cost for cost in costs if cost is not None]
    if len(known) < len(costs) or len({(cost.currency, cost.source) for cost in known}) != 1:
        return usage, None
    amount = sum((cost.amount for cost in known), Decimal(0))
    return usage, Cost(amount, known[0].source, known[0].currency)
