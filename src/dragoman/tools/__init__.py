"""Tools: functions that a model may call, checked before they run.

    from dragoman import tool

    @tool
    def weather(city: str) -> str:
        \"\"\"Today's weather in a city.\"\"\"
        return "sunny, 21 °C"

| module | what it is |
|---|---|
| `function` | `@tool` and what it makes |
| `defined` | functions behind definitions of somebody else's |
| `signature` | parameters to a schema, arguments to a call |
| `context` | what a tool may ask about its call |
| `results` | what a tool gives back, as content |
| `names` | names, namespaces, clashes |
| `strict` | whether a schema can be held to strictly |
| `toolbox` | tools that are there while something is open |
| `kit` | the tools of one run |
"""

from __future__ import annotations

from .context import ToolContext
from .function import FunctionTool, Strictness, tool
from .names import by_name, tools_of
from .results import ErrorPolicy, ToolError, ToolOutcome, to_blocks
from .toolbox import AsyncToolbox, Toolbox

__all__ = [
    "AsyncToolbox",
    "ErrorPolicy",
    "FunctionTool",
    "Strictness",
    "ToolContext",
    "ToolError",
    "ToolOutcome",
    "Toolbox",
    "by_name",
    "to_blocks",
    "tool",
    "tools_of",
]
