"""How many tokens turns take: what the provider counted where it did, an estimate elsewhere, and which of the two it is.

A provider counts the whole prompt of a call and the answer. What stood between two calls of one model is therefore known:
the later prompt without the earlier prompt and answer. The rest is estimated from its bytes: four of English text to a
token, fewer of code and JSON and of other scripts, rather too many tokens than too few. Such a number may be off by a
third, more for pictures, sound and documents, whose tokens depend on what no byte tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

import msgspec

from ..types.content import (
    Audio,
    Base64,
    Block,
    Blocks,
    Document,
    Image,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
)
from ..types.messages import Message
from ..types.request import ToolLike
from ..types.response import Usage
from .history import Turn

__all__ = ["Size", "estimate", "overhead", "prompt", "total", "turn_sizes"]

_TEXT = 4
_STRUCTURED = 3
_BEYOND = 2.5
_MESSAGE = 4
_USUAL_TOOL = 100
_PICTURE = 1600
"""Anthropic's most for one picture; others count 300 to 1,500.
https://platform.claude.com/docs/en/build-with-claude/vision#calculate-image-costs"""
_DOCUMENT, _DOCUMENT_BYTES = 1500, 30
"""A page costs 1,500 to 3,000 tokens and is some 50 KB of PDF.
https://platform.claude.com/docs/en/build-with-claude/pdf-support#estimate-your-costs"""
_SOUND, _SOUND_BYTES = 500, 500
"""32 tokens for a second (Gemini), of some 16 KB. https://ai.google.dev/gemini-api/docs/tokens"""
_FILM, _FILM_BYTES = 5000, 1000
"""263 tokens for a second (Gemini), of some 250 KB. https://ai.google.dev/gemini-api/docs/tokens"""


class Size(msgspec.Struct, frozen=True):
    """A number of tokens, and whether any part of it is estimated."""

    tokens: int
    estimated: bool


def prompt(usage: Usage | None) -> int | None:
    """How long the prompt of an answer was, what was read from the cache and written to it included; None when unknown."""
    if usage is None or usage.input is None:
        return None
    return usage.input + (usage.cache_read or 0) + (usage.cache_write or 0)


def total(turns: Sequence[Turn], standing: int, since: int = 0) -> Size:
    """What the next call sends of these turns, with the `standing` tokens of instructions and tools before them.

    Exact up to the last answer that the provider counted, which was given to just these turns: one of those from `since` on.
    """
    for position in range(len(turns) - 1, since - 1, -1):
        usage = turns[position].usage
        before = prompt(usage)
        if before is not None and usage is not None and usage.output is not None and turns[position].kind == "said":
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
        if turn.usage.output is not None:
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
    if before is None or after is None or output is None or earlier.model != later.model:
        return None
    return after - before - output


def overhead(system: Iterable[Text] | str, tools: Iterable[object]) -> int:
    """An estimate of the tokens that instructions and tools take; a tool that is no value of `types` counts as a usual one."""
    said = [system] if isinstance(system, str) else [text.text for text in system]
    return sum(_words(text, _TEXT) for text in said) + sum(map(_tool, tools))


def _tool(tool: object) -> int:
    return _words(str(msgspec.to_builtins(tool)), _STRUCTURED) if isinstance(tool, ToolLike) else _USUAL_TOOL


def estimate(message: Message) -> int:
    """An estimate of the tokens of one message."""
    return _MESSAGE + sum(map(_block, message.content))


def _messages(turns: Iterable[Turn]) -> list[Message]:
    return [turn.message for turn in turns if turn.message is not None]


def _block(block: Block) -> int:
    match block:
        case Text(text=text) | Refusal(text=text):
            return _words(text, _TEXT)
        case Thinking(text=text, encrypted=encrypted):
            return _words(text, _TEXT) + _words(encrypted or "", _STRUCTURED)
        case ToolCall(name=name, arguments=arguments) | ServerToolCall(name=name, arguments=arguments):
            return _MESSAGE + _words(name, _TEXT) + _words(arguments, _STRUCTURED)
        case ToolResult(content=content):
            return _MESSAGE + sum(map(_block, content))
        case ServerToolResult(content=content):
            return _words(str(content), _STRUCTURED)
        case Image():
            return _PICTURE
        case Audio(source=source):
            return _media(source, _SOUND, _SOUND_BYTES)
        case Video(source=source):
            return _media(source, _FILM, _FILM_BYTES)
        case Document(source=source, context=context):
            return _media(source, _DOCUMENT, _DOCUMENT_BYTES) + _words(context or "", _TEXT)
    return _words(str(block.data), _STRUCTURED)


def _media(source: object, least: int, size: int) -> int:
    match source:
        case Base64(data=data):
            return max(least, len(data) * 3 // 4 // size)
        case PlainText(text=text):
            return _words(text, _TEXT)
        case Blocks(content=content):
            return sum(map(_block, content))
    return least


def _words(text: str, bytes_a_token: int) -> int:
    """Tokens of a text. Characters beyond ASCII, which have more bytes, take more tokens."""
    beyond = len(text.encode("utf-8", "replace")) - len(text)
    return ceil(len(text) / bytes_a_token + beyond / _BEYOND)
