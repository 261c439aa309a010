"""Thousands of exchanges, a fifth of them disturbed: does each end once and rightly, and does anything stay behind?

    python benchmarks/soak.py [--exchanges 10000] [--width 8] [--seed 1]

One `Client` in threads and one `AsyncClient` in tasks speak every wire format with a server in a process of its own, at the
same time, `--width` exchanges each. After every tenth of the exchanges all is quiet, and what the process keeps is
counted: see `Kept`. The command ends in 1 when an exchange ended otherwise than its case says, or something stays.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from soak_cases import CASES, FACES, INJECTED, TOOL, Case, Exchange, arguments, exchanges, said

from dragoman import AsyncClient, Client
from dragoman.engine.policy import Retry
from dragoman.errors import DragomanError
from dragoman.protocols import NAMES as WIRES
from dragoman.providers import NAMES, load
from dragoman.types import Event, Finished, Response, TextDelta

__all__ = ["Kept", "Outcome", "growth", "leaks", "main", "wrong"]

ROUNDS = 10
ENOUGH = 5_000
"""Exchanges from which on memory is judged: before, all that is made once has not been made."""
EARLY = 0.02
"""Seconds after which a caller stops what has not begun to answer."""
PAUSES = 20
"""Pieces of text between which a slow reader pauses."""

# What must be gone when all is quiet, by the modules of the classes.
_PASSING = ("dragoman.stream", "dragoman.astream", "dragoman.beside", "dragoman.engine.", "dragoman.wire.", "dragoman.transport.")


class Own(Exception):
    """What the caller's own code raises while it reads."""


class Outcome:
    """What became of one exchange: how it ended, each time it did, and the text that came."""

    def __init__(self) -> None:
        self.ends: list[str] = []
        self.text: list[str] = []
        self.after = 0
        self.response: Response | None = None
        self.tries: int | None = None

    def saw(self, event: Event) -> None:
        """An event was delivered."""
        if self.ends:
            self.after += 1
        if isinstance(event, TextDelta):
            self.text.append(event.text)
        elif isinstance(event, Finished):
            self.ends.append("Finished")

    def got(self, response: Response, *, whole: bool) -> None:
        """The call came back."""
        self.response, self.tries = response, len(response.attempts)
        if whole:
            self.text.append(response.text)
            self.ends.append("Finished")

    def failed(self, error: BaseException) -> None:
        """The call raised."""
        self.ends.append(type(error).__name__)
        if isinstance(error, DragomanError):
            self.tries = len(error.attempts)
            if error.partial is not None and error.partial.finish is not None:
                self.ends.append("a partial that is whole")


def wrong(exchange: Exchange, outcome: Outcome) -> str | None:
    """What is wrong with how an exchange ended, None when nothing is."""
    case, whole, text = CASES[exchange.case], said(exchange), "".join(outcome.text)
    if len(outcome.ends) != 1 or outcome.ends[0] not in exchange.ends:
        found = " and ".join(outcome.ends) or "nothing"
        return f"it ended in {found}, not in {' or '.join(exchange.ends)}"
    if outcome.after:
        return f"{outcome.after} events came after its end"
    if outcome.tries is not None and case.tries is not None and outcome.tries != case.tries:
        return f"it took {outcome.tries} tries, not {case.tries}"
    if outcome.ends != ["Finished"]:
        return None if whole.startswith(text) else f"what came before its end is wrong: {text[:80]!r}"
    response = outcome.response
    if response is None or response.finish is None:
        return "the response does not say that it is finished"
    if not text == whole == response.text:
        return f"its text is wrong: {text[:80]!r}"
    calls = [(called.name, called.input) for called in response.tool_calls]
    if calls != ([(TOOL, arguments(exchange.number))] if exchange.case == "tool call" else []):
        return f"its tool calls are wrong: {calls}"
    return None


class Threads:
    """The exchanges that a program with threads makes."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self.client = Client(**settings)

    def make(self, exchange: Exchange, outcome: Outcome) -> None:
        """Make one exchange; the outcome is told of everything."""
        case = CASES[exchange.case]
        model, question, options = _asked(exchange, case)
        client = Client(**self._settings) if case.act == "close" else self.client
        other = _later(client.close) if case.act == "close" else None
        try:
            if exchange.streams:
                self._stream(client.stream(model, question, **options), case.act, outcome)
            else:
                outcome.got(client.chat(model, question, **options), whole=True)
        except (DragomanError, Own) as error:
            outcome.failed(error)
        finally:
            if other is not None:
                other.join()

    def _stream(self, stream: Any, act: str, outcome: Outcome) -> None:
        if act == "forget":
            for event in stream:
                outcome.saw(event)
                if outcome.text:
                    outcome.ends.append("left")
                    break
            return
        others: list[threading.Thread] = [_later(stream.cancel)] if act == "cancel early" else []
        try:
            with stream:
                for event in stream:
                    outcome.saw(event)
                    if act and outcome.text and _reads_on(act, stream, outcome, others) is False:
                        break
                    if act == "sleep" and len(outcome.text) < PAUSES:
                        time.sleep(0.001)
            if "left" not in outcome.ends:
                outcome.got(stream.response, whole=False)
        finally:
            for other in others:
                other.join()


class Tasks:
    """The exchanges that a program of asyncio makes."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self.client = AsyncClient(**settings)

    async def make(self, exchange: Exchange, outcome: Outcome) -> None:
        """Make one exchange; the outcome is told of everything."""
        act = CASES[exchange.case].act
        client = AsyncClient(**self._settings) if act == "close" else self.client
        task = asyncio.create_task(self._made(client, exchange, outcome))
        try:
            if act in ("task early", "close"):
                await asyncio.sleep(EARLY)
                await client.close() if act == "close" else task.cancel()
            elif act == "task":
                while not outcome.text and not task.done():
                    await asyncio.sleep(0.002)
                task.cancel()
            await task
        except (DragomanError, Own, asyncio.CancelledError) as error:
            outcome.failed(error)

    async def _made(self, client: AsyncClient, exchange: Exchange, outcome: Outcome) -> None:
        case = CASES[exchange.case]
        model, question, options = _asked(exchange, case)
        if exchange.streams:
            await self._stream(client.stream(model, question, **options), case.act, outcome)
        else:
            outcome.got(await client.chat(model, question, **options), whole=True)

    async def _stream(self, stream: Any, act: str, outcome: Outcome) -> None:
        if act == "forget":
            async for event in stream:
                outcome.saw(event)
                if outcome.text:
                    outcome.ends.append("left")
                    break
            return
        others: list[threading.Thread] = [_later(stream.cancel)] if act == "cancel early" else []
        try:
            async with stream:
                async for event in stream:
                    outcome.saw(event)
                    if act and outcome.text and _reads_on(act, stream, outcome, others) is False:
                        break
                    if act == "sleep" and len(outcome.text) < PAUSES:
                        await asyncio.sleep(0.001)
            if "left" not in outcome.ends:
                outcome.got(stream.response, whole=False)
        finally:
            for other in others:
                other.join()


def _reads_on(act: str, stream: Any, outcome: Outcome, others: list[threading.Thread]) -> bool:
    """What the caller does once text has come; whether it reads on."""
    if act == "break":
        outcome.ends.append("left")
        return False
    if act == "raise":
        raise Own
    if act == "cancel" and not others:
        others.append(threading.Thread(target=stream.cancel))
        others[0].start()
    return True


def _later(function: Any) -> threading.Thread:
    """A thread that does something in a while."""
    timer = threading.Timer(EARLY, function)
    timer.start()
    return timer


def _asked(exchange: Exchange, case: Case) -> tuple[str, str, dict[str, Any]]:
    model = f"{_speaker(exchange.wire)}:a-model"
    return model, f"soak {exchange.number} {exchange.case}", {"timeout": case.timeouts}


_SPEAKERS: dict[str, str] = {}


def _speaker(wire: str) -> str:
    """The first provider that speaks a wire format."""
    if not _SPEAKERS:
        _SPEAKERS.update({provider.protocol: provider.name for provider in map(load, reversed(NAMES))})
    return _SPEAKERS[wire]


def _settings(server: str) -> dict[str, Any]:
    """A client's settings for a server that tells wire formats by their paths."""
    speakers = [load(_speaker(wire)) for wire in WIRES]
    plain = {ord(sign): None for sign in "{}"}
    paths = {speaker.name: urlsplit(speaker.base_url or "").path.translate(plain) for speaker in speakers}
    paths[_speaker("mistral_chat")] = "/mistral/v1"  # its own path is that of OpenAI's
    return {
        "base_urls": {name: server + path for name, path in paths.items()},
        "keys": dict.fromkeys(paths, "sk-soak"),
        "retry": Retry(attempts=2, base=0.0, budget=None),
    }


class Kept(NamedTuple):
    """What the process keeps when all is quiet.

    `resident` bytes as they are, and those left (`needed`) when the C library gives back what it keeps free; open file
    handles and how many of them are sockets, threads and tasks; and, after a full collection of garbage, how many `blocks` of
    memory Python has given out, how many `objects` the collector knows, and by name those that belong to single exchanges.
    """

    resident: int
    needed: int
    files: int
    sockets: int
    threads: int
    tasks: int
    blocks: int
    objects: int
    passing: dict[str, int]


def kept(runner: asyncio.Runner) -> Kept:
    """Count it."""
    handles, threads, resident = _handles(), threading.active_count(), _resident()
    tasks = len(asyncio.all_tasks(runner.get_loop()))
    gc.collect()
    passing: Counter[str] = Counter()
    known = gc.get_objects()
    for item in known:
        kind = type(item)
        if str(kind.__module__).startswith(_PASSING):
            passing[f"{kind.__module__}.{kind.__name__}"] += 1
    objects = len(known)
    del known
    blocks = sys.getallocatedblocks()
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:  # of glibc alone
        trim(0)
    sockets = len([handle for handle in handles if handle.startswith("socket:")])
    return Kept(resident, _resident(), len(handles), sockets, threads, tasks, blocks, objects, dict(passing))


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _handles() -> list[str]:
    """What the open file handles are."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            continue  # the one that listed them
    return found


def leaks(before: Kept, tenths: Sequence[Kept], after: Kept, width: int) -> list[str]:
    """What stays that should not: beside what was there before, while all is quiet and when the clients are closed."""
    found = []
    for at, now in enumerate(tenths, 1):
        if now.threads > before.threads:
            found.append(f"{now.threads - before.threads} threads are left after tenth {at}")
        if now.tasks:
            found.append(f"{now.tasks} tasks are left after tenth {at}")
        # What a client keeps open for the next exchange is at most what it had open at once.
        if now.sockets > before.sockets + 2 * width:
            found.append(f"{now.sockets - before.sockets} sockets are open after tenth {at}, for {2 * width} exchanges at once")
        if now.files - now.sockets > before.files - before.sockets:
            found.append(f"{now.files - now.sockets - before.files + before.sockets} other files are open after tenth {at}")
    for name, count in tenths[-1].passing.items():
        if count - before.passing.get(name, 0) > 2 * width:
            found.append(f"{count} of {name} are left after the last tenth, for {2 * width} exchanges at once")
    for name in ("files", "sockets", "threads", "tasks"):
        more = getattr(after, name) - getattr(before, name)
        if more > 0:
            found.append(f"{more} {name} are left when the clients are closed")
    for name, count in after.passing.items():
        if (more := count - before.passing.get(name, 0)) > 0:
            found.append(f"{more} of {name} are left when the clients are closed")
    return found


def growth(second: Kept, last: Kept) -> list[str]:
    """What is more after the last tenth than after the second, by more than the measures waver.

    What the C library keeps free for later wavers most, with the threads that come and go: it is bounded, not flat.
    """
    found = []
    for name, most in (("resident", 0.2), ("needed", 0.05), ("blocks", 0.01), ("objects", 0.01)):
        then, now = getattr(second, name), getattr(last, name)
        if now > then * (1 + most):
            found.append(f"{name} grew from {then} to {now}, more than {most:.0%}")
    return found


class Soak:
    """Both faces at work, round by round."""

    def __init__(self, server: str, width: int) -> None:
        self.width = width
        self.bad: list[str] = []
        self.ends: Counter[str] = Counter()
        settings = _settings(server)
        self._threads = Threads(settings)
        self._tasks = Tasks(settings)

    def round(self, some: Sequence[Exchange], runner: asyncio.Runner) -> None:
        """Make these exchanges; all is quiet when it returns."""
        waiting = {face: iter([exchange for exchange in some if exchange.face == face]) for face in FACES}
        lock = threading.Lock()
        workers = [threading.Thread(target=self._work, args=(waiting["threads"], lock)) for _ in range(self.width)]
        for worker in workers:
            worker.start()
        runner.run(self._gather(waiting["asyncio"]))
        for worker in workers:
            worker.join()

    def close(self, runner: asyncio.Runner) -> None:
        """Close both clients."""
        self._threads.client.close()
        runner.run(self._tasks.client.close())

    def _work(self, waiting: Iterator[Exchange], lock: threading.Lock) -> None:
        while True:
            with lock:
                exchange = next(waiting, None)
            if exchange is None:
                return
            outcome = Outcome()
            try:
                self._threads.make(exchange, outcome)
            except Exception as error:
                outcome.failed(error)
            self._note(exchange, outcome)

    async def _gather(self, waiting: Iterator[Exchange]) -> None:
        async def work() -> None:
            for exchange in waiting:
                outcome = Outcome()
                try:
                    await self._tasks.make(exchange, outcome)
                except Exception as error:
                    outcome.failed(error)
                self._note(exchange, outcome)

        await asyncio.gather(*[work() for _ in range(self.width)])
        await asyncio.sleep(0)  # closed connections go in the loop's next turn
        while len(asyncio.all_tasks()) > 1:  # what was not closed is closed by tasks of the loop's
            await asyncio.sleep(0)

    def _note(self, exchange: Exchange, outcome: Outcome) -> None:
        self.ends.update(outcome.ends)
        trouble = wrong(exchange, outcome)
        if trouble is not None:
            kind = "streamed" if exchange.streams else "whole"
            self.bad.append(f"{exchange.case!r}, {exchange.wire}, {kind}, {exchange.face}, {exchange.number}: {trouble}")


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What is said where nobody can catch it: warnings of what was not closed, errors in threads, tasks and destructors."""
    heard: list[str] = []
    loud = logging.Handler(logging.ERROR)
    loud.emit = lambda record: heard.append(f"logged: {record.getMessage()}")  # type: ignore[method-assign]
    hooks = sys.unraisablehook, threading.excepthook
    sys.unraisablehook = lambda what: heard.append(f"unraisable: {what.exc_value!r} in {what.object!r}")
    threading.excepthook = lambda what: heard.append(f"in a thread: {what.exc_value!r}")
    logging.getLogger().addHandler(loud)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = lambda message, category, *_where, **_more: heard.append(f"{category.__name__}: {message}")
            yield heard
    finally:
        logging.getLogger().removeHandler(loud)
        sys.unraisablehook, threading.excepthook = hooks


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f}"


_COLUMNS = ("resident", "needed", "files", "sockets", "threads", "tasks", "blocks", "objects", "passing")


def _row(name: str, now: Kept) -> str:
    cells = [_mib(now.resident), _mib(now.needed), *now[2:-1], sum(now.passing.values())]
    return " ".join([f"{cell:>8}" for cell in (name, *cells)])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Gives 1 when something was wrong."""
    parser = argparse.ArgumentParser(description="Exchanges with faults among them: does each end once, and does anything stay?")
    parser.add_argument("--exchanges", type=int, default=10_000, help="how many (10000), at least 20")
    parser.add_argument("--width", type=int, default=8, help="how many at once, for each face (8)")
    parser.add_argument("--seed", type=int, default=1, help="another number draws them in another order (1)")
    chosen = parser.parse_args(arguments)
    if chosen.exchanges < 2 * ROUNDS:
        parser.error(f"--exchanges: at least {2 * ROUNDS}")
    command = [sys.executable, str(Path(__file__).with_name("soak_server.py"))]
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server, _listening() as heard:
        assert server.stdin is not None
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        every = exchanges(chosen.exchanges, chosen.seed)
        tenths: list[Kept] = []
        with asyncio.Runner() as runner:
            soak = Soak(address, chosen.width)
            before = kept(runner)
            print(" ".join([f"{cell:>8}" for cell in ("done", *_COLUMNS)]))
            print(_row("before", before))
            for at in range(ROUNDS):
                start, end = (len(every) * step // ROUNDS for step in (at, at + 1))
                soak.round(every[start:end], runner)
                tenths.append(kept(runner))
                print(_row(str(end), tenths[-1]), flush=True)
            soak.close(runner)
            ends, bad, width = soak.ends, soak.bad, soak.width
            del soak
            after = kept(runner)
            print(_row("closed", after))
        server.stdin.write("\n")
        server.stdin.flush()
        left = int(server.stdout.readline())
        server.stdin.close()
        gc.collect()
    if left:
        bad.append(f"the server still has {left} connections")
    if server.returncode:
        bad.append(f"the server ended in {server.returncode}")
    bad += leaks(before, tenths, after, width)
    bad += growth(tenths[1], tenths[-1]) if len(every) >= ENOUGH else []
    bad += [f"{words} ({times} times)" for words, times in Counter(heard).items()]
    took, injected = time.monotonic() - began, len([exchange for exchange in every if exchange.case in INJECTED])
    print(f"\n{len(every)} exchanges in {took:.0f} s, of which {injected} with something injected:")
    print(", ".join([f"{count} {name}" for name, count in ends.most_common()]))
    print("\n".join([f"BAD {line}" for line in bad]) or "each ended once and rightly, and nothing stays")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
