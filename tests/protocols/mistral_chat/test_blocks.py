"""Blocks under construction, and their numbers."""

from __future__ import annotations

from dragoman.protocols.mistral_chat.blocks import OpenCall, OpenText, OpenThinking, Register
from dragoman.types import BlockStart, BlockStop, Event, Opaque, Origin, Text, Thinking, ToolCall

ACME = Origin("mistral_chat", "acme", "m")
REFERENCE = {"type": "reference", "reference_ids": [1]}


def test_numbers_count_up_over_all_choices() -> None:
    """Also those of blocks that come in one piece."""
    register, out = Register(), list[Event]()
    first, second = OpenText(ACME), OpenText(ACME)
    register.begin(first, 0, out)
    register.whole(Opaque({}), 1, out)
    register.begin(second, 1, out)
    register.end(first, out)

    expected = [
        BlockStart(0, Text("")),
        BlockStart(1, Opaque({}), 1),
        BlockStop(1),
        BlockStart(2, Text(""), 1),
        BlockStop(0),
    ]
    assert expected == out
    assert {2: second} == register.opened


def test_text_needs_a_final_value_for_vendor_fields_only() -> None:
    """Words and citations are told by deltas."""
    text = OpenText(ACME)
    text.pieces += ["a", "b"]
    assert text.final() is None

    text.extra["new"] = 1
    assert Text("ab", origin=ACME, extra={"new": 1}) == text.final()


def test_thinking_keeps_the_order_inside() -> None:
    """From the first thing on that is not plain text."""
    thinking = OpenThinking(ACME)
    thinking.say("a")
    assert thinking.final() is None

    thinking.take(REFERENCE)
    thinking.say("b")
    thinking.say("c")
    inner = [{"type": "text", "text": "a"}, REFERENCE, {"type": "text", "text": "bc"}]
    assert Thinking(text="abc", origin=ACME, extra={"thinking": inner}) == thinking.final()


def test_a_call_needs_a_final_value_for_late_fields() -> None:
    """What it began with is known."""
    call = OpenCall(ACME, "i", "f", 0, {"x": 1})
    call.pieces.append("{}")
    assert ToolCall("i", "f", origin=ACME, extra={"x": 1}) == call.start()
    assert call.final() is None

    call.extra["y"] = 2
    assert ToolCall("i", "f", "{}", origin=ACME, extra={"x": 1, "y": 2}) == call.final()
