"""A typed answer: read, sent back when it does not fit, and counted whole."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dragoman.engine.answered import Answered
from dragoman.engine.effects import Now
from dragoman.errors import OutputInvalid, Overloaded, UsageError
from dragoman.types import Attempt, Cost, Finish, Message, Response, Text, ToolCall, Usage, assistant, user
from dragoman.types.events import BlockStart, TextDelta

HISTORY = (user("A number, please."),)


def says(*content: Any, finish: str = "stop", usage: Usage | None = None, cost: Cost | None = None) -> Response:
    return Response(
        assistant(*content),
        finish=Finish(finish),  # type: ignore[arg-type]
        usage=usage or Usage(10, 5),
        cost=cost,
        attempts=(Attempt("p", "m", 1.0),),
    )


class Said:
    """An exchange that gives one answer, or fails after what it gives."""

    adaptations = ()

    def __init__(self, answer: Response | Exception, *events: Any) -> None:
        self._answer = answer
        self._events = events

    def run(self) -> Any:
        yield Now()
        if self._events:
            yield list(self._events)
        if isinstance(self._answer, Exception):
            raise self._answer

    def response(self) -> Response:
        return self._answer if isinstance(self._answer, Response) else Response(Message("assistant", ()))


def number(response: Response) -> int:
    try:
        return int(response.text)
    except ValueError:
        error = OutputInvalid(f"$: {response.text!r} is no number")
        error.problems = ("no number",)
        raise error from None


def answered(*answers: Any, read: Callable[[Response], Any] = number, **more: Any) -> tuple[Answered, list[Any]]:
    asked: list[Any] = []
    left = [each if isinstance(each, Said) else Said(each) for each in answers]

    def ask(history: tuple[Message, ...]) -> Any:
        asked.append(history)
        return left.pop(0)

    return Answered(ask, HISTORY, read, lambda value: value, **more), asked


def test_an_answer_that_fits_is_read() -> None:
    """The response is the answer with its value, asked for once."""
    errand, asked = answered(says(Text("7")))
    assert not errand.response().given
    list(errand.run())
    response = errand.response()

    assert (7, "7", ()) == (response.output, response.text, response.misfits)
    assert [HISTORY] == asked


def test_one_that_does_not_fit_goes_back() -> None:
    """The model is shown its answer and what is wrong with it, and the second one counts."""
    wrong = says(Text("many"))
    errand, asked = answered(wrong, says(Text("7")))
    list(errand.run())
    said = asked[1]

    assert 7 == errand.response().output
    assert (*HISTORY, wrong.message) == said[:2]
    assert ("user", True) == (said[2].role, "'many' is no number" in said[2].text)
    assert (wrong,) == errand.response().misfits


def test_nothing_said_is_not_shown_again() -> None:
    """Vendors refuse empty turns: what is wrong follows the question."""
    errand, asked = answered(says(), says(Text("7")))
    list(errand.run())

    assert ["user", "user"] == [message.role for message in asked[1]]


def test_all_attempts_are_counted() -> None:
    """Tokens, money and tries are those of every asking; what one does not know is not known of all."""
    bill, price = Cost(Decimal("0.25"), "vendor"), Cost(Decimal("0.5"), "catalogue")
    errand, _ = answered(says(Text("x"), cost=bill), says(Text("7"), usage=Usage(20, 6, reasoning=2), cost=price))
    list(errand.run())
    response = errand.response()

    assert Usage(30, 11) == response.usage
    assert Cost(Decimal("0.75"), "catalogue") == response.cost
    assert 2 == len(response.attempts)

    errand, _ = answered(says(Text("x")), says(Text("7"), cost=price))
    list(errand.run())
    assert errand.response().cost is None


@pytest.mark.parametrize("repairs", [0, 2])
def test_repairs_are_bounded(repairs: int) -> None:
    """When the last one allowed does not fit either, the error holds it, what is wrong, and what was tried."""
    errand, asked = answered(*[says(Text("x"))] * 3, repairs=repairs)
    with pytest.raises(OutputInvalid, match="'x' is no number") as caught:
        list(errand.run())
    error = caught.value

    assert repairs + 1 == len(asked) == len(error.attempts)
    assert ("no number",) == error.problems
    assert error.partial is not None
    assert ("x", 15 * (repairs + 1)) == (error.partial.text, error.partial.usage.total)
    with pytest.raises(UsageError, match="no output"):
        print(errand.response().output)


@pytest.mark.parametrize(
    ("finish", "hint"),
    [("length", "max_tokens"), ("refusal", "declined"), ("content_filter", "filter"), ("context_window", "shorten")],
)
def test_what_asking_again_cannot_mend_is_not_asked_again(finish: str, hint: str) -> None:
    """An answer that was cut off or declined says what to do about it."""
    errand, asked = answered(says(Text("x"), finish=finish), says(Text("7")))
    with pytest.raises(OutputInvalid, match=hint):
        list(errand.run())

    assert 1 == len(asked)


@pytest.mark.parametrize(
    "response", [says(Text("Wait."), ToolCall("c", "look", "{}"), finish="tool_calls"), says(Text("Wait."), finish="pause")]
)
def test_a_turn_that_is_not_over_has_no_output(response: Response) -> None:
    """Calls of tools and pauses are the caller's to answer; nothing is wrong with them."""
    errand, _ = answered(response)
    list(errand.run())

    assert not errand.response().given
    assert response.message == errand.response().message
    with pytest.raises(UsageError, match="calls tools"):
        print(errand.response().output)


def test_none_can_be_a_value() -> None:
    """An output of None is an output."""
    errand, _ = answered(says(Text("null")), read=lambda response: None)
    list(errand.run())

    assert (True, None) == (errand.response().given, errand.response().output)


def test_an_error_of_a_repair_knows_the_tries_before_it() -> None:
    """What ends the call is the error of the exchange, with all that was tried."""
    errand, _ = answered(says(Text("x")), Overloaded("busy"))
    with pytest.raises(Overloaded) as caught:
        list(errand.run())

    assert 1 == len(caught.value.attempts)


def test_what_is_watched_is_shown_and_not_asked_for_again() -> None:
    """The object grows as text passes; one that does not fit is an error at its end."""
    events = (BlockStart(0, Text('{"a": "o')), TextDelta(0, "ne"))
    errand, asked = answered(Said(says(Text("x")), *events), says(Text("7")), watched=True, repairs=5)
    assert errand.partial is None
    seen: list[Any] = []
    with pytest.raises(OutputInvalid):
        seen.extend(errand.partial for effect in errand.run() if type(effect) is list)

    assert [{"a": "one"}] == seen
    assert 1 == len(asked)


def test_a_watched_exchange_can_be_given_up_and_told_of_trouble() -> None:
    """Closing reaches the exchange, and so does what a face throws into it."""
    closed: list[str] = []

    class Stubborn(Said):
        def run(self) -> Any:
            try:
                yield Now()
            except Overloaded:
                yield [TextDelta(0, "mended")]
            finally:
                closed.append("closed")

    errand, _ = answered(Stubborn(says(Text("7"))), watched=True)
    flow = errand.run()
    next(flow)
    assert [TextDelta(0, "mended")] == flow.throw(Overloaded("busy"))
    flow.close()

    assert ["closed"] == closed
