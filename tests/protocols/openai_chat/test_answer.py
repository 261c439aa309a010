"""One answer, streamed or whole: what begins and ends a block, and where everything else goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.types import (
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    Origin,
    Response,
    Started,
    Text,
    TextDelta,
    Thinking,
    Usage,
    UsageUpdate,
)

Json = dict[str, Any]
Read = Callable[..., list[Event]]

ACME = Origin("openai_chat", "acme", "m")
DONE = b"[DONE]"


def chunk(delta: Json | None = None, *, index: int = 0, finish: str | None = None, **fields: Any) -> Json:
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish, **fields.pop("choice", {})}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m", "choices": [choice], **fields}


def thinking(field: str | None, text: str = "", **extra: Any) -> Thinking:
    return Thinking(text=text, origin=ACME, extra={**({} if field is None else {"field": field}), **extra})


def call(fragment: Json) -> Json:
    return chunk({"tool_calls": [fragment]})


def test_an_answer_of_words(stream: Read) -> None:
    """The answer starts, its text comes in pieces, and it ends when the stream says so."""
    events = stream(
        chunk({"role": "assistant", "content": "", "refusal": None}),
        chunk({"content": "Good "}),
        chunk({"content": "day"}),
        chunk(finish="stop"),
        DONE,
    )

    assert events == [
        Started("c1", "m", 7),
        BlockStart(0, Text("")),
        TextDelta(0, "Good "),
        TextDelta(0, "day"),
        BlockStop(0),
        Finished(Finish("stop", "stop")),
    ]


def test_a_whole_answer_gives_the_events_of_a_stream_of_one_chunk(stream: Read, whole: Read) -> None:
    """Both forms of one answer are the same events."""
    said = {
        "role": "assistant",
        "reasoning": "Hm",
        "reasoning_details": [{"type": "reasoning.text", "text": "Hm", "index": 0}],
        "content": "Yes",
        "annotations": [{"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 3}}],
        "tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}],
        "shiny": "new",
    }
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    choice = {"index": 0, "message": said, "finish_reason": "tool_calls", "logprobs": {"content": [{"token": "Yes"}]}}
    body = {"id": "c1", "created": 7, "model": "m", "choices": [choice], "usage": usage, "service_tier": "flex"}
    streamed = {**body, "choices": [{**choice, "delta": said}]}
    del streamed["choices"][0]["message"]

    assert stream(streamed, DONE) == whole(body)


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "c1", "model": "m"},
        {"id": "c1", "model": "m", "choices": []},
        {"id": "c1", "model": "m", "choices": None},
        {"id": "c1", "model": "m", "choices": [{"index": 0}]},
        {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": None}]},
        {"id": "c1", "model": "m", "choices": [{"delta": {}}, None, 3]},
        {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"content": None, "tool_calls": None}}]},
    ],
)
def test_chunks_without_content_are_no_error(stream: Read, odd: Json) -> None:
    """Choices, delta and every field of them may be missing, null or empty."""
    events = stream(odd, chunk({"content": "x"}, finish="stop"), DONE)

    assert events[1:] == [BlockStart(0, Text("")), TextDelta(0, "x"), BlockStop(0), Finished(Finish("stop", "stop"))]


# --- beginning and end ---


def test_azure_tells_its_filters_before_the_answer_begins(stream: Read) -> None:
    """A chunk without id and choices begins nothing; what it says is told behind the beginning."""
    filters = [{"prompt_index": 0, "content_filter_results": {}}]
    first = {"id": "", "model": "", "created": 0, "choices": [], "prompt_filter_results": filters}

    events = stream(first, chunk({"content": "x"}, finish="stop", service_tier="default"), DONE)

    assert events[:2] == [
        Started("c1", "m", 7),
        Extra({"prompt_filter_results": filters, "service_tier": "default"}),
    ]


def test_the_end_is_waited_for(stream: Read) -> None:
    """Usage and vendor fields may follow the finish reason."""
    events = stream(chunk({"content": "x"}), chunk(finish="stop"), chunk(None, citations=["u"], usage={"prompt_tokens": 1}), DONE)

    assert events[3:] == [
        Extra({"citations": ["u"]}),
        UsageUpdate(Usage(1, raw={"prompt_tokens": 1})),
        CitationDelta(0, Citation("citation", "u")),
        BlockStop(0, Text("x", (Citation("citation", "u"),), origin=ACME)),
        Finished(Finish("stop", "stop")),
    ]


def test_nothing_is_read_after_the_end(stream: Read) -> None:
    """What follows `[DONE]` is no part of the answer."""
    events = stream(chunk({"content": "x"}, finish="stop"), DONE, chunk({"content": "y"}), b"nonsense")

    assert events[-1] == Finished(Finish("stop", "stop"))
    assert len(events) == 5


def test_a_body_that_ends_after_a_finish_reason_is_complete(stream: Read) -> None:
    """Some servers close without `[DONE]`."""
    events = stream(chunk({"content": "x"}, finish="length"))

    assert events[-2:] == [BlockStop(0), Finished(Finish("length", "length"))]


def test_a_body_that_ends_before_is_cut(stream: Read) -> None:
    """Without a finish reason and `[DONE]` there is no terminal event."""
    assert stream(chunk({"content": "x"})) == [Started("c1", "m", 7), BlockStart(0, Text("")), TextDelta(0, "x")]


def test_every_choice_has_to_finish(stream: Read) -> None:
    """Of two alternatives one that says nothing of its end leaves the answer cut."""
    assert not isinstance(stream(chunk({"content": "x"}, finish="stop"), chunk({"content": "y"}, index=1))[-1], Finished)


def test_done_alone_is_an_end(stream: Read) -> None:
    """`[DONE]` without a finish reason ends the answer; the reason is read from what was said."""
    words = stream(chunk({"content": "x"}), DONE)
    calls = stream(call({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}), DONE)

    assert words[-1] == Finished(Finish("stop"))
    assert calls[-1] == Finished(Finish("tool_calls"))


@pytest.mark.parametrize("index", [-1, 256, 10**12])
def test_an_absurd_choice_is_no_choice(stream: Read, index: int) -> None:
    """A server cannot make the reader build a million alternatives."""
    events = stream(chunk({"content": "x"}, index=index))

    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.failure.reason == "decode"


def test_alternatives_stand_side_by_side(stream: Read, response: Callable[..., Response]) -> None:
    """Blocks count up over all choices and name theirs; each choice ends for itself."""
    events = stream(
        chunk({"content": "a"}),
        chunk({"content": "b"}, index=1),
        chunk({"content": "A"}),
        chunk(finish="stop"),
        chunk(finish="length", index=1),
        DONE,
    )

    assert BlockStart(1, Text(""), 1) in events
    assert events[-1] == Finished(Finish("stop", "stop"), (Finish("length", "length"),))
    assert [choice.message.text for choice in response(events).choices] == ["aA", "b"]


# --- usage and vendor fields ---


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"usage": {"prompt_tokens": 9}}, id="beside the choices"),
        pytest.param({"x_groq": {"id": "r", "usage": {"prompt_tokens": 9}}}, id="Groq"),
        pytest.param({"choice": {"usage": {"prompt_tokens": 9}}}, id="Moonshot, inside the choice"),
    ],
)
def test_places_of_usage(stream: Read, fields: Json) -> None:
    """Usage is found wherever a vendor puts it."""
    events = stream(chunk({"content": "x"}, finish="stop", **fields), DONE)

    assert [event.usage.input for event in events if isinstance(event, UsageUpdate)] == [9]


def test_repeated_usage_is_told_once(stream: Read) -> None:
    """Vendors that repeat cumulative counts give an event only where they change; the last one counts."""
    counts = [{"prompt_tokens": 1}, {"prompt_tokens": 1}, {"prompt_tokens": 2}, None]

    events = stream(*[chunk({"content": "x"}, usage=usage) for usage in counts], DONE)

    assert [event.usage.input for event in events if isinstance(event, UsageUpdate)] == [1, 2]


def test_fields_of_the_answer_are_told_when_they_are_new(stream: Read) -> None:
    """Constant fields of each chunk come once, changes come again, padding and nulls never."""
    events = stream(
        chunk({"content": "a"}, provider="X", service_tier=None, obfuscation="q9"),
        chunk({"content": "b"}, provider="X", service_tier="flex", obfuscation="z"),
        chunk({"content": "c"}, provider="Y", service_tier="flex"),
        DONE,
    )

    assert [event for event in events if isinstance(event, Extra)] == [
        Extra({"provider": "X"}),
        Extra({"service_tier": "flex"}),
        Extra({"provider": "Y"}),
    ]


def test_groqs_own_object_keeps_what_has_no_word(stream: Read) -> None:
    """`x_groq` is a vendor field without the usage and the error in it."""
    events = stream(chunk({"content": "x"}, x_groq={"id": "r", "seed": 3, "usage": {"prompt_tokens": 1}}), DONE)

    assert Extra({"x_groq": {"id": "r", "seed": 3}}) in events


# --- errors ---


def test_an_error_ends_the_answer(stream: Read) -> None:
    """What came before it is given, what comes after is not read."""
    error = {"message": "Overloaded", "type": "server_error", "code": 503}

    events = stream(chunk({"content": "x"}), {"error": error}, chunk({"content": "y"}), DONE)

    failed = events[-1]
    assert isinstance(failed, Failed)
    assert (failed.failure.message, failed.failure.status, failed.failure.type) == ("Overloaded", 503, "server_error")
    assert failed.failure.body == {"error": error}
    assert len(events) == 4


def test_what_stands_beside_an_error_counts(stream: Read) -> None:
    """OpenRouter's error chunk has usage and a choice; an error may also stand in the choice."""
    beside = stream(chunk({"content": "x"}, finish="error", error={"code": 502, "message": "Bad"}, usage={"prompt_tokens": 1}))
    inside = stream(chunk({"content": "x"}, finish="error", choice={"error": {"code": 502, "message": "Bad"}}))

    assert [type(event) for event in beside] == [Started, BlockStart, TextDelta, UsageUpdate, Failed]
    assert [type(event) for event in inside] == [Started, BlockStart, TextDelta, Failed]


def test_fields_of_an_answer_that_never_began(stream: Read) -> None:
    """A stream that is cut before its first choice still tells what the vendor said."""
    assert stream({"id": "", "choices": [], "prompt_filter_results": [1]}) == [Started(), Extra({"prompt_filter_results": [1]})]
