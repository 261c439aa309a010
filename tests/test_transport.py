"""Opening a transport: by name, and without loading what is not used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dragoman.errors import UsageError
from dragoman.transport import DEFAULT, open_async_transport, open_transport

SOURCE = Path(__file__).resolve().parent.parent / "src"


def loaded_by(program: str) -> set[str]:
    """The packages that a program, run on its own, has loaded when it ends."""
    outcome = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"],
        env={"PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(outcome.stdout.split())


def test_no_library_is_loaded_before_it_is_used() -> None:
    """Importing the package of the transports loads none of the libraries."""
    assert not {"httpx2", "httpcore2", "h11", "pyreqwest", "asyncio", "ssl"} & loaded_by("import dragoman.transport")


@pytest.mark.parametrize("opener", ["open_transport", "open_async_transport"])
@pytest.mark.parametrize(
    ("name", "library", "other"), [("httpx2", "httpcore2", "pyreqwest"), ("pyreqwest", "pyreqwest", "httpcore2")]
)
def test_opening_loads_one_library(opener: str, name: str, library: str, other: str) -> None:
    """The one that was asked for."""
    loaded = loaded_by(f"import dragoman.transport\ndragoman.transport.{opener}({name!r})")

    assert library in loaded
    assert other not in loaded


def test_the_default_is_one_of_the_known() -> None:
    """No name means the default, whose faces belong together."""
    assert type(open_transport()) is type(open_transport(DEFAULT))
    assert f"Async{type(open_transport()).__name__}" == type(open_async_transport()).__name__


def test_an_unknown_name() -> None:
    """A name that is not known is answered with those that are."""
    with pytest.raises(UsageError, match=r"unknown transport 'requests'; known: .*httpx2.*pyreqwest"):
        open_transport("requests")


@pytest.mark.parametrize("name", ["httpx2", "pyreqwest"])
def test_a_library_that_is_not_installed(name: str) -> None:
    """It is said, with how to install it."""
    program = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('httpcore2', 'pyreqwest'): raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "import dragoman.transport\n"
        f"try: dragoman.transport.open_transport({name!r})\n"
        "except dragoman.errors.UsageError as error: print(error)\n"
    )

    assert {"pip", "install", name} <= loaded_by(program)
