"""Which of the offered tools the user asks for, and with which arguments."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..types.content import ToolCall
from ..types.request import CustomTool, Request, Tool
from .schema import Impossible, value
from .words import Words, keywords

__all__ = ["Unanswerable", "calls"]


class Unanswerable(ValueError):
    """The request cannot be answered; `param` is the part of it that is wrong."""

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


def calls(request: Request, said: str) -> tuple[ToolCall, ...]:
    """The calls to make, their ids not yet given.

    A tool is asked for when the user says all words of its name, some of them with one of its description, or two of
    its description. Raises Unanswerable where `tool_choice` or a schema cannot be satisfied.
    """
    choice = request.tool_choice
    mode = choice.mode if choice is not None else "auto"
    allowed = choice.allowed if choice is not None else ()
    tools = [tool for tool in request.tools if isinstance(tool, (Tool, CustomTool)) and (not allowed or tool.name in allowed)]
    if mode == "none":
        return ()
    if mode == "tool" and choice is not None:
        tools = [tool for tool in tools if tool.name == choice.name]
    if mode in ("tool", "required") and not tools:
        raise Unanswerable("tool_choice asks for a tool that is not among the tools", "tool_choice")
    scores = [_score(tool, said) for tool in tools]
    if mode in ("tool", "required") and max(scores) < _ENOUGH:
        tools = [tools[scores.index(max(scores))]]
    else:
        tools = [tool for tool, score in zip(tools, scores, strict=True) if score >= _ENOUGH]
    if request.parallel_tools is False:
        tools = tools[:1]
    return tuple([_call(tool, said) for tool in tools])


_ENOUGH = 2


def _score(tool: Tool | CustomTool, said: str) -> int:
    spoken = _stems(keywords(said + " "))
    name, description = _stems(keywords(tool.name)), _stems(keywords((tool.description or "") + " ")) & spoken
    if name and name <= spoken:
        return 3 + len(description)
    return len((name & spoken) | description)


def _stems(words: Sequence[str]) -> set[str]:
    """Words without the ending of a plural or a genitive."""
    return {word.removesuffix("'s").removesuffix("’s").removesuffix("s") for word in words}


def _call(tool: Tool | CustomTool, said: str) -> ToolCall:
    if isinstance(tool, CustomTool):
        return ToolCall("", tool.name, said, custom=True)
    try:
        arguments = value(tool.parameters or {"type": "object"}, Words(said))
    except Impossible as error:
        raise Unanswerable(f"no arguments fit the parameters of {tool.name!r}: {error}", "tools") from error
    return ToolCall("", tool.name, msgspec.json.encode(arguments).decode())
