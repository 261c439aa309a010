"""Names of tools: what every vendor takes, families of tools, and no two alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from ..errors import UsageError
from ..types.request import ToolLike, VendorTool

if TYPE_CHECKING:
    from .function import FunctionTool

__all__ = ["by_name", "called", "checked_name", "spaced", "tools_of"]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
"""What all take: OpenAI, Anthropic and Bedrock letters, digits, `_` and `-`; Gemini a letter or `_` first."""

_LONGEST: Final = 64
_BETWEEN: Final = "__"

_TOOLSET: Final = re.compile(r"(\w+?)_toolset_\d+")
"""Anthropic's families of tools, which say this word beside the name of the member that is called
(https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-reference#client-toolsets)."""

_CALLED: Final = {"computer_use_preview": "computer"}
"""Vendors' tools without a name, whose calls say another word than their type: OpenAI's of
https://platform.openai.com/docs/guides/tools-computer-use, as `protocols.openai_responses` tells them."""


def checked_name(name: str) -> str:
    """The name, which every vendor takes. Raises UsageError for one that some do not."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"no vendor takes {name!r} for a tool's name: write name=..., of letters, digits, _ and -")
    if len(name) > _LONGEST:
        raise UsageError(f"a tool's name has {_LONGEST} characters at most, and {name!r} has {len(name)}")
    return name


def spaced(namespace: str | None, name: str) -> str:
    """A name within a namespace: `fs` and `read` are `fs__read`."""
    return checked_name(f"{namespace}{_BETWEEN}{name}" if namespace else name)


def called(tool: ToolLike) -> str:
    """The name that calls of a tool have: its own or, where a vendor gave its object none, its type."""
    if not isinstance(tool, VendorTool):
        return tool.name
    kind = str(tool.data.get("type") or "")
    toolset = _TOOLSET.fullmatch(kind)
    return str(tool.data.get("name") or (toolset[1] if toolset is not None else _CALLED.get(kind, kind)))


def by_name(tools: Iterable[FunctionTool[..., Any]]) -> dict[str, FunctionTool[..., Any]]:
    """Tools by the names under which a model calls them. Raises UsageError when two have the same."""
    found: dict[str, FunctionTool[..., Any]] = {}
    for tool in tools:
        other = found.setdefault(tool.name, tool)
        if other is not tool:
            raise UsageError(
                f"two tools are called {tool.name!r}: {other.origin} and {tool.origin}; "
                "give one another name, or a namespace: tool.within('...')"
            )
    return found


def tools_of(thing: Any, namespace: str | None = None) -> list[FunctionTool[..., Any]]:
    """The tools that an object has as methods, or a module as functions, in the order in which they are written."""
    from .function import FunctionTool

    if isinstance(thing, ModuleType):
        names = list(vars(thing))
    else:
        kind = thing if isinstance(thing, type) else type(thing)
        names = [name for each in reversed(kind.__mro__) for name, value in vars(each).items() if isinstance(value, FunctionTool)]
        names += [name for name, value in getattr(thing, "__dict__", {}).items() if isinstance(value, FunctionTool)]
    found = [tool for name in dict.fromkeys(names) if isinstance(tool := getattr(thing, name), FunctionTool)]
    return [tool.within(namespace) for tool in found] if namespace else found
