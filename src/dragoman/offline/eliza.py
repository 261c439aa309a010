"""ELIZA, after Joseph Weizenbaum (Communications of the ACM 9(1), 1966, pp. 36-45): what to say to somebody who talks.

A pure function of everything the user has said so far. The conversation is played from its beginning each time, which
gives the two things the program remembers: how often each pattern was used (its answers take turns), and what the
user said about things of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from .doctor import GREETING, GROUPS, KEYWORDS, MEMORY, NONE, POST, PRE

__all__ = ["Reply", "respond"]

# Where a sentence may be cut: what comes first is dropped when it holds no keyword, what comes after one that does too.
_CLAUSE = re.compile(r"[.,;:!?()\n]+|\bbut\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_SLOT = re.compile(r"\{(\d+)\}")


class Reply(NamedTuple):
    """What ELIZA says, and how she came to say it."""

    text: str
    reason: str


class _Match(NamedTuple):
    keyword: str
    rule: int
    pattern: str
    parts: tuple[str, ...]


def respond(said: Sequence[str]) -> Reply:
    """The answer to the last of the things the user said, given all of them in order."""
    memory: list[str] = []
    used: dict[tuple[str, int], int] = {}
    reply = Reply(GREETING, "Nothing has been said yet, so I greet.")
    for words in said:
        reply = _reply(words, used, memory)
    return reply


def _reply(said: str, used: dict[tuple[str, int], int], memory: list[str]) -> Reply:
    words, keywords = _scan(said)
    if not words:
        return _none(used, memory, "Nothing was said")
    if keywords and keywords[0] == "my":
        _remember(words, memory)
    for keyword in keywords:
        found = _answer(keyword, words, used)
        if found is not None:
            return Reply(found.text, f"The keywords are {_ranked(keywords)}. {found.reason}")
    return _none(used, memory, "No keyword leads anywhere")


def _scan(said: str) -> tuple[list[str], list[str]]:
    """The words of the first clause with a keyword (of the last clause, without one), and its keywords by rank."""
    words: list[str] = []
    for clause in _CLAUSE.split(said.replace("’", "'")):
        found = [new for word in _WORD.findall(clause) for new in PRE.get(word.lower(), word).split()]
        if not found:
            continue
        words = found
        keywords = list(dict.fromkeys([word.lower() for word in words if word.lower() in KEYWORDS]))
        if keywords:
            return words, sorted(keywords, key=lambda keyword: -KEYWORDS[keyword][0])
    return words, []


def _answer(keyword: str, words: Sequence[str], used: dict[tuple[str, int], int]) -> Reply | None:
    """The next answer of the first pattern of a keyword that matches; None where the next keyword is to be tried."""
    while (match := _first_match(keyword, words)) is not None:
        answers = KEYWORDS[match.keyword][1][match.rule][1]
        turn = used.get((match.keyword, match.rule), 0)
        used[match.keyword, match.rule] = turn + 1
        answer = answers[turn % len(answers)]
        if answer == "~":
            break
        if not answer.startswith("="):
            reason = f'"{match.keyword}" matches "{match.pattern}"; of its {len(answers)} answers it is the turn of number '
            return Reply(_fill(answer, match.parts), f"{reason}{turn % len(answers) + 1}.")
        keyword = answer[1:]
    return None


def _first_match(keyword: str, words: Sequence[str]) -> _Match | None:
    for number, (pattern, _) in enumerate(KEYWORDS[keyword][1]):
        parts = _match(pattern.split(), words)
        if parts is not None:
            return _Match(keyword, number, pattern, parts)
    return None


def _match(pattern: Sequence[str], words: Sequence[str]) -> tuple[str, ...] | None:
    """What the wildcards and groups of a pattern stand for, None when it does not match; a wildcard takes as little as
    it can."""
    parts: list[str] = []
    at = 0
    for position, part in enumerate(pattern):
        if part in ("*", "+"):
            rest = pattern[position + 1 :]
            least = at + (part == "+")
            if not rest:
                return (*parts, " ".join(words[at:])) if least <= len(words) else None
            for end in range(least, len(words)):
                if _is(rest[0], words[end]) and (tail := _match(rest, words[end:])) is not None:
                    return (*parts, " ".join(words[at:end]), *tail)
            return None
        if at == len(words) or not _is(part, words[at]):
            return None
        if part.startswith("@"):
            parts.append(words[at])
        at += 1
    return tuple(parts) if at == len(words) else None


def _is(part: str, word: str) -> bool:
    return word.lower() in GROUPS[part[1:]] if part.startswith("@") else part == word.lower()


def _fill(answer: str, parts: Sequence[str]) -> str:
    """An answer with what it quotes."""
    filled = _SLOT.sub(lambda slot: _exchange(parts[int(slot[1]) - 1]), answer)
    return filled[:1].upper() + filled[1:]


def _exchange(quoted: str) -> str:
    """Words with the persons exchanged: `I like your hat` becomes `you like my hat`."""
    words = quoted.split()
    turned: list[str] = []
    for at, word in enumerate(words):
        before = words[at - 1].lower() if at else ""
        match before, word.lower():
            case "you", "are":
                turned.append("am")
            case "i", "was":
                turned.append("were")
            case "you", "were":
                turned.append("was")
            case _, "you" if at == len(words) - 1:
                turned.append("me")
            case _, known:
                turned.append(POST.get(known, word))
    return " ".join(turned)


def _remember(words: Sequence[str], memory: list[str]) -> None:
    """Keep something for later. Weizenbaum chose the rule by a hash of the last word; so does this."""
    pattern, answers = MEMORY[crc32(words[-1].lower().encode()) % len(MEMORY)]
    parts = _match(pattern.split(), words)
    if parts is not None:
        memory.append(_fill(answers[0], parts))


def _none(used: dict[tuple[str, int], int], memory: list[str], why: str) -> Reply:
    if memory:
        return Reply(memory.pop(0), f"{why}, so I come back to something said earlier.")
    turn = used.get(("", 0), 0)
    used["", 0] = turn + 1
    return Reply(NONE[turn % len(NONE)], f"{why}, so I take number {turn % len(NONE) + 1} of {len(NONE)} things that always fit.")


def _ranked(keywords: Iterable[str]) -> str:
    return ", ".join([f'"{keyword}" (rank {KEYWORDS[keyword][0]})' for keyword in keywords])
