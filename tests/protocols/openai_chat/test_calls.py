"""Whose fragment it is: the ways in which servers number, name and identify calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.openai_chat import ChatDialect
from dragoman.protocols.openai_chat.calls import text_of
from dragoman.types import Event, Finish, Finished, Origin, Response, ToolCall

Json = dict[str, Any]
Calls = Callable[..., list[tuple[str, str, str]]]

ACME = Origin("openai_chat", "acme", "m")


def head(id: str | None, name: str | None, arguments: Any = "", **fields: Any) -> Json:
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {**({} if id is None else {"id": id}), "type": "function", "function": function, **fields}


def tail(arguments: str, **fields: Any) -> Json:
    return {"function": {"arguments": arguments}, **fields}


@pytest.fixture
def calls(stream: Callable[..., list[Event]], response: Callable[..., Response]) -> Calls:
    """The calls that chunks of fragments make: id, name and arguments."""

    def calls(*fragments: Json | list[Json], dialect: ChatDialect | None = None) -> list[tuple[str, str, str]]:
        chunks = [fragment if isinstance(fragment, list) else [fragment] for fragment in fragments]
        wires = [{"id": "c", "choices": [{"index": 0, "delta": {"tool_calls": chunk}}]} for chunk in chunks]
        found = response(stream(*wires, b"[DONE]", dialect=dialect))
        return [(call.id, call.name, call.arguments) for call in found.tool_calls]

    return calls


TWO = [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')]


@pytest.mark.parametrize(
    "fragments",
    [
        pytest.param(
            [
                head("a", "f", index=0),
                tail('{"x"', index=0),
                tail(":1}", index=0),
                head("b", "g", index=1),
                tail('{"y":2}', index=1),
            ],
            id="as OpenAI does",
        ),
        pytest.param(
            [
                head("a", "f", index=0),
                head("b", "g", index=1),
                tail('{"y"', index=1),
                tail('{"x":1}', index=0),
                tail(":2}", index=1),
            ],
            id="side by side",
        ),
        pytest.param(
            [[head("a", "f", '{"x":1}', index=0), head("b", "g", '{"y"', index=1), tail(":2}", index=1)]],
            id="in one chunk, two fragments of one call",
        ),
        pytest.param([head("a", "f", '{"x"'), tail(":1}"), head("b", "g"), tail('{"y":2}')], id="1: no index at all"),
        pytest.param([head("a", "f", '{"x":1}', index=0), head("b", "g", '{"y":2}', index=0)], id="2: whole calls on one index"),
        pytest.param(
            [head("a", "f", index=0), tail('{"x":1}', index=0), head("b", "g", index=0), tail('{"y":2}', index=0)],
            id="2: calls in pieces on one index",
        ),
        pytest.param(
            [head("a", "f", index=0), tail('{"x":1}', index=0), head("b", "g", index=0), tail('{"y":2}', index=1)],
            id="3: the second call's tail on another index",
        ),
        pytest.param(
            [head("a", "f", index=1), tail('{"x":1}', index=1), head("b", "g", index=7), tail('{"y":2}', index=7)],
            id="4: numbers that begin at 1 and have gaps",
        ),
        pytest.param(
            [
                head("a", "f", index=0),
                tail('{"x":1}', index=0, id=""),
                head("b", "g", index=1),
                tail('{"y":2}', index=1, id=None),
            ],
            id="5: empty ids on what continues",
        ),
        pytest.param(
            [
                head("a", "f", '{"x"', index=0),
                head("a", "f", ":1}", index=0),
                head("b", "g", '{"y"', index=1),
                head("b", "", ":2}", index=1),
            ],
            id="5: id and name on every fragment",
        ),
        pytest.param(
            [head("a", "f", {"x": 1}, index=0), head("b", "g", {"y": 2}, index=1)],
            id="7: arguments as an object",
        ),
        pytest.param(
            [head("a", "f", '{"x":1}', index=0), head("a", "f", '{"x":1}', index=0), head("b", "g", '{"y":2}', index=1)],
            id="8: the whole call said once more",
        ),
        pytest.param(
            [head("b", "g", '{"y":2}', index=1), head("a", "f", '{"x":1}', index=0)][::-1],
            id="out of order",
        ),
    ],
)
def test_two_calls_stay_two(calls: Calls, fragments: list[Json | list[Json]]) -> None:
    """However a server labels its fragments, two calls come out whole."""
    assert calls(*fragments) == TWO


@pytest.mark.parametrize(
    "fragments",
    [
        pytest.param([head(None, "f", index=0), tail('{"x":1}', index=0), head(None, "g", '{"y":2}', index=1)], id="numbered"),
        pytest.param([head("", "f", '{"x":1}', index=0), head("", "g", '{"y":2}', index=0)], id="on one index"),
        pytest.param([[head("", "f", '{"x":1}'), head("", "g", '{"y":2}')]], id="without index, in one chunk"),
        pytest.param([head(None, "f", '{"x"'), tail(":1}"), head(None, "g"), tail('{"y":2}')], id="without index, in pieces"),
        pytest.param(
            [head("", "f", '{"x"', index=0), head("", "f", ":1}", index=0), head("", "g", '{"y":2}', index=0)],
            id="the name on every fragment",
        ),
    ],
)
def test_calls_without_ids_get_some(calls: Calls, fragments: list[Json | list[Json]]) -> None:
    """6: an id is made up, stable and different for each call."""
    assert calls(*fragments) == [("call_0", "f", '{"x":1}'), ("call_1", "g", '{"y":2}')]


def test_two_calls_of_one_tool_without_ids(calls: Calls) -> None:
    """The same name again is a second call when the first one's arguments are complete."""
    fragments = [head(None, "f", '{"x":1}', index=0), head(None, "f", '{"x":2}', index=0)]

    assert calls(*fragments) == [("call_0", "f", '{"x":1}'), ("call_1", "f", '{"x":2}')]


def test_one_id_for_two_calls(calls: Calls) -> None:
    """A server that repeats an id for another call on another index: the second gets an id of its own."""
    fragments = [head("a", "f", '{"x":1}', index=0), head("a", "g", '{"y":2}', index=1)]

    assert calls(*fragments) == [("a", "f", '{"x":1}'), ("call_0", "g", '{"y":2}')]


def test_an_id_that_comes_late(calls: Calls) -> None:
    """A call that began without an id and without arguments takes the one that follows."""
    assert calls(head(None, "f", index=0), head("a", None, '{"x":1}', index=0)) == [("a", "f", '{"x":1}')]


def test_a_made_up_id_is_marked(
    stream: Callable[..., list[Event]], response: Callable[..., Response], whole: Callable[..., list[Event]]
) -> None:
    """The block says that its id is ours, streamed and whole."""
    fragment = head(None, "f", "{}", index=0)
    streamed = stream({"id": "c", "choices": [{"index": 0, "delta": {"tool_calls": [fragment]}}]}, b"[DONE]")

    expected = (ToolCall("call_0", "f", "{}", origin=ACME, extra={"synthetic_id": True}),)
    assert response(streamed).message.content == expected
    assert response(whole(tool_calls=[fragment])).message.content == expected


def test_whole_calls_are_never_fragments(whole: Callable[..., list[Event]], response: Callable[..., Response]) -> None:
    """Each entry of a whole message is a call, also where index, id and name repeat."""
    entries = [head("a", "f", "{}", index=0), head("a", "f", "{}", index=0)]

    assert [call.id for call in response(whole(tool_calls=entries)).tool_calls] == ["a", "call_0"]


@pytest.mark.parametrize("arguments", ["", None])
def test_no_arguments(calls: Calls, arguments: Any) -> None:
    """7: empty and null arguments are an empty text, which parses as no arguments."""
    assert calls(head("a", "f", arguments, index=0)) == [("a", "f", "")]
    assert ToolCall("a", "f", "").input == {}


def test_cumulative_arguments(calls: Calls) -> None:
    """8: where the dialect says so, each piece repeats what came before and only its end is new."""
    pieces = [head("a", "f", '{"x"', index=0), tail('{"x":1', index=0), tail('{"x":1}', index=0)]

    assert calls(*pieces, dialect=ChatDialect(cumulative_arguments=True)) == [("a", "f", '{"x":1}')]
    assert calls(*pieces) == [("a", "f", '{"x"{"x":1{"x":1}')]


@pytest.mark.parametrize("word", ["stop", "", None])
def test_calls_that_wait_are_the_reason(stream: Callable[..., list[Event]], word: str | None) -> None:
    """9: whatever the server's word, an answer with calls waits for their results."""
    delta = {"tool_calls": [head("a", "f", "{}", index=0)]}

    events = stream({"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": word}]}, b"[DONE]")

    assert events[-1] == Finished(Finish("tool_calls", word or None))


@pytest.mark.parametrize("noise", [[], None, [None], [{}], [{"index": 0}], [{"function": None}]])
def test_noise_among_fragments(calls: Calls, noise: Any) -> None:
    """10: empty lists, nulls and empty objects in between change nothing."""
    assert calls(head("a", "f", '{"x"', index=0), noise, tail(":1}", index=0)) == [("a", "f", '{"x":1}')]


def test_free_text_calls(calls: Calls, whole: Callable[..., list[Event]], response: Callable[..., Response]) -> None:
    """A custom call's input is text, in pieces and whole."""
    begin = {"index": 0, "id": "a", "type": "custom", "custom": {"name": "sh", "input": "ls"}}

    assert calls(begin, {"index": 0, "custom": {"input": " -l"}}) == [("a", "sh", "ls -l")]
    assert response(whole(tool_calls=[begin])).message.content == (ToolCall("a", "sh", "ls", custom=True),)


def test_many_pieces_stay_linear(calls: Calls) -> None:
    """A name on every fragment asks for no more than a few looks at the arguments so far."""
    pieces = [head("", "f", '{"a":{}', index=0) for _ in range(400)]

    assert calls(*pieces) == [("call_0", "f", '{"a":{}' * 400)]


@pytest.mark.parametrize(("value", "text"), [("x", "x"), (None, ""), ({"a": 1}, '{"a":1}'), ([1], "[1]"), (5, "5")])
def test_text_of_anything(value: Any, text: str) -> None:
    """Text stays text, null is none, everything else is written as JSON."""
    assert text_of(value) == text
