"""Measurements as Markdown tables: one for each measure, and one of ratios for each measure and wire format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from clients import MEASURES, OFFICIAL, Driver

__all__ = ["Row", "ratios", "table"]


class Row(NamedTuple):
    """One measurement: CPU seconds for each event or call, wall seconds to the first text, and what was wrong."""

    measure: str
    driver: str
    seconds: float
    wrong: str = ""
    first: float | None = None


def table(measure: str, rows: Sequence[Row], drivers: Mapping[str, Driver]) -> str:
    """One measure: medians, spread, ratios within this run, and how many answers were wrong."""
    mode = MEASURES[measure].mode
    unit, scale = ("ms", 1e3) if mode in ("import", "cold") else ("µs", 1e6)
    by_driver: dict[str, list[Row]] = {}
    for row in rows:
        by_driver.setdefault(row.driver, []).append(row)
    medians = _medians(rows)
    head = ["driver", f"CPU {unit}", "min–max", "× limit", "× dragoman", "wrong"]
    head[3:3] = ["to first text, ms"] if mode == "cold" else []
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    for label, found in sorted(by_driver.items(), key=lambda item: (item[0].partition("/")[2], medians[measure, item[0]])):
        times = [row.seconds * scale for row in found]
        firsts = [row.first * 1e3 for row in found if row.first is not None]
        limit = medians.get((measure, "limit/" + label.partition("/")[2]))
        twin = medians.get((measure, drivers[label].twin if label in drivers else "dragoman"))
        bad = sum([row.wrong != "" for row in found])
        cells = [label, f"{median(times):.2f}", f"{min(times):.2f}–{max(times):.2f}"]
        cells += [f"{median(firsts):.0f}"] if firsts else [""] if mode == "cold" else []
        cells += [f"{medians[measure, label] / other:.2f}" if other else "" for other in (limit, twin)]
        lines.append("| " + " | ".join([*cells, f"BAD {bad}" if bad else ""]) + " |")
    complaints = sorted({f"{row.driver}: {row.wrong}" for row in rows if row.wrong})
    return "\n".join([f"\n### {measure}: {MEASURES[measure].about}\n", *lines, *[f"\nBAD {line}" for line in complaints]])


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
