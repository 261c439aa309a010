"""Measurements as Markdown tables: one for each measure, and one of ratios for each measure and wire format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from clients import MEASURES, OFFICIAL, Driver

__all__ = ["Crowd", "Row", "ratios", "table"]


class Crowd(NamedTuple):
    """Many streams at once: the most bytes resident, how many failed, and by how many seconds the client delayed the deltas:
    the one in the middle, and the one that 99 of 100 came before."""

    peak: int
    errors: int
    middle: float
    late: float


class Row(NamedTuple):
    """One measurement: CPU seconds for each event or call, what was wrong, wall seconds to the first text, and what is
    known of many streams."""

    measure: str
    driver: str
    seconds: float
    wrong: str = ""
    first: float | None = None
    crowd: Crowd | None = None


def table(measure: str, rows: Sequence[Row], drivers: Mapping[str, Driver]) -> str:
    """One measure: medians, spread, ratios within this run, and how many answers were wrong."""
    mode = MEASURES[measure].mode
    unit, scale = ("ms", 1e3) if mode in ("import", "cold") else ("µs", 1e6)
    by_driver: dict[str, list[Row]] = {}
    for row in rows:
        by_driver.setdefault(row.driver, []).append(row)
    medians = _medians(rows)
    head = ["driver", f"CPU {unit}", "min–max", "× limit", "× dragoman", "wrong"]
    head[3:3] = {"cold": ["to first text, ms"], "many": ["peak MB", "delay ms", "99th ms", "errors"]}.get(mode, [])
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    for label, found in sorted(by_driver.items(), key=lambda item: (item[0].partition("/")[2], medians[measure, item[0]])):
        times = [row.seconds * scale for row in found]
        limit = medians.get((measure, "limit/" + label.partition("/")[2]))
        twin = medians.get((measure, drivers[label].twin if label in drivers else "dragoman"))
        bad = sum([row.wrong != "" for row in found])
        cells = [label, f"{median(times):.2f}", f"{min(times):.2f}–{max(times):.2f}"]
        cells += _more(mode, found)
        cells += [f"{medians[measure, label] / other:.2f}" if other else "" for other in (limit, twin)]
        lines.append("| " + " | ".join([*cells, f"BAD {bad}" if bad else ""]) + " |")
    complaints = sorted({f"{row.driver}: {row.wrong}" for row in rows if row.wrong})
    return "\n".join([f"\n### {measure}: {MEASURES[measure].about}\n", *lines, *[f"\nBAD {line}" for line in complaints]])


def _more(mode: str, found: Sequence[Row]) -> list[str]:
    """The cells that only some measures have."""
    if mode == "cold":
        firsts = [row.first * 1e3 for row in found if row.first is not None]
        return [f"{median(firsts):.0f}" if firsts else ""]
    if mode != "many":
        return []
    crowds = [row.crowd for row in found if row.crowd is not None]
    if not crowds:
        return ["", "", "", ""]
    middle, late = (median([getattr(crowd, name) * 1e3 for crowd in crowds]) for name in ("middle", "late"))
    most = max([crowd.peak for crowd in crowds]) / 1e6
    return [f"{most:.0f}", f"{middle:.1f}", f"{late:.0f}", str(sum([crowd.errors for crowd in crowds]))]


def ratios(rows: Sequence[Row], drivers: Mapping[str, Driver]) -> str:
    """For each wire format and measure how often dragoman (asyncio) costs the limit, and how often the vendor's own package
    costs dragoman: each of its faces beside dragoman's same face, and the smaller number shown."""
    medians = _medians(rows)
    measures = [name for name in MEASURES if any(measure == name for measure, _ in medians) and name != "import"]
    wires = list(dict.fromkeys([driver.wire for label, driver in drivers.items() if label.startswith("dragoman/")]))

    def cell(measure: str, wire: str) -> str:
        ours, limit = medians.get((measure, f"dragoman/{wire}")), medians.get((measure, f"limit/{wire}"))
        shown = f"{ours / limit:.1f}" if ours and limit else "–"
        theirs = [
            medians[measure, label] / medians[measure, driver.twin]
            for label, driver in drivers.items()
            if driver.wire == wire and driver.package in OFFICIAL
            if (measure, label) in medians and (measure, driver.twin) in medians
        ]
        if not theirs:
            return f"{shown} · –"
        return f"{shown} · {min(theirs):.0f}" if min(theirs) >= 10 else f"{shown} · {min(theirs):.1f}"

    lines = ["| wire | " + " | ".join(measures) + " |", "|---|" + "--:|" * len(measures)]
    lines += [f"| {wire} | " + " | ".join([cell(measure, wire) for measure in measures]) + " |" for wire in wires]
    return "\n".join(["\n### dragoman ÷ limit · the vendor's package ÷ dragoman\n", *lines])


def _medians(rows: Sequence[Row]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        found.setdefault((row.measure, row.driver), []).append(row.seconds)
    return {key: median(times) for key, times in found.items()}
