"""What a body that is no JSON says, for people: proxies answer in HTML, load balancers in plain text, attackers in anything.

The result is one printable line of bounded length, without terminal escapes. Everything here takes time in proportion to
the length of the text, whatever stands in it.
"""

from __future__ import annotations

import html
import re
from typing import Final

__all__ = ["page_text", "plain", "printable", "prose"]

_LINE: Final = 500
_READ: Final = 64 * 1024
_ESCAPE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[@-Z\\-_]?"
)
_BLANK: Final = re.compile(r"\s+")
_TAG: Final = re.compile(r"<[^<>]*>")
_PAGE: Final = re.compile(r"<(?:!doctype|html|head|title|body)\b", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title\b[^<>]*>([^<]*)", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"<(script|style)\b", re.IGNORECASE)


def printable(text: str) -> str:
    """The text without terminal escapes, and with a space for every other character that cannot be seen; line breaks stay."""
    if text.isprintable():
        return text
    text = _ESCAPE.sub("", text)
    return "".join([character if character.isprintable() or character == "\n" else " " for character in text])


def plain(text: str, limit: int = _LINE) -> str:
    """The text on one line, printable, and not longer than the limit."""
    text = _BLANK.sub(" ", printable(text[: limit * 4])).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def page_text(text: str) -> str:
    """What a page of HTML says: its title, else its words; text that is no page is given as it is."""
    text = text[:_READ]
    if not _PAGE.search(text) and text.lstrip()[:1] != "<":
        return text
    title = _TITLE.search(text)
    said = title[1] if title is not None and title[1].strip() else _TAG.sub(" ", _without_code(text))
    return html.unescape(said)


def prose(body: bytes | str, limit: int = _LINE) -> str:
    """What a body that is no JSON says, in one line; empty when it says nothing."""
    text = body[:_READ].decode("utf-8", "replace") if isinstance(body, bytes) else body
    return plain(page_text(text), limit)


def _without_code(text: str) -> str:
    """The page without its scripts and styles."""
    kept: list[str] = []
    at = 0
    while (begin := _HIDDEN.search(text, at)) is not None:
        kept.append(text[at : begin.start()])
        end = text.find("</", begin.end())
        while end >= 0 and text[end + 2 : end + 2 + len(begin[1])].lower() != begin[1].lower():
            end = text.find("</", end + 2)
        if end < 0:
            return " ".join(kept)
        at = text.find(">", end) + 1 or len(text)
    kept.append(text[at:])
    return " ".join(kept)
