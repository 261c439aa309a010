"""Cache marks and keys placed unasked, for `cache="auto"`: pure, and the same for the same conversation.

| place | what it is for | order |
|---|---|---|
| the end of the last turn that is not the model's | is written now and read by the next request | 1 |
| the end of the instructions | conversations that begin alike | 2 |
| the end of the turn before that one | is read now: marks look back over few blocks, and one turn may have more | 3 |
| the last tool | instructions that change while the tools stay | 4 |

Places are filled in this order as far as the vendor's number of marks goes. Marks that the caller placed stay, count, and
are never given a longer mark behind them or a shorter one before: vendors want lifetimes to fall. Where prompts are cached
without marks none are placed; a key keeps one conversation together where the vendor has a field for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from ..errors import UsageError
from ..protocols.base import CacheRules, Report
from ..types.content import Block, Cache, Document, Image, Text, ToolCall, ToolResult
from ..types.messages import Message
from ..types.model import Model
from ..types.request import Request, Tool

__all__ = ["conversation_key", "lifetime_seconds", "place"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LIFETIME = re.compile(r"(\d+)([smhd])")
_MARKABLE = (Text, Image, Document, ToolCall, ToolResult)
_KEY = 32  # characters: OpenAI takes 64


class _Place(NamedTuple):
    """Somewhere a mark can stand: in `tools`, `system` or a message, by its place there."""

    part: int
    message: int
    block: int


_TOOLS, _SYSTEM, _MESSAGES, _END = range(4)


def place(request: Request, rules: CacheRules, model: Model | None, lifetime: str | None, report: Report) -> Request:
    """The request with marks and key as the vendor's rules allow, the same object where there is nothing to add.

    A `lifetime` that the vendor has no word for becomes the next longer one, or its longest, and is reported.
    """
    if model is not None and model.caching is False:
        return request
    if rules.key and request.cache_key is None:
        request = replace(request, cache_key=conversation_key(request))
    rank = _rank(lifetime, rules, model, report)
    if not rules.marks:
        return replace(request, cache=Cache(rules.lifetimes[rank])) if rank is not None and request.cache is None else request
    own = {at: _rank_of(cache, rules) for at, cache in _marks(request)}
    room = rules.marks - len(own)
    for at in _places(request, rules):
        if room <= 0:
            break
        if at not in own:
            before = [mark for place, mark in own.items() if place < at]
            behind = [mark for place, mark in own.items() if place > at]
            wanted = max([rank or 0, *behind])
            request = _put(request, at, _cache(min([wanted, *before]), rules))
            room -= 1
    return request


def conversation_key(request: Request) -> str:
    """A key for the conversation a request belongs to, the same in all its turns: a hash of how it begins."""
    begins = request.messages[0] if request.messages else None
    tools = [replace(tool, cache=None) if isinstance(tool, Tool) else tool for tool in request.tools]
    said = msgspec.json.encode((_bare(request.system), tools, begins and replace(begins, content=_bare(begins.content))))
    return sha256(said).hexdigest()[:_KEY]


def _bare(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple([replace(block, cache=None) if block.cache is not None else block for block in blocks])


# --- lifetimes -----------------------------------------------------------------------------------------------------------


def lifetime_seconds(lifetime: str) -> int:
    """The seconds of a lifetime such as `"30m"`. Raises UsageError for what is none."""
    if not (seconds := _seconds(lifetime)):
        raise UsageError(f"{lifetime!r} is no lifetime: write a number and one of s, m, h and d, such as '1h'")
    return seconds


def _seconds(lifetime: str) -> int:
    found = _LIFETIME.fullmatch(lifetime)
    return int(found[1]) * _UNITS[found[2]] if found is not None else 0


def _rank(lifetime: str | None, rules: CacheRules, model: Model | None, report: Report) -> int | None:
    """The vendor's lifetime for the one asked for, by its place in the list; None where none was asked for or can be said.

    Where no mark says it, a lifetime is a field of newer models alone: those whose vendor charges for writing.
    """
    if lifetime is None:
        return None
    charged = model is not None and model.price is not None and model.price.cache_write is not None
    if not rules.lifetimes or not (rules.marks or charged):
        report.adapt("cache", "dropped", f"how long a prompt is kept cannot be said here: {lifetime} is not", "cache")
        return None
    wanted = _seconds(lifetime)
    longer = [place for place, word in enumerate(rules.lifetimes) if _seconds(word) >= wanted]
    rank = longer[0] if longer else len(rules.lifetimes) - 1
    if (word := rules.lifetimes[rank]) != lifetime:
        report.adapt("cache", "changed", f"prompts are kept for {' or '.join(rules.lifetimes)} here: {lifetime} became {word}")
    return rank


def _rank_of(cache: Cache, rules: CacheRules) -> int:
    return rules.lifetimes.index(cache.ttl) if cache.ttl in rules.lifetimes else 0


def _cache(rank: int, rules: CacheRules) -> Cache:
    return Cache(rules.lifetimes[rank]) if rank else Cache()


# --- places --------------------------------------------------------------------------------------------------------------


def _marks(request: Request) -> Iterator[tuple[_Place, Cache]]:
    """The marks that are there. Those inside a tool's result stand with the result."""
    for place, tool in enumerate(request.tools):
        if isinstance(tool, Tool) and tool.cache is not None:
            yield _Place(_TOOLS, 0, place), tool.cache
    for place, text in enumerate(request.system):
        if text.cache is not None:
            yield _Place(_SYSTEM, 0, place), text.cache
    for at, message in enumerate(request.messages):
        for place, block in enumerate(message.content):
            inner = block.content if isinstance(block, ToolResult) else ()
            for cache in (block.cache, *[part.cache for part in inner]):
                if cache is not None:
                    yield _Place(_MESSAGES, at, place), cache
    if request.cache is not None:
        yield _Place(_END, 0, 0), request.cache


def _places(request: Request, rules: CacheRules) -> list[_Place]:
    """Where marks are wanted, the most useful first."""
    turns = _turns(request.messages)
    wanted = [next(turns, None), _instructions(request), next(turns, None)]
    if rules.tools and request.tools and isinstance(request.tools[-1], Tool):
        wanted.append(_Place(_TOOLS, 0, len(request.tools) - 1))
    return [place for place in wanted if place is not None]


def _turns(messages: Sequence[Message]) -> Iterator[_Place]:
    """The ends of turns that are not the model's, the last first."""
    theirs = True
    for at in range(len(messages) - 1, -1, -1):
        message = messages[at]
        if message.role == "assistant":
            theirs = True
        elif theirs and message.role in ("user", "tool") and (block := _last(message.content)) is not None:
            theirs = False
            yield _Place(_MESSAGES, at, block)


def _instructions(request: Request) -> _Place | None:
    at = -1
    for message in request.messages:
        if message.role not in ("system", "developer"):
            break
        at += 1
    if at >= 0 and (block := _last(request.messages[at].content)) is not None:
        return _Place(_MESSAGES, at, block)
    block = _last(request.system)
    return _Place(_SYSTEM, 0, block) if block is not None else None


def _last(blocks: Sequence[Block]) -> int | None:
    """The last block that may carry a mark: vendors refuse one on empty text and on reasoning."""
    for place in range(len(blocks) - 1, -1, -1):
        block = blocks[place]
        if isinstance(block, _MARKABLE) and not (isinstance(block, Text) and not block.text.strip()):
            return place
    return None


def _put(request: Request, at: _Place, cache: Cache) -> Request:
    if at.part == _TOOLS:
        return replace(request, tools=_marked(request.tools, at.block, cache))
    if at.part == _SYSTEM:
        return replace(request, system=_marked(request.system, at.block, cache))
    message = request.messages[at.message]
    content = _marked(message.content, at.block, cache)
    messages = (*request.messages[: at.message], replace(message, content=content), *request.messages[at.message + 1 :])
    return replace(request, messages=messages)


def _marked(items: Sequence[Any], place: int, cache: Cache) -> tuple[Any, ...]:
    return (*items[:place], replace(items[place], cache=cache), *items[place + 1 :])
