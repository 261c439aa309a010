"""Wire objects to blocks, and back by `encode_blocks`."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dragoman.protocols.bedrock_converse.decode_blocks import decode_block, decode_blocks, decode_cache
from dragoman.protocols.bedrock_converse.encode_blocks import encode_blocks
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
    OpaqueSource,
    Origin,
    PlainText,
    ServerToolCall,
    ServerToolResult,
    SourceSpan,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)

HERE = Origin("bedrock_converse", "bedrock", "m")
CITED = {"title": "t", "source": "u", "sourceContent": [{"text": "q"}], "location": {"documentPage": {"start": 1, "end": 2}}}
PNG = {"format": "png", "source": {"bytes": "iVBO"}}

KINDS: list[tuple[dict[str, Any], Block]] = [
    ({"text": "t"}, Text("t")),
    (
        {"citationsContent": {"content": [{"text": "t"}], "citations": [CITED]}},
        Text("t", citations=(Citation("documentPage", "u", "t", "q", raw=CITED, span=SourceSpan("page", 1, 2)),)),
    ),
    (
        {"citationsContent": {"content": [{"text": "a"}, {"text": "b"}], "citations": []}},
        Text("ab", extra={"content": [{"text": "a"}, {"text": "b"}], "citations": []}, origin=HERE),
    ),
    (
        {"guardContent": {"text": {"text": "t", "qualifiers": ["query"]}}},
        Text("t", extra={"guardContent": {"text": {"text": "t", "qualifiers": ["query"]}}}, origin=HERE),
    ),
    ({"json": {"a": [1.0]}}, Text('{"a":[1.0]}', extra={"json": {"a": [1.0]}}, origin=HERE)),
    ({"reasoningContent": {"reasoningText": {"text": "h", "signature": "s"}}}, Thinking("h", "s", origin=HERE)),
    ({"reasoningContent": {"reasoningText": {"text": "h", "new": 1}}}, Thinking("h", extra={"new": 1}, origin=HERE)),
    ({"reasoningContent": {"redactedContent": "e"}}, Thinking(encrypted="e", origin=HERE)),
    ({"toolUse": {"toolUseId": "i", "name": "n", "input": {"a": 1}}}, ToolCall("i", "n", '{"a":1}')),
    (
        {"toolUse": {"toolUseId": "i", "name": "n", "input": {}, "type": "server_tool_use"}},
        ServerToolCall("i", "n", "{}", "server_tool_use", origin=HERE),
    ),
    (
        {"toolResult": {"toolUseId": "i", "content": [{"text": "r"}, {"image": PNG}], "status": "error"}},
        ToolResult("i", (Text("r"), Image(Base64("image/png", "iVBO"))), is_error=True),
    ),
    (
        {"toolResult": {"toolUseId": "i", "content": [], "status": "new"}},
        ToolResult("i", extra={"status": "new"}, origin=HERE),
    ),
    ({"image": PNG}, Image(Base64("image/png", "iVBO"))),
    ({"image": {"format": "png", "source": {"new": 1}}}, Image(OpaqueSource({"new": 1}), extra={"format": "png"}, origin=HERE)),
    ({"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://b/f"}}}}, Video(Url("s3://b/f", "video/mp4"))),
    ({"audio": {"format": "wav", "source": {"bytes": "AA"}}}, Audio(Base64("audio/wav", "AA"))),
    (
        {"document": {"name": "d", "format": "txt", "source": {"text": "t"}, "context": "c", "citations": {"enabled": True}}},
        Document(PlainText("t"), "d", "c", True),
    ),
    (
        {"document": {"name": "d", "source": {"content": [{"text": "a"}]}}},
        Document(Blocks((Text("a"),)), "d"),
    ),
    (
        {"document": {"name": "d", "format": "pdf", "source": {"bytes": "JVBE"}, "citations": {"new": 1}}},
        Document(Base64("application/pdf", "JVBE"), "d", extra={"citations": {"new": 1}}, origin=HERE),
    ),
    ({"searchResult": {"title": "t"}}, Opaque({"searchResult": {"title": "t"}}, origin=HERE)),
    ({"a": 1, "b": 2}, Opaque({"a": 1, "b": 2}, origin=HERE)),
]  # fmt: skip


@pytest.mark.parametrize(("wire", "block"), KINDS, ids=[f"{next(iter(wire))}-{n}" for n, (wire, _) in enumerate(KINDS)])
def test_a_block_is_read_and_said_again(wire: dict[str, Any], block: Block) -> None:
    """Each kind has its block, and the block gives the object back as it came."""
    assert decode_block(wire, HERE) == block
    assert msgspec.json.decode(msgspec.json.encode(encode_blocks([block]))) == [wire]


@pytest.mark.parametrize(
    "wire",
    [
        {"text": 1},
        {"citationsContent": {"content": [{"text": "a", "new": 1}]}},
        {"citationsContent": {"content": "a"}},
        {"citationsContent": {"new": 1}},
        {"guardContent": {"image": {}}},
        {"reasoningContent": {}},
        {"reasoningContent": {"reasoningText": {"text": "h", "signature": 1}}},
        {"toolUse": {"name": "n"}},
        {"toolResult": {"toolUseId": "i"}},
        {"image": {"format": 1, "source": {}}},
        {"image": "i"},
        {"video": {"format": "mp4"}},
        {"document": {"name": 1, "source": {"text": "t"}}},
    ],
)
def test_an_object_of_another_shape_stays_as_it_is(wire: dict[str, Any]) -> None:
    """What is not what its kind says goes back as it came."""
    assert decode_block(wire, HERE) == Opaque(wire, origin=HERE)
    assert encode_blocks([Opaque(wire)]) == [wire]


def test_what_is_no_object_at_all() -> None:
    """It stands in a field without a name."""
    assert decode_block("?", HERE) == Opaque({"": "?"}, origin=HERE)
    assert encode_blocks([Opaque({"": "?"})]) == ["?"]


def test_results_in_an_answer_are_the_services_own() -> None:
    """A `toolResult` that the assistant says is not for the caller to have given."""
    wire = {"toolResult": {"toolUseId": "i", "content": [{"json": {}}], "status": "success", "type": "k"}}
    expected = ServerToolResult("i", "k", [{"json": {}}], extra={"status": "success"}, origin=HERE)

    assert decode_block(wire, HERE, assistant=True) == expected
    assert encode_blocks([expected]) == [wire]
    assert type(decode_block({"toolResult": {}}, HERE, assistant=True)) is Opaque


def test_cache_points_mark_the_block_before_them() -> None:
    """One that follows nothing, a second one, and one with more to say stay blocks of their own."""
    point, hour = {"cachePoint": {"type": "default"}}, {"cachePoint": {"type": "default", "ttl": "1h"}}
    wires = [point, {"text": "a"}, hour, point, {"text": "b"}, {"cachePoint": {"type": "default", "new": 1}}]
    blocks = decode_blocks(wires, HERE)

    assert [type(block) for block in blocks] == [Opaque, Text, Opaque, Text, Opaque]
    assert [block.cache for block in blocks] == [None, Cache("1h"), None, None, None]
    assert encode_blocks(blocks) == wires
    assert decode_cache({"cachePoint": {"type": "default", "ttl": 5}}) is None
