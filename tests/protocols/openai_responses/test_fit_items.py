"""Items in the form of vendors that know fewer of them, or want more said in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses import ResponsesDialect
from dragoman.protocols.openai_responses.fit_items import fit_items
from dragoman.types import Message, Origin, Text, ToolCall, ToolResult, user

Json = dict[str, Any]

HERE = Origin("openai_responses", "openai-responses", "gpt-test")

CALL: Json = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "thought_signature": "s"}
OUTPUT: Json = {"type": "function_call_output", "call_id": "c", "output": "1"}


def fit(said: list[Json], **fields: Any) -> tuple[list[Json], list[tuple[str, str, str | None]]]:
    report = Report(Target("a", "openai_responses", "m"))
    fitted = fit_items(said, ResponsesDialect(**fields), report)
    return fitted, [(each.feature, each.action, each.path) for each in report.adaptations]


def test_without_a_form_of_their_own_items_stay() -> None:
    """OpenAI's items are the ones that were made, not copies of them."""
    items = [CALL, OUTPUT]

    assert fit_items(items, ResponsesDialect(), Report(Target("a", "openai_responses", "m"))) is items


def test_messages_say_what_they_are() -> None:
    """One that says it already says it once; other items are as they were."""
    said = {"role": "user", "content": "Hi"}

    assert fit([said, {"type": "message", **said}, OUTPUT], typed_messages=True) == (
        [{"type": "message", **said}, {"type": "message", **said}, OUTPUT],
        [],
    )


def test_the_models_own_words_are_one_text() -> None:
    """Parts are joined, a refusal is its words; what text cannot hold is reported. Others' parts stay."""
    parts = [
        {"type": "output_text", "text": "a", "annotations": [{"type": "url_citation"}]},
        {"type": "refusal", "refusal": "b"},
        {"type": "of_tomorrow"},
    ]
    mine, yours = {"role": "assistant", "content": parts}, {"role": "user", "content": [{"type": "input_text", "text": "x"}]}

    assert fit([mine, yours], assistant_parts=False) == (
        [{"role": "assistant", "content": "ab"}, yours],
        [("citations", "dropped", "input[0]"), ("opaque", "dropped", "input[0]")],
    )
    assert fit([{"role": "assistant", "content": "ab"}], assistant_parts=False) == ([{"role": "assistant", "content": "ab"}], [])


def test_items_and_fields_that_are_not_known() -> None:
    """They are left out and reported; what only tells of the answer they came in is listed as a vendor's own fields are."""
    items = [
        {"type": "message", "id": "msg_1", "role": "assistant", "content": "Hi", "phase": "final_answer"},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {**CALL, "namespace": "n"},
        {"id": "item_1"},
    ]
    known = {"message": ("type", "role", "content"), "function_call": ("type", "call_id", "name", "arguments")}
    fitted, reported = fit(items, items=known)

    assert fitted == [
        {"type": "message", "role": "assistant", "content": "Hi"},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
    ]
    assert reported == [
        ("extra", "dropped", "input[0].id"),
        ("extra", "dropped", "input[0].phase"),
        ("item", "dropped", "input[1]"),
        ("item", "dropped", "input[2].namespace"),
        ("item", "dropped", "input[2].thought_signature"),
        ("item", "dropped", "input[3]"),
    ]


@pytest.mark.parametrize(
    ("items", "output"),
    [
        ([CALL, OUTPUT], {**OUTPUT, "name": "f", "thought_signature": "s"}),
        ([{**CALL, "call_id": "other"}, OUTPUT], OUTPUT),
        ([OUTPUT, CALL], OUTPUT),
    ],
)
def test_an_output_repeats_of_its_call(items: list[Json], output: Json) -> None:
    """The fields that the vendor asks for, of the call before it that it answers."""
    fitted, reported = fit(items, call_fields=("name", "thought_signature"))

    assert output in fitted
    assert reported == []


def test_a_longer_history_extends_the_shorter(encode: Callable[..., Any]) -> None:
    """Each item depends on what stands before it alone, so that cached prefixes hold."""
    dialect = ResponsesDialect(
        typed_messages=True, assistant_parts=False, call_fields=("name",), items={"message": ("type", "role", "content")}
    )
    messages = [
        user("a"),
        Message("assistant", (Text("b", origin=HERE), ToolCall("c", "f", "{}", origin=HERE))),
        Message("tool", (ToolResult("c", (Text("1"),)),)),
        user("d"),
    ]
    whole = encode(*messages, dialect=dialect).input
    for count in (1, 3):
        shorter = encode(*messages[:count], dialect=dialect).input
        assert shorter == whole[: len(shorter)]
