"""The picture of the house in docs/design.md holds: who may import whom, names, sizes, and where tests live."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "dragoman"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
LINES = 700

# Test modules without a source module of the same name, and what they are about.
ACROSS = {
    "benchmarks/test_run.py": "benchmarks/run.py",
    "catalog/test_compiling.py": "scripts/catalog",
    "programs/test_compare.py": "tests/programs/compare.py",
    "programs/test_matrix.py": "docs/matrix.md",
    "programs/test_programs.py": "the ten programs on every wire format, by our own clients",
    "programs/test_sdks.py": "the ten programs by vendors' own clients",
    "protocols/test_nothing_is_silent.py": "what every wire does with every word of a request",
    "providers/test_reasons.py": "src/dragoman/providers: every value of a dialect has its reason and a link",
    "support/test_strict.py": "tests/support/strict.py, accepts.py, discovery.py, sdk_types.py and watch.py",
    "test_architecture.py": "the whole tree",
    "test_bounds.py": "src/dragoman/wire/limits.py, held everywhere, and that work is linear",
    "test_cancelling.py": "stopping a call at every point, both faces",
    "test_pressure.py": "deadlines, tries again and limits over real sockets, both faces",
    "test_documents.py": "the programs in README.md and docs/",
    "test_fuzz.py": "tests/support/fuzz_targets.py: any bytes, at every boundary",
    "test_handoff_everywhere.py": "conversations from every wire to every wire",
    "test_server_tools_everywhere.py": "the tools of vendors on every wire and in every dialect",
    "test_isolation.py": "tests/conftest.py",
    "test_public.py": "src/dragoman/__init__.py",
    "test_secrets.py": "credentials in everything that is printed, kept, logged or reported",
    "torture/test_page.py": "docs/torture.md",
    "torture/test_torture.py": "every fault on every wire format, by our own clients",
    "testing/test_official_sdks.py": "what vendors' own clients make of our server side",
}

# Source modules with functions but without a test module of the same name, and why.
TESTED_ELSEWHERE = {
    "astream.py": "test_aclient.py, test_arun.py and test_cancelling.py: obeying shows in what a program sees",
    "conversation/astreamed.py": "conversation/test_aconversation.py: a stream is what a conversation gives",
    "conversation/streamed.py": "conversation/test_conversation.py: a stream is what a conversation gives",
    "stream.py": "test_client.py, test_run.py and test_cancelling.py: obeying shows in what a program sees",
    "types/request.py": "a contract without a body: test_options.py gives what holds it",
    "wire/frames.py": "a contract without a body: the tests of each framer hold it",
}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to be spoiled."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(PACKAGE, tmp_path / "src" / "dragoman", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_imports_keep_the_contracts() -> None:
    """Every import contract of pyproject.toml holds."""
    outcome = lint_imports(ROOT)

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        pytest.param("types/content.py", "import dragoman.errors", "Inner layers", id="a value knows an error"),
        pytest.param("wire/sse.py", "from dragoman.protocols import base", "Inner layers", id="framing knows a protocol"),
        pytest.param("attic.py", "", "Inner layers", id="a module without a layer"),
        pytest.param("engine/accumulate.py", "import time", "What is said", id="policy reads the clock"),
        pytest.param("errors.py", "from asyncio import sleep", "What is said", id="errors know an event loop"),
        pytest.param(
            "protocols/openai_chat/dialect.py",
            "import dragoman.protocols.anthropic_messages",
            "Wire formats",
            id="one wire format knows another",
        ),
        pytest.param("providers/base.py", "import dragoman.transport.base", "Vendors are data", id="a vendor does I/O"),
        pytest.param("transport/base.py", "import pyreqwest", "pyreqwest is the guest", id="an HTTP library in the contract"),
        pytest.param("engine/effects.py", "import httpx2", "httpx2 is the guest", id="an HTTP library in the policy"),
        pytest.param("observe/log.py", "import opentelemetry", "OpenTelemetry is the guest", id="telemetry in the log"),
        pytest.param("mcp/aserver.py", "import mcp", "The official MCP package is", id="the MCP package elsewhere"),
        pytest.param("engine/observe.py", "import dragoman.observe", "Inner layers", id="policy knows who watches"),
        pytest.param("testing/__init__.py", "import openai", "No vendor SDK", id="a vendor's client"),
        pytest.param("credentials/command.py", "import botocore.session", "No vendor SDK", id="a cloud's library elsewhere"),
        pytest.param("providers/groq.py", "import dragoman.credentials.command", "Vendors are data", id="a vendor runs programs"),
    ],
)
def test_a_wrong_import_breaks_its_contract(copy: Path, module: str, line: str, broken: str) -> None:
    """Each contract bites: one import too many, and it says so by name."""
    spoiled = copy / "src" / "dragoman" / module
    with spoiled.open("a") as file:
        file.write(f"\n{line}\n")

    outcome = lint_imports(copy)

    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert re.search(rf"^{broken}.* BROKEN", outcome.stdout, re.MULTILINE), outcome.stdout


def test_vendors_that_know_each_other_break_a_contract(copy: Path) -> None:
    """A vendor file may not build on another vendor's."""
    providers = copy / "src" / "dragoman" / "providers"
    (providers / "one.py").write_text("")
    (providers / "two.py").write_text("from .one import PROVIDER\n")

    outcome = lint_imports(copy)

    assert "Vendors do not know each other BROKEN" in outcome.stdout, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_file_stays_readable(path: Path) -> None:
    """No file is longer than a reader's patience, and each says what it is for and what it offers."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    offers = {target.id for node in tree.body for target in targets(node) if isinstance(target, ast.Name)}

    assert len(text.splitlines()) <= LINES
    assert ast.get_docstring(tree), "a module begins with what it promises"
    assert path.name in {"__init__.py", "__main__.py"} or offers & {"__all__", "PROVIDER"}, "a module lists its names"


def targets(node: ast.stmt) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=found):
            return found
        case ast.AnnAssign(target=found):
            return [found]
    return []


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == name]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_classes_are_read_by_what_a_module_made(path: Path) -> None:
    """Decoders of msgspec's classes are made while their module is imported, by one thread: `types/reading.py` says why."""
    tree = ast.parse(path.read_text("utf-8"))
    kinds = [
        ast.unparse(word.value) for node in calls(tree, "msgspec.json.decode") for word in node.keywords if word.arg == "type"
    ]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]

    assert [] == [kind for kind in kinds if not kind.startswith(("dict", "list[str", "str"))]
    assert [] == [ast.unparse(call) for function in functions for call in calls(function, "msgspec.json.Decoder")]


# Whose values become dates and durations of the standard library, about which msgspec keeps nothing.
PLAIN = {"typed/scalars.py"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_is_converted_is_converted_by_one_thread(path: Path) -> None:
    """`msgspec.convert` meets classes too, and nothing can be made for it at import: a lock is held."""
    tree = ast.parse(path.read_text("utf-8"))
    held = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and [ast.Name] == [type(one.context_expr) for one in node.items]
    ]
    locked = [call for node in held for call in calls(node, "msgspec.convert")]

    assert name_of(path) in PLAIN or locked == calls(tree, "msgspec.convert")


FORBIDDEN = re.compile(r"^_*(serialize|deserialize|to_wire|from_wire|convert|transform)(_|$)")


def functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def test_protocols_encode_and_decode() -> None:
    """One verb each way over the wire boundary: `encode_` and `decode_`, and none of their synonyms."""
    protocols = PACKAGE / "protocols"
    names = [(name_of(path), name) for path in protocols.rglob("*.py") for name in functions(path)]

    assert [] == [pair for pair in names if FORBIDDEN.match(pair[1])]
    assert FORBIDDEN.match("_serialize_tool")
    assert FORBIDDEN.match("to_wire")
    assert not FORBIDDEN.match("encode_tool")


def test_every_test_module_has_its_source_module() -> None:
    """`tests/a/test_b.py` tests `src/dragoman/a/b.py` or the package `src/dragoman/a/b`; there is no third place to look.

    `tests/benchmarks` and `tests/examples` mirror the folders of that name.
    """
    lost = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        place = path.relative_to(ROOT / "tests")
        home = ROOT if place.parts[0] in {"benchmarks", "examples"} else PACKAGE
        source = home / place.parent / place.stem.removeprefix("test_")
        if place.as_posix() not in ACROSS and not source.with_suffix(".py").exists() and not source.is_dir():
            lost.append(place.as_posix())

    assert [] == lost


def test_every_source_module_with_logic_has_its_test_module() -> None:
    """A module that defines functions is tested where one looks first."""
    lost = []
    for path in MODULES:
        if path.name in {"__init__.py", "__main__.py"} or not list(functions(path)):
            continue
        place = path.relative_to(PACKAGE)
        if place.as_posix() not in TESTED_ELSEWHERE and not (ROOT / "tests" / place.parent / f"test_{place.name}").exists():
            lost.append(place.as_posix())

    assert [] == lost
