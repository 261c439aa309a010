"""The state of one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.openai_responses.answer import Answer
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    Opaque,
    OpaqueEvent,
    Origin,
    Started,
    Text,
    TextDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)

Json = dict[str, Any]

HERE = Origin("openai_responses", "openai-responses", "gpt-test")
MESSAGE: Json = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}
CALL: Json = {"type": "function_call", "id": "f", "call_id": "c", "name": "g", "arguments": "{}"}


@pytest.fixture
def answer(target: Target) -> Answer:
    return Answer(target)


def said(step: Callable[..., Any], *arguments: Any) -> list[Event]:
    out: list[Event] = []
    step(*arguments, out)
    return out


def text_block(text: str = "") -> Text:
    return Text(text, extra={"item": {"id": "m"}}, origin=HERE)


def test_an_answer_begins_once_unless_its_id_changes(answer: Answer) -> None:
    """GitHub Copilot names another id in every frame: the last one is the one that counts."""
    assert said(answer.begin, {"id": "a", "model": "m", "created_at": 3.7}) == [Started("a", "m", 3)]
    assert said(answer.begin, {"id": "a", "model": "m", "created_at": None}) == []
    assert said(answer.begin, {"id": "b"}) == [Started("b", "m", 3)]


def test_only_news_is_told(answer: Answer) -> None:
    """Vendor fields and counts are repeated in every lifecycle frame; what did not change is not told again."""
    usage = {"input_tokens": 1}

    assert said(answer.tell, {"store": True, "user": None}, {"cost": 3}) == [Extra({"store": True, "cost": 3})]
    assert said(answer.tell, {"store": True, "usage": usage}, {}) == [UsageUpdate(Usage(1, raw=usage))]
    assert said(answer.tell, {"store": False, "usage": usage}, {}) == [Extra({"store": False})]


def test_items_that_were_never_streamed_are_given_at_the_end(answer: Answer) -> None:
    """A server that streams nothing but lifecycle frames still answers."""
    events = said(answer.end, {"status": "completed", "output": [MESSAGE, CALL]}, {})

    assert events == [
        Started(),
        BlockStart(0, text_block()),
        TextDelta(0, "Hi"),
        BlockStop(0),
        BlockStart(1, ToolCall("c", "g", extra={"item": {"id": "f"}}, origin=HERE)),
        ArgumentsDelta(1, "{}"),
        BlockStop(1),
        Finished(Finish("tool_calls", "completed")),
    ]
    assert answer.over


def test_items_that_were_streamed_are_not_given_again(answer: Answer) -> None:
    """Not even where a server gave all of them one index."""
    for item in (MESSAGE, CALL):
        said(answer.add_item, 0, item)
        said(answer.close_item, 0, item)

    assert said(answer.end, {"status": "completed", "output": [MESSAGE, CALL]}, {}) == [
        Finished(Finish("tool_calls", "completed"))
    ]


def test_open_items_close_with_the_answer(answer: Answer) -> None:
    """As the last frame says them, or as they stand where it says nothing."""
    said(answer.add_item, 0, {**MESSAGE, "content": []})
    answer.open_block(answer.items[0], 0, text_block(), [])

    assert said(answer.end, {"status": "completed", "output": [MESSAGE]}, {}) == [
        TextDelta(0, "Hi"),
        BlockStop(0),
        Finished(Finish("stop", "completed")),
    ]


def test_an_item_may_take_the_place_of_another(answer: Answer) -> None:
    """What stood there before is closed as it stands."""
    said(answer.add_item, 0, {**CALL, "arguments": ""})

    assert said(answer.close_item, 0, MESSAGE) == [
        BlockStop(0),
        BlockStart(1, text_block()),
        TextDelta(1, "Hi"),
        BlockStop(1),
    ]
    said(answer.add_item, 0, CALL)
    assert said(answer.add_item, 0, CALL)[0] == BlockStop(2)


def test_an_implied_item_is_not_opened_twice(answer: Answer) -> None:
    """Some servers announce an item after its first part."""
    answer.add_item(0, {"type": "message"}, [], implied=True)

    assert said(answer.add_item, 0, MESSAGE) == []
    assert answer.items[0].id == "m"


def test_an_empty_message_is_kept(answer: Answer) -> None:
    """An item without parts has no text to stand on, and still has to go back."""
    empty = {**MESSAGE, "content": []}
    said(answer.add_item, 0, empty)

    assert said(answer.close_item, 0, empty)[-2:] == [BlockStart(0, Opaque(empty, origin=HERE)), BlockStop(0)]


def test_a_failed_answer_is_an_error(answer: Answer) -> None:
    """Its counts are told, its error ends it."""
    events = said(answer.end, {"id": "a", "status": "failed", "error": {"code": "server_error", "message": "Oh"}}, {})

    assert events[0] == Started("a")
    assert isinstance(events[-1], Failed)
    assert (events[-1].failure.code, events[-1].failure.message) == ("server_error", "Oh")


def test_a_failed_answer_without_a_reason(answer: Answer) -> None:
    """Is an error all the same."""
    (_, failed) = said(answer.end, {"status": "failed", "error": None}, {})

    assert isinstance(failed, Failed)
    assert failed.failure.message == "the answer failed"


def test_what_is_no_item_is_kept(answer: Answer) -> None:
    """An output entry of another shape does no harm."""
    assert said(answer.end, {"output": [7]}, {}) == [Started(), OpaqueEvent("output", 7), Finished(Finish("stop"))]
