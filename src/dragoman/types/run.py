"""Runs: what a loop of answers and tool calls says while it goes on, and what it comes to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, Literal

import msgspec

from .content import ToolCall, ToolResult
from .events import Event
from .messages import Message
from .response import Response, Usage

__all__ = [
    "Approval",
    "RunEvent",
    "RunPolicy",
    "RunResult",
    "RunStop",
    "StepFinished",
    "StepStarted",
    "ToolFinished",
    "ToolStarted",
]

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

RunStop = Literal["done", "tool_calls", "steps", "tokens", "cost", "seconds", "repairs", "asked"]


class StepStarted(msgspec.Struct, frozen=True, tag="step_started"):
    """The model is asked, for the `number`-th time in this run, from 1; `messages` is how many it is given."""

    number: int
    messages: int


class StepFinished(msgspec.Struct, frozen=True, tag="step_finished"):
    """The model has answered. Its calls, if it made any, come next."""

    number: int
    response: Response


class ToolStarted(msgspec.Struct, frozen=True, tag="tool_started"):
    """A tool begins to work on a call, after what approval made of it."""

    call: ToolCall


class ToolFinished(msgspec.Struct, frozen=True, tag="tool_finished", omit_defaults=True):
    """A call has its result, `seconds` after the tool began; None where no tool ran (denied, unknown, badly called)."""

    call: ToolCall
    result: ToolResult
    seconds: float | None = None


RunEvent = Event | StepStarted | StepFinished | ToolStarted | ToolFinished


class Approval(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody decided about a call before it runs: allow it, deny it with a reason the model is told, or allow it
    with other `arguments` (JSON text)."""

    allow: bool = True
    reason: str | None = None
    arguments: str | None = None


class RunPolicy(msgspec.Struct, frozen=True):
    """What bounds a run.

    `steps` is how often the model is asked; `parallel` how many tools run at once; `tool_timeout` the seconds one tool
    may take, after which the model is told and the run goes on. `tokens` (of prompts and answers together), `cost` in
    dollars and `seconds` end the run before the next step once they are passed; a count that is not known does not
    count. `repairs` is how many answers in a row may consist of nothing but wrong calls.
    """

    steps: int = 50
    parallel: int = 8
    tool_timeout: float | None = None
    tokens: int | None = None
    cost: Decimal | None = None
    seconds: float | None = None
    repairs: int = 3


class RunResult(msgspec.Struct, Generic[T], frozen=True, omit_defaults=True):
    """What a run came to.

    `response` is the last answer, `messages` all messages that the run added to the history: answers, results and what
    was said to it meanwhile. `steps` are all answers in order. `stopped` says why it ended: `done` the model had no more
    calls; `tool_calls` it called tools that the caller runs itself; `steps`, `tokens`, `cost` and `seconds` a limit of
    the policy; `repairs` it called tools wrongly too often in a row; `asked` the caller's own condition. Counts and cost
    are sums, unknown where one part is.
    """

    response: Response
    messages: tuple[Message, ...]
    steps: tuple[Response, ...]
    stopped: RunStop
    usage: Usage = Usage()
    cost: Decimal | None = None

    @property
    def text(self) -> str:
        """The last answer's text."""
        return self.response.text

    @property
    def output(self) -> T:
        """The last answer's value, for a run that was given `output=`. Raises AttributeError for any other."""
        answer: Any = self.response
        output: T = answer.output
        return output
