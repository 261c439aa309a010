"""Which checks are played on what, on one processor or several."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ... import protocols
from .checks import CHECKS, Result, Suite
from .corpus import Corpus, Exchange
from .rules import WireRules
from .vendors import dialect_of

__all__ = ["WIRES", "WireReport", "load_rules", "load_suite", "run", "run_suite"]

WIRES: dict[str, str] = {
    "openai-chat": "openai_chat",
    "anthropic-messages": "anthropic_messages",
    "bedrock-converse": "bedrock_converse",
    "bedrock-invoke": "anthropic_bedrock",
    "cohere-v2": "cohere_chat",
    "mistral-chat": "mistral_chat",
    "ollama-chat": "ollama_chat",
    "gemini-generate": "gemini",
    "gemini-interactions": "gemini_interactions",
    "openai-responses": "openai_responses",
}
"""The wires that are covered, by the module beside this one that holds their rules."""


@dataclass
class WireReport:
    """All results of one wire; `error` says why nothing could be played."""

    wire: str
    exchanges: int
    results: list[Result] = field(default_factory=list)
    error: str | None = None


def load_rules(wire: str) -> WireRules:
    """The rules of a wire. Raises LookupError with the known names."""
    if wire not in WIRES:
        raise LookupError(f"no rules for wire {wire!r}; covered: {', '.join(WIRES)}")
    rules: WireRules = import_module(f".{WIRES[wire]}", __package__).RULES
    return rules


def load_suite(wire: str) -> Suite:
    """The checks of a wire with the protocol this library has for it."""
    rules = load_rules(wire)

    def dialect(exchange: Exchange) -> Any:
        return dialect_of(rules, exchange)

    return Suite(rules, protocols.load(rules.protocol), dialect)


def run(
    corpus: Corpus, wires: Iterable[str], checks: Collection[int], ids: Collection[str] = (), jobs: int = 1
) -> list[WireReport]:
    """Play checks on the wires of a corpus; `ids` narrows it to these exchanges and the pairs they are part of."""
    reports = []
    pool = ProcessPoolExecutor(jobs, initializer=_start, initargs=(corpus,)) if jobs > 1 else None
    try:
        for wire in wires:
            count = len(corpus.of_wire(wire))
            try:
                suite = load_suite(wire)
            except (ImportError, AttributeError) as error:
                reports.append(WireReport(wire, count, error=f"cannot load the protocol: {error}"))
                continue
            if pool is None:
                results = run_suite(suite, corpus, checks, ids)
            else:
                tasks = _tasks(corpus, wire, checks, ids)
                size = max(1, len(tasks) // (jobs * 16))
                slices = [tasks[at : at + size] for at in range(0, len(tasks), size)]
                results = [result for part in pool.map(_play_tasks, [(wire, part) for part in slices]) for result in part]
            reports.append(WireReport(wire, count, results))
    finally:
        if pool is not None:
            pool.shutdown()
    return reports


def run_suite(suite: Suite, corpus: Corpus, checks: Collection[int] = tuple(CHECKS), ids: Collection[str] = ()) -> list[Result]:
    """Play checks with one suite, on the exchanges and pairs of its wire."""
    return [_play(suite, corpus, task) for task in _tasks(corpus, suite.rules.wire, checks, ids)]


_Task = tuple[int, str, str]
"""Check, exchange, and the later exchange of a pair (else empty)."""


def _tasks(corpus: Corpus, wire: str, checks: Collection[int], ids: Collection[str]) -> list[_Task]:
    tasks: list[_Task] = []
    for check in sorted(checks):
        if check == 4:
            tasks += [
                (4, pair.answer, pair.request)
                for pair in corpus.pairs
                if pair.wire == wire and (not ids or pair.answer in ids or pair.request in ids)
            ]
        else:
            tasks += [(check, exchange.id, "") for exchange in corpus.of_wire(wire) if not ids or exchange.id in ids]
    return tasks


def _play(suite: Suite, corpus: Corpus, task: _Task) -> Result:
    check, name, later = task
    if check != 4:
        return suite.run(check, corpus.exchanges[name])
    pair = next(pair for pair in corpus.pairs if (pair.answer, pair.request) == (name, later))
    missing = [end for end in (name, later) if end not in corpus.exchanges]
    if missing:
        return Result(4, pair.id, "fail", (f"the pair names {missing[0]}, which is not in the recordings",))
    return suite.run_pair(pair, corpus.exchanges[name], corpus.exchanges[later])


_shared: list[Corpus] = []


def _start(corpus: Corpus) -> None:
    _shared.append(corpus)


def _play_tasks(job: tuple[str, list[_Task]]) -> list[Result]:
    wire, tasks = job
    suite = load_suite(wire)
    return [_play(suite, _shared[0], task) for task in tasks]
