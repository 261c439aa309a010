"""The tools of one run: what the model is shown of them, in the order in which they were given, and who runs which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import UsageError
from ..types.content import ToolCall
from ..types.request import VendorTool
from ..types.server_tools import Computer
from .function import FunctionTool
from .names import called
from .toolbox import AsyncToolbox, Toolbox, Tools

__all__ = ["Kit"]


class Kit:
    """`tools` are for the request, toolboxes replaced by what was in them; `runners` answer calls by name; `outside` are the
    names of those that the caller answers; `boxes` are the toolboxes, to be opened.

    Raises UsageError for two tools of one name.
    """

    def __init__(self, tools: Sequence[Any], runner: Callable[[FunctionTool[..., Any]], Any]) -> None:
        self._given = tuple(tools)
        self._runner = runner
        self.runners: dict[str, Any] = {}
        self.outside: set[str] = set()
        self.tools: tuple[Any, ...] = ()
        self._computer: str | None = None
        self.boxes = tuple([tool for tool in self._given if _is_box(tool)])
        self.unpack([()] * len(self.boxes))

    def unpack(self, opened: Sequence[Tools]) -> None:
        """Take up what was in the toolboxes. Raises UsageError for two tools of one name."""
        inside = iter(opened)
        self.tools = tuple([each for tool in self._given for each in (next(inside) if _is_box(tool) else (tool,))])
        named = [tool for tool in self.tools if not isinstance(tool, VendorTool)]
        names = [name for tool in named if isinstance(name := getattr(tool, "name", None), str)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UsageError(f"two tools are called {twice!r}: give one another name, or a namespace: tool.within('...')")
        for tool in self.tools:
            if isinstance(tool, FunctionTool):
                self.runners[tool.name] = self._runner(tool)
        theirs = {called(tool) for tool in self.tools if isinstance(tool, VendorTool)}
        self.outside |= theirs.union(names) - self.runners.keys()
        self._computer = next((tool.name for tool in self.tools if isinstance(getattr(tool, "definition", tool), Computer)), None)

    def tool_of(self, call: ToolCall) -> str:
        """The name of the tool that a call is for.

        Anthropic names the toolset beside the member that is called. Gemini calls a computer by the names of its actions, which
        no tool has (https://ai.google.dev/gemini-api/docs/generate-content/computer-use).
        """
        if isinstance(toolset := call.extra.get("toolset_name"), str):
            return toolset
        known = call.name in self.runners or call.name in self.outside
        return call.name if known or self._computer is None else self._computer


def _is_box(tool: Any) -> bool:
    return isinstance(tool, Toolbox | AsyncToolbox)
