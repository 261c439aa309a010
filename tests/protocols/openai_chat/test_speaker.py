"""What is being said, what ends it, and reasoning that is told in other ways than by its own field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.openai_chat import ChatDialect
from dragoman.types import (
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Finish,
    Finished,
    OpaqueDelta,
    Origin,
    Refusal,
    Response,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
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


def test_nothing_said_is_no_block(stream: Read, whole: Read) -> None:
    """Empty strings, nulls and empty lists open nothing."""
    delta = {"role": "assistant", "content": "", "reasoning": None, "refusal": "", "tool_calls": [], "audio": None}

    assert stream(chunk(delta, finish="stop"), DONE) == [Started("c1", "m", 7), Finished(Finish("stop", "stop"))]
    assert whole(content=None, annotations=[])[1:] == [Finished(Finish("stop", "stop"))]


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


def cited(start: int, end: int, url: str = "u") -> Json:
    return {"type": "url_citation", "url_citation": {"url": url, "title": "t", "start_index": start, "end_index": end}}


@pytest.mark.parametrize(
    ("texts", "tags", "annotations"),
    [
        (["Größe 🦆 [a] und"], False, [("[a]", 8, 11)]),
        (["<think>Hm 🦆</think>\n\nJa [a]."], True, [("[a]", 24, 27)]),
        (["Hm</think>Ja [a]."], True, [("[a]", 13, 16)]),
        ([" <thi", "nk>H", "m</th", "ink>Ja", " [a]"], True, [("[a]", 21, 24)]),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_places_of_citations(
    stream: Read, whole: Read, response: Any, texts: list[str], tags: bool, annotations: list[Any], streamed: bool
) -> None:
    """The vendor counts the whole content in characters; the block that carries them holds just what is cited."""
    dialect = ChatDialect(think_tags=tags)
    marks = [cited(start, end) for _, start, end in annotations]
    if streamed:
        events = stream(*[chunk({"content": text}) for text in texts], chunk({"annotations": marks}), DONE, dialect=dialect)
    else:
        events = whole(content="".join(texts), annotations=marks, dialect=dialect)

    text = next(block for block in response(events).message.content if isinstance(block, Text))
    assert [words for words, _, _ in annotations] == [text.text[each.start : each.end] for each in text.citations]


def test_a_place_in_another_block_is_none(stream: Read) -> None:
    """Text that a call has interrupted is over; its citations that come later keep the vendor's object."""
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    early, late = cited(0, 3), cited(4, 7)
    events = stream(
        chunk({"content": "One "}), chunk({"tool_calls": [call]}), chunk({"content": "two!", "annotations": [early, late]}), DONE
    )

    found = [event.citation for event in events if isinstance(event, CitationDelta)]
    assert [(None, None, early), (0, 3, late)] == [(each.start, each.end, each.raw) for each in found]


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


# --- reasoning ---


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


# --- think tags ---


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


def test_text_that_turns_out_to_be_reasoning(stream: Read) -> None:
    """Its citations go to the text that follows, its token lists to the finish."""
    annotation = {"type": "file", "file": {"hash": "h"}}
    token = {"token": "Hm"}

    events = stream(
        chunk({"content": "Hm", "annotations": [annotation]}, choice={"logprobs": {"content": [token]}}),
        chunk({"content": "</think>Yes"}),
        DONE,
        dialect=TAGS,
    )

    assert BlockStop(0, thinking("content", "Hm", lone_tag=True)) in events
    assert BlockStop(1, Text("Yes", (Citation("file", raw=annotation),), origin=ACME)) in events
    assert events[-1] == Finished(Finish("stop", details={"logprobs": {"content": [token]}}))


def test_reasoning_after_silent_details(stream: Read) -> None:
    """A silent block ends when reasoning speaks, so that the order of the details holds."""
    secret = [{"type": "reasoning.encrypted", "data": "x", "index": 0}]

    events = stream(chunk({"reasoning_details": secret}), chunk({"content": "Yes"}), chunk({"reasoning": "Hm"}), DONE)

    assert [event for event in events if isinstance(event, BlockStart | BlockStop)] == [
        BlockStart(0, thinking(None)),
        BlockStart(1, Text("")),
        BlockStop(1),
        BlockStop(0, thinking(None, reasoning_details=secret)),
        BlockStart(2, thinking("reasoning")),
        BlockStop(2),
    ]


def test_reasoning_that_changes_its_place(stream: Read) -> None:
    """Text of details and text of a field do not mix in one block: each is sent back in its own way."""
    details = [{"type": "reasoning.text", "text": "a", "index": 0}]

    events = stream(chunk({"reasoning_details": details}), chunk({"reasoning": "b"}), chunk({"reasoning_content": "c"}), DONE)

    starts = [event.block for event in events if isinstance(event, BlockStart)]
    assert starts == [thinking("reasoning_details"), thinking("reasoning")]
    assert ThinkingDelta(1, "c") in events


def test_a_closing_tag_before_everything(stream: Read) -> None:
    """The prompt had opened and the model closed at once: reasoning of no words, which keeps its tag."""
    events = stream(chunk({"content": "</think>Yes"}), DONE, dialect=TAGS)

    assert events[1:3] == [BlockStart(0, thinking("content", lone_tag=True)), BlockStop(0)]


def test_reasoning_between_tags_may_be_interrupted(stream: Read, response: Callable[..., Response]) -> None:
    """What goes on after a call is a block without an opening tag, behind one without an end."""
    events = stream(
        chunk({"content": "<think>a"}),
        call({"index": 0, "id": "x", "function": {"name": "f", "arguments": "{}"}}),
        chunk({"content": "b</think>Yes"}),
        DONE,
        dialect=TAGS,
    )

    assert response(events).message.content == (
        thinking("content", "a", unclosed=True),
        ToolCall("x", "f", "{}"),
        thinking("content", "b", lone_tag=True),
        Text("Yes"),
    )


def test_token_lists_of_tagged_reasoning(stream: Read) -> None:
    """A list that came with reasoning only is kept for the finish."""
    token = {"token": "a"}

    events = stream(chunk({"content": "<think>a"}, choice={"logprobs": {"content": [token]}}), DONE, dialect=TAGS)

    assert events[-1] == Finished(Finish("stop", details={"logprobs": {"content": [token]}}))


def test_details_of_a_whole_answer_without_text(whole: Read, response: Callable[..., Response]) -> None:
    """Entries of a whole answer stay as they are, also where two look like one."""
    secrets = [{"type": "reasoning.encrypted", "data": name, "index": 0} for name in "ab"]

    message = response(whole(content="Yes", reasoning_details=secrets)).message

    assert message.content == (thinking(None, reasoning_details=secrets), Text("Yes"))
