"""Turns and blocks for the tests of conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from dragoman.conversation.history import History, Turn
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Blocks,
    Cache,
    Citation,
    Document,
    FileId,
    Image,
    Message,
    Opaque,
    OpaqueSource,
    Origin,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Usage,
    Video,
)

__all__ = ["EVERY_BLOCK", "TALK_RECORD", "answer", "ask", "calls", "chain", "clock", "ids", "results", "tree"]

_ORIGIN = Origin("anthropic_messages", "anthropic", "claude")
_EXTRA = {"vendor": {"depth": [1, 2.5, None, True, "ü\u2028\x00"], "big": 2**70}, "empty": {}}

EVERY_BLOCK: tuple[Block, ...] = (
    Text("héllo \U0001f600", (Citation("web", "https://a", "t", "x", 1, 2, {"k": 1}),), ({"token": "h"},), origin=_ORIGIN),
    Refusal("no", ({"token": "n"},), extra=_EXTRA),
    Thinking("hm", "c2ln+/==\n", "ZW5j", origin=_ORIGIN, extra=_EXTRA, cache=Cache("1h")),
    ToolCall("c1", "f", '{"a" : 1.0 ,"b":"\\u00e9"', origin=_ORIGIN),
    ToolCall("c2", "g", "free text", custom=True),
    ToolResult("c1", (Text("ok"), Image(Base64("image/png", "aGk="))), is_error=True, name="f"),
    Image(Url("https://a/b.png", "image/png"), "low"),
    Image(FileId("file-1")),
    Image(OpaqueSource({"type": "new", "x": [1]})),
    Audio(Base64("audio/wav", "aGk="), "hi", cache=Cache()),
    Video(Url("https://a/b.mp4")),
    Document(PlainText("words"), "title", "context", True),
    Document(Blocks((Text("inside"), Opaque({"type": "deep"})))),
    ServerToolCall("s1", "web_search", '{"q":1}', "server_tool_use", "mcp", origin=_ORIGIN, extra=_EXTRA),
    ServerToolResult("s1", "web_search_tool_result", [{"url": "u", "n": 1.5}], True),
    Opaque({"type": "from_tomorrow", "nested": {"a": [None, {"b": -0.5}]}}, origin=_ORIGIN),
)
"""A block of every kind, with everything on it that a block can have."""


TALK_RECORD = (
    b'{"version":1,"record":{"id":"one","head":"t2"},"turns":['
    b'{"id":"t1","message":{"role":"user","content":[{"type":"text","text":"hi"}]}},'
    b'{"id":"t2","message":{"role":"assistant","content":[{"type":"text","text":"ho"}]},"parent":"t1","at":1.0,"model":"p:m"}]}'
)
"""A conversation as the first version of the form has it."""


def ids(prefix: str = "t") -> Callable[[], str]:
    """Ids that count."""
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


def clock(start: float = 1000.0) -> Callable[[], float]:
    """A clock that goes on by a second whenever it is read."""
    seconds = count()
    return lambda: start + next(seconds)


def ask(text: str = "question") -> Message:
    return Message("user", (Text(text),))


def answer(text: str = "answer", *before: Block) -> Message:
    return Message("assistant", (*before, Text(text)))


def calls(*names: str, thought: str | None = None) -> Message:
    blocks: list[Block] = [ToolCall(name, "f", "{}") for name in names]
    return Message("assistant", tuple([Thinking(thought), *blocks] if thought is not None else blocks))


def results(*names: str) -> Message:
    return Message("tool", tuple([ToolResult(name, (Text("done"),)) for name in names]))


def chain(*messages: Message, usages: dict[int, Usage] | None = None) -> tuple[Turn, ...]:
    """Messages as turns `t1`, `t2`, ..., each after the one before; `usages` by position."""
    turns: list[Turn] = []
    for position, message in enumerate(messages):
        parent = turns[-1].id if turns else None
        usage = (usages or {}).get(position)
        model = "p:m" if message.role == "assistant" else None
        turns.append(Turn(f"t{position + 1}", message, parent, float(position), usage=usage, model=model))
    return tuple(turns)


def tree(turns: Sequence[Turn]) -> History:
    return History().add(*turns)
