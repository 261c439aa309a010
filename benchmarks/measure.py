"""One measurement in one fresh process; `run.py` starts it in the driver's own environment and reads the line it prints.

    python measure.py import MODULE
    python measure.py cold    DRIVER URL
    python measure.py whole   DRIVER URL TAPE PROMPT CALLS
    python measure.py stream  DRIVER URL TAPE
    python measure.py check   DRIVER URL TAPE          once, to see whether the answer is right
    python measure.py many    DRIVER URL TAPE PROMPT STREAMS      so many streams at once
    python measure.py profile DRIVER URL TAPE PROMPT CALLS

DRIVER is `module:Class`, the module from `drivers/` or a file's path. What counts is the CPU time of this process, user
and system, all threads, between the two ends of the measured work; building requests and checking answers lie outside.

A driver is a class:

| name | what |
|---|---|
| `asynchronous` | whether `whole`, `stream` and `close` are coroutines |
| `Driver(url)` | a client for the server at `url`; made inside the event loop when asynchronous |
| `prepare(turns)` | the turns of `prompts.py` as this client wants them |
| `whole(request)` | one call, not streamed; returns the answer's text |
| `stream(request, sink)` | one streamed call; gives each delta to `sink.text`, `sink.thinking` or `sink.arguments` |
| `close()` | closes the client |
"""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["main"]

SHORT = 0.02
"""Seconds of CPU time that a pass over streams takes at least: of one short call the state of the processor's caches is
measured, and not the work."""
MOST = 50
ENOUGH = 0.3
"""Seconds of CPU time after which a measurement is long enough."""
PASSES = 40
LONG = 3.0
"""Seconds of CPU time after which no further pass is begun, however few there were."""


class Sink:
    """Where a driver puts the deltas it reads."""

    def __init__(self) -> None:
        self.pieces: tuple[list[str], list[str], list[str]] = ([], [], [])
        self.text, self.thinking, self.arguments = [pieces.append for pieces in self.pieces]

    def joined(self) -> tuple[str, str, str]:
        text, thinking, arguments = ["".join(pieces) for pieces in self.pieces]
        return text, thinking, arguments


class Runner:
    """A driver, and one way to call it whether or not it is asynchronous."""

    def __init__(self, name: str, url: str) -> None:
        kind = find(name)
        self._loop = None
        if kind.asynchronous:
            import asyncio

            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        self.driver = self._loop.run_until_complete(_later(kind, url)) if self._loop is not None else kind(url)

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        if self._loop is not None:
            return self._loop.run_until_complete(function(*arguments))
        return function(*arguments)

    def repeated(self, calls: int) -> Callable[[Any], Any]:
        """A function that makes so many whole calls, one after another, and returns their texts."""
        driver = self.driver

        async def later(request: Any) -> list[str]:
            return [await driver.whole(request) for _ in range(calls)]

        def now(request: Any) -> list[str]:
            return [driver.whole(request) for _ in range(calls)]

        return later if self._loop is not None else now


async def _later(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def find(name: str) -> Any:
    """The driver class called `module:Class`."""
    import importlib
    import os

    module, _, kind = name.rpartition(":")
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drivers")
    if os.path.dirname(module):
        folder, module = os.path.split(module.removesuffix(".py"))
    sys.path.insert(0, folder)
    return getattr(importlib.import_module(module), kind)


def measure_import(module: str) -> dict[str, Any]:
    """What one import statement costs in a bare interpreter."""
    before, loaded = time.process_time(), len(sys.modules)
    __import__(module)
    return {"seconds": time.process_time() - before, "modules": len(sys.modules) - loaded, "wrong": []}


def cold(name: str, url: str) -> None:
    """A whole short program: the parent measures the process, and this says when the first text had come and what it
    was, in hexadecimal so that nothing more is imported."""
    first: list[int] = []
    pieces: list[str] = []

    class Sink:
        @staticmethod
        def text(piece: str) -> None:
            if not first:
                first.append(time.monotonic_ns())
            pieces.append(piece)

        thinking = arguments = text

    runner = Runner(name, url)
    runner(runner.driver.stream, runner.driver.prepare(_short()), Sink)
    runner(runner.driver.close)
    print(f'{{"first": {first[0]}, "text": "{"".join(pieces).encode().hex()}"}}', flush=True)


def _short() -> list[Any]:
    from prompts import prompt

    return prompt("short")


def measure_whole(name: str, url: str, tape: str, prompt: str, calls: str) -> dict[str, Any]:
    """The median batch of whole calls on one kept connection."""
    import prompts
    import tapes

    wanted = tapes.expected(tape).text
    runner = Runner(name, url)
    request = runner.driver.prepare(prompts.prompt(prompt))
    repeated = runner.repeated(int(calls))
    wrong: list[str] = []

    def once() -> None:
        if (bad := [text for text in runner(repeated, request) if text != wanted]) and not wrong:
            wrong.append(f"text: {len(bad)} answers differ, the first has {len(bad[0])} characters of {len(wanted)}")

    seconds, passes = _median(once)
    return {"seconds": seconds / int(calls), "passes": passes, "wrong": wrong}


def measure_check(name: str, url: str, tape: str) -> dict[str, Any]:
    """One pass, for what it reads: its time says nothing."""
    return measure_stream(name, url, tape, timed=False)


def measure_stream(name: str, url: str, tape: str, *, timed: bool = True) -> dict[str, Any]:
    """The median pass over a streamed answer, by the number of its deltas."""
    import prompts
    import tapes

    wanted = tapes.expected(tape)
    runner = Runner(name, url)
    request = runner.driver.prepare(prompts.prompt("short"))
    sinks: list[Sink] = []

    def once() -> None:
        sinks.append(Sink())
        runner(runner.driver.stream, request, sinks[-1])

    wrong: list[str] = []

    def check() -> None:
        while sinks:
            pairs = zip(("text", "thinking", "arguments"), sinks.pop().joined(), wanted[:3], strict=True)
            found = [f"{kind}: {len(got)} characters of {len(want)}" for kind, got, want in pairs if not same(kind, got, want)]
            wrong.extend(found if not wrong else [])

    seconds, passes = _once(once, check)
    if not timed:
        return {"seconds": seconds / wanted.events, "passes": passes, "wrong": wrong}
    times = max(1, min(MOST, round(SHORT / max(_once(once, check)[0], 1e-6))))

    def several() -> None:
        for _ in range(times):
            once()

    seconds, passes = _median(several, check)
    return {"seconds": seconds / times / wanted.events, "passes": passes, "wrong": wrong}


def measure_many(name: str, url: str, tape: str, prompt: str, streams: str) -> dict[str, Any]:
    """Many streams at once, one pass; `many.py` says how."""
    import many
    import prompts

    runner = Runner(name, url)
    return many.measure_many(runner, runner.driver, runner.driver.prepare(prompts.prompt(prompt)), tape, int(streams))


def _once(once: Callable[[], None], check: Callable[[], None]) -> tuple[float, int]:
    before = time.process_time()
    once()
    seconds = time.process_time() - before
    check()
    return seconds, 1


def same(kind: str, got: str, want: str) -> bool:
    """Whether it is what was sent: to the letter, or for arguments the same JSON values, as some vendors send no letters."""
    return got == want or (kind == "arguments" and _documents(got) == _documents(want))


def _documents(text: str) -> list[Any]:
    """The JSON values that stand one after another in a text; the text itself when it is not that."""
    import json

    decode, found, at = json.JSONDecoder().raw_decode, [], 0
    while at < len(text):
        try:
            value, at = decode(text, at)
        except ValueError:
            return [text]
        found.append(value)
    return found


def _median(once: Callable[[], None], check: Callable[[], None] = lambda: None) -> tuple[float, int]:
    """The median CPU seconds of a piece of work, after one pass that does not count, and the number of passes."""
    import gc
    import statistics

    once()
    check()
    passes: list[float] = []
    while (spent := sum(passes)) < LONG and (len(passes) < 3 or (spent < ENOUGH and len(passes) < PASSES)):
        gc.collect()
        before = time.process_time()
        once()
        passes.append(time.process_time() - before)
        check()
    return statistics.median(passes), len(passes)


def profile(name: str, url: str, tape: str, prompt: str, calls: str) -> None:
    """Print where the time goes, after one pass that does not count."""
    import cProfile
    import pstats

    import prompts

    runner = Runner(name, url)
    request = runner.driver.prepare(prompts.prompt(prompt))

    def work() -> None:
        if tape.startswith("whole"):
            runner(runner.repeated(int(calls)), request)
        elif tape.startswith("stamped"):
            from many import measure_many

            print(measure_many(runner, runner.driver, request, tape, int(calls)))
        else:
            runner(runner.driver.stream, request, Sink())

    work()
    profiler = cProfile.Profile()
    profiler.runcall(work)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def main(arguments: list[str]) -> None:
    """Measure what the command line asks for and print one line of JSON."""
    mode, *rest = arguments
    if mode == "profile":
        profile(*rest)
        return
    if mode == "cold":
        cold(*rest)
        return
    measures = {"import": measure_import, "whole": measure_whole, "stream": measure_stream, "check": measure_check}
    measures["many"] = measure_many
    outcome: dict[str, Any] = measures[mode](*rest)
    import json

    print(json.dumps(outcome), flush=True)
    # Not the ordinary way out: clients that were left open may take their time over it, or crash.
    import os

    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
