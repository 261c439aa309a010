"""The server of a soak, in a process of its own, so that nothing of it counts among what the clients keep.

It prints its address, and then answers every line it is given with how many connections are open, once there are none or
it has waited a while. It ends with its input.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from threading import Lock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from soak_cases import CASES

from dragoman.testing import ScriptedProvider, Turn
from dragoman.types import Request

__all__ = ["main"]

PATIENCE = 5.0
"""Seconds within which a server sees that a client has closed its connection."""


class Script:
    """Says what the case of an exchange says; `tried` is how often each was asked for, by number."""

    def __init__(self) -> None:
        self._tried: Counter[int] = Counter()
        self._lock = Lock()
        self.provider = ScriptedProvider(answer=self.turn)

    def turn(self, request: Request) -> Turn:
        """What this request gets."""
        for kept in (self.provider.requests, self.provider.http):
            kept.clear()
        _, number, case = request.messages[-1].text.split(" ", 2)
        with self._lock:
            self._tried[int(number)] += 1
            tried = self._tried[int(number)]
        return CASES[case].turn(int(number), tried)


def main() -> int:
    """Serve until nobody asks any more. Gives 1 when an answer could not be made."""
    with Script().provider.serve() as server:
        print(server.url, flush=True)
        for _ in sys.stdin:
            patience = time.monotonic() + PATIENCE
            while server.connections and time.monotonic() < patience:
                time.sleep(0.01)
            print(server.connections, flush=True)
        for error in server.errors:
            print(f"the server failed: {error!r}", file=sys.stderr)
    return 1 if server.errors else 0


if __name__ == "__main__":
    sys.exit(main())
