"""Searches for bytes that break a promise: coverage-guided, by atheris, at every boundary where bytes come in.

python scripts/fuzz.py [--seconds N] [TARGET...]        a target is a name, or how names begin: stream, whole.gemini, http1

What is checked stands in tests/support/fuzz_targets.py; where it starts, and how it spoils, in fuzz_seeds.py beside it.
Every target has its own process. Inputs that reached something new stay in .cache/fuzz/corpus/TARGET, and what broke is in
.cache/fuzz/broken/TARGET-*: give such a file to --try. The first run makes .cache/fuzz/venv, with atheris in it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import traceback
from pathlib import Path
from random import Random
from venv import create

__all__ = ["main"]

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "fuzz"
PYTHON = CACHE / "venv" / "bin" / "python"
ATHERIS = "atheris>=3.0"
MEGABYTES = 1024
SECONDS_FOR_ONE = 10
LONGEST = 64 * 1024


def main(arguments: list[str]) -> int:
    """Run what the command line names, one target after the other; 1 when something broke."""
    parser = argparse.ArgumentParser(description="search for bytes that break a promise")
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (%(default)s)")
    parser.add_argument("--list", action="store_true", help="say the names of the targets")
    parser.add_argument("--try", dest="file", type=Path, metavar="FILE", help="give one file to the one target")
    parser.add_argument("--search", metavar="TARGET", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "support")]
    if chosen.search:
        return _search(chosen.search, chosen.seconds)
    _be_ready()
    names = _names(chosen.targets)
    if chosen.list or not names:
        print("\n".join(names or _names([])))
        return 0 if chosen.list else 2
    if chosen.file:
        from fuzz_targets import TARGETS

        TARGETS[names[0]](chosen.file.read_bytes())
        return 0
    broken = [name for name in names if _run(name, chosen.seconds)]
    print(f"{len(names) - len(broken)} of {len(names)} targets held{': broken are ' if broken else ''}{', '.join(broken)}")
    return 1 if broken else 0


def _be_ready() -> None:
    """Go on in the environment that has atheris; make it first."""
    if Path(sys.prefix).resolve() == PYTHON.parents[1].resolve():
        return
    if not PYTHON.exists():
        print("making .cache/fuzz/venv", file=sys.stderr)
        create(PYTHON.parents[1], with_pip=True)
    if subprocess.run([PYTHON, "-c", "import atheris, msgspec"], capture_output=True, check=False).returncode:
        packages = [ATHERIS, *_pinned("msgspec")]
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
    os.execv(PYTHON, [str(PYTHON), __file__, *sys.argv[1:]])


def _pinned(package: str) -> list[str]:
    lines = (ROOT / "requirements" / "dev.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line.startswith(f"{package}==")] or [package]


def _names(wanted: list[str]) -> list[str]:
    from fuzz_targets import TARGETS

    return [name for name in TARGETS if not wanted or any(name == part or name.startswith(f"{part}.") for part in wanted)]


def _run(name: str, seconds: int) -> bool:
    """Search one target in a process of its own; whether something broke."""
    print(f"{name}: {seconds} s", flush=True)
    log = CACHE / "logs" / f"{name}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        command = [sys.executable, __file__, "--search", name, "--seconds", str(seconds)]
        code = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False).returncode
    lines = log.read_text("utf-8", "replace").splitlines()
    print("\n".join([f"    {line}" for line in (lines[-40:] if code else lines[-1:])]), flush=True)
    return code != 0


def _search(name: str, seconds: int) -> int:
    import atheris

    with atheris.instrument_imports(include=["dragoman"]):
        from fuzz_targets import TARGETS, start
    from fuzz_seeds import mutate

    seeds, framing = start(name)
    corpus = CACHE / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    (CACHE / "broken").mkdir(exist_ok=True)
    for place, seed in enumerate(seeds):
        (corpus / f"seed-{place}").write_bytes(seed)

    def check(data: bytes) -> None:
        try:
            TARGETS[name](data)
        except BaseException:
            traceback.print_exc()
            raise

    def spoil(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        return mutate(random, data, framing)[:most] if random.random() < 0.5 else atheris.Mutate(data, most)

    options = [
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={MEGABYTES}",
        f"-timeout={SECONDS_FOR_ONE}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={CACHE}/broken/{name}-",
    ]
    atheris.Setup([name, *options, str(corpus)], check, custom_mutator=spoil)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
