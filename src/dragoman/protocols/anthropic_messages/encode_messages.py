"""A history to the wire's `system` and `messages` (https://platform.claude.com/docs/en/api/messages).

What the wire demands, and what is done about it:

- The first message is the user's. One that says nothing is put before a history that begins with the assistant.
- All results of an assistant turn stand in one user message, before its other blocks: user and tool messages next to
  each other are joined where results are among them. Others stay apart; the server joins them.
- A `system` message in the middle follows a user message (or server tools) and is last or followed by the assistant:
  one that stands elsewhere moves behind the user messages that follow it, or else to the system prompt.
- Empty turns are refused by the server: they are left out.
"""

from __future__ import annotations

from ...types.content import Text
from ...types.messages import Message
from ...types.request import Request
from ..base import Report, Target, belongs
from .dialect import MessagesDialect
from .encode_blocks import Json
from .encode_content import ContentEncoder, Side

__all__ = ["FIRST_MESSAGE", "encode_messages"]

FIRST_MESSAGE = "(The conversation begins.)"
"""What the user is made to say before a history that begins with the assistant."""

_SIDES: dict[str, Side] = {"system": "system", "developer": "system", "assistant": "assistant", "user": "user", "tool": "user"}
_SERVER_TURN = ("server_tool_use", "mcp_tool_use")


def encode_messages(
    request: Request, target: Target, dialect: MessagesDialect, modern: bool, report: Report
) -> tuple[list[Json], list[Json]]:
    """The `system` blocks and the `messages` of a request; `modern` is the API version from 2026-10-21 on.

    Raises Unsupported for what cannot be said and for what policy refuses to adapt.
    """
    history = _History(target, dialect, report)
    content = ContentEncoder(target, dialect, modern, report)
    if request.system:
        content.where = "system"
        history.system = content.encode(request.system, "system")
    for place, message in enumerate(request.messages):
        content.where = f"messages[{place}]"
        side = _SIDES[message.role]
        history.add(message, side, content.encode(message.content, side), content.where)
    history.finish()
    return history.system, history.messages


class _History:
    """Messages as they are put together."""

    def __init__(self, target: Target, dialect: MessagesDialect, report: Report) -> None:
        self.system: list[Json] = []
        self.messages: list[Json] = []
        self._target = target
        self._dialect = dialect
        self._report = report
        self._results = 0
        """How many blocks at the head of the last message, a user's, are results."""
        self._held: list[Json] = []
        """System messages that wait for the turn they may stand before."""
        self._moved = False

    def add(self, message: Message, side: Side, content: list[Json], where: str) -> None:
        """Add one message by its encoded content; `where` names it in reports."""
        if not content:
            if message.content:
                self._report.adapt("empty_message", "dropped", f"nothing of this {message.role} message can be sent", where)
            return
        wire: Json = {"role": side, "content": content}
        if message.extra or message.name is not None:
            self._add_extra(wire, message, where)
        if side == "user":
            self._add_user(wire)
        elif side == "assistant":
            self._place_held()
            self._results = 0
            self.messages.append(wire)
        else:
            self._add_system(wire, where)

    def _add_extra(self, wire: Json, message: Message, where: str) -> None:
        if message.name is not None:
            self._report.adapt("name", "dropped", "messages have no names here", where)
        origin = message.origin
        if origin is None or belongs(Text("", origin=origin), self._target):
            wire.update(message.extra)
        elif message.extra:
            self._report.adapt("extra", "dropped", f"fields of another vendor: {', '.join(sorted(message.extra))}", where)

    def _add_user(self, wire: Json) -> None:
        if self._held:
            self._moved = True
        content = wire["content"]
        results = [block for block in content if block.get("type") == "tool_result"]
        others = [block for block in content if block.get("type") != "tool_result"] if results else content
        last = self.messages[-1] if self.messages else None
        if last is not None and last["role"] == "user" and (results or self._results):
            joined = last["content"]
            last.update(wire)
            last["content"] = [*joined[: self._results], *results, *joined[self._results :], *others]
            self._results += len(results)
        else:
            self._results = len(results)
            wire["content"] = results + others if results else content
            self.messages.append(wire)

    def _add_system(self, wire: Json, where: str) -> None:
        if self.messages and self._dialect.system_messages:
            self._held.append(wire)
            return
        if self.messages:
            why = "this model takes no system message inside a conversation: it joined the system prompt"
            self._report.adapt("system_message", "moved", why, where)
        self._join_prompt(wire)

    def _join_prompt(self, wire: Json) -> None:
        if fields := sorted(wire.keys() - {"role", "content"}):
            self._report.adapt("extra", "dropped", f"the system prompt has no fields: {', '.join(fields)}")
        self.system += wire["content"]

    def _place_held(self) -> None:
        """Put the waiting system messages, as one, where the next assistant turn or the end comes."""
        if not self._held:
            return
        joined: Json = {}
        for wire in self._held:
            joined = {**joined, **wire, "content": joined.get("content", []) + wire["content"]}
        last = self.messages[-1]
        kind = str(last["content"][-1].get("type"))
        if last["role"] == "user" or kind in _SERVER_TURN or kind.endswith("_tool_result"):
            if self._moved:
                why = "a system message may not stand before a user message: it stands behind it"
                self._report.adapt("system_message", "moved", why)
            self.messages.append(joined)
        else:
            why = "a system message may not follow an assistant message: it joined the system prompt"
            self._report.adapt("system_message", "moved", why)
            self._join_prompt(joined)
        self._held = []
        self._moved = False

    def finish(self) -> None:
        """Make the ends of the list what the wire wants."""
        self._place_held()
        if self.messages and self.messages[-1]["role"] == "assistant":
            self._finish_turn(self.messages[-1]["content"])
        if not self.messages:
            self._report.refuse("messages", "there is no user or assistant message to send")
        if self.messages[0]["role"] == "assistant":
            why = "the first message must be the user's: one that says nothing was put before it"
            self._report.adapt("first_message", "added", why)
            self.messages.insert(0, {"role": "user", "content": [{"type": "text", "text": FIRST_MESSAGE}]})

    def _finish_turn(self, content: list[Json]) -> None:
        """A last message of the assistant is continued by the model: it may not end in thinking or white space."""
        while content and content[-1].get("type") in ("thinking", "redacted_thinking"):
            self._report.adapt("thinking", "dropped", "an answer to be continued may not end in thinking")
            content.pop()
        if content and content[-1].get("type") == "text" and isinstance(content[-1].get("text"), str):
            if not self._dialect.prefill:
                self._report.refuse("prefill", "this model does not continue an assistant message: end with a user message")
            text = content[-1]["text"]
            if text != (cut := text.rstrip()):
                self._report.adapt("text", "changed", "white space at the end of the answer to be continued was cut off")
                content[-1]["text"] = cut
                if not cut:
                    content.pop()
        if not content:
            self.messages.pop()
