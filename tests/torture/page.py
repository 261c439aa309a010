"""The page docs/torture.md, made from the table: every row, what must come of it on each wire, and what others make of it.

`test_torture.py` holds the library to the same values that are written here, so the page says what was seen.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from dragoman.protocols import NAMES

from .beside import BESIDE
from .outcome import Expect
from .row import FORMS, Row
from .speech import Speech
from .table import GROUPS, ROWS

__all__ = ["PAGE", "PEERS", "page"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "torture.md"
PEERS = Path(__file__).resolve().parent / "peers.json"
"""What other clients made of the rows: written by benchmarks/torture.py."""

_HERE, _NOT_HERE = "✓", "–"
_SHORT = {
    "anthropic_bedrock": "Anthropic on Bedrock",
    "anthropic_messages": "Anthropic",
    "bedrock_converse": "Bedrock",
    "cohere_chat": "Cohere",
    "gemini": "Gemini",
    "gemini_interactions": "Interactions",
    "mistral_chat": "Mistral",
    "ollama_chat": "Ollama",
    "openai_chat": "OpenAI Chat",
    "openai_responses": "OpenAI Responses",
}


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, rows in GROUPS.items():
        parts.append(f"## {title}\n")
        parts.append(
            _table(["row", "the provider", "what comes of it", *[_SHORT[name] for name in NAMES]], [_line(row) for row in rows])
        )
        if notes := [note for row in rows for note in _notes(row)]:
            parts.append("\n".join([*notes, ""]))
    parts.append(_BESIDE_HEAD)
    parts.append(_table(["case", "what goes wrong", "what comes of it", "tests"], [_beside(id) for id in BESIDE]))
    parts.append(_peers())
    return "\n".join(parts).rstrip("\n") + "\n"


def _rights(row: Row) -> dict[str, dict[str, Any]]:
    """What must come of a row, by form and wire."""
    return {form: {name: row.right(Speech(name, form == "stream")) for name in NAMES} for form in FORMS}


def _usual(rights: dict[str, Any]) -> str:
    """The words most wires share."""
    words = Counter([right.words for right in rights.values() if isinstance(right, Expect)])
    return words.most_common(1)[0][0] if words else ""


def _line(row: Row) -> list[str]:
    rights = _rights(row)
    usual = {form: _usual(rights[form]) for form in FORMS}
    told = {form: words for form, words in usual.items() if words}
    if len({*told.values()}) == 1:
        right = next(iter(told.values()))
    else:
        right = "; ".join([f"{form}: {words}" for form, words in told.items()])
    return [f"`{row.id}`", row.title, right, *[_cell(name, rights, usual) for name in NAMES]]


def _cell(name: str, rights: dict[str, dict[str, Any]], usual: dict[str, str]) -> str:
    own = {form: rights[form][name] for form in FORMS if isinstance(rights[form][name], Expect)}
    if not own:
        return _NOT_HERE
    other = [right.words for form, right in own.items() if right.words != usual[form]]
    return "; ".join(dict.fromkeys(other)) or _HERE


def _notes(row: Row) -> list[str]:
    """Why a row is not on some wires at all."""
    rights = _rights(row)
    reasons: dict[str, list[str]] = {}
    for name in NAMES:
        why = [rights[form][name] for form in FORMS]
        if all(isinstance(each, str) for each in why):
            reasons.setdefault(why[0], []).append(_SHORT[name])
    return [f"- `{row.id}` is not on {', '.join(names)}: {why}" for why, names in reasons.items()]


def _beside(id: str) -> list[str]:
    case = BESIDE[id]
    return [f"`{id}`", case.case, case.right, ", ".join([f"`{test}`" for test in case.tests])]


def _peers() -> str:
    if not PEERS.is_file():
        return ""
    found = json.loads(PEERS.read_text("utf-8"))
    columns = found["columns"]
    lines = [
        [f"`{id}`", row.title, *[found["outcomes"][column["id"]].get(id, _NOT_HERE) for column in columns]]
        for id, row in ROWS.items()
    ]
    head = _PEERS_HEAD.format(
        date=found["date"], versions=", ".join([f"{name} {version}" for name, version in found["versions"].items()])
    )
    return head + "\n" + _table(["row", "the provider", *[column["title"] for column in columns]], lines)


def _table(titles: list[str], lines: list[list[str]]) -> str:
    rows = ["| " + " | ".join(line) + " |" for line in [titles, *lines]]
    return "\n".join([rows[0], "|" + "---|" * len(titles), *rows[1:], ""])


_HEAD = """# The torture table

What goes wrong between a program and a model, and what this library makes of it. `make torture` runs all rows and writes
this page; a test fails when the page is not what the table says, and another when the library does something else.

Each row is a server on a socket of this machine that misbehaves in one way, in each wire format, met by both clients
(`Client`, `AsyncClient`), streamed and whole. Rows are retried once where an error may pass, without waiting.

- ✓ the wire is tested, and what is said of the row comes of it; other words are what comes of it there
- – there is no such thing on this wire; the reason stands below the table

Errors say what the caller can do, carry the tries that were made, what had arrived, no key, and survive pickling: a check
of every row.
"""
_BESIDE_HEAD = """## Tested elsewhere
Rows of above, or tests below `tests/`. `F` are cases, `D` what is promised in few words.
"""
_PEERS_HEAD = """## Others on the same rows
The same servers, met by other clients in their usual configuration, with one try again and a read timeout of one second
where they have such a setting, and given up after six seconds: {versions}, on {date}.
`python benchmarks/torture.py` writes this part. It measures what is; a cell is no judgement of those libraries beyond the row.

"the answer" is the whole answer as it was sent; "what came" the text before the fault. An error is *typed* where it is of the
client's own tree of errors, and *raw* where it comes from a layer below.
"""
