"""Blocks to parts, of this wire's answers and of others'."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from dragoman.protocols.gemini.encode_parts import encode_arguments, encode_part, guess_type, is_object, own_block
from dragoman.types import (
    Block,
    Blocks,
    Document,
    Opaque,
    Origin,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)

AWAY = Origin("anthropic_messages", "anthropic", "claude")


def test_answers_of_other_wires_lose_what_only_those_understand() -> None:
    """Vendor fields and signatures stay out, blocks that are nothing else too; answers of this wire stay as they are."""
    own = Text("a", extra={"thoughtSignature": "s"}, origin=Origin("gemini", "x"))

    assert own_block(own) is own
    assert own_block(Text("a")) == Text("a")
    assert own_block(Text("a", extra={"x": 1}, origin=AWAY)) == Text("a", origin=AWAY)
    assert own_block(Thinking("t", "s", origin=AWAY)) == Thinking("t", origin=AWAY)
    for block in (Opaque({}, origin=AWAY), ServerToolCall("i", "n", origin=AWAY), ServerToolResult("i", "k", origin=AWAY)):
        assert own_block(block) is None


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (Refusal("no"), {"text": "no"}),
        (ToolCall("c", "f", "{}", custom=False), {"functionCall": {"id": "c", "name": "f", "args": {}}}),
        (ToolCall("c", "f", "", custom=True), {"functionCall": {"id": "c", "name": "f", "args": {"input": ""}}}),
        (ServerToolCall("e", "x", "print(1)", "code"), {"executableCode": {"id": "e", "code": "print(1)"}}),
        (ServerToolCall("e", "X", "", "toolCall"), {"toolCall": {"id": "e", "toolType": "X"}}),
        (ServerToolResult("e", "code", "out"), {"codeExecutionResult": {"id": "e", "output": "out"}}),
        (Document(Blocks(())), {"text": ""}),
        (
            ToolResult("c", (Refusal("no"), Document(Blocks(())))),
            {"functionResponse": {"id": "c", "name": "c", "response": {"output": "no"}}},
        ),
    ],
)
def test_blocks_that_were_not_decoded_here(block: Block, part: dict[str, Any]) -> None:
    """Blocks that a caller made have a part too."""
    assert json.loads(msgspec.json.encode(encode_part(block))) == part


def test_arguments_keep_their_spelling() -> None:
    """An object goes as the model wrote it; anything else in one field."""
    assert encode_arguments('{"a" : 1.0}') == msgspec.Raw(b'{"a" : 1.0}')
    assert encode_arguments("[1]") == {"_malformed_arguments": "[1]"}
    assert is_object("{}")
    assert not is_object("[" * 100_000)


def test_media_types_of_urls() -> None:
    """The ending of the path names the type."""
    assert guess_type("https://a/b.c/d.PDF?x=y.png#z") == "application/pdf"
    assert guess_type("https://a.mp3/b") is None
