"""What the report says about results."""

from __future__ import annotations

import json
from pathlib import Path

from dragoman.testing.conformance import Result, WireReport
from dragoman.testing.conformance.report import failed, render, write_json

MIXED = WireReport(
    "openai-chat",
    3,
    [
        Result(1, "a", "pass", used=("call without an id",)),
        Result(1, "b", "fail", ("text is 1", "model is 2")),
        Result(1, "c", "n/a", ("no SDK reads this exchange",)),
    ],
)


def test_totals_failures_and_rules_are_told() -> None:
    """Passed of played, what was not applicable and why, failures with a reason, and rules that nothing needed."""
    text = render([MIXED], {"telex": 2})

    assert "1 decode          1/2; 1 not applicable: no SDK reads this exchange" in text
    assert "1 b: text is 1 (and 1 more)" in text
    assert "call without an id 1x" in text
    assert "error in an SSE field of its own NEVER" in text
    assert "not covered, no protocol yet: telex 2" in text


def test_verbose_tells_all_reasons() -> None:
    """With -v each reason has its line."""
    text = render([MIXED], {}, verbose=True)

    assert "    1 b\n        text is 1\n        model is 2\n" in text


def test_long_lists_are_cut_and_say_so() -> None:
    """A report stays readable when everything fails."""
    report = WireReport("openai-chat", 30, [Result(2, f"id-{number}", "fail", ("cut",)) for number in range(30)])

    assert "2 ... and 20 more (-v shows all)" in render([report], {})
    assert "id-29: cut" not in render([report], {})
    assert "id-29" in render([report], {}, verbose=True)


def test_a_wire_that_cannot_be_played_has_failed() -> None:
    """A protocol that does not load is a failure, and the report says why."""
    report = WireReport("openai-chat", 3, error="cannot load the protocol: no")

    assert "not played: cannot load the protocol: no" in render([report], {})
    assert failed([report])
    assert failed([MIXED])
    assert not failed([WireReport("openai-chat", 1, MIXED.results[:1])])


def test_json_holds_every_result(tmp_path: Path) -> None:
    """Machines get counts by check, uses of rules, and all results with all reasons."""
    write_json(tmp_path / "out.json", [MIXED], {"telex": 2})

    written = json.loads((tmp_path / "out.json").read_text())

    wire = written["wires"]["openai-chat"]
    assert {"decode": {"pass": 1, "fail": 1, "n/a": 1}} == wire["checks"]
    assert {"call without an id": 1} == wire["rules"]
    assert {"check": 1, "id": "b", "status": "fail", "reasons": ["text is 1", "model is 2"], "used": []} == wire["results"][1]
    assert {"telex": 2} == written["not_covered"]
