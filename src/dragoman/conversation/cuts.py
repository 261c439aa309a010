"""Where a history may be cut, so that its newer part makes sense alone.

A call stays with its result, thinking with the calls it led to, and several assistant messages in a row stay together.
What follows a cut begins with a user's message; where a summary will stand before it, also with an assistant's.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..types.content import ServerToolCall, ServerToolResult, Thinking, ToolCall, ToolResult
from .history import Turn, exchanges

__all__ = ["cut", "halves", "places"]


def places(turns: Sequence[Turn], *, led: bool) -> list[int]:
    """The positions, first to last, before which turns may be cut; `led` when a message will stand before the cut.

    0 is never among them: nothing stands before it.
    """
    held = _held(turns)
    starts = set(exchanges(turns))
    found = []
    thought = False
    for position, turn in enumerate(turns):
        if position in starts:
            thought = False
        if position and position not in held and (position in starts or (led and _leads(turns, position, thought))):
            found.append(position)
        thought = thought or _thinks(turn)
    return found


def cut(turns: Sequence[Turn], sizes: Sequence[int], *, led: bool, tokens: int | None = None, count: int | None = None) -> int:
    """The first place from which on turns fit: in so many `tokens` by `sizes`, and in a `count` of turns.

    An exchange is only cut apart where it does not fit whole. Where no place makes turns fit it is the last one, and 0 where
    they cannot be cut or need not be.
    """
    rest = sum(sizes)
    fits = [_fits(rest, len(turns), tokens, count)]
    for position in range(1, len(turns)):
        rest -= sizes[position - 1]
        fits.append(_fits(rest, len(turns) - position, tokens, count))
    if not fits or fits[0]:
        return 0
    allowed = places(turns, led=led)
    whole = places(turns, led=False)
    return next((position for position in (*whole, *allowed) if fits[position]), allowed[-1] if allowed else 0)


def halves(turns: Sequence[Turn], sizes: Sequence[int]) -> tuple[Sequence[Turn], ...]:
    """Two parts of nearly the same size, or the whole where it cannot be cut."""
    allowed = places(turns, led=True)
    if not allowed:
        return (turns,)
    whole = sum(sizes)
    middle = min(allowed, key=lambda position: abs(2 * sum(sizes[:position]) - whole))
    return turns[:middle], turns[middle:]


def _fits(size: int, turns: int, tokens: int | None, count: int | None) -> bool:
    return (tokens is None or size <= tokens) and (count is None or turns <= count)


def _leads(turns: Sequence[Turn], position: int, thought: bool) -> bool:
    """Whether the turns from here on may follow a summary: an assistant turn that brings its own thinking with it.

    Anthropic wants the thinking with which a run of tool calls began wherever one of its calls is sent:
    https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
    """
    message = turns[position].message
    before = turns[position - 1].message
    if message is None or message.role != "assistant" or (before is not None and before.role == "assistant"):
        return False
    return not thought or (bool(message.content) and type(message.content[0]) is Thinking)


def _thinks(turn: Turn) -> bool:
    return turn.message is not None and any(type(block) is Thinking for block in turn.message.content)


def _held(turns: Sequence[Turn]) -> set[int]:
    """The positions that lie between a call and its result."""
    asked: dict[str, int] = {}
    held: set[int] = set()
    for position, turn in enumerate(turns):
        for block in turn.message.content if turn.message is not None else ():
            if isinstance(block, ToolCall | ServerToolCall):
                asked[block.id] = position
            elif isinstance(block, ToolResult | ServerToolResult) and block.id in asked:
                held.update(range(asked[block.id] + 1, position + 1))
    return held
