"""Which tool is called, and when none is."""

from __future__ import annotations

import pytest

from dragoman.offline.tools import Unanswerable, calls
from dragoman.types import CustomTool, Request, Tool, ToolCall, ToolChoice, VendorTool, user

WEATHER = Tool(
    "get_weather",
    "Current weather and forecast of a city.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
CLOCK = Tool("clock")
SHELL = CustomTool("shell", "Run a command")


def called(said: str, choice: ToolChoice | None = None, *, parallel: bool | None = None) -> list[str]:
    request = Request(
        "eliza",
        (user(said),),
        tools=(WEATHER, CLOCK, SHELL, VendorTool({"type": "web_search", "name": "weather"})),
        tool_choice=choice,
        parallel_tools=parallel,
    )
    return [call.name for call in calls(request, said)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("How is the weather in Oslo?", ["get_weather"]),
        ("A forecast for the city please", ["get_weather"]),
        ("I live in a city", []),
        ("What does the clock say?", ["clock"]),
        ("The weather, by the clock in the shell", ["get_weather", "clock", "shell"]),
        ("Clocks bore me", ["clock"]),
        ("I am sad", []),
        ("", []),
    ],
)
def test_a_tool_is_called_when_the_words_name_it(said: str, expected: list[str]) -> None:
    """All words of its name, or two of its description; one word of a description is only talk."""
    assert expected == called(said)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ToolChoice("none"), []),
        (ToolChoice("required"), ["get_weather"]),
        (ToolChoice("required", allowed=("clock",)), ["clock"]),
        (ToolChoice("auto", allowed=("clock",)), []),
        (ToolChoice("tool", "shell", custom=True), ["shell"]),
        (ToolChoice("tool", "clock"), ["clock"]),
    ],
)
def test_the_callers_choice_is_obeyed(choice: ToolChoice, expected: list[str]) -> None:
    """`none` never, `required` at least the likeliest, `tool` the named one, and nothing that is not allowed."""
    assert expected == called("How is the weather in Oslo?" if choice.mode == "none" else "the city of Oslo", choice)


def test_one_call_where_only_one_is_wanted() -> None:
    """`parallel_tools=False` keeps the first."""
    assert ["get_weather"] == called("The weather, by the clock", parallel=False)


def test_arguments_are_filled_from_the_words() -> None:
    """A function gets JSON of its parameters, a custom tool the words themselves."""
    said = "The weather in Oslo, in the shell, by the clock"

    assert (
        ToolCall("", "get_weather", '{"city":"Oslo"}'),
        ToolCall("", "clock", "{}"),
        ToolCall("", "shell", said, custom=True),
    ) == calls(Request("eliza", (user(said),), tools=(WEATHER, CLOCK, SHELL)), said)


@pytest.mark.parametrize(
    ("tools", "choice", "param"),
    [
        ((), ToolChoice("required"), "tool_choice"),
        ((WEATHER,), ToolChoice("tool", "clock"), "tool_choice"),
        ((Tool("clock", None, {"type": "object", "required": ["a"], "properties": {"a": False}}),), None, "tools"),
    ],
)
def test_what_cannot_be_done_is_said(tools: tuple[Tool, ...], choice: ToolChoice | None, param: str) -> None:
    """A choice of no tool, and parameters without values, name the part of the request that is wrong."""
    with pytest.raises(Unanswerable) as caught:
        calls(Request("eliza", (user("clock"),), tools=tools, tool_choice=choice), "clock")

    assert param == caught.value.param
