"""The ten programs that every wire format runs, in one text for all of them.

Each is a conversation with a scripted provider, held by whatever client the stage has. What holds of every question and
answer the stage checks; here stands what each program is about.
"""

from __future__ import annotations

import json
from typing import Any

from dragoman import Message, assistant, tool_result, user
from dragoman.testing import Turn, call, fail, text, usage
from dragoman.types import Base64, Block, Document, Image, Output, Reasoning, Text, Thinking, Tool, ToolCall, ToolResult

from .stage import Stage
from .wires import SIGNATURE

__all__ = ["PDF", "PICTURE", "PLACE", "PROGRAMS", "WEATHER"]

PLACE: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "A town"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
WEATHER = Tool("weather", "The weather of some days in a town.", PLACE)
CLOCK = Tool(
    "clock", "The time of day in a town.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJSVFT0YK"
OSLO, BERGEN = {"city": "Oslo", "days": 2}, {"city": "Bergen", "days": 1}


async def text_(stage: Stage) -> None:
    """Instructions, a question, an answer; then the next question behind both."""
    history = [user("Good morning!")]
    reply = await stage.ask(Turn("Grüße, 世界 🌍.", usage(20, 7)), history, system="Be brief.", max_tokens=64)
    assert ("Grüße, 世界 🌍.", "stop") == (reply.text, reply.finish.reason if reply.finish else None)

    history += [reply.message, user("And in French?")]
    reply = await stage.ask(Turn("Bonjour.", usage(40, 3)), history, system="Be brief.", max_tokens=64)
    assert "Bonjour." == reply.text
    assert ["user", "assistant", "user"] == [message.role for message in stage.heard[-1].messages if message.role != "system"]


async def stream(stage: Stage) -> None:
    """Words come as they are said, however the bytes are cut."""
    turn = Turn(text("Once ", "upon ", "a ", "tïme 🌍", " there was.", size=3), usage(9, 30), split=5)
    reply = await stage.ask(turn, [user("Tell me a story.")], stream=True)
    assert "Once upon a tïme 🌍 there was." == reply.text
    assert stage.heard[-1].stream


async def tools(stage: Stage) -> None:
    """The model calls a tool, is told what came of it, and answers."""
    history = [user("Shall I cycle in Oslo?")]
    reply = await stage.ask(
        Turn("I will look.", call("weather", OSLO, id="call00001", size=4), usage(30, 12)), history, tools=[WEATHER, CLOCK]
    )
    made = reply.tool_calls[0]
    assert ("weather", OSLO) == (made.name, made.input)

    history += [reply.message, tool_result(made, "sunny, 21 °C")]
    reply = await stage.ask(Turn("Yes, do.", usage(50, 4)), history, tools=[WEATHER, CLOCK])
    assert "Yes, do." == reply.text
    (called,), (result,) = heard(stage, ToolCall), heard(stage, ToolResult)
    assert (called.id, "sunny, 21 °C") == (result.id, words(result))


async def parallel_tools(stage: Stage) -> None:
    """Two calls at once stay two, with their own ids and arguments, and so do their results."""
    history = [user("Oslo or Bergen?")]
    turn = Turn(call("weather", OSLO, id="call00001", size=5), call("weather", BERGEN, id="call00002", size=5), usage(30, 20))
    reply = await stage.ask(turn, history, tools=[WEATHER])
    first, second = reply.tool_calls
    assert [OSLO, BERGEN] == [first.input, second.input]

    both = (ToolResult(first.id, (Text("sunny"),), name="weather"), ToolResult(second.id, (Text("rain"),), name="weather"))
    history += [reply.message, Message("tool", both)]
    reply = await stage.ask(Turn("Oslo.", usage(60, 2)), history, tools=[WEATHER])
    assert "Oslo." == reply.text
    ids = [block.id for block in heard(stage, ToolCall)]
    assert 2 == len(set(ids))
    assert [*zip(ids, ["sunny", "rain"], strict=True)] == [(block.id, words(block)) for block in heard(stage, ToolResult)]


async def thinking_tools(stage: Stage) -> None:
    """Reasoning before a call goes back with the call, as it came, or its loss is listed."""
    history = [user("Shall I cycle in Oslo?")]
    thinks = Reasoning(effort="high")
    turn = Turn(*stage.wire.thought(("They want ", "the weather."), "weather", OSLO, "call00001"), usage(30, 40))
    reply = await stage.ask(turn, history, tools=[WEATHER], reasoning=thinks, max_tokens=20_000)
    assert "They want the weather." == reply.message.thinking

    history += [reply.message, tool_result(reply.tool_calls[0], "sunny")]
    reply = await stage.ask(Turn("Yes.", usage(60, 2)), history, tools=[WEATHER], reasoning=thinks, max_tokens=20_000)
    assert "Yes." == reply.text
    given = [block for block in stage.replies[0].message.content if isinstance(block, Thinking | ToolCall)]
    sent = heard(stage, Thinking, ToolCall)
    if "thinking" in {adaptation.feature for adaptation in stage.adaptations}:
        assert ["weather"] == [block.name for block in sent if isinstance(block, ToolCall)]
        assert len(sent) == 1
    else:
        assert [proof(block) for block in given] == [proof(block) for block in sent]
        assert (stage.wire.proof is not None) == (SIGNATURE in [value for block in sent for value in proof(block)])


async def image(stage: Stage) -> None:
    """A picture between words."""
    reply = await stage.ask(Turn("A dot.", usage(300, 3)), [user("Look: ", Image(Base64("image/png", PICTURE)), "What is it?")])
    assert "A dot." == reply.text


async def pdf(stage: Stage) -> None:
    """A document, and a question about it."""
    asked = [user(Document(Base64("application/pdf", PDF)), "Summarise.")]
    reply = await stage.ask(Turn("It is empty.", usage(300, 4)), asked)
    assert "It is empty." == reply.text


async def structured_output(stage: Stage) -> None:
    """The answer has the form that was asked for."""
    answer = json.dumps(OSLO)
    form = Output(PLACE, name="place", strict=True)
    reply = await stage.ask(Turn(text(answer, size=4), usage(20, 9)), [user("Where, and how long?")], output=form)
    assert OSLO == json.loads(reply.text)


async def long_history(stage: Stage) -> None:
    """Two hundred turns, calls among them, arrive in order."""
    history: list[Message] = []
    for number in range(50):
        made = ToolCall(f"c{number:08}", "clock", '{"city":"Oslo"}')
        history += [user(f"Question {number}"), assistant(f"Looking {number}", made), tool_result(made, f"{number} o'clock")]
        history += [assistant(f"Answer {number}")]
    history.append(user("And now?"))
    reply = await stage.ask(Turn("Now.", usage(4000, 2)), history, tools=[CLOCK])
    assert "Now." == reply.text
    asked = [block.text for block in heard(stage, Text)]
    assert "Question 0" in asked[0]
    assert "And now?" == asked[-1]


async def error(stage: Stage) -> None:
    """An error before the answer, one that no other try helps, and one inside the answer: each of its class."""
    limited = await stage.fail(Turn(fail(429, "rate_limit_error", "slow down", retry_after=7)), [user("Hi")])
    denied = await stage.fail(Turn(fail(401, "authentication_error", "who are you?")), [user("Hi")])
    late = await stage.fail(Turn("Once ", fail(500, "server_error", "gone")), [user("Hi")], stream=True)
    stage.failures = [limited, denied, late]


def heard(stage: Stage, *kinds: type[Block]) -> list[Any]:
    """The blocks of some kinds in the last request, as the provider understood it."""
    return [block for message in stage.heard[-1].messages for block in message.content if isinstance(block, kinds)]


def proof(block: Thinking | ToolCall) -> tuple[Any, ...]:
    """What of reasoning, or of a call that proves it, must come back as it came."""
    if isinstance(block, Thinking):
        return block.text, block.signature, block.encrypted
    return block.name, block.input, block.extra.get("thoughtSignature")


def words(result: ToolResult) -> str:
    """The text of a tool's result."""
    return "".join([block.text for block in result.content if isinstance(block, Text)])


PROGRAMS = {
    "text": text_,
    "stream": stream,
    "tools": tools,
    "parallel tools": parallel_tools,
    "thinking + tools": thinking_tools,
    "image": image,
    "PDF": pdf,
    "structured output": structured_output,
    "long history": long_history,
    "error": error,
}
"""The programs by name."""
