"""`python -m dragoman.testing.conformance DIR`: play the checks on a folder of recordings."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .checks import CHECKS
from .corpus import CorpusError, load
from .report import failed, render, write_json
from .runner import WIRES, run

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when everything passes, 1 when anything fails, 2 when it was asked wrongly."""
    parser = argparse.ArgumentParser(
        "python -m dragoman.testing.conformance", description="Play recorded exchanges against the protocols."
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="a split of recordings, or a folder that holds splits")
    parser.add_argument("--wire", action="append", choices=sorted(WIRES), help="only this wire (may be repeated)")
    parser.add_argument("--check", action="append", type=int, choices=sorted(CHECKS), help="only this check (may be repeated)")
    parser.add_argument("--id", action="append", default=[], help="only this exchange, and pairs it is part of (may be repeated)")
    parser.add_argument("--jobs", type=int, default=1, help="processes to use")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all results as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="list every failure with all its reasons")
    options = parser.parse_args(arguments)
    try:
        corpus = load(options.folder)
    except CorpusError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if unknown := [name for name in options.id if name not in corpus.exchanges]:
        print(f"error: no such exchange: {', '.join(unknown)}", file=sys.stderr)
        return 2
    wires = list(dict.fromkeys(options.wire)) if options.wire else list(WIRES)
    if options.id and not options.wire:
        wires = [wire for wire in WIRES if wire in {corpus.exchanges[name].wire for name in options.id}]
    if not any(corpus.of_wire(wire) for wire in wires):
        print(f"error: no exchanges of {' or '.join(wires)} in {options.folder}", file=sys.stderr)
        return 2
    reports = run(corpus, wires, options.check or tuple(CHECKS), options.id, max(1, options.jobs))
    counts = Counter([exchange.wire for exchange in corpus.exchanges.values()])
    uncovered = {} if options.wire or options.id else {wire: count for wire, count in counts.items() if wire not in WIRES}
    sys.stdout.write(render(reports, uncovered, verbose=options.verbose))
    if options.json:
        write_json(options.json, reports, uncovered)
    return 1 if failed(reports) else 0


if __name__ == "__main__":
    sys.exit(main())
