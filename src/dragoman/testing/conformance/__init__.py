"""Conformance: every recorded exchange with a real provider, played against this library's protocols.

```text
python -m dragoman.testing.conformance DIR [--wire W] [--check N] [--id ID] [--jobs N] [--json OUT] [-v]
```

DIR is a split of recordings or a folder that holds splits (`corpus.py` says what is in one). The command prints how many
exchanges pass each of the five checks (`checks.py` says what each holds), lists what fails and why, what a check had
nothing to say about, and how often each rule was used. It exits with 1 when anything fails, with 2 when it was asked
wrongly.

A new wire needs three things: a protocol in `dragoman.protocols`; a module here, named like the wire, that holds
`RULES = WireRules(...)`; and its line in `runner.WIRES`. `rules.py` is the contract of that module. A difference is a
defect of the codec until proven otherwise; where the official SDK is wrong or two ways of writing mean the same, it takes
a named rule with its reason, which looks at causes and never at ids.
"""

from __future__ import annotations

from .checks import CHECKS, Result, Suite
from .corpus import Corpus, CorpusError, Exchange, Pair, load
from .rules import ANY, Equivalence, OracleRule, WireRules
from .runner import WIRES, WireReport, load_rules, load_suite, run, run_suite

__all__ = [
    "ANY",
    "CHECKS",
    "WIRES",
    "Corpus",
    "CorpusError",
    "Equivalence",
    "Exchange",
    "OracleRule",
    "Pair",
    "Result",
    "Suite",
    "WireReport",
    "WireRules",
    "load",
    "load_rules",
    "load_suite",
    "run",
    "run_suite",
]
