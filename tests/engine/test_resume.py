"""An answer that broke off and its continuation are one answer, in events and as a whole."""

from __future__ import annotations

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.engine.resume import Continuation, begun, continued, joined
from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Finish,
    Finished,
    Message,
    Response,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)


def partial(*content: Text | Thinking | ToolCall, usage: Usage | None = None) -> Response:
    return Response(Message("assistant", content), usage=usage or Usage())


def says(*pieces: str, thought: str | None = None) -> list[Event]:
    events: list[Event] = [Started(id="2")]
    index = 0
    if thought is not None:
        events += [BlockStart(0, Thinking()), ThinkingDelta(0, thought), BlockStop(0)]
        index = 1
    events += [BlockStart(index, Text("")), *[TextDelta(index, piece) for piece in pieces], BlockStop(index)]
    return [*events, UsageUpdate(Usage(10, 5)), Finished(Finish("stop"))]


@pytest.mark.parametrize(
    ("content", "fit"),
    [
        ((Text("Once upon"),), True),
        (
            (
                Text("One."),
                Text("Two"),
            ),
            True,
        ),
        ((Text("  "),), False),
        ((), False),
        ((Thinking("hm"), Text("Once")), False),
        ((Text("Once"), ToolCall("a", "f", '{"x')), False),
    ],
)
def test_only_text_is_gone_on_with(content: tuple[Text | Thinking | ToolCall, ...], fit: bool) -> None:
    """A begun call or thought is its own model's."""
    assert fit == continued(partial(*content))


def test_the_begun_turn_has_no_blanks_at_its_end() -> None:
    """Targets refuse them."""
    assert Message("assistant", (Text("Once upon"),)) == begun(partial(Text("Once upon \n")))


@pytest.mark.parametrize(
    ("before", "pieces", "whole"),
    [
        ("Once upon", (" a", " time."), "Once upon a time."),
        ("Once upon ", (" a", " time."), "Once upon a time."),
        ("One.\n\n", ("\n", "\n", "Two."), "One.\n\nTwo."),
        ("One.\n\n", ("\n", " Two."), "One.\n\n Two."),
        ("Once ", ("upon",), "Once upon"),
    ],
)
def test_events_and_whole_agree(before: str, pieces: tuple[str, ...], whole: str) -> None:
    """What the caller read, delta by delta, is what the response says; blanks said twice are said once."""
    broken = partial(Text(before))
    events = Continuation(broken).feed(says(*pieces))

    assert whole == before + "".join([event.text for event in events if type(event) is TextDelta])
    assert whole == joined(broken, accumulate(says(*pieces))).text
    assert {0} == {event.index for event in events if isinstance(event, TextDelta | BlockStop | BlockStart)}
    assert not [event for event in events if isinstance(event, Started | BlockStart)]


def test_a_continuation_that_thinks_first_closes_the_open_block() -> None:
    """Its blocks follow, counted on, and none is opened twice."""
    events = Continuation(partial(Text("a"), Text("b"))).feed(says("c", thought="hm"))

    assert BlockStop(1) == events[0]
    assert [2, 3] == [event.index for event in events if type(event) is BlockStart]
    assert [3] == [event.index for event in events if type(event) is TextDelta]
    assert ["a", "b", "hm", "c"] == [
        block.text for block in joined(partial(Text("a"), Text("b")), accumulate(says("c", thought="hm"))).message.content
    ]  # type: ignore[union-attr]


def test_counts_add_up_and_unknown_stays_unknown() -> None:
    """Half a sum is not a sum."""
    both = joined(partial(Text("a"), usage=Usage(7, 3, cache_read=2)), accumulate(says("b")))

    assert (17, 8, None) == (both.usage.input, both.usage.output, both.usage.cache_read)
    assert both.cost is None
