"""The public surface: small, listed, the same for interpreter and type checker, and free until it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import dragoman

SOURCE = Path(dragoman.__file__)


def run(program: str) -> str:
    """What a program prints in an interpreter of its own that knows this library and no site customisation of the user."""
    outcome = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SOURCE.parent.parent), "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def shown_to_checkers() -> dict[str, str]:
    """The names that the type checkers' half of `dragoman/__init__.py` imports, each with its module."""
    tree = ast.parse(SOURCE.read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name))
    return {
        alias.name: f"dragoman.{node.module}" if node.module else "dragoman"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_there_are_few_names_in_order() -> None:
    """The public names fit in one head."""
    assert len(dragoman.__all__) <= 60
    assert sorted(dragoman.__all__) == dragoman.__all__
    assert len(set(dragoman.__all__)) == len(dragoman.__all__)


def test_checkers_and_interpreter_see_the_same_names() -> None:
    """What a type checker is shown is what `__all__` lists."""
    assert sorted(shown_to_checkers()) == dragoman.__all__


@pytest.mark.parametrize(("name", "module"), sorted(shown_to_checkers().items()))
def test_a_name_is_the_one_its_module_defines(name: str, module: str) -> None:
    """Every public name resolves to the object that the type checkers are shown, and says so when asked again."""
    value = getattr(dragoman, name)

    assert value is getattr(import_module(module), name)
    assert isinstance(value, ModuleType) or value is vars(dragoman)[name]


def test_dir_lists_what_is_not_bound_yet() -> None:
    """Completion in a shell knows every public name before it is used."""
    listed = run("import dragoman; print(*dir(dragoman))").split()

    assert set(dragoman.__all__) <= set(listed)


def test_a_misspelt_name_is_an_attribute_error() -> None:
    """A name that does not exist fails as in any module, `from dragoman import ...` included."""
    with pytest.raises(AttributeError, match="'dragoman' has no attribute 'Cleint'"):
        dragoman.Cleint  # noqa: B018
    with pytest.raises(ImportError, match="Cleint"):
        from dragoman import Cleint  # noqa: F401


def test_importing_loads_nothing_else() -> None:
    """`import dragoman` loads one module: its own."""
    program = "import sys, __future__; before = set(sys.modules); import dragoman; print(*sorted(set(sys.modules) - before))"

    assert ["dragoman"] == run(program).split()


BIND = """if True:
    import sys
    def bind(unwanted=()):
        import dragoman
        for name in dragoman.__all__:
            if not name.startswith(unwanted):
                getattr(dragoman, name)
"""


def test_no_http_library_before_the_first_client() -> None:
    """All names can be bound without an HTTP library."""
    loaded = set(run(BIND + "    bind(); print(*sys.modules)").split())

    assert {"msgspec", "dragoman.aclient"} <= loaded
    assert set() == loaded & {"pyreqwest", "httpx2", "http.client", "urllib.request"}


def test_the_blocking_half_needs_no_event_loop() -> None:
    """Whoever writes blocking code does not pay for asyncio and TLS."""
    loaded = set(run(BIND + "    bind(('Async',)); print(*sys.modules)").split())

    assert "dragoman.client" in loaded
    assert set() == loaded & {"asyncio", "ssl", "socket"}


def test_importing_touches_neither_disk_nor_network() -> None:
    """Binding every name reads code and nothing else, opens no socket and starts no process."""
    program = (
        BIND
        + """
    seen = []
    def watch(event, arguments):
        if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so", ".pyd")):
            seen.append((event, str(arguments[0])))
        elif event.startswith(("socket.", "subprocess.", "os.mkdir", "os.remove", "os.rename", "shutil.")):
            seen.append((event, ""))
    sys.addaudithook(watch)
    bind()
    open(sys.executable, "rb").close()
    print(*seen, sep="\\n")
    """
    )
    assert [str(("open", sys.executable))] == run(program).splitlines()


def test_checkers_reject_a_misspelt_name(tmp_path: Path) -> None:
    """A type checker knows every public name by its type, and that there are no others."""
    program = tmp_path / "program.py"
    program.write_text("import dragoman\nreveal_type(dragoman.user)\ndragoman.usr\n")
    outcome = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)],
        env={"MYPYPATH": str(SOURCE.parent.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "-> dragoman.types.messages.Message" in outcome.stdout, outcome.stdout + outcome.stderr
    errors = [line for line in outcome.stdout.splitlines() if line.startswith("program.py") and ": error:" in line]
    assert 1 == len(errors), outcome.stdout
    assert errors[0].startswith('program.py:3: error: Module has no attribute "usr"')
