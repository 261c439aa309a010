"""One answer, streamed or whole: what begins and ends a block, and where everything else goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.openai_chat import ChatDialect
from dragoman.types import (
    ArgumentsDelta,
    Audio,
    AudioDelta,
    Base64,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    Image,
    Opaque,
    OpaqueDelta,
    Origin,
    Refusal,
    RefusalDelta,
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


# --- blocks ------------------------------------------------------------------------------------------------------------


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


def test_a_block_ends_when_another_kind_speaks(stream: Read) -> None:
    """Thinking, text and refusal follow each other as they come; calls stay open to the end."""
    events = stream(
        chunk({"reasoning_content": "Hm"}),
        chunk({"content": "Yes"}),
        call({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}),
        chunk({"content": "No"}),
        chunk({"refusal": "Never"}, finish="stop"),
        DONE,
    )

    assert [event for event in events if isinstance(event, BlockStart | BlockStop)] == [
        BlockStart(0, thinking("reasoning_content")),
        BlockStop(0),
        BlockStart(1, Text("")),
        BlockStop(1),
        BlockStart(2, ToolCall("a", "f")),
        BlockStart(3, Text("")),
        BlockStop(3),
        BlockStart(4, Refusal("")),
        BlockStop(2),
        BlockStop(4),
    ]


def test_one_object_says_everything_in_one_order(whole: Read) -> None:
    """In a whole message thinking comes first, then text, refusal, audio, pictures and calls."""
    events = whole(
        tool_calls=[{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        images=[{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}],
        audio={"id": "s", "data": "QUJD"},
        refusal="No",
        content="Yes",
        reasoning_content="Hm",
    )

    kinds = [type(event.block) for event in events if isinstance(event, BlockStart)]
    assert kinds == [Thinking, Text, Refusal, Audio, Image, ToolCall]


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


def test_nothing_said_is_no_block(stream: Read, whole: Read) -> None:
    """Empty strings, nulls and empty lists open nothing."""
    delta = {"role": "assistant", "content": "", "reasoning": None, "refusal": "", "tool_calls": [], "audio": None}

    assert stream(chunk(delta, finish="stop"), DONE) == [Started("c1", "m", 7), Finished(Finish("stop", "stop"))]
    assert whole(content=None, annotations=[])[1:] == [Finished(Finish("stop", "stop"))]


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


# --- beginning and end -------------------------------------------------------------------------------------------------


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
        BlockStop(0),
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


def test_servers_that_end_with_the_whole_message(stream: Read) -> None:
    """A stream that said nothing takes the message of its last chunk; one that spoke does not say it twice."""
    message = {"role": "assistant", "content": "All of it"}

    silent = stream(chunk(None, finish="stop", choice={"message": message}), DONE)
    spoken = stream(chunk({"content": "All of it"}), chunk(None, finish="stop", choice={"message": message}), DONE)

    assert [event for event in silent if isinstance(event, TextDelta)] == [TextDelta(0, "All of it")]
    assert [event for event in spoken if isinstance(event, TextDelta)] == [TextDelta(0, "All of it")]


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


# --- usage and vendor fields -------------------------------------------------------------------------------------------


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


def test_fields_of_a_choice_come_with_its_finish(stream: Read) -> None:
    """What a vendor says about a choice stands in the details of its end, the last value of each."""
    events = stream(
        chunk({"content": "x"}, choice={"content_filter_results": {"hate": 1}, "seed": None}),
        chunk(None, finish="stop", choice={"content_filter_results": {}, "stop_reason": "END", "native_finish_reason": "eos"}),
        DONE,
    )

    details = {"content_filter_results": {"hate": 1}, "stop_reason": "END", "native_finish_reason": "eos"}
    assert events[-1] == Finished(Finish("stop", "stop", "END", details))


def test_fields_of_a_message_are_gathered(stream: Read) -> None:
    """Unknown text is joined, lists are extended, labels and objects count as they came last."""
    events = stream(
        chunk({"content": "x", "note": "a", "channel": "analysis", "executed_tools": [1]}),
        chunk({"content": "y", "note": "b", "channel": "final", "executed_tools": [2], "meta": {"k": 1}}),
        chunk({"other": 3}, index=1),
        DONE,
    )

    fields = {"note": "ab", "channel": "final", "executed_tools": [1, 2], "meta": {"k": 1}}
    assert events[-2] == Extra({"choices[0].message": fields, "choices[1].message": {"other": 3}})


# --- reasoning ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "reasoning_text"])
def test_reasoning_keeps_the_name_it_came_under(whole: Read, field: str) -> None:
    """Each vendor's field gives thinking that says where it stood."""
    assert whole(**{field: "Hm"})[1:4] == [BlockStart(0, thinking(field)), ThinkingDelta(0, "Hm"), BlockStop(0)]


def test_reasoning_under_two_names_is_said_once(stream: Read) -> None:
    """Of two fields with the same reasoning the first counts."""
    events = stream(chunk({"reasoning_content": "Hm", "reasoning": "Hm"}), DONE)

    assert [event for event in events if isinstance(event, ThinkingDelta)] == [ThinkingDelta(0, "Hm")]


def test_other_names_are_the_dialects_to_say(whole: Read) -> None:
    """A field that the dialect does not name as reasoning is a vendor field."""
    events = whole(thoughts="Hm", reasoning="No", dialect=ChatDialect(thinking_fields=("thoughts",)))

    assert ThinkingDelta(0, "Hm") in events
    assert Extra({"choices[0].message": {"reasoning": "No"}}) in events


def test_details_are_kept_beside_their_text(stream: Read) -> None:
    """OpenRouter's pieces are told as they come, and the block ends with their merged list; the text is shown once."""
    pieces = [
        [{"type": "reasoning.text", "text": "Let ", "index": 0}],
        [{"type": "reasoning.text", "text": "me", "index": 0, "format": "x"}],
        [{"type": "reasoning.text", "signature": "sig", "index": 0}],
    ]

    events = stream(
        chunk({"content": "", "reasoning": "Let ", "reasoning_details": pieces[0]}),
        chunk({"content": "", "reasoning": "me", "reasoning_details": pieces[1]}),
        chunk({"content": "", "reasoning_details": pieces[2]}),
        chunk({"content": "Yes"}, finish="stop"),
        DONE,
    )

    merged = [{"type": "reasoning.text", "text": "Let me", "index": 0, "format": "x", "signature": "sig"}]
    assert events[1:8] == [
        BlockStart(0, thinking("reasoning")),
        ThinkingDelta(0, "Let "),
        OpaqueDelta(0, {"reasoning_details": pieces[0]}),
        ThinkingDelta(0, "me"),
        OpaqueDelta(0, {"reasoning_details": pieces[1]}),
        OpaqueDelta(0, {"reasoning_details": pieces[2]}),
        BlockStop(0, thinking("reasoning", "Let me", reasoning_details=merged)),
    ]


def test_details_alone_show_their_text(stream: Read) -> None:
    """Where no other field has reasoning, the text of the details is it."""
    details = [{"type": "reasoning.summary", "summary": "In short", "index": 0}]

    events = stream(chunk({"reasoning_details": details}), DONE)

    assert events[1:5] == [
        BlockStart(0, thinking("reasoning_details")),
        ThinkingDelta(0, "In short"),
        OpaqueDelta(0, {"reasoning_details": details}),
        BlockStop(0, thinking("reasoning_details", "In short", reasoning_details=details)),
    ]


def test_a_detail_without_text_waits_for_its_text(stream: Read) -> None:
    """An opening detail belongs to the reasoning that follows it."""
    first, second = [{"type": "reasoning.text", "index": 0}], [{"type": "reasoning.text", "text": "Hm", "index": 0}]

    events = stream(chunk({"reasoning_details": first}), chunk({"reasoning": "Hm", "reasoning_details": second}), DONE)

    assert events[1:4] == [
        BlockStart(0, thinking("reasoning")),
        OpaqueDelta(0, {"reasoning_details": first}),
        ThinkingDelta(0, "Hm"),
    ]
    assert events[5] == BlockStop(0, thinking("reasoning", "Hm", reasoning_details=[{**second[0]}]))


def test_encrypted_reasoning_is_silent(stream: Read) -> None:
    """Reasoning that cannot be read makes a thinking block without text, which interrupts nobody."""
    secret = [{"type": "reasoning.encrypted", "data": "x", "id": "i", "index": 0}]

    before = stream(chunk({"reasoning_details": secret}), chunk({"content": "Yes"}), DONE)
    amid = stream(chunk({"content": "Ye"}), chunk({"reasoning_details": secret}), chunk({"content": "s"}), DONE)

    silent = thinking(None, reasoning_details=secret)
    assert [event.block for event in before if isinstance(event, BlockStart)] == [thinking(None), Text("")]
    assert BlockStop(0, silent) in before
    assert [event.block for event in amid if isinstance(event, BlockStart)] == [Text(""), thinking(None)]
    assert BlockStop(1, silent) in amid


def test_late_details_make_a_block_of_their_own(stream: Read) -> None:
    """A signature that comes after the text has begun stands behind it, before what speaks next."""
    late = [{"type": "reasoning.text", "signature": "sig", "index": 0}]

    events = stream(
        chunk({"reasoning": "Hm", "reasoning_details": [{"type": "reasoning.text", "text": "Hm", "index": 0}]}),
        chunk({"content": "Yes"}),
        chunk({"reasoning_details": late}),
        call({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}),
        DONE,
    )

    kinds = [type(event.block) for event in events if isinstance(event, BlockStart)]
    assert kinds == [Thinking, Text, Thinking, ToolCall]


# --- think tags --------------------------------------------------------------------------------------------------------

TAGS = ChatDialect(think_tags=True)


def test_think_tags_are_split_off(stream: Read, whole: Read, response: Callable[..., Response]) -> None:
    """Reasoning between tags is thinking, however it is cut; white space stays where it was."""
    text = "\n<think>\nHm\n</think>\n\nYes"

    for size in (1, 2, 3, 7, 100):
        pieces = [chunk({"content": text[at : at + size]}) for at in range(0, len(text), size)]
        found = response(stream(*pieces, DONE, dialect=TAGS))
        assert found.message.content == (thinking("content", "\nHm\n", before="\n"), Text("\n\nYes"))
    assert response(whole(content=text, dialect=TAGS)).message.content == found.message.content


def test_a_closing_tag_alone_ends_reasoning(stream: Read, whole: Read, response: Callable[..., Response]) -> None:
    """Templates that open the tag in the prompt: what was taken for text turns out to have been reasoning."""
    events = stream(chunk({"content": "H"}), chunk({"content": "m</th"}), chunk({"content": "ink>Yes"}), DONE, dialect=TAGS)

    expected = (thinking("content", "Hm", lone_tag=True), Text("Yes"))
    assert events[1] == BlockStart(0, Text(""))
    assert BlockStop(0, expected[0]) in events
    assert response(events).message.content == expected
    assert response(whole(content="Hm</think>Yes", dialect=TAGS)).message.content == expected


def test_tags_are_text_where_reasoning_has_its_field(stream: Read) -> None:
    """A server that separates reasoning leaves no tags: then they are the model's own words."""
    events = stream(chunk({"reasoning_content": "Hm"}), chunk({"content": "<think>?"}), DONE, dialect=TAGS)

    assert TextDelta(1, "<think>?") in events


def test_tags_are_text_unless_the_dialect_says_so(whole: Read) -> None:
    """Splitting is opt-in."""
    assert TextDelta(0, "<think>x</think>") in whole(content="<think>x</think>")


def test_reasoning_that_is_cut_off(stream: Read, response: Callable[..., Response]) -> None:
    """An opening tag without its end: all that follows is reasoning, and the block says that its tag is open."""
    events = stream(chunk({"content": "<think>Hm</thi"}), chunk(None, finish="length"), DONE, dialect=TAGS)

    assert response(events).message.content == (thinking("content", "Hm</thi", unclosed=True),)


def test_a_cut_stream_gives_what_was_held_back(stream: Read) -> None:
    """The beginning of a tag that never came was text."""
    assert stream(chunk({"content": "a</th"}), dialect=TAGS)[2:] == [TextDelta(0, "a"), TextDelta(0, "</th")]


# --- words -------------------------------------------------------------------------------------------------------------


def test_token_lists_go_with_their_text(stream: Read) -> None:
    """Logprobs stand on the piece of text or refusal they belong to; a token without text counts too."""
    token = {"token": "a", "logprob": -0.5}
    lists = {"content": [token], "refusal": None}

    events = stream(
        chunk({"content": "a"}, choice={"logprobs": lists}),
        chunk({"content": ""}, choice={"logprobs": lists}),
        chunk({"refusal": "no"}, choice={"logprobs": {"content": None, "refusal": [token]}}),
        DONE,
    )

    assert TextDelta(0, "a", (token,)) in events
    assert TextDelta(0, "", (token,)) in events
    assert RefusalDelta(1, "no", (token,)) in events


def test_other_token_lists_come_with_the_finish(stream: Read) -> None:
    """DeepSeek's lists for reasoning, and lists of tokens of calls, have no text to stand on."""
    token = {"token": "a", "logprob": -0.5}

    events = stream(
        chunk({"reasoning_content": "a"}, choice={"logprobs": {"reasoning_content": [token]}}),
        chunk({"reasoning_content": "b"}, choice={"logprobs": {"reasoning_content": [token], "content": [token]}}),
        DONE,
    )

    assert events[-1] == Finished(Finish("stop", details={"logprobs": {"reasoning_content": [token, token], "content": [token]}}))


def test_citations_stand_on_the_text(stream: Read) -> None:
    """Annotations are citations with the vendor's object; those that come early wait for the text."""
    annotation = {
        "type": "url_citation",
        "url_citation": {"url": "https://a.test", "title": "A", "start_index": 0, "end_index": 3, "content": "..."},
    }
    citation = Citation("url_citation", "https://a.test", "A", "...", 0, 3, annotation)

    events = stream(chunk({"content": "", "annotations": [annotation]}), chunk({"content": "Yes"}), DONE)

    assert events[1:5] == [
        BlockStart(0, Text("")),
        CitationDelta(0, citation),
        TextDelta(0, "Yes"),
        BlockStop(0, Text("Yes", (citation,), origin=ACME)),
    ]


def test_citations_without_text_make_one(whole: Read) -> None:
    """An annotation is not lost when the message has no text."""
    annotation = {"type": "file", "file": {"hash": "h"}}

    events = whole(content=None, annotations=[annotation])

    citation = Citation("file", raw=annotation)
    assert events[1:4] == [
        BlockStart(0, Text("")),
        CitationDelta(0, citation),
        BlockStop(0, Text("", (citation,), origin=ACME)),
    ]


def test_a_refusal(whole: Read) -> None:
    """A refusal is a block of its own, and the reason of a `stop` that follows it."""
    events = whole(content=None, refusal="I can't")

    assert events[1:] == [
        BlockStart(0, Refusal("")),
        RefusalDelta(0, "I can't"),
        BlockStop(0),
        Finished(Finish("refusal", "stop")),
    ]


def test_spoken_answers(stream: Read, response: Callable[..., Response]) -> None:
    """Sound comes in pieces of data and transcript; its id and expiry are kept to refer to it."""
    events = stream(
        chunk({"audio": {"id": "s1", "transcript": "He"}}),
        chunk({"audio": {"data": "QUJD", "transcript": "y"}}),
        chunk({"audio": {"expires_at": 9}}, finish="stop"),
        DONE,
    )

    sound = Audio(Base64("audio/*", "QUJD"), "Hey", origin=ACME, extra={"id": "s1", "expires_at": 9})
    assert events[2] == AudioDelta(0, "", "He")
    assert response(events).message.content == (sound,)


def test_empty_sound_is_no_sound(whole: Read) -> None:
    """Snowflake fills every message with an empty `audio` and an empty `function_call`."""
    audio = {"id": "", "data": "", "transcript": "", "expires_at": 0}

    assert len(whole(content="x", audio=audio, function_call={"name": "", "arguments": ""})) == 5


def test_pictures_the_model_made(whole: Read) -> None:
    """OpenRouter's images are blocks that say where they stood."""
    events = whole(images=[{"type": "image_url", "index": 0, "image_url": {"url": "data:image/png;base64,QUJD"}}])

    image = Image(Base64("image/png", "QUJD"), origin=ACME, extra={"index": 0, "field": "images"})
    assert events[1:3] == [BlockStart(0, image), BlockStop(0)]


def test_content_in_parts(whole: Read, response: Callable[..., Response]) -> None:
    """Content may be a list: texts, reasoning parts, and parts nobody knows, which are kept."""
    reasoning = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm", "signature": "s"}]}
    strange = {"type": "hologram", "data": 1}

    events = whole(content=[reasoning, {"type": "text", "text": "Yes"}, {"type": "refusal", "refusal": "No"}, strange, "!"])

    assert response(events).message.content == (
        thinking("parts", "Hm", parts=[reasoning]),
        Text("Yes"),
        Refusal("No"),
        Opaque(strange, origin=ACME),
        Text("!"),
    )


def test_content_that_is_an_object(whole: Read) -> None:
    """Cloudflare gives structured output as a JSON object: it is said as JSON text."""
    assert TextDelta(0, '{"a":[1]}') in whole(content={"a": [1]})


# --- calls -------------------------------------------------------------------------------------------------------------


def test_the_old_function_call(stream: Read, response: Callable[..., Response]) -> None:
    """A call in the old field is a call that says so."""
    events = stream(
        chunk({"function_call": {"name": "f", "arguments": ""}}),
        chunk({"function_call": {"arguments": "{}"}}, finish="function_call"),
        DONE,
    )

    call = ToolCall("function_call", "f", "{}", origin=ACME, extra={"function_call": True, "synthetic_id": True})
    assert response(events).message.content == (call,)
    assert events[-1] == Finished(Finish("tool_calls", "function_call"))


def test_entries_that_are_no_calls(whole: Read) -> None:
    """An entry of an unknown kind is kept as it came."""
    entry = {"type": "web_search", "id": "w", "query": "x"}

    assert BlockStart(0, Opaque(entry, origin=ACME, extra={"field": "tool_calls"})) in whole(tool_calls=[entry])


def test_a_call_begins_with_its_name(stream: Read) -> None:
    """Where name and id come apart, the block waits for the name and then gives what it has."""
    events = stream(
        call({"index": 0, "id": "a", "type": "function"}),
        call({"index": 0, "function": {"arguments": '{"x"'}}),
        call({"index": 0, "function": {"name": "f", "arguments": ":1}"}}),
        DONE,
    )

    assert events[1:3] == [BlockStart(0, ToolCall("a", "f")), ArgumentsDelta(0, '{"x":1}')]


def test_a_call_that_never_gets_a_name_is_not_lost(stream: Read) -> None:
    """At the end it is told without one."""
    events = stream(call({"index": 0, "id": "a", "function": {"arguments": "{}"}}), DONE)

    assert events[1:4] == [BlockStart(0, ToolCall("a", "")), ArgumentsDelta(0, "{}"), BlockStop(0)]


def test_fields_of_a_call_stand_on_it(stream: Read, response: Callable[..., Response]) -> None:
    """Gemini's signature comes with the call; one that comes late is in the block's final value."""
    events = stream(
        call({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}, "extra_content": {"google": 1}}),
        call({"index": 0, "function": {"arguments": "}"}, "late": True}),
        DONE,
    )

    block = ToolCall("a", "f", "{}", origin=ACME, extra={"extra_content": {"google": 1}, "late": True})
    assert events[1] == BlockStart(0, ToolCall("a", "f", origin=ACME, extra={"extra_content": {"google": 1}}))
    assert response(events).message.content == (block,)


# --- errors ------------------------------------------------------------------------------------------------------------


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
