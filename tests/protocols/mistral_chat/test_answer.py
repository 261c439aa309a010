"""One answer: its envelope, its choices and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dragoman.protocols.mistral_chat.answer import Answer
from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    OpaqueEvent,
    Origin,
    Started,
    Text,
    TextDelta,
    Usage,
    UsageUpdate,
)

Json = dict[str, Any]
Read = Callable[..., list[Event]]

ERROR = {"object": "error", "message": "m", "type": "t", "code": "1"}


def chunk(content: str, index: int = 0, finish: str | None = None, **fields: Any) -> Json:
    return {"id": "c", "choices": [{"index": index, "delta": {"content": content}, "finish_reason": finish}], **fields}


def test_the_envelope(stream: Read) -> None:
    """It begins the answer; fields without a word are told when they are new or changed; padding says nothing."""
    first = chunk("", model="m", created=7, object="chat.completion.chunk", tier="a", p="abc")

    expected = [Started("c", "m", 7), Extra({"tier": "a"}), Extra({"tier": "b"})]
    assert expected == stream(first, chunk("", tier="a"), chunk("", tier="b"))


def test_odd_envelopes(stream: Read) -> None:
    """What is not of its kind is not there."""
    assert [Started()] == stream({"id": 1, "model": "", "created": "x", "choices": None})
    assert [Started(), Finished(Finish("stop"))] == stream(b"[DONE]")


def test_blocks_are_numbered_over_all_choices(stream: Read) -> None:
    """And each choice has its end; one that is missing ended well."""
    expected = [
        Started("c"),
        BlockStart(0, Text(""), 2),
        TextDelta(0, "b"),
        BlockStart(1, Text("")),
        TextDelta(1, "a"),
        BlockStop(0),
        BlockStop(1),
        Finished(Finish("length", "length"), (Finish("stop"), Finish("stop", "stop"))),
    ]

    assert expected == stream(chunk("b", 2), chunk("a", 0), chunk("", 0, "length"), chunk("", 2, "stop"), b"[DONE]")


def test_usage_is_told_when_it_changes(stream: Read) -> None:
    """Servers may repeat it."""
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    found = stream(chunk("", usage=usage), chunk("", usage=usage), {"choices": [], "usage": {**usage, "completion_tokens": 4}})

    assert [Usage(1, 2, raw=usage), Usage(1, 4, raw={**usage, "completion_tokens": 4})] == [
        event.usage for event in found if isinstance(event, UsageUpdate)
    ]


def test_an_error_ends_the_answer(stream: Read) -> None:
    """What was said stays said, and what follows is not read."""
    found = stream(chunk("a"), ERROR, chunk("b"))

    assert [Started("c"), BlockStart(0, Text("")), TextDelta(0, "a")] == found[:-1]
    assert Failed(Failure("m", None, "t", "1", body=ERROR)) == found[-1]


def test_an_error_beside_choices(stream: Read) -> None:
    """They are read first."""
    found = stream({**chunk("a"), "error": {"message": "m"}})

    assert TextDelta(0, "a") == found[-2]
    assert isinstance(found[-1], Failed)


def test_an_object_of_another_kind(stream: Read) -> None:
    """It is given as it came and begins nothing."""
    assert [OpaqueEvent("", {"seen": 1}), Started("c")] == stream({"seen": 1}, chunk(""))


def test_an_impossible_choice(stream: Read) -> None:
    """An index that no vendor gives is malformed; one that is no number is the first."""
    found = stream(chunk("a", 999), chunk("b"))

    assert isinstance(found[-1], Failed)
    assert "decode" == found[-1].failure.reason
    assert BlockStart(0, Text("")) == stream({"choices": [3, {"index": "x", "delta": {"content": "a"}}]})[1]


def test_a_cut_answer_gives_what_is_certain(stream: Read) -> None:
    """Gathered fields, and no end."""
    found = stream({"choices": [{"delta": {"note": "a"}}]})

    assert [Started(), Extra({"choices[0].message": {"note": "a"}})] == found


def test_whether_all_choices_have_ended() -> None:
    """An answer without choices has not."""
    answer, out = Answer(Origin("mistral_chat")), list[Event]()
    assert not answer.complete()

    answer.read(chunk("a", 0, "stop"), out)
    assert answer.complete()
    answer.read(chunk("a", 1), out)
    assert not answer.complete()
