"""The tools a model's maker runs itself, both ways: a `systemTool` is a name and nothing else.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_SystemTool.html

Which there are depends on who made the model: `ConverseDialect.server_tools`. The computer of Anthropic's models is no
`systemTool`; it is asked for by their own API, which Bedrock has beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...types.request import ToolChoice, VendorTool
from ...types.server_tools import CodeExecution, Computer, RemoteMcp, ServerTool, WebSearch
from ..base import Report, Target
from ..server_tools import leave_out, not_offered, own_fields, read_server_tool
from .dialect import SYSTEM_TOOLS
from .wire import NAME, Json, beside, union

__all__ = ["encode_server_tool", "fit_choice", "read_tool"]

_KINDS: dict[str, type[WebSearch | CodeExecution]] = {"web_search": WebSearch, "code_execution": CodeExecution}
_ELSEWHERE = "the computer is asked for by Anthropic's own API on Bedrock, not by this one: it is not offered"


def encode_server_tool(tool: ServerTool, known: Mapping[str, str], report: Report, path: str) -> Json | None:
    """The object in `tools`, None where the model's maker has no such tool, which is reported; `known` are those it has."""
    name = None if isinstance(tool, RemoteMcp) else known.get(tool.name)
    if name is None:
        not_offered(tool, report, path, _ELSEWHERE if isinstance(tool, Computer) else None)
        return None
    leave_out(tool, (), report, path)
    return {"systemTool": {"name": name, **own_fields(tool, NAME, report, path)}}


def fit_choice(choice: ToolChoice, tools: tuple[object, ...], known: Mapping[str, str], report: Report) -> ToolChoice:
    """A choice that names a tool of the vendor's, by the vendor's own name for it."""
    asked = [tool for tool in tools if choice.mode == "tool" and isinstance(tool, ServerTool) and tool.name == choice.name]
    if not asked:
        return choice
    name = None if isinstance(asked[0], RemoteMcp) else known.get(asked[0].name)
    if name is None:
        report.adapt("tool_choice", "changed", f"{choice.name} is not offered: the model may call any other tool")
        return ToolChoice(extra=choice.extra)
    return ToolChoice("tool", name, extra=choice.extra)


def read_tool(data: Json) -> ServerTool | VendorTool:
    """A tool object as a typed value where its name is one that is known."""
    return read_server_tool(data, NAME, _read, _encode)


_NAMES = {name: word for known in SYSTEM_TOOLS.values() for word, name in known.items()}
_KNOWN = {word: name for name, word in _NAMES.items()}


def _read(data: Json) -> ServerTool | None:
    match union(data):
        case ("systemTool", {"name": str(name)} as tool) if name in _NAMES:
            rest = beside(tool, "name")
            return _KINDS[_NAMES[name]](extra=rest, protocol=NAME if rest else None)
    return None


def _encode(tool: ServerTool) -> Json | None:
    return encode_server_tool(tool, _KNOWN, Report(Target("", NAME, "")), "")
