"""Blocks to wire objects: both tables agree, and what has no word is said as text."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dragoman.protocols.anthropic_messages.decode_blocks import decode_block
from dragoman.protocols.anthropic_messages.encode_blocks import (
    MALFORMED,
    encode_arguments,
    encode_block,
    encode_blocks,
    is_object,
)
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Cache,
    Origin,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    Video,
)

HERE = Origin("anthropic_messages", "anthropic", "m")


def say(block: Block) -> Any:
    return msgspec.json.decode(msgspec.json.encode(encode_block(block)))


@pytest.mark.parametrize(
    "wire",
    [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "a", "citations": [{"type": "page_location", "start_page_number": 1, "document_title": None}]},
        {"type": "thinking", "thinking": "", "signature": "s"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "tool_use", "id": "i", "name": "n", "input": {"a": [1, 2.5, None]}, "caller": {"type": "direct"}},
        {"type": "tool_use", "id": "i", "name": "n", "input": {MALFORMED: "{"}},
        {"type": "server_tool_use", "id": "i", "name": "n", "input": {}, "cache_control": {"type": "ephemeral"}},
        {"type": "mcp_tool_use", "id": "i", "name": "n", "input": {"x": 1}, "server_name": "s"},
        {"type": "mcp_tool_result", "tool_use_id": "i", "content": [{"type": "text", "text": "a"}], "is_error": False},
        {"type": "code_execution_tool_result", "tool_use_id": "i", "content": {"stdout": "", "abort_reason": None}},
        {"type": "tool_result", "tool_use_id": "i", "content": [{"type": "text", "text": "a"}], "is_error": True},
        {"type": "tool_result", "tool_use_id": "i", "toolset_name": "browser"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
        {"type": "image", "source": {"type": "url", "url": "u"}, "transformations": {"oversized_image": "error"}},
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
        {"type": "image", "source": {"type": "moon"}},
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "d"},
            "title": "t",
            "context": "c",
            "citations": {"enabled": False},
        },
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "a"}]}},
        {"type": "compaction", "content": "c", "signature": "s"},
        {"type": "never_seen", "x": {"y": None}},
    ],
)
def test_what_was_read_is_said_again(wire: dict[str, Any]) -> None:
    """A block comes back as the object it was read from."""
    assert wire == say(decode_block(wire, HERE))


def test_an_opaque_block_is_not_changed_by_a_mark() -> None:
    """A cache mark on an opaque block goes onto a copy of the vendor's object."""
    block = msgspec.structs.replace(decode_block({"type": "x"}, HERE), cache=Cache())

    assert {"type": "x", "cache_control": {"type": "ephemeral"}} == encode_block(block)
    assert {"type": "x"} == block.data  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Refusal("no"), {"type": "text", "text": "no"}),
        (Audio(Base64("audio/wav", "AA=="), "said"), {"type": "text", "text": "said"}),
        (Video(Base64("video/mp4", "AA==")), {"type": "text", "text": ""}),
        (Thinking("shown", encrypted="hidden"), {"type": "thinking", "thinking": "shown", "signature": ""}),
        (
            ServerToolCall("i", "search", "{}", "web_search_call"),
            {"type": "server_tool_use", "id": "i", "name": "search", "input": {}},
        ),
        (ServerToolResult("i", "search", [1]), {"type": "search_tool_result", "tool_use_id": "i", "content": [1]}),
        (ServerToolResult("i", "x_tool_result"), {"type": "x_tool_result", "tool_use_id": "i"}),
    ],
)
def test_other_wires_blocks_are_said_in_the_nearest_words(block: Block, expected: dict[str, Any]) -> None:
    """An answer of another wire can be shown to a client of this one."""
    assert expected == say(block)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (" \n", {}),
        ('{"b": 1, "a": 1.0}', {"b": 1, "a": 1.0}),
        ('{"a":', {MALFORMED: '{"a":'}),
        ("[1]", {MALFORMED: "[1]"}),
        ("null", {MALFORMED: "null"}),
    ],
)
def test_arguments_become_an_object(text: str, expected: Any) -> None:
    """The wire takes objects only; text that is none stays visible in one field."""
    assert expected == msgspec.json.decode(msgspec.json.encode(encode_arguments(text)))


def test_arguments_keep_their_spelling() -> None:
    """The model's own key order and spacing go back, which the prompt cache may depend on."""
    wire = encode_block(ToolCall("i", "n", '{"b": 1,  "a": 2}'))

    assert b'{"b": 1,  "a": 2}' in msgspec.json.encode(wire)


def test_free_text_becomes_one_argument() -> None:
    """The input of a custom tool is the argument `input`."""
    assert {"input": '{"x": 1}'} == encode_arguments('{"x": 1}', custom=True)


def test_deep_arguments_are_not_an_object() -> None:
    """Arguments too deep to read are treated as malformed, without an error."""
    assert not is_object('{"a":' * 100_000 + "1" + "}" * 100_000)


def test_blocks_keep_their_order() -> None:
    """A list of blocks is the same list of wire objects."""
    assert ["a", "b"] == [wire["text"] for wire in encode_blocks([Text("a"), Text("b")])]
