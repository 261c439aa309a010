"""Names of tools."""

from __future__ import annotations

from types import ModuleType

import pytest

from dragoman import errors, tool
from dragoman.tools import FunctionTool, by_name, tools_of
from dragoman.tools.names import checked_name, spaced


class Files:
    """Tools that share a root."""

    def __init__(self, root: str) -> None:
        self.root = root

    @tool
    def read(self, path: str) -> str:
        """Reads a file."""
        return f"{self.root}/{path}"

    def helper(self) -> None:
        """No tool."""

    @tool
    @staticmethod
    def list(path: str = ".") -> list[str]:
        """Lists a folder."""
        return [path]


class More(Files):
    @tool
    def write(self, path: str, text: str) -> None:
        """Writes a file."""

    @tool
    def read(self, path: str, line: int = 1) -> str:
        """Reads a line."""
        return f"{path}:{line}"


def test_an_objects_tools_are_its_methods() -> None:
    """In the order in which they are written, inherited ones first, bound to the object."""
    tools = tools_of(Files("root"))

    assert ["read", "list"] == [each.name for each in tools]
    assert "root/a" == tools[0].call('{"path": "a"}').text
    assert ["read", "list", "write"] == [each.name for each in tools_of(More("x"))]
    assert "a:2" == tools_of(More("x"))[0].call('{"path": "a", "line": 2}').text


def test_a_namespace_goes_before_the_name() -> None:
    """`fs` and `read` are `fs__read`; the tool itself keeps its name."""
    files = Files("root")

    assert ["fs__read", "fs__list"] == [each.name for each in tools_of(files, "fs")]
    assert "fs__read" == files.read.within("fs").definition.name
    assert "root/a" == files.read.within("fs").call({"path": "a"}).text
    assert "read" == files.read.definition.name


def test_a_modules_tools_are_its_functions() -> None:
    """And an object may hold tools as attributes."""
    module = ModuleType("module")
    module.search = tool(name="search")(lambda query: query)  # type: ignore[attr-defined]
    files = Files("root")
    files.extra = module.search  # type: ignore[attr-defined]

    assert ["search"] == [each.name for each in tools_of(module)]
    assert ["read", "list", "search"] == [each.name for each in tools_of(files)]


def test_two_tools_of_one_name_are_a_mistake() -> None:
    """The error says which two, and what to do; the same tool twice is no clash."""
    one, other = Files("a").read, More("b").read

    assert {"read": one} == by_name([one, one])
    with pytest.raises(errors.UsageError, match=r"two tools are called 'read': .*Files\.read and .*More\.read; .*within"):
        by_name([one, other])
    assert ["read", "b__read"] == list(by_name([one, other.within("b")]))


@pytest.mark.parametrize("name", ["read", "_read", "fs__read-file2", "A" * 64])
def test_names_that_every_vendor_takes(name: str) -> None:
    """Letters, digits, `_` and `-`, 64 of them, no digit first."""
    assert name == checked_name(name)


@pytest.mark.parametrize("name", ["", "größe", "a b", "a.b", "2fast", "-a", "<lambda>", "a\n", "A" * 65])
def test_names_that_some_vendor_refuses(name: str) -> None:
    """They are refused where they are given, and not by a vendor in the middle of a run."""
    with pytest.raises(errors.UsageError, match=r"name"):
        checked_name(name)
    with pytest.raises(errors.UsageError):
        spaced("A" * 63, "a")


def test_a_function_without_a_usable_name_must_be_given_one() -> None:
    """A lambda has none."""
    with pytest.raises(errors.UsageError, match=r"'<lambda>'.*write name="):
        tool(lambda: None)
    assert isinstance(tool(name="nothing")(lambda: None), FunctionTool)
