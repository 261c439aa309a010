"""Measures dragoman beside other clients, by the CPU time of the client's process; benchmarks/README.md says how.

python benchmarks/run.py [MEASURE...] [--reps N] [--only NAME,...] [--setup] [--json OUT]
python benchmarks/run.py --profile DRIVER MEASURE
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENVIRONMENTS = ROOT / ".cache" / "bench"
sys.path.insert(0, str(HERE))

import tapes  # noqa: E402
from prompts import PROMPTS  # noqa: E402

__all__ = ["main"]


class Driver(NamedTuple):
    """A client to be measured: its class, the package it stands for, and what its rows are compared with."""

    target: str
    package: str
    protocol: str
    twin: str = ""


class Measure(NamedTuple):
    """What is measured: the mode of `measure.py`, the tape and its delivery, and the prompt and number of whole calls."""

    mode: str
    about: str
    tape: str = ""
    delivery: str = "burst"
    prompt: str = "short"
    calls: int = 100

    @property
    def path(self) -> str:
        return f"/{self.tape}/{self.delivery}/{PROMPTS[self.prompt]}"


def _family(name: str, module: str, package: str, protocols: str) -> Iterator[tuple[str, Driver]]:
    """The drivers of one package: both wire formats and both faces, as far as it has them."""
    for short, kind, protocol in (("chat", "Chat", "openai_chat"), ("messages", "Messages", "anthropic_messages")):
        if short in protocols:
            yield f"{name}/{short}", Driver(f"{module}:Async{kind}", package, protocol, f"dragoman/{short}")
            yield f"{name}-sync/{short}", Driver(f"{module}:{kind}", package, protocol, f"dragoman-sync/{short}")


DRIVERS: dict[str, Driver] = {
    "limit/chat": Driver("limit:Chat", "limit", "openai_chat", "dragoman/chat"),
    "limit/messages": Driver("limit:Messages", "limit", "anthropic_messages", "dragoman/messages"),
    **dict(_family("dragoman", "ours", "dragoman", "chat messages")),
    **dict(_family("openai", "peer_openai", "openai", "chat")),
    **dict(_family("anthropic", "peer_anthropic", "anthropic", "messages")),
    **dict(_family("litellm", "peer_litellm", "litellm", "chat messages")),
    **dict(_family("lm15", "peer_lm15", "lm15", "chat messages")),
}

REQUIREMENTS = {
    "limit": ["aiohttp", "msgspec"],
    "dragoman": ["--editable", str(ROOT)],
    "openai": ["openai"],
    "anthropic": ["anthropic"],
    "litellm": ["litellm"],
    "lm15": ["lm15"],
}
"""What is installed for each package, each in an environment of its own, because they ask for different versions."""

MEASURES = {
    "import": Measure("import", "one import statement in a bare interpreter"),
    "cold": Measure("cold", "a whole program: start, import, client, a stream of 20 deltas, exit", "text-20"),
    "plain": Measure("whole", "a short whole answer on a kept connection", "whole"),
    "conv200": Measure("whole", "a conversation of 200 turns sent again", "whole", prompt="conversation", calls=20),
    "image": Measure("whole", "an image of 10 MB in base64", "whole", prompt="image", calls=4),
    "burst": Measure("stream", "20,000 text deltas at once", "text-20000"),
    "mix": Measure("stream", "2,000 deltas of thinking, text and four tool calls at once", "mix-2000"),
    "frag": Measure("stream", "20,000 text deltas in pieces of 1,370 bytes", "text-20000", "frag"),
    "single": Measure("stream", "100 text deltas, one each 5 ms", "text-100", "single"),
    "args5k": Measure("stream", "a tool call in 5,000 deltas", "args-5000"),
    "args50k": Measure("stream", "a tool call in 50,000 deltas", "args-50000"),
    "check": Measure("stream", "400 deltas of every kind, to see that all is well", "mix-400", "frag"),
}
USUAL = [name for name in MEASURES if name != "check"]


class Row(NamedTuple):
    """One measurement: CPU seconds for each event or call, wall seconds to the first text, and what was wrong."""

    measure: str
    driver: str
    seconds: float
    wrong: str = ""
    first: float | None = None


class Server:
    """The replay server with the tapes that these measures need."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        names = sorted({f"{measure.tape}/{measure.delivery}" for measure in measures if measure.tape})
        command = [sys.executable, str(HERE / "server.py"), *names]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def interpreters(given: Sequence[str]) -> dict[str, str]:
    """The interpreter for each package: the one given, its own environment, or this one where it has the package."""
    named = dict(pair.split("=", 1) for pair in given)
    found = {}
    for package in REQUIREMENTS:
        own = ENVIRONMENTS / package / "bin" / "python"
        python = named.get(package) or (str(own) if own.exists() else sys.executable)
        if package in named or own.exists() or has(python, "aiohttp" if package == "limit" else package):
            found[package] = python
    return found


def environment() -> dict[str, str]:
    """The environment of a measured process: nothing of the user's that could change what a client does."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT"}}
    return kept | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(HERE)]), "PYTHONWARNINGS": "ignore"}


def has(python: str, module: str) -> bool:
    program = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([python, "-c", program], env=environment(), check=False).returncode == 0


def setup(packages: Sequence[str]) -> None:
    """Make the environments that are missing, with uv where it is there."""
    uv = shutil.which("uv")
    for package in packages:
        folder = ENVIRONMENTS / package
        if (folder / ".ready").exists():
            continue
        print(f"making {folder.relative_to(ROOT)}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        python = str(folder / "bin" / "python")
        if uv:
            subprocess.run([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder)], check=True)
            subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *REQUIREMENTS[package]], check=True)
        else:
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *REQUIREMENTS[package]], check=True)
        (folder / ".ready").touch()


def command(python: str, measure: Measure, driver: Driver, url: str, mode: str = "") -> list[str]:
    """The command line of one measurement."""
    mode = mode or measure.mode
    start = [python, str(HERE / "measure.py"), mode]
    if mode == "import":
        return [*start, "aiohttp" if driver.package == "limit" else driver.package]
    start += [driver.target, url + measure.path]
    if mode == "cold":
        return start
    return [*start, measure.tape] + ([] if mode == "stream" else [measure.prompt, str(measure.calls)])


def children() -> float:
    """CPU seconds of all processes that were started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_once(name: str, measure: Measure, label: str, driver: Driver, python: str, url: str) -> Row:
    """Run one measurement in a fresh process."""
    began = time.monotonic_ns()
    process = subprocess.Popen(
        command(python, measure, driver, url),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    used = children()
    output, errors = process.communicate(timeout=300)
    seconds = children() - used
    lines = [line for line in output.decode().splitlines() if line.startswith("{")]
    if process.returncode or not lines:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        return Row(name, label, float("nan"), f"failed: {' '.join(last) or process.returncode}")
    outcome: dict[str, Any] = json.loads(lines[-1])
    if measure.mode != "cold":
        return Row(name, label, outcome["seconds"], "; ".join(outcome["wrong"]))
    said, wanted = bytes.fromhex(outcome["text"]).decode(), tapes.expected(measure.tape).text
    wrong = "" if said == wanted else f"text: {len(said)} characters of {len(wanted)}"
    return Row(name, label, seconds, wrong, (outcome["first"] - began) / 1e9)


def measure_all(measures: Sequence[str], drivers: dict[str, Driver], pythons: dict[str, str], repetitions: int) -> Iterator[Row]:
    """Every measure of every driver, there and back again (A B B A), so that a slow moment hurts all alike."""
    with Server([MEASURES[name] for name in measures]) as server:
        for name in measures:
            measure = MEASURES[name]
            chosen = list(drivers.items())
            if measure.mode == "import":  # once for each package, whose twin is the package dragoman
                chosen = list({d.package: (d.package, d._replace(twin="dragoman")) for d in drivers.values()}.values())
            for repetition in range(repetitions):
                for label, driver in chosen if repetition % 2 == 0 else reversed(chosen):
                    yield measure_once(name, measure, label, driver, pythons[driver.package], server.url)


def table(measure: str, rows: Sequence[Row]) -> str:
    """One measure as a Markdown table: medians, spread, ratios within this run, and how many answers were wrong."""
    mode = MEASURES[measure].mode
    unit, scale = ("ms", 1e3) if mode in ("import", "cold") else ("µs", 1e6)
    by_driver: dict[str, list[Row]] = {}
    for row in rows:
        by_driver.setdefault(row.driver, []).append(row)
    medians = {label: median([row.seconds for row in found]) for label, found in by_driver.items()}
    head = ["driver", f"CPU {unit}", "min–max", "× limit", "× dragoman", "wrong"]
    head[3:3] = ["to first text, ms"] if mode == "cold" else []
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    for label, found in sorted(by_driver.items(), key=lambda item: (item[0].partition("/")[2], medians[item[0]])):
        times = [row.seconds * scale for row in found]
        firsts = [row.first * 1e3 for row in found if row.first is not None]
        limit = medians.get("limit/" + label.partition("/")[2])
        twin = medians.get(ALL[label].twin if label in ALL else "dragoman")
        bad = sum([row.wrong != "" for row in found])
        cells = [label, f"{median(times):.2f}", f"{min(times):.2f}–{max(times):.2f}"]
        cells += [f"{median(firsts):.0f}"] if firsts else [""] if mode == "cold" else []
        cells += [f"{medians[label] / other:.2f}" if other else "" for other in (limit, twin)]
        lines.append("| " + " | ".join([*cells, f"BAD {bad}" if bad else ""]) + " |")
    complaints = sorted({f"{row.driver}: {row.wrong}" for row in rows if row.wrong})
    return "\n".join([f"\n### {measure}: {MEASURES[measure].about}\n", *lines, *[f"\nBAD {line}" for line in complaints]])


ALL: dict[str, Driver] = dict(DRIVERS)
"""The drivers of this run, those named on the command line included."""


def profile(label: str, measure: Measure, pythons: dict[str, str]) -> int:
    """Print where one driver's time goes."""
    driver = ALL[label]
    with Server([measure]) as server:
        call = command(pythons[driver.package], measure, driver, server.url, "profile")
        return subprocess.run(call, env=environment(), check=False).returncode


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"of {', '.join(MEASURES)}; usually all but check")
    parser.add_argument("--reps", type=int, default=3, metavar="N", help="repetitions; 5 or more on a machine with other work")
    parser.add_argument("--only", default="", metavar="NAME,...", help="drivers, by the beginning of their name")
    parser.add_argument("--setup", action="store_true", help="first make an environment for each package, in .cache/bench")
    parser.add_argument("--python", action="append", default=[], metavar="PACKAGE=PATH", help="the interpreter for a package")
    parser.add_argument("--driver", action="append", default=[], metavar="NAME=FILE:CLASS", help="a driver of your own")
    parser.add_argument("--json", metavar="OUT", help="write every single measurement")
    parser.add_argument("--profile", nargs=2, metavar=("DRIVER", "MEASURE"), help="print a profile instead")
    options = parser.parse_args(arguments)
    for name in [*options.measures, *([options.profile[1]] if options.profile else [])]:
        if name not in MEASURES:
            parser.error(f"unknown measure {name!r}; known: {', '.join(MEASURES)}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; 1 when an answer was wrong."""
    options = parse(arguments)
    for given in options.driver:
        name, _, target = given.partition("=")
        ALL[name] = Driver(target, "dragoman", "", "dragoman/" + name.partition("/")[2])
    wanted = {label: driver for label, driver in ALL.items() if label.startswith(tuple(options.only.split(",")))}
    if options.setup:
        setup(sorted({driver.package for driver in wanted.values()}))
    pythons = interpreters(options.python)
    if options.profile:
        return profile(options.profile[0], MEASURES[options.profile[1]], pythons)
    drivers = {label: driver for label, driver in wanted.items() if driver.package in pythons}
    for package in sorted({driver.package for driver in wanted.values()} - pythons.keys()):
        print(f"{package} is not installed here: left out (--setup installs it)", file=sys.stderr)
    rows = []
    for name in options.measures or USUAL:
        rows += (found := list(measure_all([name], drivers, pythons, options.reps)))
        print(table(name, found), flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps([row._asdict() for row in rows], indent=1))
    return 1 if any(row.wrong for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
