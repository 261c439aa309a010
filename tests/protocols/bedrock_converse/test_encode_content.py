"""What a target may have of a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import Message, assistant, system, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.bedrock_converse import ConverseDialect
from dragoman.protocols.bedrock_converse.encode_content import DOCUMENT_TEXT
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Cache,
    Citation,
    Document,
    FileId,
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

THERE = Origin("anthropic_messages", "anthropic", "claude")
HERE = Origin("bedrock_converse", "bedrock", "us.anthropic.claude-test-v1:0")
NOVA = Origin("bedrock_converse", "bedrock", "amazon.nova-pro-v1:0")
OWN = {"location": {"web": {"url": "u"}}}
PNG = Base64("image/png", "iVBO")

Encode = Callable[..., Any]


def turn(*blocks: Block | str) -> tuple[Message, ...]:
    return user("q"), assistant(*blocks), user("next")


@pytest.mark.parametrize(
    ("block", "reported"),
    [
        (Thinking("h", "s", origin=THERE), [("thinking", "dropped")]),
        (Thinking("h", "s", origin=NOVA), [("thinking", "dropped")]),
        (Thinking("h", origin=HERE), [("thinking", "dropped")]),
        (ServerToolCall("i", "web_search", origin=THERE), [("server_tool_call", "dropped")]),
        (ServerToolResult("i", "k", origin=THERE), [("server_tool_result", "dropped")]),
        (Opaque({"type": "x"}, origin=THERE), [("opaque", "dropped")]),
        (Image(PNG), [("image", "dropped")]),
        (Video(Base64("video/mp4", "x")), [("video", "dropped")]),
        (Document(PlainText("t")), [("document", "dropped")]),
        (Audio(Base64("audio/wav", "x")), [("audio", "dropped")]),
        (Text(" \n"), [("text", "dropped")]),
        (Text(""), []),
        (Refusal(""), []),
    ],
)
def test_what_stays_out_of_an_answer(encode: Encode, block: Block, reported: list[tuple[str, str]]) -> None:
    """Foreign vendor data, media and blank texts are not sent, and all but the empty text are reported."""
    sent = encode(*turn("a", block))

    assert sent.content(1) == [{"text": "a"}]
    assert sent.reported == reported


def test_own_vendor_data_goes_back_as_it_came(encode: Encode) -> None:
    """Reasoning, redacted reasoning, the service's calls and unknown blocks stand where they stood."""
    sent = encode(
        *turn(
            Thinking("h", "s", origin=HERE),
            Thinking(encrypted="e", origin=HERE),
            ServerToolCall("i", "n", '{"q":1}', "server_tool_use", origin=HERE),
            ServerToolResult("i", "k", [{"text": "r"}], origin=HERE),
            Opaque({"searchResult": {}}, origin=HERE),
            Text("t", citations=(Citation("web", raw=OWN),)),
        )
    )

    assert sent.content(1) == [
        {"reasoningContent": {"reasoningText": {"text": "h", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "e"}},
        {"toolUse": {"toolUseId": "i", "name": "n", "input": {"q": 1}, "type": "server_tool_use"}},
        {"toolResult": {"toolUseId": "i", "content": [{"text": "r"}], "type": "k"}},
        {"searchResult": {}},
        {"citationsContent": {"content": [{"text": "t"}], "citations": [OWN]}},
    ]
    assert sent.reported == []


def test_models_that_sign_nothing(encode: Encode) -> None:
    """Reasoning goes back without a signature, but not to DeepSeek, which does not take it."""
    thought = Thinking("h", origin=Origin("bedrock_converse", "bedrock", "openai.gpt-oss-120b-1:0"))
    deep = Thinking("h", origin=Origin("bedrock_converse", "bedrock", "us.deepseek.r1-v1:0"))

    assert encode(*turn(thought), model="openai.gpt-oss-120b-1:0").content(1) == [
        {"reasoningContent": {"reasoningText": {"text": "h"}}}
    ]
    assert encode(*turn(deep, "a"), model="us.deepseek.r1-v1:0").reported == [("thinking", "dropped")]


@pytest.mark.parametrize(
    ("message", "wire", "reported"),
    [
        (assistant(Refusal("no")), {"text": "no"}, [("refusal", "changed")]),
        (assistant(Audio(Base64("audio/wav", "x"), "said")), {"text": "said"}, [("audio", "changed")]),
        (assistant(Text("t", citations=(Citation(raw={"type": "x"}),))), {"text": "t"}, [("citations", "dropped")]),
        (user(Text("t", citations=(Citation(raw=OWN),))), {"text": "t"}, [("citations", "dropped")]),
        (user(Text("t", extra={"x": 1}, origin=THERE)), {"text": "t"}, [("extra", "dropped")]),
        (user(Text("t", extra={"guardContent": {"text": {"text": "t"}}})), {"guardContent": {"text": {"text": "t"}}}, []),
        (user(Text('{"a":1}', extra={"json": {"a": 1}})), {"text": '{"a":1}'}, []),
        (
            user(Image(PNG, detail="low")),
            {"image": {"format": "png", "source": {"bytes": "iVBO"}}},
            [("image_detail", "dropped")],
        ),
        (user(Video(Url("s3://b/f.mov"))), {"video": {"format": "mov", "source": {"s3Location": {"uri": "s3://b/f.mov"}}}}, []),
        (user(Audio(Base64("audio/mp3", "x"))), {"audio": {"format": "mp3", "source": {"bytes": "x"}}}, []),
        (user(Thinking("h")), None, [("thinking", "dropped")]),
    ],
)
def test_blocks_and_what_becomes_of_them(encode: Encode, message: Message, wire: Any, reported: list[tuple[str, str]]) -> None:
    """Each block has its object, and what had to change is said."""
    sent = encode(user("q"), message) if message.role == "user" else encode(user("q"), message, user("n"))
    blocks = [block for item in sent.body["messages"] for block in item["content"] if block not in ({"text": "q"}, {"text": "n"})]

    assert blocks == ([] if wire is None else [wire])
    assert [item for item in sent.reported if item[0] != "empty_message"] == reported


@pytest.mark.parametrize(
    "message",
    [
        user(Image(Url("https://x/y.png"))),
        user(Image(FileId("f"))),
        user(Document(Base64("application/zip", "x"))),
        tool_result("i", Image(Url("https://x/y.png"))),
        user(ToolCall("i", "n")),
        system(Image(PNG)),
        tool_result("i", Audio(Base64("audio/wav", "x"))),
    ],
)
def test_what_cannot_be_said_is_refused(encode: Encode, message: Message) -> None:
    """Media that a person gave are never left out silently."""
    with pytest.raises(Unsupported):
        encode(user("q"), assistant(ToolCall("i", "n")), message)


def test_results_of_all_kinds(encode: Encode) -> None:
    """Words, objects, pictures and documents stand in a result; a mark inside of it has no place."""
    result = ToolResult(
        "i",
        (
            Text('{"a":1}', extra={"json": {"a": 1}}, origin=HERE),
            Text("t", cache=Cache()),
            Image(PNG),
            Document(PlainText("d"), "n"),
        ),
        is_error=True,
        cache=Cache("1h"),
    )
    sent = encode(user("q"), assistant(ToolCall("i", "n", '{"x":1}')), Message("tool", (result,)))

    assert sent.content(2) == [
        {
            "toolResult": {
                "toolUseId": "i",
                "content": [
                    {"json": {"a": 1}},
                    {"text": "t"},
                    {"image": {"format": "png", "source": {"bytes": "iVBO"}}},
                    {"document": {"name": "n", "format": "txt", "source": {"text": "d"}}},
                ],
                "status": "error",
            }
        },
        {"cachePoint": {"type": "default", "ttl": "1h"}},
    ]
    assert ("cache", "dropped") in sent.reported


def test_a_model_without_cache_marks(encode: Encode) -> None:
    """They are dropped and reported."""
    sent = encode(user(Text("t", cache=Cache())), dialect=ConverseDialect(cache=False))

    assert (sent.content(0), sent.reported) == ([{"text": "t"}], [("cache", "dropped")])


def test_calls_whose_arguments_are_no_object(encode: Encode) -> None:
    """Malformed text and free text stand in one field and are reported."""
    sent = encode(*turn(ToolCall("i", "n", '{"a":'), ToolCall("j", "n", "x", custom=True)))

    assert [block["toolUse"]["input"] for block in sent.content(1)] == [{"_malformed_arguments": '{"a":'}, {"input": "x"}]
    assert [("tool_arguments", "changed"), ("custom_tool", "changed")] == sent.reported[:2]


def test_names_of_documents(encode: Encode) -> None:
    """They are of few characters and each one of its kind; a document has words beside it."""
    documents = [Document(PlainText("t"), title) for title in ("a.b_c", "a  b", "a b", None, "", "a b 2")]
    sent = encode(user(*documents))

    names = [block["document"]["name"] for block in sent.content(0)[:-1]]
    assert names == ["a-b-c", "a b", "a b 2", "Document 4", "Document 5", "a b 2 2"]
    assert sent.content(0)[-1] == {"text": DOCUMENT_TEXT}
    assert sent.reported == [("document_name", "changed")] * 4 + [("document", "added")]
