"""Every value in which a provider differs has its reason and a link to a page that says so, beside it.

A file is read as its readers read it: a comment on lines of its own heads the values below it, up to the next such comment of
the same call; a comment behind a value is that value's alone. What a comment must have is a link (or "the same page", where the
call has one above), words beside the link, and, for values that are about reasoning or about schemas, a word on that. Whether the
page says it, only a reader can tell.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dragoman import protocols, providers
from dragoman.protocols.json_schema import SchemaRules, known

PROTOCOLS = Path(protocols.__file__).parent
VENDORS = sorted(path for path in Path(providers.__file__).parent.glob("*.py") if path.stem not in {"__init__", "base", "config"})

LINK = re.compile(r"https://[\w.-]+\.\w+\S*")
WORD = re.compile(r"[A-Za-z]{3,}")
SAME = re.compile(r"\b[Tt]he same (?:pages?|reference|guide|schema|client|file)\b")

# Values of a provider beside its dialect that are a vendor's own way too.
BESIDE = {"auth", "token_auth", "headers", "exchange", "signing", "kin"}

# What a comment must speak of, by the values it stands for: these are the ones that are guessed most easily.
SUBJECTS = {
    re.compile(r"echo|echo_field|reasoning_\w+|switch_style|think_tags|lone_reasoning"): re.compile(
        r"reason|think", re.IGNORECASE
    ),
    re.compile(r"schemas|json_schema|schema_beside_tools"): re.compile(r"schema|JSON", re.IGNORECASE),
}


def dialects() -> dict[str, Any]:
    """The dialect classes of all wires by their names."""
    found: dict[str, Any] = {}
    for path in sorted(PROTOCOLS.glob("*/dialect.py")):
        module = import_module(f"dragoman.protocols.{path.parent.name}.dialect")
        found |= {name: value for name, value in vars(module).items() if name.endswith("Dialect") and isinstance(value, type)}
    return found


DIALECTS = dialects()


def remarks(source: str) -> tuple[dict[int, str], dict[int, str]]:
    """The comments of a file by their lines: those alone on theirs, and those behind code."""
    alone: dict[int, str] = {}
    behind: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            (alone if token.line.lstrip().startswith("#") else behind)[token.start[0]] = token.string.lstrip("# ")
    return alone, behind


def headed(call: ast.Call, alone: dict[int, str], behind: dict[int, str]) -> list[tuple[ast.keyword, str, str]]:
    """The keywords of a call, each with the comment that heads it and the one behind it."""
    inside = {line for node in [*call.args, *call.keywords] for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    heading = ""
    line = call.lineno - 1
    while line in alone:
        heading = f"{alone[line]} {heading}"
        line -= 1
    found: list[tuple[ast.keyword, str, str]] = []
    line = call.lineno
    for keyword in sorted(call.keywords, key=lambda keyword: keyword.lineno):
        fresh = ""
        for number in range(line + 1, keyword.lineno):
            if number in alone and number not in inside:
                fresh = f"{fresh} {alone[number]}".strip()
        heading = fresh or heading
        line = keyword.end_lineno or keyword.lineno
        own = " ".join([behind[number] for number in range(keyword.lineno, line + 1) if number in behind])
        found.append((keyword, heading, own))
    return found


def is_reason(comment: str) -> bool:
    """Whether a comment has a link and says something beside it."""
    return LINK.search(comment) is not None and WORD.search(LINK.sub("", comment)) is not None


def unreasoned(source: str) -> list[str]:
    """What a provider file leaves without a reason: `line: name: why`, in the order of the file."""
    alone, behind = remarks(source)
    found: list[tuple[int, str]] = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        dialect = DIALECTS.get(call.func.id)
        if dialect is None and call.func.id != "Provider":
            continue
        linked = False
        for keyword, heading, own in headed(call, alone, behind):
            name = keyword.arg or "**"
            if dialect is None and name not in BESIDE:
                continue
            linked = linked or LINK.search(heading) is not None
            if not is_reason(own) and not is_reason(heading) and not (linked and SAME.search(heading)):
                found.append((keyword.lineno, f"{keyword.lineno}: {name}: no comment with a reason and a link"))
                continue
            for names, subject in SUBJECTS.items():
                if dialect is not None and names.fullmatch(name) and not subject.search(f"{heading} {own}"):
                    found.append((keyword.lineno, f"{keyword.lineno}: {name}: the comment is about something else"))
    return [text for _, text in sorted(found)]


def written_defaults(source: str) -> list[str]:
    """Values that a dialect would have anyway: `line: name`."""
    found: list[str] = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id not in DIALECTS:
            continue
        usual = DIALECTS[call.func.id]()
        for keyword in call.keywords:
            try:
                value = ast.literal_eval(keyword.value)
            except ValueError:  # a value that is a name or a call: what it is shows when it is imported
                continue
            if keyword.arg is not None and value == getattr(usual, keyword.arg):
                found.append(f"{keyword.lineno}: {keyword.arg}")
    return found


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_every_value_has_its_reason_and_link(path: Path) -> None:
    """What differs from the wire's reference vendor stands under, or before, a comment with a link that says why."""
    assert [] == unreasoned(path.read_text("utf-8"))


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_no_value_is_the_one_it_would_have_anyway(path: Path) -> None:
    """A dialect lists differences: a value that is the default says that there is one where there is none."""
    assert [] == written_defaults(path.read_text("utf-8"))


@pytest.mark.parametrize("path", [*VENDORS, Path(known.__file__)], ids=lambda path: path.stem)
def test_every_set_of_schema_rules_names_its_page(path: Path) -> None:
    """What a vendor takes of JSON Schema is said with the page it was read on: as its source, or in a comment right above."""
    source = path.read_text("utf-8")
    alone, _ = remarks(source)
    bare: list[int] = []
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "SchemaRules":
            page = {keyword.arg: keyword.value for keyword in call.keywords}.get("source")
            above = " ".join([alone.get(call.lineno - 2, ""), alone.get(call.lineno - 1, "")])
            if not is_reason(above) and not (isinstance(page, ast.Constant) and LINK.fullmatch(str(page.value))):
                bare.append(call.lineno)

    assert [] == bare


@pytest.mark.parametrize("name", sorted(set(known.__all__) - {"OBJECT"}))
def test_shared_schema_rules_name_their_pages(name: str) -> None:
    """Whose limits changed a schema is said with the page, in each of the four kinds."""
    rules = [rule for rule in msgspec.structs.astuple(getattr(known, name)) if rule not in (SchemaRules(), known.OBJECT)]

    assert rules
    assert [] == [rule for rule in rules if LINK.fullmatch(rule.source) is None]


DIALECT = "PROVIDER = Provider('v', 'V', 'https://v.example', dialect=ChatDialect(\n{}\n))\n"


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        ("    # What https://v.example/docs lists.\n    names=False,\n    top_k=True,", []),
        ("    names=False,  # refused: https://v.example/docs", []),
        ("    names=False,", ["names"]),
        ("    # Names are refused.\n    names=False,", ["names"]),
        ("    # https://v.example/docs\n    names=False,", ["names"]),
        ("    # Refused: https://v.example/docs\n    names=False,\n    # Also refused.\n    top_k=True,", ["top_k"]),
        ("    top_k=True,\n    # Refused: https://v.example/docs\n    names=False,", ["top_k"]),
        ("    # What https://v.example/docs lists.\n    names=False,\n    echo='always',", ["echo"]),
        ("    # The same page: refused.\n    names=False,", ["names"]),
        ("    # What https://v.example/docs lists.\n    names=False,\n    # The same page: taken.\n    top_k=True,", []),
        ("    # Reasoning comes back: https://v.example/docs\n    echo='always',\n    echo_field='reasoning',", []),
        ("    # Some text, see http://v.example\n    names=False,", ["names"]),
        (
            "    # What https://v.example/docs lists.\n    drop=(\n        # within\n        'n',\n    ),\n    names=False,",
            [],
        ),
        ("    drop=(\n        # What https://v.example/docs lists.\n        'n',\n    ),", ["drop"]),
    ],
    ids=lambda value: None,
)
def test_the_reader_sees_what_is_missing(lines: str, missing: list[str]) -> None:
    """A link that stands elsewhere, or alone, or is about something else, does not count."""
    assert missing == [text.split(": ")[1] for text in unreasoned(DIALECT.format(lines))]


def test_the_reader_sees_other_ways_of_a_provider() -> None:
    """Headers and credentials that are a vendor's own want a reason too, and each keeps to its own call."""
    source = """
PROVIDER = Provider(
    "v",
    dialect=ChatDialect(
        # What https://v.example/docs lists.
        names=False,
    ),
    headers={"x": "y"},
)
"""

    assert ["8: headers: no comment with a reason and a link"] == unreasoned(source)


def test_the_reader_sees_values_that_are_no_difference() -> None:
    """A default that is written out is found, and a difference is not."""
    assert ["2: names"] == written_defaults(DIALECT.format("    names=True,\n    top_k=True,"))
