"""`@tool`: from a model's call to the answer it is given."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import pytest
from json_types import Model, Movie, Point, Struct

from dragoman import Cache, Tool, errors, tool
from dragoman.tools import FunctionTool, ToolContext, ToolError
from dragoman.typed import Invalid

ran: list[Any] = []


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


@tool
def weather(city: str, days: int = 1) -> str:
    """Weather in a city.

    Args:
        city: Its whole name.
        days: How many.
    """
    ran.append(city)
    return f"{city}: sunny for {days}"


@tool
def later(value: Later) -> int:
    """Uses what is defined below it."""
    return value.a


@dataclass
class Later:
    a: int


class Account:
    def __init__(self, balance: int) -> None:
        self.balance = balance

    @tool
    def withdraw(self, amount: int, context: ToolContext[str]) -> dict[str, Any]:
        """Takes money."""
        if amount > self.balance:
            raise ToolError(f"there are only {self.balance}")
        return {"left": self.balance - amount, "by": context.value}

    @tool(name="open")
    @classmethod
    def open_(cls, balance: int) -> str:
        """Opens an account."""
        return f"{cls.__name__} {cls(balance).balance}"

    @tool
    @staticmethod
    async def rate(currency: str = "NOK") -> float:
        """A rate."""
        return 1.0


def test_a_tool_is_the_function_it_was() -> None:
    """The program calls it as before, and sees its name, words and signature."""
    assert "Oslo: sunny for 2" == weather("Oslo", days=2)
    assert ("weather", weather.__wrapped__.__doc__) == (weather.__name__, weather.__doc__)
    assert ["city", "days"] == list(inspect.signature(weather).parameters)
    assert ["amount", "context"] == list(inspect.signature(Account(1).withdraw).parameters)
    assert "<tool weather: " in repr(weather)


def test_the_definition_is_what_the_model_is_shown() -> None:
    """Name, prose and parameters, from the function alone."""
    assert (
        Tool(
            "weather",
            "Weather in a city.",
            {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "Its whole name."},
                    "days": {"type": "integer", "description": "How many.", "default": 1},
                },
                "required": ["city"],
                "additionalProperties": False,
            },
        )
        == weather.definition
    )


def test_options_say_it_otherwise() -> None:
    """Name, namespace, description, cache mark and vendor fields."""

    @tool(name="sky", namespace="met", description="Other words.", cache=Cache("1h"), extra={"defer_loading": True}, strict=False)
    def weather() -> None:
        """Words."""

    assert Tool("met__sky", "Other words.", None, False, Cache("1h"), {"defer_loading": True}) == weather.definition
    assert tool(name="bare")(lambda: None).definition.description is None


def test_a_call_is_answered() -> None:
    """Arguments are JSON text, a value or nothing."""
    for arguments in ('{"city": "Oslo"}', {"city": "Oslo"}):
        outcome = weather.call(arguments)
        assert ("ok", "Oslo: sunny for 1", "Oslo: sunny for 1") == (outcome.kind, outcome.text, outcome.value)
    nothing = tool(name="nothing")(lambda: "done")
    assert ["done"] * 4 == [nothing.call(arguments).text for arguments in ("", " ", "null", "{}")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"city": "Osl', '$: not JSON: Input data was truncated; got "{\\"city\\": \\"Osl"'),
        ('{"cty": "Oslo"}', '$.cty: unknown key; did you mean "city"?'),
        ('{"city": "Oslo", "days": "2"}', '$.days: expected a whole number, got "2"; write it without quotes'),
        ('{"city": "Oslo", "country": "NO"}', '$.country: unknown key; the keys are "city" and "days"'),
        ("[]", "$: expected an object of arguments, got an empty array"),
        ("{}", "$.city: missing; it should be a string"),
    ],
)
def test_a_call_that_does_not_fit_never_runs(arguments: str, said: str) -> None:
    """The model is told what is wrong with it."""
    outcome = weather.call(arguments)

    assert ("invalid", True) == (outcome.kind, outcome.is_error)
    assert f"The tool weather was not run, for its arguments do not fit.\n{said}" == outcome.text
    assert isinstance(outcome.error, Invalid)
    assert [] == ran
    assert outcome.content == asyncio.run(weather.acall(arguments)).content
    with pytest.raises(Invalid):
        weather.read(arguments)


def test_arguments_can_be_looked_at_before() -> None:
    """What a person is asked to approve are values, not text."""
    assert {"city": "Oslo", "days": 3} == weather.read('{"city": "Oslo", "days": 3.0}')


def test_parameters_of_all_libraries() -> None:
    """Dataclasses, typed dictionaries, structs and pydantic models come as themselves."""

    @tool
    def take(point: Point, movie: Movie, struct: Struct, models: list[Model]) -> str:
        """Takes them."""
        return repr((point, movie, struct, models))

    given = {"point": {"x": 1, "y": 2}, "movie": {"title": "M", "year": 1931}, "struct": {"name": "s"}, "models": [{"name": "m"}]}

    assert repr((Point(1.0, 2.0), {"title": "M", "year": 1931}, Struct("s"), [Model(name="m")])) == take.call(given).text


def test_methods_are_bound_to_their_instance() -> None:
    """Each instance has tools of its own; the class's tool cannot be run, and is still described."""
    rich, poor = Account(100), Account(1)

    assert '{"left":90,"by":"Ada"}' == rich.withdraw.call({"amount": 10}, ToolContext("Ada")).text
    refused = poor.withdraw.call({"amount": 10}, ToolContext("Ada"))
    assert ("failed", "there are only 1") == (refused.kind, refused.text)
    assert {"left": 90, "by": "x"} == rich.withdraw(10, ToolContext("x"))
    assert ["amount"] == list((Account.withdraw.definition.parameters or {})["properties"])
    assert "Account 5" == Account.open_.call({"balance": 5}).text == rich.open_.call({"balance": 5}).text
    assert "1.0" == asyncio.run(Account.rate.acall("")).text
    with pytest.raises(errors.UsageError, match="is a method: take the tool from an instance"):
        Account.withdraw.call({"amount": 1}, ToolContext("x"))


def test_bound_methods_partials_and_objects_become_tools() -> None:
    """Anything that can be called, by its own name or a given one."""

    class Greeter:
        """Greets."""

        def __call__(self, name: str) -> str:
            """Greets somebody."""
            return f"Hello, {name}"

        def method(self, name: str) -> str:
            """Greets too."""
            return f"Hi, {name}"

    assert ("Greeter", "Hello, Ada") == (tool(Greeter()).name, tool(Greeter()).call({"name": "Ada"}).text)
    assert ("method", "Hi, Ada") == (tool(Greeter().method).name, tool(Greeter().method).call({"name": "Ada"}).text)
    partial = tool(functools.partial(weather, "Oslo"))
    assert ("weather", "Oslo: sunny for 2") == (partial.name, partial.call({"days": 2}).text)
    with pytest.raises(errors.UsageError, match="a tool is made of a function, not of a int"):
        tool(3)  # type: ignore[call-overload]


def test_names_may_come_later_or_be_local() -> None:
    """Annotations are read when what they name is there."""

    @dataclass
    class Local:
        a: int

    class Holder:
        @tool
        def get(self, it: Local) -> int:
            """Gets."""
            return it.a

    @tool
    def get(it: Local) -> int:
        """Gets."""
        return it.a

    assert "3" == later.call({"value": {"a": 3}}).text
    assert "3" == get.call({"it": {"a": 3}}).text == Holder().get.call({"it": {"a": 3}}).text


def test_a_name_that_never_comes_is_told() -> None:
    """The definition says what is missing, by name."""

    @tool
    def get(it: Nowhere) -> None:  # type: ignore[name-defined]  # noqa: F821
        """Gets."""

    with pytest.raises(errors.UsageError, match=r"get\(\) names 'Nowhere', which is not known where it is defined"):
        get.definition  # noqa: B018


def test_a_wrong_type_is_told_where_the_tool_is_made() -> None:
    """Not in the middle of a run."""
    with pytest.raises(errors.UsageError, match="has no JSON form"):

        @tool
        def run(it: complex) -> None: ...


def test_exceptions_become_answers() -> None:
    """The model is told class and message; the program has the exception; tracebacks stay here."""

    @tool
    def fail(how: str) -> None:
        """Fails."""
        raise KeyError(how)

    outcome = fail.call({"how": "badly"})

    assert ("failed", "KeyError: 'badly'") == (outcome.kind, outcome.text)
    assert isinstance(outcome.error, KeyError)
    assert "The tool failed." == tool(errors="hide")(fail.__wrapped__).call({"how": "badly"}).text
    with pytest.raises(KeyError):
        tool(errors="raise")(fail.__wrapped__).call({"how": "badly"})
    for stop in (KeyboardInterrupt, asyncio.CancelledError):
        with pytest.raises(stop):
            tool(_raising(stop())).call("")


def _raising(error: BaseException) -> Any:
    def stop() -> None:
        raise error

    return stop


def test_a_result_that_cannot_be_told() -> None:
    """The model learns that the tool ran; the program has the value."""
    thing = object()
    outcome = tool(name="get")(lambda: thing).call("")

    assert ("failed", thing) == (outcome.kind, outcome.value)
    assert "The tool get ran, but its result cannot be told: a object has no JSON form" == outcome.text


def test_async_functions_are_awaited() -> None:
    """And a function that blocks runs beside the loop, in a thread of its own."""

    @tool
    async def slow(a: int) -> int:
        """Slow."""
        return a

    @tool
    def blocking() -> str:
        """Blocks."""
        return threading.current_thread().name

    def giving(a: int) -> Awaitable[int]:
        return slow.__wrapped__(a)

    assert (True, False) == (slow.is_async, blocking.is_async)
    assert "3" == asyncio.run(slow.acall({"a": 3})).text == asyncio.run(tool(giving).acall({"a": 3})).text
    assert threading.current_thread().name != asyncio.run(blocking.acall("")).text
    for wrong in (slow, tool(giving)):
        with pytest.raises(errors.UsageError, match="use AsyncClient, or acall"):
            wrong.call({"a": 3})


def test_a_failing_async_function_is_answered() -> None:
    """As any other."""

    @tool
    async def fail() -> None:
        """Fails."""
        raise ToolError("no")

    assert ("failed", "no") == (asyncio.run(fail.acall("")).kind, asyncio.run(fail.acall("")).text)


def test_a_schema_of_ones_own() -> None:
    """The model is shown it as it is, and held to it."""
    schema = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "required": ["a"]}

    @tool(schema=schema, description="Raw.")
    def raw(a: int, context: ToolContext[str], b: str = "x") -> list[Any]:
        return [a, b, context.value]

    assert Tool("raw", "Raw.", schema) == raw.definition
    assert '[1,"x","v"]' == raw.call({"a": 1, "b": None}, ToolContext("v")).text
    assert "invalid" == raw.call({"a": "1"}, ToolContext("v")).kind
    assert "invalid" == tool(schema={}, name="any")(lambda **all: all).call("[1]").kind
    assert {} == tool(schema={}, name="any")(lambda **all: all).definition.parameters


@pytest.mark.parametrize(
    ("strict", "expected", "open_expected"),
    [("require", True, True), (True, True, True), ("prefer", True, None), (False, False, False), (None, None, None)],
)
def test_strictness(strict: Any, expected: bool | None, open_expected: bool | None) -> None:
    """`require` asks for it, `prefer` where the schema can be held to."""

    def closed(a: int) -> None: ...

    def open_(a: dict[str, int]) -> None: ...

    assert expected is tool(strict=strict)(closed).definition.strict
    assert open_expected is tool(strict=strict)(open_).definition.strict
    with pytest.raises(errors.UsageError, match="strict is"):
        tool(strict="very")(closed).definition  # type: ignore[call-overload]  # noqa: B018


def test_tools_are_renamed_without_a_trace() -> None:
    """Another name is another tool of the same function."""
    sky = weather.named("sky")

    assert ("sky", "weather") == (sky.definition.name, weather.definition.name)
    assert isinstance(sky, FunctionTool)
    assert "The tool sky was not run" in sky.call("{}").text
