"""Blocks of one candidate: what goes on, what is a block of its own, and what closes one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.types import (
    ArgumentsDelta,
    Block,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    Extra,
    Finished,
    OpaqueDelta,
    OpaqueEvent,
    Origin,
    Text,
    TextDelta,
    Thinking,
    ToolCall,
)

Stream = Callable[..., list[Event]]
Say = Callable[..., dict[str, Any]]
END = {"candidates": [{"finishReason": "STOP"}]}


def blocks(events: list[Event]) -> tuple[Block, ...]:
    return accumulate(events).message.content


def test_parts_of_one_chunk_stay_apart(stream: Stream, say: Say, here: Origin) -> None:
    """Only the first part of a chunk goes on with what came before."""
    events = stream(say({"text": "a"}), say({"text": "b"}, {"text": "c"}), END)
    thoughts = stream(say({"text": "a", "thought": True}, {"text": "b", "thought": True}), END)

    assert blocks(events) == (Text("ab"), Text("c"))
    assert blocks(thoughts) == (Thinking("a", origin=here), Thinking("b", origin=here))


def test_a_signature_is_kept_where_it_stood(stream: Stream, say: Say, here: Origin) -> None:
    """Text with a signature is a block of its own, also when it is empty, and what follows is another."""
    events = stream(
        say({"text": "a"}),
        say({"text": "b", "thoughtSignature": "s1"}),
        say({"text": "c"}),
        say({"text": "", "thoughtSignature": "s2"}),
        say({"text": "t", "thought": True, "thoughtSignature": "s3"}),
        END,
    )

    assert blocks(events) == (
        Text("a"),
        Text("b", extra={"thoughtSignature": "s1"}, origin=here),
        Text("c"),
        Text("", extra={"thoughtSignature": "s2"}, origin=here),
        Thinking("t", "s3", origin=here),
    )


def test_empty_text_without_a_signature_says_nothing(stream: Stream, say: Say) -> None:
    """It neither is a block nor closes one."""
    assert blocks(stream(say({"text": ""}), say({"text": "a"}), say({"text": ""}), say({"text": "b"}), END)) == (Text("ab"),)


def test_calls_come_whole_and_get_ids(stream: Stream, say: Say, here: Origin) -> None:
    """A call without an id gets one that names its answer, so that a conversation never holds two of the same."""
    calls = [
        {"functionCall": {"name": "f"}},
        {"functionCall": {"name": "f", "args": {}}},
        {"functionCall": {"id": "x", "name": "g"}},
    ]
    first = stream({**say(*calls), "responseId": "r1"}, END)
    other = stream(say(*calls), END)

    assert [block.id for block in blocks(first) if isinstance(block, ToolCall)] == ["call_r1_0", "call_r1_1", "x"]
    assert [block.id for block in blocks(other) if isinstance(block, ToolCall)] == ["call_0", "call_1", "x"]
    assert blocks(first)[1] == ToolCall("call_r1_1", "f", "{}", extra={"synthetic_id": True}, origin=here)
    assert isinstance(first[-1], Finished)
    assert first[-1].finish.reason == "tool_calls"


def piece(say: Say, **call: Any) -> dict[str, Any]:
    return say({"functionCall": call})


def test_a_call_in_pieces(stream: Stream, say: Say, here: Origin) -> None:
    """Pieces are told as they come; the arguments, joined, at the end."""
    events = stream(
        piece(say, name="f", id="c", willContinue=True),
        piece(say, partialArgs=[{"jsonPath": "$.a", "stringValue": "x", "willContinue": True}], willContinue=True),
        piece(say, partialArgs=[{"jsonPath": "$.a", "stringValue": "y"}]),
        END,
    )

    assert [type(event) for event in events[2:-1]] == [OpaqueDelta, OpaqueDelta, ArgumentsDelta, BlockStop]
    assert blocks(events) == (ToolCall("c", "f", '{"a":"xy"}', origin=here),)


def test_a_call_in_pieces_that_another_part_ends(stream: Stream, say: Say) -> None:
    """The next part ends a call that did not say so itself."""
    begun = piece(say, name="f", willContinue=True, partialArgs=[{"jsonPath": "$.a", "numberValue": 1}], odd=2)
    events = stream(begun, say({"text": "x"}), END)

    assert blocks(events)[0].extra == {"synthetic_id": True, "functionCall": {"odd": 2}}
    assert [event.text for event in events if isinstance(event, ArgumentsDelta)] == ['{"a":1}']


def test_a_call_that_is_cut_does_not_parse(stream: Stream, say: Say) -> None:
    """Of a call that breaks off the arguments stay visible, and cannot be run."""
    events = stream(
        piece(say, name="f", willContinue=True),
        piece(say, partialArgs=[{"jsonPath": "$.path", "stringValue": "/et", "willContinue": True}], willContinue=True),
    )
    (call,) = blocks(events)

    assert isinstance(call, ToolCall)
    assert call.arguments == '{"path":"/et"'
    assert call.malformed


def test_token_probabilities_stand_with_the_text_they_are_about(stream: Stream, say: Say) -> None:
    """With one text in a chunk they are its own; else they stay a vendor field."""
    result = {"chosenCandidates": [{"token": "a", "logProbability": -0.1}]}
    one = stream(say({"text": "t", "thought": True}, {"text": "a"}, logprobsResult=result), END)
    two = stream(say({"text": "a"}, {"text": "b"}, logprobsResult=result), END)

    assert [event.logprobs for event in one if isinstance(event, TextDelta)] == [tuple(result["chosenCandidates"])]
    assert not any(isinstance(event, Extra) for event in one)
    assert Extra({"logprobsResult": result}) in two


GROUNDED = {
    "groundingChunks": [{"web": {"uri": "https://a", "title": "A"}}],
    "groundingSupports": [{"segment": {"endIndex": 5, "text": "Héll"}, "groundingChunkIndices": [0]}],
}


def test_citations_come_before_their_block_closes(stream: Stream, say: Say) -> None:
    """The text of a span names the block it is about; metadata that comes with the last chunk is in time."""
    events = stream(
        say({"text": "t", "thought": True}), say({"text": "Hé"}), say({"text": "llo"}, groundingMetadata=GROUNDED), END
    )

    assert [type(event) for event in events[-3:]] == [CitationDelta, BlockStop, Finished]
    (_, text) = blocks(events)
    assert isinstance(text, Text)
    assert [(item.kind, item.url, item.title, item.start, item.end) for item in text.citations] == [
        ("web", "https://a", "A", 0, 4)
    ]


CODE = {"executableCode": {"id": "e", "language": "PYTHON", "code": "1"}}
FIRST, SECOND = "Héllo. ", "Wörld, héllo."


def grounded(*words: tuple[str, int]) -> dict[str, Any]:
    """The metadata of spans: the words, and the byte of the answer's text at which they begin."""
    segments = [{"startIndex": start, "endIndex": start + len(text.encode()), "text": text} for text, start in words]
    supports = [{"segment": segment, "groundingChunkIndices": [0]} for segment in segments]
    return {"groundingChunks": [{"web": {"uri": "https://a"}}], "groundingSupports": supports}


def spans(events: list[Event]) -> list[tuple[str, list[tuple[int | None, int | None, str]]]]:
    """The citations of each text: where they begin and end, and what stands there."""
    texts = [block for block in blocks(events) if isinstance(block, Text)]
    return [(text.text, [(item.start, item.end, text.text[item.start : item.end]) for item in text.citations]) for text in texts]


METADATA = grounded(("Héllo", 0), ("Wörld", 8), ("héllo", 16), ("lo. Wö", 4))


def test_texts_around_a_tool_are_cited(stream: Stream, whole: Stream, say: Say) -> None:
    """Bytes go on from text to text. A span over two texts is a citation of both, each with its part; whole and streamed agree,
    though the metadata of a stream comes when the first text has long ended."""
    parts = [{"text": FIRST}, CODE, {"text": SECOND}]
    chunks = [*[say(part) for part in parts[:-1]], say({"text": "Wö"}), say({"text": "rld, hé"})]
    expected = [
        (FIRST, [(0, 5, "Héllo"), (3, 7, "lo. ")]),
        (SECOND, [(0, 5, "Wörld"), (7, 12, "héllo"), (0, 2, "Wö")]),
    ]

    last = say({"text": "llo."}, groundingMetadata=METADATA, finishReason="STOP")
    assert expected == spans(stream(*chunks, last))
    late = say(groundingMetadata=METADATA, finishReason="STOP")
    assert expected == spans(stream(*chunks, say({"text": "llo."}), late))
    assert expected == spans(whole(say(*parts, groundingMetadata=METADATA, finishReason="STOP")))


def test_a_text_before_a_tool_is_complete_at_the_end(stream: Stream, whole: Stream, say: Say) -> None:
    """In a stream it stays open for citations that may come, in a whole answer it does not."""
    streamed = stream(say({"text": "a"}), say(CODE), say({"text": "b"}), END)
    at_once = whole(say({"text": "a"}, CODE, {"text": "b"}, finishReason="STOP"))

    assert [1, 0, 2] == [event.index for event in streamed if isinstance(event, BlockStop)]
    assert [0, 1, 2] == [event.index for event in at_once if isinstance(event, BlockStop)]
    assert blocks(streamed) == blocks(at_once)


def test_a_text_that_a_function_follows_is_complete(stream: Stream, say: Say) -> None:
    """Nothing is held back where no tool of the vendor's was at work."""
    events = stream(say({"text": "a"}), say({"functionCall": {"id": "c", "name": "f"}}), END)

    assert [0, 1] == [event.index for event in events if isinstance(event, BlockStop)]


def test_a_span_that_ended_too_early(stream: Stream, say: Say) -> None:
    """What was said of a text that is complete is not said of another one with the same words."""
    said = say({"text": "", "thoughtSignature": "s"})
    events = stream(say({"text": "Paris. "}), said, say({"text": "Paris!"}), say(groundingMetadata=grounded(("Paris", 0))), END)

    assert [("Paris. ", []), ("", []), ("Paris!", [])] == spans(events)


def test_citations_of_a_signed_text(stream: Stream, say: Say) -> None:
    """A text that is a block of its own has its citations too."""
    (text,) = blocks(stream(say({"text": "Héllo", "thoughtSignature": "s"}, groundingMetadata=GROUNDED), END))

    assert isinstance(text, Text)
    assert len(text.citations) == 1


@pytest.mark.parametrize("content", [None, 3, {"parts": None}, {"parts": 3}, {"parts": ["x"]}, {"parts": {"text": "a"}}])
def test_contents_of_other_shapes(stream: Stream, content: Any) -> None:
    """A content that is not what it should be never raises; what is not a part is told as it came."""
    events = stream({"candidates": [{"content": content, "finishReason": "STOP"}]})

    assert isinstance(events[-1], Finished)
    found = [event.data for event in events if isinstance(event, OpaqueEvent)]
    assert found == ([3] if content == {"parts": 3} else ["x"] if content == {"parts": ["x"]} else [])
    assert blocks(events) == ((Text("a"),) if json.dumps(content) == '{"parts": {"text": "a"}}' else ())


def test_block_starts_say_their_candidate(stream: Stream) -> None:
    """Blocks of a second candidate are numbered with those of the first."""
    chunk = {"candidates": [{"index": index, "content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"} for index in (0, 1)]}

    assert [(event.index, event.choice) for event in stream(chunk) if isinstance(event, BlockStart)] == [(0, 0), (1, 1)]
