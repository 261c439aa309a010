"""Reasoning that comes as `<think>...</think>` inside the text, split off as the text arrives.

Opt-in (`ChatDialect.think_tags`): DeepSeek and Qwen templates behind servers without a reasoning parser, MiniMax
without `reasoning_split`, Perplexity's sonar reasoning models. The opening tag counts only where nothing but white space
stands before it. Several templates put it into the prompt, so that an answer may hold a closing tag alone: then all text
before it was reasoning, and a reader learns that late.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["CLOSE", "OPEN", "Piece", "ThinkTags"]

OPEN = "<think>"
CLOSE = "</think>"

_PATIENCE = 256
"""White space longer than this is an answer of white space, not a way to an opening tag."""

Piece = tuple[Literal["text", "open", "thinking", "close", "lone"], str]
"""What a splitter finds: text; an opening tag, with the white space before it; reasoning; a closing tag; a closing tag
that nothing had opened."""


class ThinkTags:
    """Splits one text that arrives in pieces; what may be the beginning of a tag is held back until it is decided."""

    __slots__ = ("_held", "_state")

    def __init__(self) -> None:
        self._held = ""
        self._state: Literal["start", "before", "inside", "after"] = "start"

    def feed(self, text: str, *, whole: bool = False) -> list[Piece]:
        """The pieces that more text makes certain; after a `whole` text no more comes, so that nothing is held back."""
        if self._state == "after":
            return [("text", text)] if text else []
        text = self._held + text
        self._held = ""
        found: list[Piece] = []
        if self._state == "start":
            bare = text.lstrip()
            if OPEN.startswith(bare) and bare != OPEN and len(text) < _PATIENCE and not whole:
                self._held = text
                return found
            if bare.startswith(OPEN):
                found.append(("open", text[: len(text) - len(bare)]))
                text = bare[len(OPEN) :]
                self._state = "inside"
            else:
                self._state = "before"
        inside = self._state == "inside"
        head, tag, tail = text.partition(CLOSE)
        if not tag:
            keep = 0 if whole else _beginning(head)
            self._held = head[len(head) - keep :] if keep else ""
            head = head[: len(head) - keep]
        if head:
            found.append(("thinking" if inside else "text", head))
        if tag:
            found.append(("close" if inside else "lone", ""))
            self._state = "after"
            if tail:
                found.append(("text", tail))
        return found

    def flush(self) -> list[Piece]:
        """What was held back, as what it is when no more text comes."""
        held, self._held = self._held, ""
        if not held:
            return []
        if self._state == "start":
            self._state = "before"
        return [("thinking" if self._state == "inside" else "text", held)]

    @property
    def settled(self) -> bool:
        """Whether nothing is held back and text without `<` is only what it seems: more of what is being said."""
        return not self._held and self._state != "start"

    @property
    def closed(self) -> bool:
        """Whether no tag can come any more."""
        return self._state == "after"

    @property
    def inside(self) -> bool:
        """Whether reasoning was opened and not closed."""
        return self._state == "inside"


def _beginning(text: str) -> int:
    """How many characters at the end of a text may begin a closing tag."""
    at = text.rfind("<", len(text) - len(CLOSE) + 1 if len(text) >= len(CLOSE) else 0)
    return len(text) - at if at >= 0 and CLOSE.startswith(text[at:]) else 0
