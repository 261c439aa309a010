"""What the wires share about a vendor's own tools: how a loss is told, and when an object is read as one of the typed values."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from ..types.request import CustomTool, Request, Tool, ToolChoice, ToolLike, VendorTool
from ..types.secret import Secret
from ..types.server_tools import RemoteMcp, ServerTool
from .base import Report

__all__ = [
    "CallersTool",
    "headers_of",
    "leave_out",
    "not_offered",
    "only_allowed",
    "own_fields",
    "read_server_tool",
    "span_in_bytes",
    "withheld",
    "without_server_tools",
]

_FEATURE = "server_tool"

CallersTool = Tool | CustomTool | VendorTool
"""What is offered but a `ServerTool`."""


def not_offered(tool: ServerTool, report: Report, path: str, why: str | None = None) -> None:
    """Say that the target has no such tool, so that the model is not offered it. Raises Unsupported where policy refuses it."""
    if why is None and isinstance(tool, RemoteMcp):
        why = f"this provider calls no MCP servers: {tool.name!r} is not offered"
    report.adapt(_FEATURE, "dropped", why or f"this provider has no {tool.name} of its own: it is not offered", path)


def without_server_tools(request: Request, report: Report) -> tuple[list[tuple[int, CallersTool]], ToolChoice | None]:
    """The tools of a request that a wire says which has none of the vendor's own, each with its place, and the choice among them.

    Each tool that is not offered is listed, and so is a choice of one, which is no choice then.
    """
    kept: list[tuple[int, CallersTool]] = []
    absent: set[str] = set()
    for place, tool in enumerate(request.tools):
        if isinstance(tool, ServerTool):
            not_offered(tool, report, f"tools[{place}]")
            absent.add(tool.name)
        else:
            kept.append((place, tool))
    choice = request.tool_choice
    if choice is not None and choice.mode == "tool" and choice.name in absent:
        report.adapt("tool_choice", "dropped", f"{choice.name} is not offered and cannot be asked for", "tool_choice")
        choice = None
    return kept, choice


def only_allowed(
    tools: tuple[ToolLike, ...], choice: ToolChoice | None, has: Callable[[ServerTool], bool], report: Report
) -> list[tuple[int, ToolLike]]:
    """The tools that are sent, each with its place, on a wire whose choice is about functions only: the vendor's own can be
    neither named nor forced nor forbidden there, and the nearest is to offer those that may be used. `has` tells which it has.
    """
    listed = list(enumerate(tools))
    own = {tool.name: tool for tool in tools if isinstance(tool, ServerTool)}
    if choice is None or not own:
        return listed
    if choice.mode == "none":
        report.adapt("tool_choice", "changed", "the vendor's own tools cannot be forbidden here: none is offered", "tool_choice")
        return [(place, tool) for place, tool in listed if not isinstance(tool, ServerTool)]
    if choice.mode == "tool" and choice.name in own:
        if not has(own[choice.name]):
            report.adapt("tool_choice", "dropped", f"{choice.name} is not offered and cannot be asked for", "tool_choice")
            return listed
        why = f"{choice.name} cannot be forced here: it is the only tool that is offered"
        report.adapt("tool_choice", "changed", why, "tool_choice")
        return [(place, tool) for place, tool in listed if isinstance(tool, ServerTool) and tool.name == choice.name]
    if choice.mode == "tool" or not choice.allowed:
        return listed
    if lost := sorted(own.keys() - set(choice.allowed)):
        report.adapt("tool_choice", "changed", f"beyond the allowed tools, so not offered: {', '.join(lost)}", "tool_choice")
    named = [name for name in choice.allowed if name not in own]
    return [(place, tool) for place, tool in listed if (tool.name in choice.allowed if isinstance(tool, ServerTool) else named)]


def withheld(tool: ServerTool, taken: Collection[str], report: Report, path: str) -> bool:
    """Whether a tool is not offered because nothing here would hold it to what it may do; that is listed then.

    An MCP server of which some tools only may be used, or none without the caller's word, is not given free.
    """
    if not isinstance(tool, RemoteMcp):
        return False
    if tool.tools and "tools" not in taken:
        why = f"the MCP server {tool.name!r} cannot be narrowed to some of its tools here: it is not offered"
    elif tool.approval != "never" and "approval" not in taken:
        why = f"nobody would be asked before calls of the MCP server {tool.name!r} here: it is not offered"
    else:
        return False
    not_offered(tool, report, path, why)
    return True


def leave_out(tool: ServerTool, taken: Collection[str], report: Report, path: str) -> None:
    """Say which of the tool's settings the target cannot be told: all that are set, but those in `taken`."""
    for field in msgspec.structs.fields(type(tool)):
        if field.name in taken or field.name in ("extra", "protocol") or field.required:
            continue
        empty = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        if getattr(tool, field.name) != empty:
            told = f"{tool.name} cannot be told {field.name} here: it is left out"
            report.adapt(_FEATURE, "changed", told, f"{path}.{field.name}")


def own_fields(tool: ServerTool, protocol: str, report: Report, path: str) -> dict[str, Any]:
    """The tool's `extra` where it is in the words of this wire; else nothing, which is listed."""
    if not tool.extra or tool.protocol in (None, protocol):
        return tool.extra
    report.adapt("extra", "dropped", f"fields of {tool.name} are another vendor's: {', '.join(tool.extra)}", path)
    return {}


def headers_of(headers: dict[str, str | Secret], token: Secret | None) -> dict[str, str]:
    """The headers an MCP server is sent, its bearer token among them."""
    found = {name: value.reveal() if isinstance(value, Secret) else value for name, value in headers.items()}
    if token is not None:
        found["Authorization"] = f"Bearer {token.reveal()}"
    return found


def read_server_tool(
    data: dict[str, Any],
    protocol: str,
    read: Callable[[dict[str, Any]], ServerTool | None],
    encode: Callable[[ServerTool], Any],
) -> ServerTool | VendorTool:
    """A vendor's tool object as a typed value, where encoding that gives the very same object back; else as it came.

    `read` takes the object apart, what has no field into `extra`, and may return None; `encode` is the wire's own way back.
    """
    found = read(data)
    return found if found is not None and encode(found) == data else VendorTool(data, protocol)


def span_in_bytes(text: str, start: int | None, end: int | None) -> tuple[int | None, int | None]:
    """A span of characters as one of UTF-8 bytes."""
    if text.isascii():
        return start, end
    return (None if start is None else _bytes(text, start)), (None if end is None else _bytes(text, end))


def _bytes(text: str, place: int) -> int:
    return len(text[:place].encode("utf-8", "surrogatepass"))
