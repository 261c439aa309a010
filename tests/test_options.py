"""The words of a call, read."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman import errors
from dragoman.engine.policy import NO_RETRY, Retry, Timeouts
from dragoman.options import Options, listed, read_request, read_retry, read_timeouts
from dragoman.types import Cache, CustomTool, Message, Reasoning, Request, Text, Tool, ToolChoice, VendorTool, user


def read(messages: Any = "Hi", **options: Any) -> Request:
    given: Options = options  # type: ignore[assignment]
    return read_request("m", messages, False, given)


@pytest.mark.parametrize(
    ("word", "said", "read_as"),
    [
        ("system", "Be brief.", (Text("Be brief."),)),
        ("system", [Text("a"), Text("b")], (Text("a"), Text("b"))),
        ("tool_choice", "required", ToolChoice("required")),
        ("tool_choice", "f", ToolChoice("tool", "f")),
        ("tool_choice", ToolChoice("auto"), ToolChoice("auto")),
        ("reasoning", "low", Reasoning(effort="low")),
        ("reasoning", 2000, Reasoning(budget=2000)),
        ("reasoning", True, Reasoning(mode="enabled")),
        ("reasoning", False, Reasoning(effort="none")),
        ("reasoning", Reasoning(effort="high"), Reasoning(effort="high")),
        ("stop", "END", ("END",)),
        ("stop", ["a", "b"], ("a", "b")),
        ("modalities", ["text", "audio"], ("text", "audio")),
        ("cache", True, Cache()),
        ("cache", "1h", Cache("1h")),
        ("headers", {"X-Team": "a"}, {"x-team": "a"}),
        ("parallel_tools", False, False),
        ("temperature", 0.0, 0.0),
    ],
)
def test_short_spellings(word: str, said: Any, read_as: Any) -> None:
    """Each word may be said in the shortest way that is clear, and zero is not nothing."""
    assert read_as == getattr(read(**{word: said}), word)


def test_log_probabilities_may_be_counted() -> None:
    """A number asks for so many alternatives."""
    assert [(True, 3), (True, None), (False, None)] == [
        (asked.logprobs, asked.top_logprobs) for asked in (read(logprobs=3), read(logprobs=True), read(logprobs=False))
    ]


def test_what_is_for_the_call_is_not_in_the_request() -> None:
    """Keys, deadlines and the like go no further than the client; None is as if it were not said."""
    assert read() == read(key="k", base_url="u", timeout=1, retry=2, adapt="strict", budget=None, temperature=None, cache=False)


@pytest.mark.parametrize(
    ("option", "hint"), [("temprature", "did you mean 'temperature'"), ("max_completion_tokens", "max_tokens"), ("zzz", "extra=")]
)
def test_a_misspelt_option_is_not_swallowed(option: str, hint: str) -> None:
    """A word that is no option is an error that offers the right one."""
    with pytest.raises(TypeError, match=hint):
        read(**{option: 1})


@pytest.mark.parametrize(
    ("messages", "words"),
    [([], "at least one"), ([{"role": "user", "content": "x"}], "not dict"), (["x"], "not str"), ([1], "not int")],
)
def test_messages_of_another_kind_are_explained(messages: Any, words: str) -> None:
    """Dictionaries and bare strings in a list are refused with what to write."""
    with pytest.raises(errors.UsageError, match=words):
        listed(messages)


def test_a_string_and_a_message_are_a_conversation() -> None:
    """The short forms mean one user message."""
    one = Message("user", (Text("Hi"),))

    assert (one,) == listed("Hi") == listed(one) == listed([one]) == read(user("Hi")).messages


def test_two_tools_of_one_name_are_refused() -> None:
    """Their calls could not be told apart. What a vendor runs has no name of ours."""
    with pytest.raises(errors.UsageError, match="'f'"):
        read(tools=[Tool("f"), Tool("f")])
    vendors = [VendorTool({"type": "web_search"}), VendorTool({"type": "web_search"})]

    assert (CustomTool("f"), *vendors) == read(tools=[CustomTool("f"), *vendors]).tools


def test_what_is_no_tool_is_refused() -> None:
    """It is said what one is."""
    with pytest.raises(errors.UsageError, match=r"@tool functions, or values such as .*, not dict"):
        read(tools=[{"name": "f"}])


def test_a_number_is_the_total_deadline() -> None:
    """Seconds for everything; what is not said stays as it was."""
    usual = Timeouts(idle=7)

    assert (Timeouts(idle=7, total=5), Timeouts(idle=1), usual) == (
        read_timeouts(5, usual),
        read_timeouts(Timeouts(idle=1), usual),
        read_timeouts(None, usual),
    )


def test_retry_takes_a_count_a_value_or_a_switch() -> None:
    """One switch turns it off; what is not said stays as it was."""
    usual = Retry(attempts=3, base=1.0)

    assert [NO_RETRY, Retry(attempts=5, base=1.0), Retry(attempts=2), usual, usual] == [
        read_retry(value, usual) for value in (False, 5, Retry(attempts=2), True, None)
    ]


def test_numbers_without_meaning_are_refused() -> None:
    """Zero seconds and zero tries are mistakes."""
    for seconds in (0, -1):
        with pytest.raises(errors.UsageError, match="more than 0 seconds"):
            read_timeouts(seconds, Timeouts())
    with pytest.raises(errors.UsageError, match="at least 1"):
        read_retry(0, Retry())
