"""How each kind of block is said in a stream."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.gemini_interactions.said import SaidOutput, said_block
from dragoman.types import (
    Audio,
    Block,
    Citation,
    Image,
    Opaque,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
)
from dragoman.types.content import Base64, Url

WAV = Base64("audio/wav", "")


class Speaker:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def start(self, step: dict[str, Any]) -> int:
        self.said.append(step)
        return 0

    def delta(self, step: int, delta: dict[str, Any]) -> None:
        self.said.append(delta)

    def stop(self, step: int) -> None:
        self.said.append("stop")


def say(block: Block, *told: Any, final: Block | None = None, mine: bool = True, step: int | None = None) -> list[Any]:
    """What is said of a block that is told these things: words, a citation, or pairs of a method and its arguments."""
    speaker = Speaker()
    said = said_block(speaker, block, mine, step)
    said.begin()
    for one in told:
        match one:
            case str():
                said.words(one)
            case Citation():
                said.cite(one)
            case (name, *arguments):
                getattr(said, name)(*arguments)
    said.end(final)
    return speaker.said


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_text() -> None:
    """What a block holds at once, and what comes; citations in this wire's words."""
    raw = {"type": "url_citation", "url": "u", "odd": 1}
    cited = Citation(url="u", raw=raw)

    assert say(Text("a", (cited,)), "b", step=0) == [
        text("a"),
        {"type": "text_annotation_delta", "annotations": [raw]},
        text("b"),
    ]
    assert say(Text(""), cited, mine=False, step=0) == [
        {"type": "text_annotation_delta", "annotations": [{"type": "url_citation", "url": "u"}]}
    ]
    assert say(Refusal("no"), step=0) == [text("no")]
    assert say(Text(""), step=0) == [text("")]


def test_citations_of_other_wires() -> None:
    """Their characters become bytes; one of words that are still to come is said at the end, one of a whole text as it comes."""
    early, late, whole = Citation(url="a", start=1, end=2), Citation(url="b", start=3, end=5), Citation(url="c")
    kind = {"type": "url_citation"}

    assert say(Text("é"), "é", early, late, whole, "é ", "ö", mine=False, step=0) == [
        text("é"),
        text("é"),
        {"type": "text_annotation_delta", "annotations": [{**kind, "url": "a", "start_index": 2, "end_index": 4}]},
        {"type": "text_annotation_delta", "annotations": [{**kind, "url": "c"}]},
        text("é "),
        text("ö"),
        {"type": "text_annotation_delta", "annotations": [{**kind, "url": "b", "start_index": 6, "end_index": 9}]},
    ]


def test_content_that_comes_whole() -> None:
    """It is one delta."""
    assert say(Image(Url("u")), step=0) == [{"type": "image", "uri": "u"}]
    assert say(Opaque({"type": "table"}, extra={"content": True}), step=0) == [{"type": "table"}]


def test_sound() -> None:
    """Each piece is a delta of the same form; what was said in it follows as text."""
    extra = {"fields": {"sample_rate": 1}}

    assert say(Audio(WAV, extra=extra), ("sound", "AAAA", "hi "), ("sound", "BBBB", "you"), step=0) == [
        {"type": "audio", "data": "AAAA", "mime_type": "audio/wav", "sample_rate": 1},
        {"type": "audio", "data": "BBBB", "mime_type": "audio/wav", "sample_rate": 1},
        text("hi you"),
    ]
    assert say(Audio(Url("u")), step=0) == [{"type": "audio", "uri": "u"}]
    assert say(Audio(Base64("audio/wav", "AAAA"), "hi"), step=0) == [
        {"type": "audio", "data": "AAAA", "mime_type": "audio/wav"},
        text("hi"),
    ]


def test_reasoning() -> None:
    """Words and signatures are deltas; a signature that only the end tells is one, too."""
    assert say(Thinking("a", "s1", extra={"step": {"odd": 1}}), "b", ("sign", "s2"), final=Thinking("ab", "s3")) == [
        {"type": "thought", "odd": 1},
        {"type": "thought_summary", "content": text("a")},
        {"type": "thought_signature", "signature": "s1"},
        {"type": "thought_summary", "content": text("b")},
        {"type": "thought_signature", "signature": "s2"},
        {"type": "thought_signature", "signature": "s3"},
        "stop",
    ]


def test_a_summary_that_is_cut_is_said_whole() -> None:
    """Deltas could not tell its parts."""
    assert say(Thinking(extra={"summary": [1, 2]}), "ab", ("sign", "s"), "c", ("raw", {"type": "odd"})) == [
        {"type": "thought", "summary": [text("a"), text("bc")]},
        {"type": "thought_signature", "signature": "s"},
        "stop",
    ]
    assert say(Thinking(extra={"summary": [1, 2]}), "ab", mine=False)[0] == {"type": "thought"}


def test_a_call() -> None:
    """Arguments are text as it comes; the end may add to it, or fields."""
    started = {"type": "function_call", "id": "f", "name": "n", "arguments": {}}
    final = ToolCall("f", "n", '{"a":1}', extra={"step": {"signature": "s"}})

    assert say(ToolCall("f", "n", "{"), '"a":', final=final) == [
        started,
        {"type": "arguments_delta", "arguments": "{"},
        {"type": "arguments_delta", "arguments": '"a":'},
        {"type": "arguments_delta", "arguments": "1}", "signature": "s"},
        "stop",
    ]
    assert say(ToolCall("f", "n"), "{}", final=ToolCall("f", "n", "other")) == [
        started,
        {"type": "arguments_delta", "arguments": "{}"},
        "stop",
    ]


def test_free_text() -> None:
    """It becomes an object, at the end."""
    assert say(ToolCall("f", "n", custom=True), "x = ", "1") == [
        {"type": "function_call", "id": "f", "name": "n", "arguments": {}},
        {"type": "arguments_delta", "arguments": '{"input":"x = 1"}'},
        "stop",
    ]


def test_the_vendors_tools() -> None:
    """Arguments and results are objects: they are said at the end, as Google does."""
    call = ServerToolCall("s", "web_search", "", "google_search_call", extra={"step": {"signature": ""}})
    result = ServerToolResult("s", "google_search_result")

    assert say(call, '{"queries"', ":[]}") == [
        {"type": "google_search_call", "id": "s", "signature": ""},
        {"type": "google_search_call", "arguments": {"queries": []}},
        "stop",
    ]
    assert say(result, final=ServerToolResult("s", "google_search_result", [1], True)) == [
        {"type": "google_search_result", "call_id": "s"},
        {"type": "google_search_result", "result": [1], "is_error": True},
        "stop",
    ]
    assert say(ServerToolCall("s", "file_search", "", "file_search_call")) == [{"type": "file_search_call", "id": "s"}, "stop"]


def test_unknown_steps() -> None:
    """As they came, with what joined them; a final block of another kind has no say."""
    assert say(
        Opaque({"type": "future"}), ("raw", {"type": "odd"}), ("raw", {"odd": 1}), final=Opaque({"type": "future", "a": 1})
    ) == [
        {"type": "future"},
        {"type": "odd"},
        {"type": "future", "a": 1},
        "stop",
    ]
    assert say(Opaque({"type": "future"}), final=Opaque({"type": "other"})) == [{"type": "future"}, "stop"]


@pytest.mark.parametrize(
    ("last", "block", "takes"),
    [
        (None, Text(""), True),
        (Text, Text(""), False),
        (Text, Refusal(""), False),
        (Audio, Text(""), True),
        (Text, Audio(WAV), True),
        (Image, Text(""), True),
        (Text, Image(Url("u")), True),
    ],
)
def test_what_can_follow_in_a_step(last: type | None, block: Block, takes: bool) -> None:
    """Deltas go on the content before them, where that is of their kind."""
    output = SaidOutput(0)
    output.last = last

    assert takes == output.takes(block)


def test_sound_after_sound() -> None:
    """Sound of another form can follow in the step, and any where the last is padded; sound that is nothing is said, too."""
    output = SaidOutput(0)
    for data, takes in (("AAAA", False), ("AAA=", True)):
        said = said_block(Speaker(), Audio(WAV), True, 0)
        said.output = output
        output.begin(said.block)
        said.begin()
        said.sound(data, "")
        said.end(None)
        assert takes == output.takes(Audio(WAV))
        assert output.takes(Audio(Base64("audio/mp3", "")))

    assert say(Audio(WAV), step=0) == [{"type": "audio", "data": "", "mime_type": "audio/wav"}]
