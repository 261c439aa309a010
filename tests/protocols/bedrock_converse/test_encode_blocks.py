"""Blocks of an answer to wire objects, where another wire made them; `test_decode_blocks.py` holds the rest."""

from __future__ import annotations

from dragoman.protocols.bedrock_converse.encode_blocks import (
    call_object,
    encode_block,
    encode_blocks,
    media_object,
)
from dragoman.types import (
    Audio,
    Base64,
    Blocks,
    Cache,
    Document,
    FileId,
    Image,
    Origin,
    Refusal,
    ServerToolCall,
    Text,
    ToolCall,
    Url,
)

THERE = Origin("anthropic_messages", "anthropic")


def test_what_has_no_word_is_said_as_text_or_left_out() -> None:
    """A refusal and a transcript are words; a picture that cannot be given is nothing."""
    blocks = [Refusal("no"), Audio(Base64("audio/wav", "x"), "said"), Image(FileId("f")), Text("t", cache=Cache())]

    assert encode_blocks(blocks) == [{"text": "no"}, {"text": "said"}, {"text": "t"}, {"cachePoint": {"type": "default"}}]


def test_vendor_fields_of_others_are_not_said() -> None:
    """They would be unknown here."""
    call = ToolCall("i", "n", extra={"caller": {}}, origin=THERE)

    assert encode_block(call) == {"toolUse": {"toolUseId": "i", "name": "n", "input": {}}}
    assert encode_block(Text("t", extra={"json": 1}, origin=THERE)) == {"text": "t"}


def test_calls_of_all_sorts() -> None:
    """Free text is one argument; the service's own calls say that they are."""
    assert call_object(ToolCall("i", "n", "x", custom=True))["input"] == {"input": "x"}
    assert call_object(ServerToolCall("i", "n"))["type"] == "server_tool_use"


def test_documents_of_blocks() -> None:
    """They hold text and nothing else here."""
    assert media_object(Document(Blocks((Text("a"),))), "d") == {"name": "d", "source": {"content": [{"text": "a"}]}}
    assert media_object(Document(Blocks((Image(Url("s3://b/f.png")),))), "d") is None
    assert encode_block(Document(Base64("text/csv", "x"))) == {
        "document": {"name": "document", "format": "csv", "source": {"bytes": "x"}}
    }
