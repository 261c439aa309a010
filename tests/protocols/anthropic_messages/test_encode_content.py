"""Blocks as a target may have them: vendor data to its vendor only, and what cannot be said is reported or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.anthropic_messages import MessagesDialect
from dragoman.protocols.anthropic_messages.encode_blocks import MALFORMED
from dragoman.protocols.anthropic_messages.encode_content import ContentEncoder
from dragoman.protocols.base import Report, Target
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Blocks,
    Cache,
    Citation,
    Document,
    Image,
    Opaque,
    Origin,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)

HERE = Origin("anthropic_messages", "anthropic", "m")
THERE = Origin("openai_responses", "openai", "m")
OTHER = Origin("anthropic_messages", "deepseek", "m")
CITED = {"type": "char_location", "cited_text": "x", "file_id": None, "document_index": 0}
WEB = {"type": "web_search_result_location", "url": "u", "encrypted_index": "e", "file_id": "kept"}

Say = Callable[..., tuple[list[dict[str, Any]], list[tuple[str, str, str | None]]]]


@pytest.fixture
def say(target: Target) -> Say:
    """Encodes blocks of one side; gives the wire and what was reported."""

    def say(*blocks: Block, side: Any = "assistant", dialect: MessagesDialect | None = None, modern: bool = False) -> Any:
        report = Report(target)
        encoder = ContentEncoder(target, dialect or MessagesDialect(), modern, report)
        encoder.where = "messages[0]"
        wire = encoder.encode(blocks, side)
        return wire, [(item.feature, item.action, item.path) for item in report.adaptations]

    return say


@pytest.mark.parametrize("origin", [HERE, Origin("anthropic_messages"), None])
def test_vendor_data_goes_home_as_it_came(say: Say, origin: Origin | None) -> None:
    """Blocks of the same provider, of the same wire, or written for the target go out whole."""
    wire, reported = say(
        Thinking("", "sig", origin=origin),
        Thinking(encrypted="d", origin=origin),
        Text("a", citations=(Citation(raw=CITED), Citation(raw=WEB)), extra={"new": 1}, origin=origin),
        ServerToolCall("s", "web_search", '{"q": 1}', "server_tool_use", origin=origin),
        ServerToolResult("s", "web_search_tool_result", [{"page_age": None}], origin=origin),
        Opaque({"type": "compaction", "content": None}, origin=origin),
        ToolCall("i", "n", "{}", extra={"caller": {"type": "direct"}}, origin=origin),
    )

    assert [] == reported
    assert [
        {"type": "thinking", "thinking": "", "signature": "sig"},
        {"type": "redacted_thinking", "data": "d"},
        {
            "type": "text",
            "text": "a",
            "citations": [{"type": "char_location", "cited_text": "x", "document_index": 0}, WEB],
            "new": 1,
        },
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"page_age": None}]},
        {"type": "compaction", "content": None},
    ] == [wire[place] for place in (0, 1, 2, 4, 5)]
    assert ("web_search", {"type": "direct"}) == (wire[3]["name"], wire[6]["caller"])


@pytest.mark.parametrize("origin", [THERE, OTHER])
def test_vendor_data_does_not_go_elsewhere(say: Say, origin: Origin) -> None:
    """Of another vendor's blocks only what carries meaning by itself is sent, and the rest is reported with its place."""
    wire, reported = say(
        Thinking("why", "sig", origin=origin),
        Text("a", citations=(Citation(raw=WEB),), extra={"new": 1}, origin=origin),
        ServerToolCall("s", "web_search", origin=origin),
        ServerToolResult("s", "web_search_tool_result", origin=origin),
        Opaque({"type": "x"}, origin=origin),
        ToolCall("i", "n", '{"a":1}', extra={"thought_signature": "t"}, origin=origin),
    )

    assert [{"type": "text", "text": "a"}, {"type": "tool_use", "id": "i", "name": "n"}] == [
        {key: value for key, value in item.items() if key != "input"} for item in wire
    ]
    assert [
        ("thinking", "dropped", "messages[0].content[0]"),
        ("citations", "dropped", "messages[0].content[1]"),
        ("extra", "dropped", "messages[0].content[1]"),
        ("server_tool_call", "dropped", "messages[0].content[2]"),
        ("server_tool_result", "dropped", "messages[0].content[3]"),
        ("opaque", "dropped", "messages[0].content[4]"),
        ("extra", "dropped", "messages[0].content[5]"),
    ] == reported


def test_unsigned_thinking_goes_only_where_it_is_taken(say: Say) -> None:
    """Anthropic takes no thinking without its signature; servers that do not sign take it."""
    block = Thinking("why", origin=HERE)

    assert ([], [("thinking", "dropped", "messages[0].content[0]")]) == say(block)
    assert ([{"type": "thinking", "thinking": "why", "signature": ""}], []) == say(
        block, dialect=MessagesDialect(signed_thinking=False)
    )


def test_thinking_carries_no_mark(say: Say) -> None:
    """A cache mark on thinking is refused by the server: it is left off."""
    assert (
        [{"type": "thinking", "thinking": "t", "signature": "s"}],
        [("cache", "dropped", "messages[0].content[0]")],
    ) == say(Thinking("t", "s", cache=Cache()))


def test_marks_go_only_where_they_are_taken(say: Say) -> None:
    """Cache marks stand on blocks of any kind, or are reported as dropped."""
    blocks = (Text("a", cache=Cache("1h")), Opaque({"type": "x"}, cache=Cache()))

    assert [{"type": "ephemeral", "ttl": "1h"}, {"type": "ephemeral"}] == [item["cache_control"] for item in say(*blocks)[0]]
    wire, reported = say(*blocks, dialect=MessagesDialect(cache=False))
    assert [{"type": "text", "text": "a"}, {"type": "x"}] == wire
    assert ["cache", "cache"] == [feature for feature, _, _ in reported]


def test_empty_words_are_left_out(say: Say) -> None:
    """The server refuses empty texts, and they say nothing."""
    assert ([], []) == say(Text(""), Refusal(""))


def test_a_refusal_is_sent_as_text(say: Say) -> None:
    """Words in which another vendor's model declined are text here."""
    assert ([{"type": "text", "text": "no"}], [("refusal", "changed", "messages[0].content[0]")]) == say(Refusal("no"))


def test_citations_by_hand_cannot_be_sent(say: Say) -> None:
    """A citation needs the vendor's own object."""
    assert ([{"type": "text", "text": "a"}], [("citations", "dropped", "messages[0].content[0]")]) == say(
        Text("a", citations=(Citation(url="u"),))
    )


def test_user_text_carries_no_citations_since_october_2026(say: Say) -> None:
    """The newer API version refuses them in user messages and in results; the older one takes them."""
    block = Text("a", citations=(Citation(raw=WEB),))

    assert "citations" in say(block, side="user")[0][0]
    assert "citations" in say(block, modern=True)[0][0]
    assert [("citations", "dropped", "messages[0].content[0]")] == say(block, side="user", modern=True)[1]


@pytest.mark.parametrize(
    ("call", "arguments", "reported"),
    [
        (ToolCall("i", "n", ""), {}, []),
        (ToolCall("i", "n", '{"a"'), {MALFORMED: '{"a"'}, ["tool_arguments"]),
        (ToolCall("i", "n", "free", custom=True), {"input": "free"}, ["custom_tool"]),
        (ServerToolCall("i", "n", "[]", origin=HERE), {MALFORMED: "[]"}, ["tool_arguments"]),
    ],
)
def test_arguments_that_are_no_object_stay_visible(say: Say, call: Block, arguments: Any, reported: list[str]) -> None:
    """Malformed and free text is sent in a field of its own, and reported."""
    wire, found = say(call)

    assert arguments == wire[0]["input"]
    assert reported == [feature for feature, _, _ in found]


def test_results_hold_what_a_tool_gave(say: Say) -> None:
    """Texts, pictures, documents and vendor blocks, in order; an empty result says nothing."""
    result = ToolResult(
        "i",
        (Text("a"), Text(""), Image(Url("u")), Opaque({"type": "tool_reference", "tool_name": "t"})),
        is_error=True,
        extra={"toolset_name": "browser"},
    )
    wire, reported = say(result, ToolResult("j"), ToolResult("k", (Text(""),)), side="user")

    assert [] == reported
    assert [
        {
            "type": "tool_result",
            "tool_use_id": "i",
            "content": [
                {"type": "text", "text": "a"},
                {"type": "image", "source": {"type": "url", "url": "u"}},
                {"type": "tool_reference", "tool_name": "t"},
            ],
            "is_error": True,
            "toolset_name": "browser",
        },
        {"type": "tool_result", "tool_use_id": "j"},
        {"type": "tool_result", "tool_use_id": "k"},
    ] == wire


def test_documents_of_every_source(say: Say) -> None:
    """PDF goes as base64, text as text, blocks as blocks."""
    wire, reported = say(
        Document(Base64("application/pdf", "AA=="), "t", "c", True),
        Document(Blocks((Text("a"),))),
        Document(PlainText("p")),
        side="user",
    )

    assert [] == reported
    assert {"title": "t", "context": "c", "citations": {"enabled": True}} == {
        key: wire[0][key] for key in ("title", "context", "citations")
    }
    assert ["base64", "content", "text"] == [item["source"]["type"] for item in wire]


@pytest.mark.parametrize(
    ("data", "source", "reported"),
    [
        ("aMOp", {"type": "text", "media_type": "text/plain", "data": "hé"}, [("document", "changed")]),
        ("/w==", {"type": "base64", "media_type": "text/csv", "data": "/w=="}, []),
        ("a", {"type": "base64", "media_type": "text/csv", "data": "a"}, []),
    ],
)
def test_text_documents_go_as_text(say: Say, data: str, source: Any, reported: Any) -> None:
    """Base64 is for PDF; text in it is sent as text, and what is no text as it came."""
    wire, found = say(Document(Base64("text/csv", data)), side="user")

    assert source == wire[0]["source"]
    assert reported == [(feature, action) for feature, action, _ in found]


def test_documents_of_the_assistant(say: Say) -> None:
    """An assistant message may hold a document until October 2026."""
    block = Document(PlainText("p"))

    assert [] == say(block)[1]
    assert ([], [("document", "dropped", "messages[0].content[0]")]) == say(block, modern=True)


def test_pictures_have_no_level_of_detail(say: Say) -> None:
    """A level of detail is reported as dropped, unless it is the usual one."""
    assert [] == say(Image(Url("u"), detail="auto"), side="user")[1]
    assert [("image_detail", "dropped", "messages[0].content[0]")] == say(Image(Url("u"), detail="low"), side="user")[1]


def test_media_a_model_made_is_left_out_of_its_turn(say: Say) -> None:
    """An answer of another wire with pictures or sound can be followed up; its words stay."""
    wire, reported = say(
        Image(Url("u")),
        Audio(Base64("audio/wav", ""), "said"),
        Audio(Base64("audio/wav", "")),
        Video(Url("u")),
    )

    assert [{"type": "text", "text": "said"}] == wire
    assert [("image", "dropped"), ("audio", "changed"), ("audio", "dropped"), ("video", "dropped")] == [
        (feature, action) for feature, action, _ in reported
    ]


@pytest.mark.parametrize("side", ["user", "result", "system"])
def test_thinking_is_the_assistants(say: Say, side: str) -> None:
    """Thinking anywhere else is left out."""
    assert ([], [("thinking", "dropped", "messages[0].content[0]")]) == say(Thinking("t", "s"), side=side)


@pytest.mark.parametrize(
    ("block", "side", "dialect"),
    [
        (Audio(Url("u")), "user", None),
        (Video(Url("u")), "user", None),
        (Audio(Url("u")), "result", None),
        (ToolCall("i", "n"), "user", None),
        (ServerToolCall("i", "n"), "user", None),
        (ToolResult("i"), "assistant", None),
        (ToolResult("i"), "result", None),
        (Image(Url("u")), "system", None),
        (Image(Url("u")), "user", MessagesDialect(images=False)),
        (Document(Url("u")), "user", MessagesDialect(documents=False)),
    ],
)
def test_what_has_no_place_is_refused(say: Say, block: Block, side: str, dialect: Any) -> None:
    """Nothing faithful could be sent: the caller hears of it before anything goes out."""
    with pytest.raises(Unsupported, match=r"messages\[0\].content\[0\]") as caught:
        say(block, side=side, dialect=dialect)

    assert block.__struct_config__.tag == caught.value.feature
