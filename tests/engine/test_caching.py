"""Marks and keys placed unasked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dragoman.engine.caching import conversation_key, place
from dragoman.protocols.base import CacheRules, Report, Target
from dragoman.types import (
    Cache,
    Message,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    VendorTool,
    assistant,
    system,
    tool_result,
    user,
)
from dragoman.types.model import Model, Price

MARKS = CacheRules(4, tools=True, lifetimes=("5m", "1h"), automatic=False)
KEY = CacheRules(key=True, lifetimes=("30m",))
TOOLS = (Tool("a"), Tool("b"))
HISTORY = (
    user("one"),
    assistant("1", ToolCall("t1", "a", "{}"), ToolCall("t2", "b", "{}")),
    tool_result("t1", "r1"),
    tool_result("t2", "r2"),
    assistant("2"),
    user("three", "and more"),
)
TARGET = Target("x", "anthropic_messages", "m")


def put(request: Request, rules: CacheRules = MARKS, model: Model | None = None, lifetime: str | None = None) -> Request:
    return place(request, rules, model, lifetime, Report(TARGET))


def marks(request: Request) -> list[tuple[str, str | None]]:
    """Where marks are, in the order of the prompt."""
    found = [(f"tool {tool.name}", tool.cache.ttl) for tool in request.tools if isinstance(tool, Tool) and tool.cache]
    found += [(f"system {at}", text.cache.ttl) for at, text in enumerate(request.system) if text.cache]
    for at, message in enumerate(request.messages):
        found += [(f"message {at}.{place}", block.cache.ttl) for place, block in enumerate(message.content) if block.cache]
    return found + ([("all", request.cache.ttl)] if request.cache else [])


def test_the_four_places() -> None:
    """The last tool, the end of the instructions, the end of the last turn and of the one before."""
    request = Request("m", HISTORY, system=(Text("a"), Text("b")), tools=TOOLS)

    assert [("tool b", None), ("system 1", None), ("message 3.0", None), ("message 5.1", None)] == marks(put(request))


def test_the_mark_of_the_last_turn_is_the_next_requests_second() -> None:
    """What one request writes is read by the next, however many blocks the turn between them has."""
    shorter = put(Request("m", HISTORY[:4]))
    longer = put(Request("m", HISTORY))

    assert [("message 0.0", None), ("message 3.0", None)] == marks(shorter)
    assert [("message 3.0", None), ("message 5.1", None)] == marks(longer)


def test_what_cannot_carry_a_mark_is_passed_over() -> None:
    """Empty text, a turn without anything to mark, and a vendor's tool."""
    history = (user("one"), assistant("1"), user("two", ""), assistant(Thinking("hm")), Message("user", (Text(" "),)))
    request = Request("m", history, tools=(Tool("a"), VendorTool({"type": "x"})))

    assert [("message 0.0", None), ("message 2.0", None)] == marks(put(request))


def test_instructions_in_the_messages() -> None:
    """Leading system messages are the instructions where there are any."""
    request = Request("m", (system("a"), system("b"), user("one")))

    assert [("message 1.0", None), ("message 2.0", None)] == marks(put(request))


def test_a_begun_answer_is_not_marked() -> None:
    """The turn before it is."""
    assert [("message 0.0", None)] == marks(put(Request("m", (user("one"), assistant("The")))))


def test_marks_of_the_caller_stay_and_count() -> None:
    """Ours fill what the vendor leaves, the most useful first, and a place that has one keeps it."""
    mine = (Text("x", cache=Cache()), Text("y", cache=Cache("1h")))
    request = Request("m", HISTORY, system=mine, tools=(Tool("a", cache=Cache("1h")), Tool("b")))
    placed = put(request)

    assert [("tool a", "1h"), ("system 0", None), ("system 1", "1h"), ("message 5.1", None)] == marks(placed)
    full = put(Request("m", HISTORY, system=mine, tools=(Tool("a", cache=Cache()),), cache=Cache()))
    assert [("tool a", None), ("system 0", None), ("system 1", "1h"), ("all", None)] == marks(full)


def test_a_mark_inside_a_result_counts() -> None:
    """It stands with the result, which gets no second one."""
    result = Message("tool", (ToolResult("t1", (Text("r", cache=Cache()),)),))
    request = Request("m", (user("one"), assistant(ToolCall("t1", "a", "{}")), result))

    assert [("message 0.0", None)] == marks(put(request))


@pytest.mark.parametrize(
    ("mine", "lifetime", "expected"),
    [
        # A longer mark of the caller's behind ours makes ours as long.
        (
            {"messages": (user(Text("one", cache=Cache("1h"))),)},
            None,
            [("tool b", "1h"), ("system 0", "1h"), ("message 0.0", "1h")],
        ),
        # A shorter one before ours keeps ours as short.
        ({"system": (Text("a", cache=Cache()),)}, "1h", [("tool b", "1h"), ("system 0", None), ("message 0.0", None)]),
        ({}, "1h", [("tool b", "1h"), ("system 0", "1h"), ("message 0.0", "1h")]),
        ({}, "5m", [("tool b", None), ("system 0", None), ("message 0.0", None)]),
    ],
)
def test_lifetimes_fall(mine: dict[str, object], lifetime: str | None, expected: list[tuple[str, str | None]]) -> None:
    """Vendors want longer marks before shorter ones, whoever placed them."""
    request = Request("m", **{"messages": (user("one"),), "system": (Text("a"),), "tools": TOOLS, **mine})  # type: ignore[arg-type]

    assert expected == marks(put(request, lifetime=lifetime))


@pytest.mark.parametrize(
    ("rules", "lifetime", "expected", "action"),
    [
        (MARKS, "30m", "1h", "changed"),
        (MARKS, "24h", "1h", "changed"),
        (CacheRules(4), "1h", None, "dropped"),
    ],
)
def test_a_lifetime_without_a_word(rules: CacheRules, lifetime: str, expected: str | None, action: str) -> None:
    """It becomes the next longer one or the longest, or is left out; either is said."""
    report = Report(TARGET)
    placed = place(Request("m", (user("one"),)), rules, None, lifetime, report)

    assert [("message 0.0", expected)] == marks(placed)
    assert [("cache", action)] == [(change.feature, change.action) for change in report.adaptations]


def test_a_model_that_caches_nothing_gets_nothing() -> None:
    """Known not to cache: the request is the same object. Unknown is not known."""
    request = Request("m", HISTORY)

    assert put(request, model=Model("x", "m", caching=False)) is request
    assert put(request, model=Model("x", "m")) != request


def test_wires_that_cache_by_themselves() -> None:
    """No marks, and nothing at all where there is no key either."""
    request = Request("m", HISTORY, tools=TOOLS)

    assert put(request, CacheRules()) is request
    keyed = put(request, KEY)
    assert [] == marks(keyed)
    assert conversation_key(request) == keyed.cache_key
    assert "mine" == put(Request("m", HISTORY, cache_key="mine"), KEY).cache_key


def test_a_lifetime_without_marks_is_for_models_that_charge_for_writing() -> None:
    """There it is a field of the request; of older models it is not, and that is said."""
    charges = Model("x", "m", price=Price(Decimal(1), Decimal(1), cache_write=Decimal(2)))
    report = Report(TARGET)

    assert Cache("30m") == place(Request("m", HISTORY), KEY, charges, "30m", report).cache
    assert [] == report.adaptations
    assert place(Request("m", HISTORY), KEY, None, "30m", report).cache is None
    assert ["dropped"] == [change.action for change in report.adaptations]


def test_a_key_is_the_conversations() -> None:
    """The same in all its turns and whatever is marked, another for another beginning."""
    first = conversation_key(Request("m", HISTORY[:1], system=(Text("a"),), tools=TOOLS))
    marked = (user(Text("one", cache=Cache())), *HISTORY[1:])

    assert 32 == len(first)
    assert first == conversation_key(
        Request("m", HISTORY, system=(Text("a", cache=Cache()),), tools=(Tool("a", cache=Cache()), Tool("b")))
    )
    assert first == conversation_key(Request("m", marked, system=(Text("a"),), tools=TOOLS))
    assert first != conversation_key(Request("m", HISTORY, system=(Text("b"),), tools=TOOLS))
    assert first != conversation_key(Request("m", (user("two"),), system=(Text("a"),), tools=TOOLS))
    assert first != conversation_key(Request("m", HISTORY, system=(Text("a"),)))
