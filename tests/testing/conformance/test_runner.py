"""Which checks are played on what."""

from __future__ import annotations

from types import ModuleType

import pytest

from dragoman import protocols
from dragoman.testing.conformance import WIRES, Corpus, Pair, load_rules, run, run_suite


def test_every_covered_wire_has_its_rules_and_its_protocol() -> None:
    """A name in the table stands for a rules module of that wire, whose protocol the library has."""
    for wire in WIRES:
        rules = load_rules(wire)

        assert wire == rules.wire
        assert rules.protocol in protocols.NAMES


def test_every_rule_has_a_name_and_a_reason() -> None:
    """No two rules of a wire share a name, since uses are counted by it, and each says why it is right."""
    for wire in WIRES:
        rules = load_rules(wire)
        named = [*rules.oracle_rules, *rules.equivalences]

        assert len(named) == len({rule.name for rule in named})
        assert all(len(rule.reason) > 30 for rule in named)


def test_an_unknown_wire_is_refused_with_the_known_ones() -> None:
    """Asking for rules nobody wrote names those that exist."""
    with pytest.raises(LookupError, match="covered: openai-chat, anthropic-messages"):
        load_rules("telex")


def test_all_checks_are_played_on_exchanges_and_pairs(kit: ModuleType) -> None:
    """Four checks play exchanges of the wire, the fourth plays pairs, and other wires are left alone."""
    other = kit.exchange(b"", wire="telex", name="three")
    corpus = Corpus({item.id: item for item in (kit.STREAMED, kit.LATER, other)}, (kit.PAIR,))

    results = run_suite(kit.fake_suite(kit.Fake()), corpus)

    assert [(1, "one"), (1, "two"), (2, "one"), (2, "two"), (3, "one"), (3, "two"), (4, "one>two"), (5, "one"), (5, "two")] == [
        (result.check, result.id) for result in results
    ]


def test_a_run_can_be_narrowed(kit: ModuleType) -> None:
    """Only the asked checks and exchanges are played, with the pairs those are part of."""
    corpus = Corpus({item.id: item for item in (kit.STREAMED, kit.LATER)}, (kit.PAIR,))

    results = run_suite(kit.fake_suite(kit.Fake()), corpus, checks=[4, 3], ids=["two"])

    assert [(3, "two"), (4, "one>two")] == [(result.check, result.id) for result in results]


def test_a_pair_that_points_nowhere_fails(kit: ModuleType) -> None:
    """A pair whose exchange is not in the folder is a failure of the folder, and said."""
    corpus = Corpus({"one": kit.STREAMED}, (Pair("one", "lost", "fake", ("text",)),))

    [result] = run_suite(kit.fake_suite(kit.Fake()), corpus, checks=[4])

    assert ("fail", ("the pair names lost, which is not in the recordings",)) == (result.status, result.reasons)


def test_a_protocol_that_does_not_load_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wire whose protocol cannot be imported is reported with the reason, and the others are still played."""

    def refuse(name: str) -> None:
        raise ImportError("no such codec")

    monkeypatch.setattr(protocols, "load", refuse)

    [report] = run(Corpus(), ["openai-chat"], [1])

    assert "cannot load the protocol: no such codec" == report.error
