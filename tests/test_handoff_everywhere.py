"""A conversation goes from every wire format to every other, and nothing is lost without being listed.

The answers in it are real ones of the wire they come from: said by our server side, read by our client side.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from dragoman import Client, Unsupported
from dragoman.prepare import Plan
from dragoman.protocols import NAMES, load
from dragoman.providers import Provider
from dragoman.testing import ScriptedProvider, Turn, call, text, think
from dragoman.types import (
    Base64,
    Image,
    Message,
    Origin,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    assistant,
    system,
    tool_result,
    user,
)

PAIRS = [(a, b) for a in NAMES for b in NAMES]
THOUGHT, LATER_THOUGHT = "Zirkumflex: they want the weather", "Zirkumflex: now it is plain"
SIGNATURE = "RXFvQkNrZ0lDeEFDR0FJcVFQ"
BEFORE, AFTER = "Let me look. ", "Cycle in Oslo, not in Bergen."
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TOOLS = (Tool("weather", "Today's weather", {"type": "object", "properties": {"city": {"type": "string"}}}),)


def providers(prefix: str) -> list[Provider]:
    return [
        Provider(f"{prefix}-{name}", name, "http://127.0.0.1/mistral/v1", protocol=name, key_required=False) for name in NAMES
    ]


@cache
def answer(name: str, number: int) -> Message:
    """The first or second answer of a conversation, as a client of this wire reads it."""
    turns = (
        Turn(
            think(THOUGHT, signature=SIGNATURE),
            text(BEFORE),
            call("weather", {"city": "Oslo"}, id="call.of:a:foreign/wire+1"),
            call("weather", {"city": "Bergen"}, id="call.of:a:foreign/wire+2"),
        ),
        Turn(think(LATER_THOUGHT, signature=SIGNATURE), text(AFTER)),
    )
    provider = ScriptedProvider(turns[number], protocols=[load(name)])
    with Client(transport=provider.transport(), providers=providers("from")) as client:
        return client.chat(f"from-{name}:m", "Shall I cycle?", tools=TOOLS, max_tokens=999).message


def conversation(name: str) -> list[Message]:
    first, second = answer(name, 0), answer(name, 1)
    oslo, bergen = first.tool_calls
    return [
        user("Oslo or Bergen?", Image(Base64("image/png", PICTURE))),
        first,
        tool_result(oslo, "sunny", Image(Base64("image/png", PICTURE))),
        tool_result(bergen, "the service is down", is_error=True),
        second,
        system("From now on answer in one word."),
        user("And tomorrow?"),
    ]


def plan(model: str, messages: list[Message], **options: Any) -> Plan:
    with Client(providers=[*providers("from"), *providers("to")]) as client:
        return client.plan(model, messages, system="Be kind.", tools=TOOLS, max_tokens=999, **options)


def read(planned: Plan) -> Request:
    return load(planned.protocol).decode_request(planned.http)


def blocks(request: Request, *kinds: type) -> list[Any]:
    return [block for message in request.messages for block in message.content if type(block) in kinds]


def test_the_answers_carry_what_the_matrix_is_about() -> None:
    """Each wire's answer has thinking, text and two calls in order, so that the rows below test something."""
    for name in NAMES:
        first, second = answer(name, 0), answer(name, 1)
        assert [THOUGHT, LATER_THOUGHT] == [first.thinking, second.thinking], name
        assert BEFORE in (first.text, first.text + " "), name
        assert ["Oslo", "Bergen"] == [made.input["city"] for made in first.tool_calls], name
        assert AFTER == second.text, name
        assert Origin(name, f"from-{name}", "m") == first.origin, name


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_what_was_said_arrives_in_order(origin: str, target: str) -> None:
    """Every word of the answers, the calls with their arguments, and the users' words."""
    request = read(plan(f"to-{target}:m", conversation(origin)))

    said = [block.text for m in request.messages if m.role == "assistant" for block in m.content if type(block) is Text]
    assert f"{BEFORE}{AFTER}" == "".join(said)
    calls = blocks(request, ToolCall)
    assert [("weather", {"city": "Oslo"}), ("weather", {"city": "Bergen"})] == [(made.name, made.input) for made in calls]
    asked = [block.text for m in request.messages if m.role == "user" for block in m.content if type(block) is Text]
    assert "Oslo or Bergen?" == asked[0]
    assert "And tomorrow?" == asked[-1]


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_calls_and_results_stay_paired_under_ids_the_target_takes(origin: str, target: str) -> None:
    """Each result answers its own call, by an id that fits the wire; an error stays visible as one."""
    request = read(plan(f"to-{target}:m", conversation(origin)))

    calls, results = blocks(request, ToolCall), blocks(request, ToolResult)
    assert [made.id for made in calls] == [result.id for result in results]
    assert 2 == len({made.id for made in calls})
    rule = load(target).tool_ids
    assert all(re.fullmatch(rule.pattern, made.id) for made in calls) if rule else True
    assert ["sunny" in said(results[0]), "the service is down" in said(results[1])] == [True, True]


def said(result: ToolResult) -> str:
    return "".join([block.text for block in result.content if type(block) is Text])


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_foreign_thinking_is_never_said(origin: str, target: str) -> None:
    """It is neither answer text nor a user's message nor anything else in the body, and the report says so."""
    planned = plan(f"to-{target}:m", conversation(origin))

    assert b"Zirkumflex" not in planned.http.body
    assert SIGNATURE.encode() not in planned.http.body
    assert "thinking" in {entry.feature for entry in planned.adaptations}


@pytest.mark.parametrize("name", NAMES)
def test_the_same_provider_gets_its_thinking_back(name: str) -> None:
    """Blocks return in position with what proves their origin, or the report says which did not."""
    sent = read(plan(f"from-{name}:m", conversation(name)))

    planned = plan(f"from-{name}:m", conversation(name))
    kept = [block.text for block in blocks(sent, Thinking)]
    listed = {entry.feature for entry in planned.adaptations}
    assert [THOUGHT, LATER_THOUGHT] == kept or "thinking" in listed
    turns = [message for message in sent.messages if message.role == "assistant"]
    for message in turns:
        kinds = [type(block) for block in message.content]
        assert kinds == sorted(kinds, key=[Thinking, Text, ToolCall].index), name


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_a_system_message_midway_stays_an_instruction(origin: str, target: str) -> None:
    """It is sent as one where it stands; where the wire has no place for that, the report says what became of it."""
    planned = plan(f"to-{target}:m", conversation(origin))
    request = read(planned)

    heads = [block for message in request.messages if message.role in ("system", "developer") for block in message.content]
    instructions = [block.text for block in (*heads, *request.system) if type(block) is Text]
    assert "one word" in planned.http.body.decode()
    assert any("one word" in said for said in instructions) or "system_message" in {
        entry.feature for entry in planned.adaptations
    }
    assert any("Be kind." in said for said in instructions)


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_pictures_arrive_or_are_listed(origin: str, target: str) -> None:
    """The user's picture and the tool's: two of them are sent, or the report names the ones that are not."""
    planned = plan(f"to-{target}:m", conversation(origin))

    sent = planned.http.body.decode().replace("\\/", "/").count(PICTURE)
    assert 2 == sent or any("image" in f"{entry.feature} {entry.detail}" for entry in planned.adaptations)


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_an_interrupted_turn_is_repaired(origin: str, target: str) -> None:
    """A call without a result gets one that says so, a result without a call is taken out; both are listed."""
    history = [*conversation(origin)[:3], user("Never mind."), tool_result("never-made", "?"), user("Go on.")]
    planned = plan(f"to-{target}:m", history)

    request = read(planned)
    assert len(blocks(request, ToolCall)) == len(blocks(request, ToolResult)) == 2
    assert b"never-made" not in planned.http.body
    assert {"orphan_call", "orphan_result"} <= {entry.feature for entry in planned.adaptations}


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_a_longer_history_extends_a_shorter_one(origin: str, target: str) -> None:
    """Prompt caches of the target live: what was sent for the first turns begins what is sent for all."""
    whole = conversation(origin)
    shorter, longer = turns(plan(f"to-{target}:m", whole[:4])), turns(plan(f"to-{target}:m", whole[:5]))

    assert shorter == longer[: len(shorter)]
    assert len(longer) > len(shorter)


def turns(planned: Plan) -> list[Any]:
    """The conversation as the body has it, without the instructions at its head."""
    body = json.loads(planned.http.body)
    listed = next(body[word] for word in ("messages", "input", "contents") if word in body)
    return [item for item in listed if item.get("role") not in ("system", "developer")]


def test_a_conversation_visits_every_wire_and_comes_home() -> None:
    """After all other wires have answered, the first one gets its own blocks back byte for byte and no one else's."""
    for home in NAMES:
        history = conversation(home)
        for abroad in NAMES:
            if abroad != home:
                history += [answer(abroad, 1), user("Go on.")]
        planned = plan(f"from-{home}:m", history)
        alone = turns(plan(f"from-{home}:m", [*conversation(home)[:5], user("Go on.")]))[:-1]
        assert alone == turns(planned)[: len(alone)], home
        places = [entry.path.partition(".")[0] for entry in planned.adaptations if entry.feature == "thinking" and entry.path]
        assert {f"messages[{at}]" for at in range(7, len(history), 2)} <= set(places), home


@pytest.mark.parametrize("target", NAMES)
def test_strict_refuses_what_would_be_lost(target: str) -> None:
    """A caller who wants to know is told before anything is sent."""
    foreign = next(name for name in NAMES if name != target)
    with pytest.raises(Unsupported):
        plan(f"to-{target}:m", conversation(foreign), adapt="strict")


@pytest.mark.parametrize("target", NAMES)
def test_a_history_written_by_hand_needs_no_origin(target: str) -> None:
    """What the caller wrote is taken at the caller's word: calls, results and text go anywhere."""
    made = ToolCall("abcDEF123", "weather", '{"city":"Oslo"}')
    history = [user("Oslo?"), assistant(BEFORE, made), tool_result(made, "sunny"), assistant(AFTER), user("Thanks.")]
    planned = plan(f"to-{target}:m", history)

    request = read(planned)
    assert ["abcDEF123"] == [block.id for block in blocks(request, ToolCall)] or target in ("gemini", "ollama_chat")
    # Gemini signs the calls it has not made itself; the other wires take the history as it is.
    assert {entry.feature for entry in planned.adaptations} <= ({"thought_signature"} if target == "gemini" else set())
