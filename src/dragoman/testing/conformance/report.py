"""What the command prints and writes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .checks import CHECKS, RECORDED_DIALECT
from .runner import WireReport, load_rules

__all__ = ["failed", "render", "write_json"]

_SHOWN = 10


def failed(reports: Sequence[WireReport]) -> bool:
    """Whether anything failed or could not be played."""
    return any(report.error or any(result.status == "fail" for result in report.results) for report in reports)


def render(reports: Sequence[WireReport], uncovered: Mapping[str, int], *, verbose: bool = False) -> str:
    """The report as text: totals, failures, why something was not applicable, and how often each rule was used."""
    lines: list[str] = []
    for report in reports:
        lines.append(f"{report.wire}: {report.exchanges} exchanges")
        if report.error:
            lines += [f"  not played: {report.error}", ""]
            continue
        lines += _totals(report)
        lines += _failures(report, verbose)
        lines += _usage(report)
        lines.append("")
    if uncovered:
        names = ", ".join([f"{wire} {count}" for wire, count in sorted(uncovered.items())])
        lines.append(f"not covered, no protocol yet: {names}")
    return "\n".join(lines).rstrip() + "\n"


def write_json(path: Path, reports: Sequence[WireReport], uncovered: Mapping[str, int]) -> None:
    """All results, for machines."""
    wires: dict[str, Any] = {}
    for report in reports:
        wires[report.wire] = {
            "exchanges": report.exchanges,
            "error": report.error,
            "checks": {
                CHECKS[check]: {status: count for status, count in counts.items() if count}
                for check, counts in _counts(report).items()
            },
            "rules": dict(_used(report)),
            "results": [
                {"check": result.check, "id": result.id, "status": result.status, "reasons": result.reasons, "used": result.used}
                for result in report.results
            ],
        }
    path.write_text(
        json.dumps({"wires": wires, "not_covered": dict(uncovered)}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def _totals(report: WireReport) -> Iterable[str]:
    for check, counts in _counts(report).items():
        total = counts["pass"] + counts["fail"]
        skipped = Counter([result.reasons[0] for result in report.results if result.check == check and result.status == "n/a"])
        apart = "".join([f"; {count} not applicable: {reason}" for reason, count in skipped.most_common()])
        yield f"  {check} {CHECKS[check]:<11} {counts['pass']:>5}/{total}{apart}"


def _failures(report: WireReport, verbose: bool) -> Iterable[str]:
    for check in CHECKS:
        bad = [result for result in report.results if result.check == check and result.status == "fail"]
        shown = bad if verbose else bad[:_SHOWN]
        for result in shown:
            if verbose:
                yield f"    {check} {result.id}"
                yield from [f"        {reason}" for reason in result.reasons]
            else:
                more = f" (and {len(result.reasons) - 1} more)" if len(result.reasons) > 1 else ""
                yield f"    {check} {result.id}: {result.reasons[0][:240]}{more}"
        if len(bad) > len(shown):
            yield f"    {check} ... and {len(bad) - len(shown)} more (-v shows all)"


def _usage(report: WireReport) -> Iterable[str]:
    rules = load_rules(report.wire)
    played = {result.check for result in report.results}
    used = _used(report)
    for title, check, names in (
        ("SDK rules", 1, [rule.name for rule in rules.oracle_rules]),
        ("equivalences", 3, [item.name for item in rules.equivalences]),
        ("across forms", 5, [item.name for item in rules.across]),
    ):
        if check in played and names:
            yield f"  {title}: " + ", ".join([f"{name} {used[name]}x" if used[name] else f"{name} NEVER" for name in names])
    if used[RECORDED_DIALECT]:
        yield f"  pairs: {RECORDED_DIALECT} {used[RECORDED_DIALECT]}x"


def _counts(report: WireReport) -> dict[int, Counter[str]]:
    counts: dict[int, Counter[str]] = {}
    for result in report.results:
        counts.setdefault(result.check, Counter())[result.status] += 1
    return dict(sorted(counts.items()))


def _used(report: WireReport) -> Counter[str]:
    return Counter([name for result in report.results for name in result.used])
