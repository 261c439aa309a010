"""Many streams at once in one process: what `measure.py` does for `conc1000`."""

from __future__ import annotations

import sys
import time
from array import array
from typing import TYPE_CHECKING, Any

import tapes

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["measure_many", "peak", "raise_limit"]


class Sink:
    """Compares the texts of one stream with what was sent as they come, and notes how late each is, in nanoseconds.

    Nothing that came is kept: the memory of the process is the client's.
    """

    def __init__(self, wanted: list[str], late: array[int]) -> None:
        self._wanted, self._late = wanted, late
        self.right = 0
        self.wrong = ""

    def text(self, piece: str) -> None:
        now = time.monotonic_ns()
        stamp = piece[: tapes.MARKED]
        if self.right < len(self._wanted) and piece[tapes.MARKED :] == self._wanted[self.right] and stamp.isdecimal():
            self.right += 1
            self._late.append(now - int(stamp))
        elif not self.wrong:
            self.wrong = f"text {self.right} is {piece[:60]!r}"

    def other(self, piece: str) -> None:
        self.wrong = self.wrong or f"{piece[:60]!r} was not sent"

    thinking = arguments = other

    def complaint(self) -> str:
        """What is not as it was sent; empty when all is."""
        return self.wrong or (f"{self.right} texts of {len(self._wanted)}" if self.right != len(self._wanted) else "")


def measure_many(runner: Callable[..., Any], driver: Any, request: Any, tape: str, streams: int) -> dict[str, Any]:
    """One pass over so many streams, begun at once: their connections, requests and first use of everything included."""
    import asyncio

    if not driver.asynchronous:
        raise SystemExit("many streams at once are measured in asyncio only")
    raise_limit()
    wanted = [part.text[tapes.MARKED :] for part in tapes.parts(tape)]
    late = array("q")
    sinks = [Sink(wanted, late) for _ in range(streams)]

    async def one(sink: Sink) -> str:
        try:
            await driver.stream(request, sink)
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:200]
        return ""

    async def everyone() -> list[str]:
        return await asyncio.gather(*[one(sink) for sink in sinks])

    before = time.process_time()
    outcomes = runner(everyone)
    seconds = time.process_time() - before
    most = peak()
    errors = [outcome for outcome in outcomes if outcome]
    ended = [sink for sink, outcome in zip(sinks, outcomes, strict=True) if not outcome]
    complaints = [complaint for sink in ended if (complaint := sink.complaint())]
    wrong = [f"{len(errors)} streams failed, one with {errors[0]}"] if errors else []
    wrong += [f"{len(complaints)} streams differ, one: {complaints[0]}"] if complaints else []
    ordered = sorted(late) or [0]
    at = {name: ordered[len(ordered) * percent // 100] / 1e9 for name, percent in (("middle", 50), ("late", 99))}
    return {"seconds": seconds / (streams * len(wanted)), "wrong": wrong, "crowd": {"peak": most, "errors": len(errors), **at}}


def peak() -> int:
    """The most bytes this process had resident so far."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))
    except OSError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def raise_limit() -> None:
    """Let this process open as many files as it may: a thousand sockets are more than is usual."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 8192 if most == resource.RLIM_INFINITY else min(8192, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough, most))
