"""The page docs/matrix.md, made by running the programs: what each provider can do, and what each wire format.

Every cell is the outcome of a program that was run against a server on this machine, in the provider's own wire format
and dialect. Nothing here is remembered from an earlier run: the page and a test of it make the rows in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dragoman.errors import Unsupported
from dragoman.protocols import NAMES as WIRE_NAMES
from dragoman.providers import NAMES, load

from . import features
from .programs import PROGRAMS
from .sdks import SDKS
from .stage import Program, perform
from .wires import reference

__all__ = ["COLUMNS", "PAGE", "TESTED", "UNKNOWN", "UNSUPPORTED", "Column", "page", "page_around", "provider_row", "wire_row"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "matrix.md"

TESTED, UNSUPPORTED, UNKNOWN = "✓", "–", "?"


@dataclass(frozen=True)
class Column:
    """A feature: the program that shows it, and the adaptations (`feature/action`) that mean its loss.

    `own_model` asks the model that the provider's data names, where the others ask one that nobody knows.
    """

    title: str
    program: Program
    lost: frozenset[str] = frozenset()
    own_model: bool = False


COLUMNS = (
    Column("text", PROGRAMS["text"], frozenset({"system/dropped"})),
    Column("stream", PROGRAMS["stream"]),
    Column("tools", PROGRAMS["tools"], frozenset({"tools/dropped"})),
    Column("parallel tools", PROGRAMS["parallel tools"], frozenset({"tools/dropped", "tool_calls/changed"})),
    Column("one call at a time", features.one_call, frozenset({"parallel_tools/dropped", "parallel_tool_calls/dropped"})),
    Column("forced tool", features.forced_tool, frozenset({"tool_choice/changed", "tool_choice/dropped"})),
    Column("thinking", features.thinking, frozenset({"reasoning/dropped", "reasoning_effort/dropped"})),
    Column("thinking replay", PROGRAMS["thinking + tools"], frozenset({"thinking/dropped"})),
    Column("image", PROGRAMS["image"], frozenset({"image/dropped", "media/dropped"})),
    Column("PDF", PROGRAMS["PDF"], frozenset({"document/dropped", "media/dropped"})),
    Column("audio", features.audio, frozenset({"audio/dropped", "media/dropped"})),
    Column(
        "structured output",
        PROGRAMS["structured output"],
        frozenset({"output/changed", "output/dropped", "response_format/dropped"}),
    ),
    Column("cache marks", features.cache_marks, frozenset({"cache/dropped"})),
    Column("citations", features.citations),
    Column("logprobs", features.logprobs, frozenset({"logprobs/dropped"})),
    Column("server tools", features.server_tools, frozenset({"tools/dropped"})),
    Column("usage in stream", features.usage_in_stream),
    Column("cost", features.cost, own_model=True),
)


def provider_row(name: str) -> str:
    """The line of one provider. Raises AssertionError where a program finds something amiss."""
    return _line(f"`{name}`", [_cell(name, column) for column in COLUMNS])


def _cell(name: str, column: Column) -> str:
    provider = load(name)
    model = (provider.model if column.own_model else None) or "any-model"
    try:
        stage = perform(column.program, provider, "sync stream", model=model)
    except Unsupported:
        return UNSUPPORTED
    if column.lost & {f"{adaptation.feature}/{adaptation.action}" for adaptation in stage.adaptations}:
        return UNSUPPORTED
    return UNKNOWN if stage.unseen else TESTED


def wire_row(name: str) -> str:
    """The line of one wire format: the ten programs by its reference vendor, and what each had to list."""
    cells = []
    for program in PROGRAMS.values():
        try:
            stage = perform(program, reference(name), "sync stream")
        except Unsupported:
            cells.append(UNSUPPORTED)
            continue
        listed = sorted({adaptation.feature for adaptation in stage.adaptations})
        cells.append(" ".join([TESTED, *[f"`{feature}`" for feature in listed]]))
    return _line(f"`{name}`", [*cells, _sdk(name)])


def _sdk(name: str) -> str:
    return f"`{SDKS[name].package}`" if name in SDKS else ""


def page() -> str:
    """The whole page."""
    return page_around([provider_row(name) for name in NAMES], [wire_row(name) for name in WIRE_NAMES])


def page_around(providers: list[str], wires: list[str]) -> str:
    """The page with these lines in its tables."""
    first = _table(["provider", *[column.title for column in COLUMNS]], providers)
    second = _table(["wire format", *PROGRAMS, "official SDK"], wires)
    return f"{_HEAD}\n{first}\n{_WIRES_HEAD}\n{second}\n{_TAIL}"


def _table(titles: list[str], rows: list[str]) -> str:
    return "\n".join([_line(titles[0], titles[1:]), "|" + "---|" * len(titles), *rows, ""])


def _line(first: str, rest: list[str]) -> str:
    return "| " + " | ".join([first, *rest]) + " |"


_HEAD = f"""# What works where

`make matrix` writes this page; a test runs the same programs and fails when a line of it has changed.

Each cell is a program that ran against a server on this machine, which speaks the provider's wire format, with the
provider's own dialect. It says what this library can say to that provider and read from it, not what each of the
provider's models can do; for that ask the catalogue.

- {TESTED} tested: the program ran, the provider understood what was said, and nothing of the feature was lost
- {UNSUPPORTED} unsupported: the call is refused before it is sent, or the response lists that the feature was dropped or weakened
- {UNKNOWN} unknown: no program shows it
"""
_WIRES_HEAD = f"""## The ten programs on each wire format
By `Client` and `AsyncClient`, whole and streamed, and by the vendor's own client library where there is one. Words
beside {TESTED} are the features that the response lists as adapted.
"""
_TAIL = """The programs are in `tests/programs/`, the same text for every wire format.
"""
