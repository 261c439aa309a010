"""Comparing with an SDK: differences are named, and rules correct the SDK only where they help."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from dragoman.testing.conformance import ANY, OracleRule
from dragoman.testing.conformance.oracle import compare, differences, expected_summary


@pytest.mark.parametrize(
    ("expected", "ours", "found"),
    [
        (1, 1.0, []),
        (1, True, ["x is true, expected 1"]),
        (None, 0, ["x is 0, expected null"]),
        ({"a": 1}, {}, ["x.a is missing, expected 1"]),
        ({}, {"a": 1}, ["x.a is 1, expected nothing"]),
        ([1, 2], [1], ["x has 1 items [1], expected 2: [1, 2]"]),
        ([{"a": "b"}], [{"a": "c"}], ['x[0].a is "c", expected "b"']),
        ({"id": ANY}, {"id": "made up"}, []),
        ({"id": ANY}, {}, []),
        ("a" * 80, "a" * 70 + "b", [f'x differs from character 70 of 80 (ours has 71): "{"a" * 10}b", expected "{"a" * 20}"']),
    ],
)
def test_differences_say_where_and_what(expected: Any, ours: Any, found: list[str]) -> None:
    """Values are compared as JSON: True is not 1, unknown is not 0, and ANY is everything."""
    assert found == differences(expected, ours, "x")


def rule(name: str, applies: bool, **amended: Any) -> OracleRule:
    return OracleRule(
        name, "because", lambda exchange, expected, ours: applies, lambda exchange, expected: expected.update(amended)
    )


def test_a_rule_counts_only_where_it_helped(kit: ModuleType) -> None:
    """Rules are asked where something differs; one that does not apply or does not help is not used."""
    rules = [rule("other", False, text="ours"), rule("useless", True, text="third"), rule("right", True, text="ours")]

    assert ([], ["right"]) == compare(kit.STREAMED, {"text": "theirs"}, {"text": "ours"}, rules)
    assert ([], []) == compare(kit.STREAMED, {"text": "ours"}, {"text": "ours"}, rules)


def test_a_rule_does_not_hide_other_differences(kit: ModuleType) -> None:
    """What a rule does not speak of still fails."""
    expected, ours = {"text": "theirs", "model": "m"}, {"text": "ours", "model": "n"}

    assert (['model is "n", expected "m"'], ["right"]) == compare(
        kit.STREAMED, expected, ours, [rule("right", True, text="ours")]
    )


def test_amending_leaves_the_row_alone(kit: ModuleType) -> None:
    """A rule that did not help has changed nothing, deep inside neither."""
    expected = {"usage": {"input": 1}, "model": "m"}

    def amend(exchange: Any, expected: Any) -> None:
        expected["usage"]["input"] = 5

    compare(kit.STREAMED, expected, {"usage": {"input": 1}, "model": "n"}, [OracleRule("r", "because", lambda *_: True, amend)])

    assert 1 == expected["usage"]["input"]


def test_an_sdk_that_leaves_an_error_word_out_demands_nothing() -> None:
    """Where the SDK knows no type or code any will do, and no status inside an answer; numbers are words."""
    by_status = expected_summary({"status": 400, "error": {"status": 400, "type": None, "code": 7}}, {})

    assert {"end": "failed", "error": {"status": 400, "type": ANY, "code": "7"}, "class": True} == by_status
    assert [] == differences(by_status["error"], {"status": 400, "type": "rate", "code": "7"})
    assert [] != differences(by_status["error"], {"status": None, "type": "rate", "code": "7"})
    inside = {"text": "", "tool_calls": [], "status": 200, "error": {"status": None, "type": "t", "code": None}}
    assert {"status": ANY, "type": "t", "code": ANY} == expected_summary(inside, {})["error"]


def test_empty_words_are_none(kit: ModuleType) -> None:
    """An SDK that passes an empty word on has read nothing."""
    row = {**kit.ORACLE, "finish_reason": "", "refusal": "", "response_id": "", "thinking_text": ""}

    expected = expected_summary(row, {})

    assert [None] * 4 == [expected[name] for name in ("finish_reason", "refusal", "response_id", "thinking_text")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"arguments": None, "arguments_raw": ""}, {"arguments": {}}),
        ({"arguments": None, "arguments_raw": None}, {"arguments": {}}),
        ({"arguments": None, "arguments_raw": "{"}, {"arguments": None, "arguments_raw": "{"}),
        ({"arguments": None}, {"arguments": None}),
    ],
)
def test_empty_arguments_are_an_empty_object(kit: ModuleType, arguments: dict[str, Any], expected: dict[str, Any]) -> None:
    """A call with empty arguments is one without any; cut arguments and the JSON text `null` are something else."""
    row = {**kit.ORACLE, "tool_calls": [{"id": "c", "name": "now", **arguments}]}

    assert [{"id": "c", "name": "now", **expected}] == expected_summary(row, {})["tool_calls"]
