"""Docstrings: what a function or class is for, and what each of its parameters or fields means.

Three ways of writing are understood, and may be mixed: Google's (`Args:` and an indented list), NumPy's (`Parameters` over a
line of dashes) and Sphinx's (`:param name: ...`). What is said of parameters goes to them, what is said of exceptions to
nobody, for a caller who is a model reads them when they happen; the rest stays as it was written.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

__all__ = ["Docstring", "own_docstring", "read_docstring"]

_OF_PARAMETERS: Final = frozenset(
    {
        "args",
        "arguments",
        "attributes",
        "fields",
        "keyword args",
        "keyword arguments",
        "keyword parameters",
        "other parameters",
        "parameters",
        "params",
    }
)
_LEFT_OUT: Final = frozenset({"raises", "raise", "except", "exceptions", "warns", "see also", "references"})
_OTHERS: Final = frozenset(
    {"example", "examples", "note", "notes", "return", "returns", "yield", "yields", "todo", "warning", "warnings", "tip", "hint"}
)
_SECTIONS: Final = _OF_PARAMETERS | _LEFT_OUT | _OTHERS

_GOOGLE: Final = re.compile(r"(\w[\w ]*):\s*$")
_GOOGLE_ITEM: Final = re.compile(r"(\*{0,2}\w+)\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*:(?:\s+|$)(.*)")
_NUMPY_ITEM: Final = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
_SPHINX: Final = re.compile(r"[:@](\w+)(?:\s+([^:]*))?:\s*(.*)")
_SPHINX_PARAMETERS: Final = frozenset({"param", "parameter", "arg", "argument", "key", "keyword", "kwarg", "ivar", "var", "cvar"})
_SPHINX_RETURNS: Final = frozenset({"return", "returns"})


class Docstring(NamedTuple):
    """What a docstring says: of the whole, and of each parameter."""

    text: str
    parameters: dict[str, str]


def own_docstring(kind: type) -> str | None:
    """The docstring that somebody wrote for a class: not one that is inherited, nor the signature that `dataclass` makes."""
    doc = kind.__dict__.get("__doc__")
    return None if not isinstance(doc, str) or doc.startswith(f"{kind.__name__}(") else doc


def read_docstring(doc: str | None) -> Docstring:
    """The parts of a docstring; empty where there is none."""
    parameters: dict[str, str] = {}
    kept: list[str] = []
    lines = inspect.cleandoc(doc or "").splitlines()
    for title, body in _sections(lines):
        name = title.casefold()
        if name in _OF_PARAMETERS:
            parameters |= _items(body)
        elif name in _LEFT_OUT:
            continue
        else:
            kept += [*([f"{title}:"] if title else []), *_without_fields(body, parameters), ""]
    return Docstring(re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), parameters)


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The text before the first heading under an empty title, then each heading with its lines."""
    title = ""
    body: list[str] = []
    skip = False
    numpy = False
    for index, line in enumerate(lines):
        if skip:
            skip = False
            continue
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if line.strip().casefold() in _SECTIONS and re.fullmatch(r"\s*-{3,}\s*", following):
            yield title, body
            title, body, skip, numpy = line.strip(), [], True, True
        elif (found := _GOOGLE.fullmatch(line)) and found[1].casefold() in _SECTIONS:
            yield title, body
            title, body, numpy = found[1], [], False
        elif title and not numpy and line[:1].strip():  # text at the margin ends a section that is told by its indentation
            yield title, body
            title, body = "", [line]
        else:
            body.append(line)
    yield title, body


def _items(body: Sequence[str]) -> dict[str, str]:
    """The entries of a list of parameters. Those at the margin are NumPy's, indented ones Google's."""
    lines = [line for line in body if line.strip()]
    if not lines:
        return {}
    margin = min(_indent(line) for line in lines)
    pattern = _GOOGLE_ITEM if margin else _NUMPY_ITEM
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in lines:
        match = pattern.match(line.strip()) if _indent(line) == margin else None
        if match:
            names = [name.strip().lstrip("*") for name in match[1].split(",")]
            found |= {name: [match[2]] if margin else [] for name in names}
        elif names:
            for name in names:
                found[name].append(line.strip())
    return {name: text for name, words in found.items() if (text := " ".join(words).strip())}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _without_fields(body: Sequence[str], parameters: dict[str, str]) -> list[str]:
    """Text without Sphinx's fields, what they say of parameters noted."""
    kept: list[str] = []
    name: str | None = None
    in_field = False
    for line in body:
        found = _SPHINX.match(line)
        if found:
            word, subject = found[1], (found[2] or "").split()
            in_field, name = True, None
            if word in _SPHINX_PARAMETERS and subject:
                name = subject[-1].lstrip("*")
                parameters[name] = found[3].strip()
            elif word in _SPHINX_RETURNS:
                kept.append(f"Returns: {found[3]}")
                in_field = False
        elif in_field and line[:1].isspace() and line.strip():
            if name is not None:
                parameters[name] = f"{parameters[name]} {line.strip()}".strip()
        else:
            in_field = in_field and not line.strip()
            kept.append(line)
    return kept
