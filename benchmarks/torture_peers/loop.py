"""What every peer of the torture table shares: it reads what to ask from its standard input, a line of JSON each, and
writes what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["KEY", "QUESTION", "READ_SECONDS", "TRIES_AGAIN", "Found", "answer"]

KEY = "a-key-for-nobody"
QUESTION = "How is the weather?"
READ_SECONDS = 1.0
TRIES_AGAIN = 1


@dataclass
class Found:
    """What a client gave: pieces of text, calls as name and arguments, why it ended."""

    text: str = ""
    calls: list[list[Any]] = field(default_factory=list)
    finish: str | None = None


def answer(ask: Callable[[str, bool, Found], None], own: tuple[type[BaseException], ...]) -> None:
    """Ask until the input ends. `own` are the client's own errors."""
    for line in sys.stdin:
        task = json.loads(line)
        found = Found()
        error = typed = None
        try:
            ask(task["root"], task["streams"], found)
        except Exception as problem:
            error, typed = type(problem).__name__, isinstance(problem, own)
        print(json.dumps({"error": error, "typed": typed, **asdict(found)}), flush=True)
