"""Structured output and reasoning in each dialect's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.openai_chat import ChatDialect
from dragoman.types import Output, Reasoning, user

Encode = Callable[..., Any]
SCHEMA = {"type": "object"}


@pytest.mark.parametrize(
    ("output", "style", "form"),
    [
        (
            Output(SCHEMA, "answer", True, "An answer"),
            "json_schema",
            {
                "type": "json_schema",
                "json_schema": {"name": "answer", "description": "An answer", "schema": SCHEMA, "strict": True},
            },
        ),
        (
            Output(SCHEMA, extra={"json_schema": {"x": 1}, "y": 2}),
            "json_schema",
            {"type": "json_schema", "json_schema": {"name": "output", "schema": SCHEMA, "x": 1}, "y": 2},
        ),
        (Output(kind="json_object"), "json_object", {"type": "json_object"}),
        (Output(kind="text"), "none", {"type": "text"}),
        (Output(SCHEMA), "json_object_schema", {"type": "json_object", "schema": SCHEMA}),
        (Output(SCHEMA, kind="json_object"), "json_schema", {"type": "json_object", "schema": SCHEMA}),
    ],
)
def test_forms_of_the_answer(encode: Encode, output: Output, style: Any, form: dict[str, Any]) -> None:
    """`response_format` as the vendor has it."""
    sent = encode(user("Hi"), output=output, dialect=ChatDialect(json_schema=style))

    assert sent.body["response_format"] == form
    assert sent.adaptations == []


def test_a_schema_that_the_vendor_has_no_word_for(encode: Encode) -> None:
    """Any JSON is asked for instead, or nothing, and that is told."""
    weaker = encode(user("Hi"), output=Output(SCHEMA), dialect=ChatDialect(json_schema="json_object"))
    nothing = encode(user("Hi"), output=Output(SCHEMA), dialect=ChatDialect(json_schema="none"))

    assert (weaker.body["response_format"], weaker.reported) == ({"type": "json_object"}, [("output", "changed")])
    assert ("response_format" in nothing.body, nothing.reported) == (False, [("output", "dropped")])


@pytest.mark.parametrize(
    ("style", "reasoning", "body"),
    [
        ("reasoning_effort", Reasoning("high"), {"reasoning_effort": "high"}),
        ("reasoning_effort", Reasoning(mode="disabled"), {"reasoning_effort": "none"}),
        ("reasoning_effort", Reasoning("low", extra={"verbosity": "low"}), {"reasoning_effort": "low", "verbosity": "low"}),
        (
            "reasoning",
            Reasoning("high", 100, "enabled", "auto", {"exclude": True}),
            {"reasoning": {"effort": "high", "max_tokens": 100, "summary": "auto", "enabled": True, "exclude": True}},
        ),
        ("reasoning", Reasoning(mode="disabled"), {"reasoning": {"enabled": False}}),
        ("thinking", Reasoning("high"), {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ("thinking", Reasoning("none"), {"thinking": {"type": "disabled"}}),
        (
            "thinking",
            Reasoning(budget=100, mode="adaptive", extra={"keep": "all"}),
            {"thinking": {"type": "adaptive", "budget_tokens": 100, "keep": "all"}},
        ),
        ("enable_thinking", Reasoning(budget=100), {"enable_thinking": True, "thinking_budget": 100}),
        ("enable_thinking", Reasoning("none"), {"enable_thinking": False}),
        ("enable_thinking", Reasoning(budget=0), {"enable_thinking": False, "thinking_budget": 0}),
        (
            "chat_template_kwargs",
            Reasoning("low"),
            {"chat_template_kwargs": {"enable_thinking": True}, "reasoning_effort": "low"},
        ),
        ("chat_template_kwargs", Reasoning(mode="disabled"), {"chat_template_kwargs": {"enable_thinking": False}}),
        ("none", Reasoning(), {}),
    ],
)
def test_how_much_to_think(encode: Encode, style: Any, reasoning: Reasoning, body: dict[str, Any]) -> None:
    """Each style says it in its own fields."""
    sent = encode(user("Hi"), reasoning=reasoning, dialect=ChatDialect(reasoning_style=style))

    del sent.body["model"], sent.body["messages"]
    assert sent.body == body
    assert sent.adaptations == []


@pytest.mark.parametrize(
    ("style", "reasoning", "paths"),
    [
        ("reasoning_effort", Reasoning(budget=1, summary="auto"), ["reasoning.budget", "reasoning.summary"]),
        ("reasoning_effort", Reasoning(mode="enabled"), ["reasoning.mode"]),
        ("reasoning_effort", Reasoning("high", mode="disabled"), ["reasoning.mode"]),
        ("thinking", Reasoning(summary="auto"), ["reasoning.summary"]),
        ("enable_thinking", Reasoning("high", summary="auto"), ["reasoning.effort", "reasoning.summary"]),
        ("chat_template_kwargs", Reasoning("low", 1), ["reasoning.budget"]),
        ("none", Reasoning("low", 1, "enabled", "auto"), [f"reasoning.{n}" for n in ("effort", "budget", "mode", "summary")]),
    ],
)
def test_what_a_style_cannot_say_is_told(encode: Encode, style: Any, reasoning: Reasoning, paths: list[str]) -> None:
    """Every word left out has its line in the report."""
    sent = encode(user("Hi"), reasoning=reasoning, dialect=ChatDialect(reasoning_style=style))

    assert [(item.feature, item.action, item.path) for item in sent.adaptations] == [
        ("reasoning", "dropped", path) for path in paths
    ]


@pytest.mark.parametrize(
    ("reasoning", "kind"),
    [(Reasoning("high"), "adaptive"), (Reasoning("none"), "disabled"), (Reasoning(mode="enabled"), "enabled")],
)
def test_the_word_for_thinking(encode: Encode, reasoning: Reasoning, kind: str) -> None:
    """A vendor's own word switches thinking on, unless the request names another."""
    sent = encode(user("Hi"), reasoning=reasoning, dialect=ChatDialect(reasoning_style="thinking", thinking_on="adaptive"))

    assert {"type": kind} == sent.body["thinking"]


def test_words_of_effort(encode: Encode) -> None:
    """A vendor's own levels are used and told; a level it shares is not."""
    dialect = ChatDialect(efforts={"minimal": "low", "high": "high"})

    changed = encode(user("Hi"), reasoning=Reasoning("minimal"), dialect=dialect)
    same = encode(user("Hi"), reasoning=Reasoning("high"), dialect=dialect)

    assert (changed.body["reasoning_effort"], changed.reported) == ("low", [("reasoning", "changed")])
    assert (same.body["reasoning_effort"], same.reported) == ("high", [])
