"""Turns are values, and turn into events and faults in the order in which they were written."""

from __future__ import annotations

import pytest

from dragoman import testing
from dragoman.testing import (
    Turn,
    block,
    call,
    delay,
    extra,
    fail,
    fault,
    finish,
    head,
    page,
    ping,
    raw,
    refuse,
    text,
    think,
    usage,
)
from dragoman.testing.script import Fault, Head, Item, Page, Raw, Step, Wait
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Image,
    Ping,
    Refusal,
    RefusalDelta,
    SignatureDelta,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Url,
    Usage,
    UsageUpdate,
)

STARTED = Started("scripted-1", "scripted")
STOP = Finished(Finish("stop"))


def test_an_empty_turn_is_an_empty_answer() -> None:
    """A beginning and an end, nothing between."""
    assert [STARTED, STOP] == Turn().steps()


def test_text_is_a_delta_a_piece() -> None:
    """A bare string is one delta; several pieces are several; `size` cuts them."""
    assert Turn(text("ab")) == Turn("ab")
    assert ["Once ", "upon"] == texts(Turn(text("Once ", "upon")))
    assert ["Onc", "e ", "upo", "n"] == texts(Turn(text("Once ", "upon", size=3)))
    assert [BlockStart(0, Text("")), BlockStop(0)] == Turn(text()).steps()[1:-1]


def texts(turn: Turn) -> list[str]:
    return [event.text for event in turn.events() if isinstance(event, TextDelta)]


def test_blocks_are_numbered_as_they_come() -> None:
    """One turn of everything, event by event."""
    picture = Image(Url("https://example.com/a.png"))
    turn = Turn(
        usage(3, 0),
        think("hm", " hm", signature="sig"),
        think(encrypted="xyz"),
        text("a", Citation("web", url="https://example.com"), ping()),
        refuse("no"),
        call("f", {"a": [1, None]}, id="mine"),
        call("g"),
        call("sh", "ls", custom=True),
        block(picture),
        extra(tier="fast"),
        usage(3, 9, cache_read=1, cache_write=2, reasoning=4),
        id="m1",
        model="scripted-2",
        created=7,
    )

    assert [
        Started("m1", "scripted-2", 7),
        UsageUpdate(Usage(3, 0)),
        BlockStart(0, Thinking()),
        ThinkingDelta(0, "hm"),
        ThinkingDelta(0, " hm"),
        SignatureDelta(0, "sig"),
        BlockStop(0),
        BlockStart(1, Thinking(encrypted="xyz")),
        BlockStop(1),
        BlockStart(2, Text("")),
        TextDelta(2, "a"),
        CitationDelta(2, Citation("web", url="https://example.com")),
        Ping(),
        BlockStop(2),
        BlockStart(3, Refusal("")),
        RefusalDelta(3, "no"),
        BlockStop(3),
        BlockStart(4, ToolCall("mine", "f")),
        ArgumentsDelta(4, '{"a":[1,null]}'),
        BlockStop(4),
        BlockStart(5, ToolCall("call_1_5", "g")),
        ArgumentsDelta(5, "{}"),
        BlockStop(5),
        BlockStart(6, ToolCall("call_1_6", "sh", custom=True)),
        ArgumentsDelta(6, "ls"),
        BlockStop(6),
        BlockStart(7, picture),
        BlockStop(7),
        Extra({"tier": "fast"}),
        UsageUpdate(Usage(3, 9, 1, 2, 4)),
        Finished(Finish("tool_calls")),
    ] == turn.events()


def test_ids_follow_from_the_place_in_the_script() -> None:
    """Answers and calls of different turns have different ids, the same every time."""
    turn = Turn(call("f"))

    assert [Started("scripted-3", "m"), BlockStart(0, ToolCall("call_3_0", "f"))] == turn.steps("m", 3)[:2]


def test_choices() -> None:
    """Blocks may belong to other alternatives, which end in their own way."""
    turn = Turn("a", text("b", choice=1), finish("stop", others=["length"]))

    assert [BlockStart(0, Text("")), BlockStart(1, Text(""), 1)] == [
        step for step in turn.steps() if isinstance(step, BlockStart)
    ]
    assert Finished(Finish("stop"), (Finish("length"),)) == turn.steps()[-1]


def test_the_end_is_said_last() -> None:
    """`finish` may stand anywhere; the terminal event stands at the end."""
    turn = Turn(finish("length", "max_tokens"), "a", usage(1, 2))

    assert [UsageUpdate(Usage(1, 2)), Finished(Finish("length", "max_tokens"))] == turn.steps()[-2:]
    assert Finished(Finish("stop", stop_sequence="END")) == Turn(finish("stop", stop_sequence="END")).steps()[-1]


def test_a_failure_is_the_end() -> None:
    """What follows `fail` never happens; as the first item nothing comes before it."""
    failure = Failed(Failure("slow down", status=429, type="rate_limit_error", code="c", param="p", retry_after=2))

    assert [failure] == Turn(fail(429, "rate_limit_error", "slow down", code="c", param="p", retry_after=2), "a").steps()
    assert [STARTED, Ping(), failure] == Turn(ping(), failure, "a").steps()
    assert [Failed(Failure("the script fails here", status=500))] == Turn(fail()).steps()


@pytest.mark.parametrize(
    ("turn", "steps"),
    [
        (Turn(delay(2), fault("stall"), "a"), [Wait(2), Fault("stall"), STARTED]),
        (Turn(head(), fault("reset")), [Head(), Fault("reset"), STARTED, STOP]),
        (Turn(raw(": hello\n\n"), raw(b"\xff"), "a"), [Raw(b": hello\n\n"), Raw(b"\xff"), STARTED]),
        (
            Turn(text("a", fault("cut"), "b")),
            [STARTED, BlockStart(0, Text("")), TextDelta(0, "a"), Fault("cut"), TextDelta(0, "b")],
        ),
        (Turn(page("x", 502), "a"), [Page(b"x", 502, {"content-type": "text/html; charset=utf-8", "content-length": "1"})]),
    ],
)
def test_faults_stand_where_they_are_written(turn: Turn, steps: list[Step]) -> None:
    """Before the head, before the first word, inside a block: the place is the place in the script."""
    assert steps == turn.steps()[: len(steps)]
    assert not any(isinstance(event, (Wait, Fault, Head, Raw, Page)) for event in turn.events())


def test_events_are_items() -> None:
    """Any event of the library says exactly itself, and later blocks are numbered after it."""
    events = [Started("x"), BlockStart(4, ToolCall("c", "f")), BlockStop(4)]
    turn = Turn(*events, "a")

    assert events == turn.steps()[:3]
    assert [BlockStart(5, Text("")), TextDelta(5, "a"), BlockStop(5), Finished(Finish("tool_calls"))] == turn.steps()[3:]


def test_the_package_offers_its_names_when_they_are_used() -> None:
    """Every name it lists is there, and no other."""
    assert set(testing.__all__) <= set(dir(testing))
    assert all(getattr(testing, name) is not None for name in testing.__all__)
    with pytest.raises(AttributeError, match="no attribute 'scripted_provider'"):
        _ = testing.scripted_provider  # type: ignore[attr-defined]


def test_turns_are_values() -> None:
    """Equal when they say the same, printed in full, not to be changed."""
    assert Turn("a", headers={"x": "y"}) == Turn(text("a"), headers={"x": "y"})
    assert Turn("a") != Turn("b")
    assert "Text" in repr(Turn("a"))
    with pytest.raises(AttributeError):
        Turn("a").split = 3  # type: ignore[misc]


def test_what_is_no_item_is_refused() -> None:
    """A mistake is found where it is written."""
    with pytest.raises(TypeError, match="not an item of a turn: 3"):
        Turn(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("before", ["a", head(), fault("stall")])
def test_a_page_is_the_whole_answer(before: str | Item) -> None:
    """What would stand before it would never be said, so it is refused; a delay may."""
    assert [Wait, Page] == [type(step) for step in Turn(delay(2), page()).steps()]
    with pytest.raises(ValueError, match="only delays"):
        Turn(before, page())
