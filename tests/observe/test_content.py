"""What was said, as the conventions want it: nothing unredacted, no media unless wanted."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dragoman.observe.content import Writer, mask_keys
from dragoman.types import (
    Audio,
    Base64,
    Blocks,
    CustomTool,
    Document,
    FileId,
    Finish,
    Image,
    Message,
    Opaque,
    OpaqueSource,
    PlainText,
    Refusal,
    RemoteMcp,
    Request,
    Response,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    Url,
    VendorTool,
    Video,
    WebSearch,
    assistant,
    user,
)
from dragoman.types.response import Choice

AS_IT_IS = Writer(lambda text: text)

PARTS: list[tuple[Any, dict[str, Any]]] = [
    (Text("Hi"), {"type": "text", "content": "Hi"}),
    (Thinking("Hm", signature="sig", encrypted="enc"), {"type": "reasoning", "content": "Hm"}),
    (Refusal("No"), {"type": "refusal", "content": "No"}),
    (
        ToolCall("c1", "weather", '{"city": "Oslo"}'),
        {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}},
    ),
    (ToolCall("c1", "weather", '{"city'), {"type": "tool_call", "id": "c1", "name": "weather", "arguments": '{"city'}),
    (ToolCall("c1", "sql", "SELECT 1", custom=True), {"type": "tool_call", "id": "c1", "name": "sql", "arguments": "SELECT 1"}),
    (ToolResult("c1", (Text("sun"), Text("ny"))), {"type": "tool_call_response", "id": "c1", "response": "sunny"}),
    (
        ToolResult("c1", (Text("see"), Image(FileId("f1")))),
        {
            "type": "tool_call_response",
            "id": "c1",
            "response": [{"type": "text", "content": "see"}, {"type": "file", "modality": "image", "file_id": "f1"}],
        },
    ),
    (
        ServerToolCall("s1", "web_search", '{"q":"x"}', "server_tool_use"),
        {
            "type": "server_tool_call",
            "id": "s1",
            "name": "web_search",
            "server_tool_call": {"type": "server_tool_use", "arguments": '{"q":"x"}'},
        },
    ),
    (
        ServerToolResult("s1", "web_search_result", [{"title": "T", "rank": 1}]),
        {
            "type": "server_tool_call_response",
            "id": "s1",
            "server_tool_call_response": {"type": "web_search_result", "content": [{"title": "T", "rank": 1}]},
        },
    ),
    (
        Image(Base64("image/png", "QUJD")),
        {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "", "omitted": True, "base64": 4},
    ),
    (
        Image(Url("https://example.com/a.png?signature=secret#x", "image/png")),
        {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": "https://example.com/a.png"},
    ),
    (Video(Url("data:video/mp4;base64,QUJD")), {"type": "uri", "modality": "video", "mime_type": None, "uri": ""}),
    (Audio(FileId("f1"), transcript="la"), {"type": "file", "modality": "audio", "file_id": "f1", "transcript": "la"}),
    (Document(PlainText("words"), title="T"), {"type": "text", "content": "words", "title": "T"}),
    (
        Document(Blocks((Text("a"),))),
        {"type": "blocks", "modality": "document", "parts": [{"type": "text", "content": "a"}]},
    ),
    (Document(OpaqueSource({"secret": 1})), {"type": "opaque", "modality": "document", "omitted": True}),
    (Opaque({"type": "mystery", "data": "secret"}), {"type": "mystery", "omitted": True}),
    (Opaque({}), {"type": "opaque", "omitted": True}),
]


@pytest.mark.parametrize(("block", "part"), PARTS, ids=[f"{number} {part['type']}" for number, (_, part) in enumerate(PARTS)])
def test_a_block_is_a_part(block: Any, part: dict[str, Any]) -> None:
    """Every kind of block has one, the same in what was asked and in what was answered."""
    message = {"role": "assistant", "parts": [part]}

    assert [message] == AS_IT_IS.inputs(Request("m", (assistant(block),)))
    assert [message] == AS_IT_IS.outputs(Response(assistant(block)))


def test_media_are_there_when_they_are_wanted() -> None:
    """Data and whole addresses."""
    writer = Writer(lambda text: text, media=True)
    blocks = (Image(Base64("image/png", "QUJD")), Image(Url("https://example.com/a.png?signature=s")))
    parts = writer.inputs(Request("m", (user(*blocks),)))[0]["parts"]

    assert {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QUJD"} == parts[0]
    assert "https://example.com/a.png?signature=s" == parts[1]["uri"]


def test_every_string_is_redacted() -> None:
    """Wherever somebody wrote it: in arguments, in names of their fields, in results, titles, transcripts, addresses."""
    word = "marker"
    blocks = (
        Text(word),
        Thinking(word),
        Refusal(word),
        ToolCall("c", "t", f'{{"{word}": ["{word}", {{"a": "{word}"}}]}}'),
        ToolCall("c", "t", f"{{{word}"),
        ToolCall("c", "t", word, custom=True),
        ToolResult("c", (Text(word),)),
        ServerToolCall("s", "t", word, "k"),
        ServerToolResult("s", "k", {"x": [word, (word,)]}),
        Image(Url(f"https://example.com/{word}")),
        Audio(FileId("f"), transcript=word),
        Document(PlainText(word), title=word),
        Document(Blocks((Text(word),))),
    )
    request = Request("m", (Message("user", blocks, name=word),), system=(Text(word),))
    writer = Writer(lambda text: text.replace(word, "***"))
    written = [writer.instructions(request), writer.inputs(request), writer.outputs(Response(assistant(*blocks)))]

    assert word not in msgspec.json.encode(written).decode()
    assert word in msgspec.json.encode(AS_IT_IS.inputs(request)).decode()


def test_several_answers_are_several_messages() -> None:
    """One for each alternative, none for an answer that says nothing."""
    choices = tuple([Choice(assistant(text), Finish("stop")) for text in ("a", "b")])

    assert ["a", "b"] == [
        message["parts"][0]["content"] for message in AS_IT_IS.outputs(Response(choices[0].message, choices=choices))
    ]
    assert [] == AS_IT_IS.outputs(Response(Message("assistant", ())))


def test_roles_are_those_of_the_conventions() -> None:
    """A developer is a system there."""
    messages = tuple([Message(role, (Text("x"),)) for role in ("system", "developer", "user", "assistant", "tool")])  # type: ignore[arg-type]

    assert ["system", "system", "user", "assistant", "tool"] == [
        message["role"] for message in AS_IT_IS.inputs(Request("m", messages))
    ]


def test_tools_are_written_by_kind_and_name() -> None:
    """Without their descriptions, which are the same in every call."""
    tools = (Tool("weather", "Today's.", {"type": "object"}), CustomTool("sql"), VendorTool({"type": "web_search_20250305"}))
    tools = (*tools, WebSearch(max_uses=1), RemoteMcp("wiki", "https://mcp.example.com"))

    assert [
        {"type": "function", "name": "weather"},
        {"type": "custom", "name": "sql"},
        {"type": "web_search_20250305", "name": "web_search_20250305"},
        {"type": "web_search", "name": "web_search"},
        {"type": "remote_mcp", "name": "wiki"},
    ] == AS_IT_IS.tools(Request("m", (user("x"),), tools=tools))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my key is sk-proj-abcdefgh0123456789 ok", "my key is *** ok"),
        ("AIzaSyA0123456789012345678901234567890", "***"),
        ("id AKIAIOSFODNN7EXAMPLE.", "id ***."),
        ("ghp_0123456789abcdef0123", "***"),
        ("xoxb-0123456789-abc", "***"),
        ("Bearer eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeK", "Bearer ***"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter", "***\nafter"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "***"),
        ("the task-force is risk-averse-and-otherwise-fine", "the task-force is risk-averse-and-otherwise-fine"),
        ("a sk-ill and an eyJ and 100 % AKIA", "a sk-ill and an eyJ and 100 % AKIA"),
        ("", ""),
    ],
)
def test_what_looks_like_a_key_is_masked(text: str, masked: str) -> None:
    """Vendors' keys and tokens, and nothing that only begins like one."""
    assert masked == mask_keys(text)
