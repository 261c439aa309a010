"""Measures dragoman beside other clients, by the CPU time of the client's process; benchmarks/README.md says how.

python benchmarks/run.py [MEASURE...] [--reps N] [--only NAME,...] [--wire WIRE,...] [--setup] [--json OUT]
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
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENVIRONMENTS = ROOT / ".cache" / "bench"
sys.path.insert(0, str(HERE))

import tapes  # noqa: E402
from clients import DRIVERS, MEASURES, MODULES, REQUIREMENTS, Driver, Measure  # noqa: E402
from tables import Crowd, Row, ratios, table  # noqa: E402
from wires import WIRES  # noqa: E402

__all__ = ["main"]

USUAL = [name for name in MEASURES if name not in ("check", "conc20")]
PATIENCE = 300
"""Seconds for one measurement."""
ALL: dict[str, Driver] = dict(DRIVERS)
"""The drivers of this run, those named on the command line included."""


class Server:
    """The replay or pacing server with the tape that a measure needs, in these wire formats."""

    def __init__(self, measure: Measure, wires: Iterable[str]) -> None:
        names = [f"{wire}/{measure.tape}/{measure.delivery}" for wire in sorted(set(wires)) if measure.tape]
        script = "pacing.py" if measure.mode == "many" else "server.py"
        command = [sys.executable, str(HERE / script), *names]
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
        if package in named or own.exists() or has(python, MODULES[package]):
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
        return [*start, MODULES[driver.package]]
    start += [driver.target, url + measure.path(driver.wire)]
    if mode == "cold":
        return start
    return [*start, measure.tape] + ([] if mode in ("stream", "check") else [measure.prompt, str(measure.calls)])


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
    try:
        output, errors = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Row(name, label, float("nan"), f"failed: it took more than {PATIENCE} s")
    seconds = children() - used
    lines = [line for line in output.decode().splitlines() if line.startswith("{")]
    if process.returncode or not lines:
        last = errors.decode(errors="replace").strip().splitlines()[-1:]
        return Row(name, label, float("nan"), f"failed: {' '.join(last) or process.returncode}")
    outcome: dict[str, Any] = json.loads(lines[-1])
    if measure.mode != "cold":
        crowd = Crowd(**outcome["crowd"]) if "crowd" in outcome else None
        return Row(name, label, outcome["seconds"], "; ".join(outcome["wrong"]), crowd=crowd)
    said, wanted = bytes.fromhex(outcome["text"]).decode(), tapes.expected(measure.tape).text
    wrong = "" if said == wanted else f"text: {len(said)} characters of {len(wanted)}"
    return Row(name, label, seconds, wrong, (outcome["first"] - began) / 1e9)


def measure_all(name: str, drivers: dict[str, Driver], pythons: dict[str, str], repetitions: int) -> Iterator[Row]:
    """A measure of every driver, there and back again (A B B A), so that a slow moment hurts all alike."""
    measure = MEASURES[name]
    chosen = [(label, driver) for label, driver in drivers.items() if measure.suits(driver)]
    if measure.mode == "import":  # once for each package, whose twin is the package dragoman
        chosen = list({d.package: (d.package, d._replace(twin="dragoman")) for d in drivers.values()}.values())
    with Server(measure, [driver.wire for _, driver in chosen]) as server:
        for repetition in range(repetitions):
            for label, driver in chosen if repetition % 2 == 0 else reversed(chosen):
                yield measure_once(name, measure, label, driver, pythons[driver.package], server.url)


def profile(label: str, measure: Measure, pythons: dict[str, str]) -> int:
    """Print where one driver's time goes."""
    driver = ALL[label]
    with Server(measure, [driver.wire]) as server:
        call = command(pythons[driver.package], measure, driver, server.url, "profile")
        return subprocess.run(call, env=environment(), check=False).returncode


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"of {', '.join(MEASURES)}; usually all but check")
    parser.add_argument("--reps", type=int, default=3, metavar="N", help="repetitions; 5 or more on a machine with other work")
    parser.add_argument("--only", default="", metavar="NAME,...", help="drivers, by the beginning of their name")
    parser.add_argument("--wire", default="", metavar="WIRE,...", help=f"of {', '.join(WIRES)}; usually all")
    parser.add_argument("--setup", action="store_true", help="first make an environment for each package, in .cache/bench")
    parser.add_argument("--python", action="append", default=[], metavar="PACKAGE=PATH", help="the interpreter for a package")
    parser.add_argument("--driver", action="append", default=[], metavar="NAME=FILE:CLASS", help="a driver of your own")
    parser.add_argument("--json", metavar="OUT", help="write every single measurement")
    parser.add_argument("--profile", nargs=2, metavar=("DRIVER", "MEASURE"), help="print a profile instead")
    options = parser.parse_args(arguments)
    for name in [*options.measures, *([options.profile[1]] if options.profile else [])]:
        if name not in MEASURES:
            parser.error(f"unknown measure {name!r}; known: {', '.join(MEASURES)}")
    options.wires = options.wire.split(",") if options.wire else list(WIRES)
    for name in [*options.wires, *[given.partition("=")[0].partition("/")[2] for given in options.driver]]:
        if name not in WIRES:
            parser.error(f"unknown wire {name!r}; known: {', '.join(WIRES)}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; 1 when an answer was wrong."""
    options = parse(arguments)
    for given in options.driver:
        name, _, target = given.partition("=")
        wire = name.partition("/")[2]
        ALL[name] = Driver(target, "dragoman", wire, f"dragoman/{wire}")
    only = tuple(options.only.split(","))
    wanted = {label: driver for label, driver in ALL.items() if label.startswith(only) and driver.wire in options.wires}
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
        if found := list(measure_all(name, drivers, pythons, options.reps)):
            print(table(name, found, ALL), flush=True)
        rows += found
    if "limit" in pythons:
        print(ratios(rows, drivers))
    if options.json:
        Path(options.json).write_text(json.dumps([row._asdict() for row in rows], indent=1))
    return 1 if any(row.wrong for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
