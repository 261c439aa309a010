"""A server's tools as ours: their names fit every vendor, their schemas are passed on as they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from ..errors import ConnectionFailed, DragomanError, TimedOut
from ..tools.function import FunctionTool
from ..tools.results import ToolError
from .results import ToolAnswer

__all__ = ["ServerTool", "fitted_name", "told", "told_failure", "tools_from"]

_LONGEST: Final = 64
_BETWEEN: Final = "__"
_OTHERS: Final = re.compile(r"[^A-Za-z0-9_-]")

Json = dict[str, Any]


class ServerTool(FunctionTool[..., Any]):
    """A tool of an MCP server. Arguments are held against the server's schema before the server is asked.

    `remote_name` is its name there; `annotations` are the server's own hints (`readOnlyHint`, `destructiveHint`, ...), which are
    for an approval to look at, and no promise; `described` is all that the server says of it.
    """

    def __init__(self, function: Callable[..., Any], described: Json, name: str, origin: str) -> None:
        schema = described.get("inputSchema") or {"type": "object"}
        super().__init__(function, name=name, description=described.get("description") or described.get("title"), schema=schema)
        self.origin = origin
        self.described = described
        self.remote_name: str = described["name"]
        self.annotations: Json = described.get("annotations") or {}


def tools_from(
    listed: Iterable[Json], label: str, namespace: str | None, function: Callable[[str], Callable[..., Any]]
) -> list[ServerTool]:
    """The tools of a listing; `function` makes what calls the one of a name there."""
    tools: dict[str, ServerTool] = {}
    for described in listed:
        remote = described["name"]
        name = fitted_name(remote, namespace)
        if name in tools:
            name = fitted_name(remote, namespace, marked=True)
        tools[name] = ServerTool(function(remote), described, name, f"{label}:{remote}")
    return list(tools.values())


def fitted_name(name: str, namespace: str | None = None, *, marked: bool = False) -> str:
    """A server's name for a tool as every vendor takes it: `files.read` within `fs` is `fs__files_read`.

    One that is too long is cut; that and `marked` end it with a mark of its own, so that no two become one.
    """
    whole = f"{namespace}{_BETWEEN}{name}" if namespace else name
    fitted = _OTHERS.sub("_", whole)
    if not fitted or not (fitted[0].isalpha() or fitted[0] == "_"):
        fitted = f"_{fitted}"
    if marked or len(fitted) > _LONGEST:
        mark = hashlib.sha256(whole.encode()).hexdigest()[:8]
        fitted = f"{fitted[: _LONGEST - len(mark) - 1]}_{mark}"
    return fitted


def told(answer: ToolAnswer) -> Any:
    """What a tool's function gives back for an answer. Raises ToolError where the server says that the tool failed."""
    if answer.is_error:
        raise ToolError(*(answer.content or ("The tool failed, and did not say why.",)))
    return list(answer.content) or None


def told_failure(error: DragomanError, tool: str) -> ToolError:
    """What the model is told when a server did not answer."""
    if isinstance(error, TimedOut):
        return ToolError(f"{error.message}. Whether the call of {tool} had an effect is not known.")
    if isinstance(error, ConnectionFailed):
        return ToolError(f"{error.message[:1].upper()}{error.message[1:]}.")
    return ToolError(error.message)


def async_function(call: Callable[[str, Json], Awaitable[ToolAnswer]], tool: str) -> Callable[..., Awaitable[Any]]:
    """The function of a tool in the async face."""

    async def run(**arguments: Any) -> Any:
        try:
            answer = await call(tool, arguments)
        except DragomanError as error:
            raise told_failure(error, tool) from error
        return told(answer)

    return run


def blocking_function(call: Callable[[str, Json], ToolAnswer], tool: str) -> Callable[..., Any]:
    """The function of a tool in the blocking face."""

    def run(**arguments: Any) -> Any:
        try:
            answer = call(tool, arguments)
        except DragomanError as error:
            raise told_failure(error, tool) from error
        return told(answer)

    return run
