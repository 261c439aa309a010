"""A history made fit for another target."""

from __future__ import annotations

import pytest

from dragoman.engine.handoff import handoff
from dragoman.errors import Unsupported
from dragoman.protocols import load
from dragoman.protocols.base import Policy, Report, Target, ToolIdRule
from dragoman.types import Message, Request, Text, ToolCall, ToolResult, assistant, tool_result, user

TARGET = Target("openai", "openai_chat", "m")
PROTOCOL = load("openai_chat")


class Dialect:
    tool_ids = ToolIdRule(r"[a-zA-Z0-9]{9}", 9)


def repair(
    *messages: Message, target: Target = TARGET, policy: Policy = "adapt"
) -> tuple[tuple[Message, ...], list[tuple[str, str]]]:
    report = Report(target, policy)
    request = handoff(Request("m", messages), target, PROTOCOL, report)
    return request.messages, [(entry.feature, entry.action) for entry in report.adaptations]


def unanswered(*calls: ToolCall) -> tuple[ToolResult, ...]:
    text = Text("This call was not answered: the conversation was interrupted before its result came.")
    return tuple(ToolResult(call.id, (text,), True, call.name) for call in calls)


A, B = ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")


def test_a_sound_history_is_left_alone() -> None:
    """Nothing is copied when nothing is wrong."""
    request = Request("m", (user("x"), assistant("y", A, B), tool_result(A, "1"), tool_result(B, "2"), user("z")))

    assert request is handoff(request, TARGET, PROTOCOL, Report(TARGET))


def test_a_call_without_a_result_gets_one_that_says_so() -> None:
    """An interrupted turn can be continued: before the user's words, in order of the calls, reported."""
    messages, report = repair(user("x"), assistant(A, B), user("go on"))

    assert (user("x"), assistant(A, B), Message("tool", unanswered(A, B)), user("go on")) == messages
    assert [("orphan_call", "added")] * 2 == report


def test_a_half_answered_turn_is_completed_beside_its_results() -> None:
    """The missing result joins the ones that came, whichever message holds them."""
    messages, _ = repair(assistant(A, B), tool_result(B, "2"), user("go on"))

    assert (assistant(A, B), Message("tool", (*tool_result(B, "2").content, *unanswered(A))), user("go on")) == messages


def test_calls_at_the_very_end_are_answered_too() -> None:
    """A history may end in a call: providers refuse that, we do not send it."""
    messages, _ = repair(user("x"), assistant(A))

    assert (user("x"), assistant(A), Message("tool", unanswered(A))) == messages


def test_a_result_without_a_call_is_taken_out() -> None:
    """What answers nothing is dropped and reported; the message keeps its other blocks."""
    messages, report = repair(user("x"), Message("user", (ToolResult("zzz", (Text("?"),)), Text("so"))), tool_result("yyy", "?"))

    assert (user("x"), user("so")) == messages
    assert [("orphan_result", "dropped")] * 2 == report


def test_strict_policy_refuses_repairs() -> None:
    """The caller may want to know instead."""
    with pytest.raises(Unsupported) as caught:
        repair(user("x"), assistant(A), policy="strict")
    assert "orphan_call" == caught.value.feature


def test_ids_are_rewritten_the_same_way_every_time() -> None:
    """Call and result stay paired; the same id gives the same id in every request; fitting ids stay."""
    target = Target("mistral", "openai_chat", "m", dialect=Dialect())
    good, bad = ToolCall("abcdef123", "f", "{}"), ToolCall("toolu_01A", "g", "{}")
    messages, report = repair(assistant(good, bad), tool_result(good, "1"), tool_result(bad, "2"), target=target)
    again, _ = repair(user("before"), assistant(bad), tool_result(bad, "2"), target=target)
    first, second = messages[0].tool_calls

    assert "abcdef123" == first.id
    assert second.id.isalnum()
    assert 9 == len(second.id)
    assert second.id == messages[2].content[0].id == again[1].tool_calls[0].id  # type: ignore[union-attr]
    assert [("tool_id", "changed")] == report


def test_an_id_names_one_call() -> None:
    """Ids made up where a vendor gave none repeat from turn to turn: the later call gets its own, with its result."""
    first, second = ToolCall("call_0", "f", "{}"), ToolCall("call_0", "g", "{}")
    history = (assistant(first), tool_result(first, "1"), assistant(second), tool_result(second, "2"))
    messages, report = repair(*history)
    ids = [block.id for message in messages for block in message.content if isinstance(block, ToolCall | ToolResult)]

    assert history[:2] == messages[:2]
    assert ids[2] == ids[3] != "call_0"
    assert [("tool_id", "changed")] == report
    assert messages == repair(*history, user("and?"))[0][:4]
