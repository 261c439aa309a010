"""Every program in README.md and docs/ runs, unmodified, and prints what the page says it prints.

A fenced block of `python` is a whole program, and a block of `text` that follows it under the same heading its output.
In a block of `console` the lines below `$ dragoman ...` are its output; other commands are not run. In an output `...`
stands for anything.

Programs that name a vendor talk to the embedded model, served on 127.0.0.1: the environment names it as each vendor's
base URL, which is all a user would do. A vendor whose base URL cannot be set so gets no key, and its programs fail.
"""

from __future__ import annotations

import ast
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
import pytest

from dragoman.engine.serve import serve
from dragoman.offline import MODEL, answer
from dragoman.providers import all_providers
from dragoman.testing import Server
from dragoman.transport.local import Reply
from dragoman.wire.http import HttpRequest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OURS = re.compile(r"(^|\|\s*)dragoman\s")


class Program(NamedTuple):
    """Something a page says can be run, and what the page says it prints, if it does."""

    place: str
    kind: str
    code: str
    output: str | None


def programs(page: Path) -> Iterator[Program]:
    """The programs and commands of a page, in order."""
    last: Program | None = None
    text = page.read_text("utf-8")
    # A fenced block, or a heading, which ends what belongs together.
    for found in re.finditer(r"^```(\w*)[^\n]*\n(.*?)^```$|^#", text, re.MULTILINE | re.DOTALL):
        language, body = found[1], found[2]
        if last is not None:
            yield last._replace(output=body) if language == "text" else last
            last = None
        place = f"{page.relative_to(ROOT).as_posix()}:{text.count(chr(10), 0, found.start()) + 1}"
        if language == "python":
            last = Program(place, language, body, None)
        elif language == "console":
            for command in re.finditer(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
                if OURS.search(command[1]):
                    yield Program(place, language, command[1], command[2])
    if last is not None:
        yield last


PROGRAMS = [program for page in PAGES for program in programs(page)]


def vendor(request: HttpRequest) -> Reply:
    """Any vendor, in its own wire format: the embedded model answers to every model's name."""
    return serve(request, lambda said: answer(msgspec.structs.replace(said, model=MODEL)))


@pytest.fixture(scope="module")
def vendors() -> Iterator[dict[str, str]]:
    """The environment in which every vendor is on this machine."""
    with Server(vendor) as server:
        environment = {}
        for provider in all_providers():
            if provider.base_url_env:
                path = urlsplit(provider.base_url or "").path
                environment |= dict.fromkeys(provider.base_url_env, server.url + path)
                environment |= dict.fromkeys(provider.key_env[:1], "a-key-for-nobody")
        yield environment
        assert [] == server.errors


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A folder with the command `dragoman` in it, whether or not it is installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "dragoman"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from dragoman.cli import main; raise SystemExit(main())" "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.place)
def test_a_program_runs_and_prints_what_the_page_says(
    program: Program, vendors: dict[str, str], command: Path, tmp_path: Path
) -> None:
    """A reader who copies a program from a page gets what the page shows."""
    # A short program may leave its client to the end of the process.
    python = [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c"]
    run = python if program.kind == "python" else ["/bin/sh", "-c"]
    outcome = subprocess.run(
        [*run, program.code],
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
            "PATH": os.pathsep.join([str(command), os.defpath]),
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUTF8": "1",
            **vendors,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "" == outcome.stderr
    assert outcome.stdout.strip(), "a program on a page shows something"
    if program.output is not None:
        assert matches(outcome.stdout, program.output), f"the page says\n{program.output}\nbut it prints\n{outcome.stdout}"


def matches(printed: str, said: str) -> bool:
    """Whether output is what a page says, where `...` is anything and blanks at line ends do not count."""
    lines = [[line.rstrip() for line in text.strip().splitlines()] for text in (printed, said)]
    pattern = re.escape("\n".join(lines[1])).replace(re.escape("..."), ".*")
    return re.fullmatch(pattern, "\n".join(lines[0]), re.DOTALL) is not None


def test_programs_satisfy_a_strict_type_checker(tmp_path: Path) -> None:
    """What the pages show is what a type checker accepts."""
    for number, program in enumerate(program for program in PROGRAMS if program.kind == "python"):
        (tmp_path / f"program_{number}.py").write_text(f"# {program.place}\n{program.code}", "utf-8")
    strict = ["--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache")]
    outcome = subprocess.run(
        [sys.executable, "-m", "mypy", *strict, str(tmp_path)],
        env={"MYPYPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("page", sorted({*PAGES, *ROOT.glob("*.md")}), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A link to another file of the project finds it."""
    links = re.findall(r"\]\((?!\w+:)([^)#\s]+)", page.read_text("utf-8"))

    assert [] == [link for link in links if not (page.parent / link).exists()]


def test_the_readme_has_programs() -> None:
    """The pages are read as they are written: the first program of README.md comes with its output."""
    first = next(program for program in PROGRAMS if program.kind == "python")

    assert first.place.startswith("README.md:")
    assert ast.parse(first.code).body
    assert first.output


@pytest.mark.parametrize(
    ("printed", "said", "expected"),
    [
        ("one\ntwo\n", "one\ntwo", True),
        ("one \ntwo\n", "one\ntwo\n", True),
        ("one\ntwo\nthree\n", "one\n...\n", True),
        ("17 tokens (a*b)\n", "... tokens (a*b)\n", True),
        ("one\ntwo\n", "one\n", False),
        ("1 tokens\n", ". tokens\n", False),
    ],
)
def test_output_is_compared_exactly_but_for_dots(printed: str, said: str, expected: bool) -> None:
    """Three dots stand for anything, and nothing else does."""
    assert expected == matches(printed, said)
