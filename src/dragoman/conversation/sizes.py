"""How many tokens turns take: what the provider counted where it did, an estimate elsewhere, and which of the two it is.

A provider counts the whole prompt of a call and the answer. What stood between two calls of one model is therefore known:
the later prompt without the earlier prompt and answer. The rest is estimated for no model in particular, since a history may
be of several (`engine.estimate`): such a number may be off by a third, more for pictures, sound and documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ..engine.estimate import estimate as guess
from ..types.content import Text
from ..types.messages import Message
from ..types.request import Request, ToolLike
from ..types.response import Usage
from .history import Turn

__all__ = ["Size", "estimate", "overhead", "prompt", "total", "turn_sizes"]

_USUAL_TOOL = 100


class Size(msgspec.Struct, frozen=True):
    """A number of tokens, and whether any part of it is estimated."""

    tokens: int
    estimated: bool


def prompt(usage: Usage | None) -> int | None:
    """How long the prompt of an answer was, what was read from the cache and written to it included; None when unknown.

    No prompt has 0 tokens, nor has an answer: servers that do not count say so.
    """
    if usage is None or usage.input is None:
        return None
    return usage.input + (usage.cache_read or 0) + (usage.cache_write or 0) or None


def total(turns: Sequence[Turn], standing: int, since: int = 0) -> Size:
    """What the next call sends of these turns, with the `standing` tokens of instructions and tools before them.

    Exact up to the last answer that the provider counted, which was given to just these turns: one of those from `since` on.
    """
    for position in range(len(turns) - 1, since - 1, -1):
        usage = turns[position].usage
        before = prompt(usage)
        if before is not None and usage is not None and usage.output and turns[position].kind == "said":
            rest = turns[position + 1 :]
            return Size(before + usage.output + sum(map(estimate, _messages(rest))), bool(rest))
    return Size(standing + sum(map(estimate, _messages(turns))), True)


def turn_sizes(turns: Sequence[Turn], since: int = 0) -> list[Size]:
    """The tokens of each turn, in order; from `since` on answers were given to just these turns."""
    guesses = [estimate(turn.message) if turn.message is not None else 0 for turn in turns]
    sizes = [Size(guess, True) for guess in guesses]
    last: int | None = None
    for position, turn in enumerate(turns):
        if position == since:
            last = None
        if turn.kind != "said" or turn.usage is None:
            continue
        if turn.usage.output:
            sizes[position] = Size(turn.usage.output, False)
        if last is not None:
            between = range(last + 1, position)
            known = _between(turns[last], turn)
            guessed = sum(guesses[at] for at in between)
            if known is not None and known > 0 and guessed > 0:
                for at in between:
                    sizes[at] = Size(round(guesses[at] * known / guessed), len(between) > 1)
        last = position
    return sizes


def _between(earlier: Turn, later: Turn) -> int | None:
    """The tokens that a later prompt has beyond an earlier prompt and its answer; only one model counts alike."""
    before, after = prompt(earlier.usage), prompt(later.usage)
    output = earlier.usage.output if earlier.usage is not None else None
    if before is None or after is None or not output or earlier.model != later.model:
        return None
    return after - before - output


def overhead(system: Iterable[Text] | str, tools: Iterable[object]) -> int:
    """An estimate of the tokens that instructions and tools take; a tool that is no value of `types` counts as a usual one."""
    said = (Text(system),) if isinstance(system, str) else tuple(system)
    listed = tuple(tools)
    known = tuple([tool for tool in listed if isinstance(tool, ToolLike)])
    rest = _USUAL_TOOL * (len(listed) - len(known))
    return rest + (guess(Request("", (), system=said, tools=known), "").tokens if said or known else 0)


def estimate(message: Message) -> int:
    """An estimate of the tokens of one message."""
    return guess(Request("", (message,)), "").tokens


def _messages(turns: Iterable[Turn]) -> list[Message]:
    return [turn.message for turn in turns if turn.message is not None]
