"""Prompts begin as the ones before them, on every wire; where one does not, it is said in plain words."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from dragoman import Client, Text, Tool, ToolCall, assistant, caching, tool_result, user
from dragoman.engine.caching import place
from dragoman.engine.handoff import handoff
from dragoman.prepare import Plan
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report, Target
from dragoman.types import Message, Request, Thinking

SCHEMA = {"type": "object", "properties": {"path": {"type": "string", "description": "Where."}}, "required": ["path"]}
TOOLS = [Tool("read", "Read a file.", SCHEMA), Tool("write", "Write a file.", SCHEMA)]
MODEL = "anthropic:claude-sonnet-5"


def turns(count: int) -> list[Message]:
    """A run of an agent: every turn calls a tool or two and gets its results, and now and then the user speaks."""
    history = [user("Fix the failing test.")]
    for turn in range(count):
        calls = [
            ToolCall(f"call{turn:05}{letter}", "read", f'{{"path":"src/{turn}/{letter}.py"}}') for letter in "ab"[: 1 + turn % 2]
        ]
        spoken = [Text(f"Step {turn}: I look.")] if turn % 3 else []
        history.append(assistant(*spoken, *calls))
        history += [tool_result(call, f"line {turn}\n" * 3) for call in calls]
        if turn % 10 == 9:
            history += [assistant("Done so far."), user("Go on.")]
    return history


def ends_of(history: list[Message]) -> list[int]:
    """Where a request could end: before each answer, and at the end."""
    return [
        at
        for at, message in enumerate(history, 1)
        if message.role != "assistant" and (at == len(history) or history[at].role == "assistant")
    ]


def body_of(name: str, history: list[Message], *, auto: bool) -> bytes:
    protocol = load(name)
    target = Target("x", name, "anthropic.claude-x", "https://x.test")
    report = Report(target)
    request = Request("m", tuple(history), system=(Text("You are an agent."),), tools=tuple(TOOLS))
    request = handoff(request, target, protocol, report)
    if auto:
        request = place(request, protocol.caching(target), None, None, report)
    return protocol.encode_request(request, target, report).body


def split(body: bytes) -> tuple[bytes, bytes, bytes]:
    """A body as what stands before its messages, the messages without their last bracket, and what stands behind them."""
    fields: dict[str, msgspec.Raw] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    name = next(name for name in ("messages", "contents", "input") if name in fields)
    messages = bytes(fields[name])
    before, behind = body.split(messages, 1)
    assert messages.endswith(b"]")
    return before, messages[:-1], behind


def unmarked(body: bytes) -> bytes:
    """A body without cache marks and what they alone bring about: a list of one text where a text would do."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: strip(inner) for name, inner in value.items() if name != "cache_control"}
        if isinstance(value, list):
            items = [strip(item) for item in value if not (isinstance(item, dict) and "cachePoint" in item)]
            return (
                items[0]["text"]
                if len(items) == 1 and isinstance(items[0], dict) and items[0].keys() == {"type", "text"}
                else items
            )
        return value

    return json.dumps(strip(json.loads(body)), separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("name", NAMES)
def test_fifty_turns_each_begin_as_the_one_before(name: str) -> None:
    """The bytes of a turn are a prefix of the next one's, up to the end of the messages; the rest of the body is the same."""
    history = turns(50)
    ends = ends_of(history)
    last = split(body_of(name, history[: ends[0]], auto=False))
    assert len(ends) >= 50
    for end in ends[1:]:
        now = split(body_of(name, history[:end], auto=False))
        assert (last[0], last[2]) == (now[0], now[2])
        assert now[1].startswith(last[1])
        assert len(now[1]) > len(last[1])
        last = now


@pytest.mark.parametrize("name", NAMES)
def test_marks_change_nothing_but_themselves(name: str) -> None:
    """With marks placed unasked, a turn without them is the turn that would have been sent, but for the conversation's key."""
    history = turns(12)
    keys = set()
    for end in ends_of(history):
        plain, marked = body_of(name, history[:end], auto=False), body_of(name, history[:end], auto=True)
        fields = json.loads(unmarked(marked))
        keys.add(fields.pop("prompt_cache_key", None))
        assert json.loads(unmarked(plain)) == fields
        rules = load(name).caching(Target("x", name, "anthropic.claude-x"))
        assert marked.count(b'"cache_control"') + marked.count(b'"cachePoint"') <= rules.marks
        assert (marked == plain) == (not rules.marks and not rules.key)
    assert 1 == len(keys)


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def plan(client: Client, history: list[Message], model: str = MODEL, **options: Any) -> Plan:
    return client.plan(model, history, **{"tools": TOOLS, "system": "You are an agent.", "cache": "auto", **options})


def test_a_growing_conversation_is_quiet(client: Client) -> None:
    """Nothing is said while prompts only grow, on every wire, marks placed or not."""
    history = turns(8)
    for model in (
        MODEL,
        "openai:gpt-5.6",
        "openai-responses:gpt-5.6",
        "gemini:gemini-3-flash",
        "bedrock:anthropic.claude-x",
        "mistral:m",
        "ollama:q",
        "cohere:c",
    ):
        watch = caching.Watch()
        seen = [watch.see(plan(client, history[:end], model)) for end in ends_of(history)]
        assert not any(seen), (model, seen)


@pytest.mark.parametrize(
    ("change", "part", "words"),
    [
        ({"model": "anthropic:claude-opus-5"}, "model", "the model changed from claude-sonnet-5 to claude-opus-5"),
        ({"model": "openai:gpt-5.6"}, "target", "the target changed from anthropic (anthropic_messages) to openai (openai_chat)"),
        ({"tools": [*TOOLS, Tool("run")]}, "tools", "the tools changed: 'run' came"),
        ({"tools": TOOLS[:1]}, "tools", "the tools changed: 'write' left"),
        ({"tools": [Tool("look"), TOOLS[0]]}, "tools", "the tools changed: 'write' left, 'look' came"),
        ({"tools": TOOLS[::-1]}, "tools", "the tools stand in another order"),
        (
            {"tools": [Tool("read", "Read it.", SCHEMA), TOOLS[1]]},
            "tools",
            "the tool 'read' changed: description differs at character 6: 'a file.' became 'it.'",
        ),
        (
            {
                "tools": [
                    Tool("read", "Read a file.", {"properties": SCHEMA["properties"], "type": "object", "required": ["path"]}),
                    TOOLS[1],
                ]
            },
            "tools",
            "the tool 'read' changed: the fields of input_schema stand in another order",
        ),
        (
            {"system": "You are an agent. It is 12:01."},
            "system",
            "the system prompt changed: differs at character 18: nothing became ' It is 12:01.'",
        ),
        ({"system": None}, "system", 'the system prompt changed: was "You are an agent." and is not there'),
        ({"reasoning": "high"}, "settings", 'the setting output_config changed: was not there and is {"effort":"high"}'),
        ({"tool_choice": "none"}, "settings", 'the setting tool_choice changed: was not there and is {"type":"none"}'),
        (
            {"history": [user("Fix the test."), *turns(3)[1:]]},
            "messages",
            "message 1 of 3 (user) changed: content differs at character 9: 'failing test.' became 'test.'",
        ),
        ({"history": turns(1)[:1]}, "messages", "the history is shorter: it had 3 messages and has 1"),
    ],
)
def test_what_broke_it_is_said_in_plain_words(client: Client, change: dict[str, Any], part: str, words: str) -> None:
    """The first part of the prompt that differs, in the order in which vendors read it, and where in it."""
    before = plan(client, turns(1))
    model, history = change.pop("model", MODEL), change.pop("history", turns(1))
    found = caching.explain(before, plan(client, history, model, **change))

    assert found is not None
    assert (part, words) == (found.part, str(found))
    assert found.messages == (0 if "message 1" in words else 1 if "shorter" in words else found.messages)


def test_what_steers_the_answer_alone_breaks_nothing(client: Client) -> None:
    """Limits and sampling are no part of the prompt."""
    before = plan(client, turns(1), "openai:gpt-4o")

    assert caching.explain(before, plan(client, turns(1), "openai:gpt-4o", max_tokens=5, temperature=0.5, seed=1)) is None


def test_requests_are_compared_as_prompts_are() -> None:
    """Two values, without a vendor; but not a value with a plan."""
    one = Request("m", (user("a"),), tools=tuple(TOOLS))
    longer = msgspec.structs.replace(one, messages=(*one.messages, assistant("b"), user("c")))
    edited = msgspec.structs.replace(longer, messages=(user("b"), *longer.messages[1:]))

    assert caching.explain(one, longer) is None
    assert "message 1 of 3 (user) changed" in str(caching.explain(longer, edited))
    with pytest.raises(TypeError, match="two plans or two requests"):
        caching.explain(one, Client().plan(MODEL, "hi"))


def test_thinking_that_is_left_out_later_is_noticed() -> None:
    """A message that lost a block is not the message it was."""
    one = Request("m", (user("a"), assistant(Thinking("hm", "sig"), Text("b")), user("c")))
    other = msgspec.structs.replace(one, messages=(user("a"), assistant("b"), user("c")))
    found = caching.explain(one, other)

    assert found is not None
    assert ("messages", 1) == (found.part, found.messages)


def test_fingerprints(client: Client) -> None:
    """A hash of the head and one for each beginning: two conversations can be compared without their words."""
    prompts = [caching.fingerprint(plan(client, turns(count))) for count in (1, 4)]
    other = caching.fingerprint(plan(client, turns(4), system="Another."))

    assert prompts[1].extends(prompts[0])
    assert not prompts[0].extends(prompts[1])
    assert not other.extends(prompts[0])
    assert 1 == len({fingerprint.head for fingerprint in prompts})
    assert prompts[0] == msgspec.json.decode(msgspec.json.encode(prompts[0]), type=caching.Fingerprint)
    assert b"agent" not in msgspec.json.encode(prompts)
