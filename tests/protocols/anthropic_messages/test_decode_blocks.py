"""Wire objects to blocks: known kinds, unknown fields, unknown kinds, wrong shapes."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.anthropic_messages.decode_blocks import decode_block, decode_blocks, decode_cache
from dragoman.protocols.anthropic_messages.encode_blocks import MALFORMED
from dragoman.types import (
    Base64,
    Block,
    Blocks,
    Cache,
    Citation,
    Document,
    FileId,
    Image,
    Opaque,
    OpaqueSource,
    Origin,
    PlainText,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
)

HERE = Origin("anthropic_messages", "anthropic", "m")
CITED = {"type": "web_search_result_location", "url": "u", "title": "t", "encrypted_index": "e", "cited_text": "c"}


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ({"type": "text", "text": "a"}, Text("a")),
        ({"type": "text", "text": "a", "citations": None}, Text("a")),
        ({"type": "text", "text": "", "citations": []}, Text("", origin=HERE)),
        (
            {"type": "text", "text": "a", "citations": [CITED]},
            Text("a", citations=(Citation("web_search_result_location", "u", "t", "c", raw=CITED),), origin=HERE),
        ),
        ({"type": "text", "text": "a", "new": 1}, Text("a", extra={"new": 1}, origin=HERE)),
        (
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            Text("a", cache=Cache("1h")),
        ),
        (
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "scope": "global"}},
            Text("a", extra={"cache_control": {"type": "ephemeral", "scope": "global"}}, origin=HERE),
        ),
        ({"type": "thinking", "thinking": "", "signature": "s"}, Thinking("", "s", origin=HERE)),
        ({"type": "thinking", "thinking": "t", "signature": ""}, Thinking("t", origin=HERE)),
        ({"type": "redacted_thinking", "data": "d"}, Thinking(encrypted="d", origin=HERE)),
        ({"type": "tool_use", "id": "i", "name": "n", "input": {"b": 1, "a": 2.0}}, ToolCall("i", "n", '{"b":1,"a":2.0}')),
        ({"type": "tool_use", "id": "i", "name": "n", "input": {}}, ToolCall("i", "n", "{}")),
        ({"type": "tool_use", "id": "i", "name": "n", "input": {MALFORMED: '{"a'}}, ToolCall("i", "n", '{"a')),
        (
            {"type": "tool_use", "id": "i", "name": "n", "input": {MALFORMED: "{}"}},
            ToolCall("i", "n", f'{{"{MALFORMED}":"{{}}"}}'),
        ),
        (
            {"type": "tool_use", "id": "i", "name": "n", "input": {}, "caller": {"type": "direct"}, "toolset_name": "browser"},
            ToolCall("i", "n", "{}", extra={"caller": {"type": "direct"}, "toolset_name": "browser"}, origin=HERE),
        ),
        (
            {"type": "server_tool_use", "id": "i", "name": "web_search", "input": {"query": "q"}},
            ServerToolCall("i", "web_search", '{"query":"q"}', "server_tool_use", origin=HERE),
        ),
        (
            {"type": "mcp_tool_use", "id": "i", "name": "n", "server_name": "s", "input": {}},
            ServerToolCall("i", "n", "{}", "mcp_tool_use", "s", origin=HERE),
        ),
        (
            {"type": "web_search_tool_result", "tool_use_id": "i", "content": [{"type": "web_search_result", "page_age": None}]},
            ServerToolResult("i", "web_search_tool_result", [{"type": "web_search_result", "page_age": None}], origin=HERE),
        ),
        (
            {"type": "new_tool_result", "tool_use_id": "i", "content": {"type": "new_tool_result_error", "error_code": "x"}},
            ServerToolResult(
                "i", "new_tool_result", {"type": "new_tool_result_error", "error_code": "x"}, is_error=True, origin=HERE
            ),
        ),
        (
            {"type": "mcp_tool_result", "tool_use_id": "i", "is_error": True, "content": "c"},
            ServerToolResult("i", "mcp_tool_result", "c", is_error=True, origin=HERE),
        ),
        ({"type": "tool_result", "tool_use_id": "i"}, ToolResult("i")),
        ({"type": "tool_result", "tool_use_id": "i", "content": ""}, ToolResult("i")),
        ({"type": "tool_result", "tool_use_id": "i", "content": "a", "is_error": True}, ToolResult("i", (Text("a"),), True)),
        (
            {"type": "tool_result", "tool_use_id": "i", "content": [{"type": "tool_reference", "tool_name": "t"}]},
            ToolResult("i", (Opaque({"type": "tool_reference", "tool_name": "t"}, origin=HERE),)),
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
            Image(Base64("image/png", "AA==")),
        ),
        ({"type": "image", "source": {"type": "url", "url": "u"}}, Image(Url("u"))),
        ({"type": "image", "source": {"type": "file", "file_id": "f"}}, Image(FileId("f"))),
        ({"type": "image", "source": {"type": "moon", "x": 1}}, Image(OpaqueSource({"type": "moon", "x": 1}))),
        (
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "d"},
                "title": "t",
                "context": "c",
                "citations": {"enabled": True},
            },
            Document(PlainText("d"), "t", "c", True),
        ),
        (
            {"type": "document", "source": {"type": "content", "content": "a"}, "citations": {"enabled": True, "x": 1}},
            Document(Blocks((Text("a"),)), extra={"citations": {"enabled": True, "x": 1}}, origin=HERE),
        ),
        (
            {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "a"}]}},
            Document(Blocks((Text("a"),))),
        ),
    ],
)
def test_known_kinds_have_words(wire: dict[str, Any], expected: Block) -> None:
    """Every documented block becomes the block that means it, with what is unknown in it kept."""
    assert expected == decode_block(wire, HERE)


@pytest.mark.parametrize(
    "wire",
    [
        {"type": "container_upload", "file_id": "f"},
        {"type": "compaction", "content": None},
        {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}},
        {"type": "never_seen", "x": [1, {"y": None}]},
        {"no": "type"},
        {"type": 7},
        {"type": "text", "text": 7},
        {"type": "text", "text": "a", "citations": "all"},
        {"type": "thinking", "thinking": None, "signature": "s"},
        {"type": "redacted_thinking"},
        {"type": "tool_use", "name": "no id", "input": {}},
        {"type": "server_tool_use", "id": "i", "name": "n", "input": {}, "server_name": 1},
        {"type": "web_search_tool_result", "content": []},
        {"type": "tool_result", "tool_use_id": "i", "content": 7},
        {"type": "tool_result", "tool_use_id": "i", "is_error": "yes"},
        {"type": "image"},
        {"type": "document", "source": {}, "title": 7},
    ],
)
def test_anything_else_stays_as_it_came(wire: dict[str, Any]) -> None:
    """A kind or shape nobody documented is kept whole."""
    assert Opaque(wire, origin=HERE) == decode_block(wire, HERE)


def test_blocks_keep_their_order() -> None:
    """A list of wire objects is the same list of blocks."""
    wires = [{"type": "text", "text": "a"}, {"type": "x"}, {"type": "text", "text": "b"}]

    assert (Text("a"), Opaque({"type": "x"}, origin=HERE), Text("b")) == decode_blocks(wires, HERE)


@pytest.mark.parametrize("wire", [None, "ephemeral", {"type": "persistent"}, {"type": "ephemeral", "ttl": 5}])
def test_a_cache_mark_of_another_form_is_not_ours(wire: Any) -> None:
    """Only what a `Cache` can hold becomes one."""
    assert decode_cache(wire) is None
