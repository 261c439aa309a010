"""A history to the wire's `system` and `messages` (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html).

What the wire demands, and what is done about it:

- The first message is the user's, and roles alternate: neighbours of one role are joined; a message that says nothing
  is put before a history that begins with the assistant.
- All results of an assistant turn stand in the user message after it, before its other blocks.
- A system message in the middle joins the system prompt, unless the model takes the role inside `messages`.
- Empty turns and blank texts are refused by the service: they are left out.
"""

from __future__ import annotations

from ...types.content import Block, ToolResult
from ...types.messages import Message
from ...types.request import Request
from ..base import Report, Target
from .dialect import ConverseDialect
from .encode_content import ContentEncoder, Side
from .wire import Json

__all__ = ["FIRST_MESSAGE", "encode_messages"]

FIRST_MESSAGE = "(The conversation begins.)"
"""What the user is made to say before a history that begins with the assistant."""

_SIDES: dict[str, Side] = {"system": "system", "developer": "system", "assistant": "assistant", "user": "user", "tool": "user"}


def encode_messages(
    request: Request, target: Target, dialect: ConverseDialect, kind: str, report: Report
) -> tuple[list[Json], list[Json]]:
    """The `system` blocks and the `messages` of a request to a model of the family `kind`.

    Raises Unsupported for what cannot be said and for what policy refuses to adapt.
    """
    history = _History(target, dialect, report)
    content = ContentEncoder(target, dialect, kind, report)
    if request.system:
        content.where = "system"
        history.system = content.encode(request.system, "system")
    for place, message in enumerate(request.messages):
        content.where = f"messages[{place}]"
        side = _SIDES[message.role]
        blocks = _results_first(message.content) if side == "user" else message.content
        history.add(message, side, content.encode(blocks, side), content.where)
    history.finish()
    return history.system, history.messages


def _results_first(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    results = tuple([block for block in blocks if type(block) is ToolResult])
    return results + tuple([block for block in blocks if type(block) is not ToolResult]) if results else blocks


class _History:
    """Messages as they are put together."""

    def __init__(self, target: Target, dialect: ConverseDialect, report: Report) -> None:
        self.system: list[Json] = []
        self.messages: list[Json] = []
        self._target = target
        self._dialect = dialect
        self._report = report
        self._results = 0
        """How many blocks at the head of the last message, a user's, are results and their cache points."""

    def add(self, message: Message, side: Side, content: list[Json], where: str) -> None:
        """Add one message by its encoded content; `where` names it in reports."""
        if not content:
            if message.content:
                self._report.adapt("empty_message", "dropped", f"nothing of this {message.role} message can be sent", where)
            return
        wire: Json = {"role": side, "content": content}
        self._add_extra(wire, message, where)
        if side == "system" and not (self.messages and self._dialect.system_messages):
            if self.messages:
                why = "this model takes no system message inside a conversation: it joined the system prompt"
                self._report.adapt("system_message", "moved", why, where)
            self.system += content
            return
        results = _leading_results(content) if side == "user" else 0
        last = self.messages[-1] if self.messages else {}
        if last.get("role") == side:
            joined = last["content"]
            at = self._results if results else len(joined)
            last.update(wire)
            last["content"] = [*joined[:at], *content[:results], *joined[at:], *content[results:]]
            self._results += results
        else:
            self._results = results
            self.messages.append(wire)

    def _add_extra(self, wire: Json, message: Message, where: str) -> None:
        if message.name is not None:
            self._report.adapt("name", "dropped", "messages have no names here", where)
        if not message.extra:
            return
        origin = message.origin
        if origin is None or (origin.protocol == self._target.protocol and origin.provider in ("", self._target.provider)):
            wire.update(message.extra)
        else:
            self._report.adapt("extra", "dropped", f"fields of another vendor: {', '.join(sorted(message.extra))}", where)

    def finish(self) -> None:
        """Make the ends of the list what the wire wants."""
        if self.messages and self.messages[-1]["role"] == "assistant":
            self._finish_turn(self.messages[-1]["content"])
        if not self.messages:
            self._report.refuse("messages", "there is no user or assistant message to send")
        if self.messages[0]["role"] == "assistant":
            why = "the first message must be the user's: one that says nothing was put before it"
            self._report.adapt("first_message", "added", why)
            self.messages.insert(0, {"role": "user", "content": [{"text": FIRST_MESSAGE}]})

    def _finish_turn(self, content: list[Json]) -> None:
        """A last message of the assistant is continued by the model: it may not end in reasoning or white space."""
        while content and content[-1].keys() == {"reasoningContent"}:
            self._report.adapt("thinking", "dropped", "an answer to be continued may not end in thinking")
            content.pop()
        if content and type(text := content[-1].get("text")) is str:
            if not self._dialect.prefill:
                self._report.refuse("prefill", "this model does not continue an assistant message: end with a user message")
            if text != (cut := text.rstrip()):
                self._report.adapt("text", "changed", "white space at the end of the answer to be continued was cut off")
                content[-1] = {"text": cut}
        if not content:
            self.messages.pop()


def _leading_results(content: list[Json]) -> int:
    """How many blocks at the head are results, cache points behind them included."""
    count = 0
    for place, wire in enumerate(content):
        if type(wire) is dict and "toolResult" in wire:
            count = place + 1
        elif not (type(wire) is dict and "cachePoint" in wire and count == place):
            break
        elif count:
            count = place + 1
    return count
