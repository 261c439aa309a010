"""The protocol's JSON as content; real servers' answers are in test_aserver."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.mcp.results import decode_answer, decode_block, decode_contents, decode_message
from dragoman.types import Audio, Base64, Block, Document, Image, Message, PlainText, Text, Video


@pytest.mark.parametrize(
    ("said", "block"),
    [
        ({"type": "text", "text": "words", "annotations": {"priority": 1}}, Text("words")),
        ({"type": "image", "data": "aGk=", "mimeType": "image/png"}, Image(Base64("image/png", "aGk="))),
        ({"type": "audio", "data": "aGk=", "mimeType": "audio/wav"}, Audio(Base64("audio/wav", "aGk="))),
        ({"type": "resource", "resource": {"uri": "a:b", "text": "words"}}, Document(PlainText("words"), title="a:b")),
        (
            {"type": "resource", "resource": {"uri": "a:b", "blob": "aGk=", "mimeType": "video/mp4"}},
            Video(Base64("video/mp4", "aGk=")),
        ),
        (
            {"type": "resource", "resource": {"uri": "a:b", "blob": "aGk="}},
            Document(Base64("application/octet-stream", "aGk="), title="a:b"),
        ),
        ({"type": "resource_link", "uri": "a:b", "name": "b", "title": "The B"}, Text("The B\na:b")),
        ({"type": "smell", "of": "roses"}, Text('{"type":"smell","of":"roses"}')),
        ({"type": "image", "url": "https://x"}, Text('{"type":"image","url":"https://x"}')),
        ("words", Text('"words"')),
    ],
)
def test_blocks(said: Any, block: Block) -> None:
    """Every kind of content is a block, and what is not known, or lacks what it should have, is told as it came."""
    assert block == decode_block(said)


def test_answers() -> None:
    """A value alone is told as JSON; beside content it is kept for the program; the whole answer is there."""
    alone = {"structuredContent": {"a": None}, "_meta": {"x": 1}}
    both = {"content": [{"type": "text", "text": "one"}], "structuredContent": {"n": 1}, "isError": True}

    assert ((Text('{"a":null}'),), {"a": None}, False, alone) == (
        decode_answer(alone).content,
        decode_answer(alone).structured,
        decode_answer(alone).is_error,
        decode_answer(alone).raw,
    )
    assert ("one", {"n": 1}, True) == (decode_answer(both).text, decode_answer(both).structured, decode_answer(both).is_error)
    assert decode_answer({}).content == ()


def test_messages_and_contents() -> None:
    """A prompt's messages keep their roles; a resource's parts keep their order."""
    said = {"role": "assistant", "content": {"type": "text", "text": "Hm."}}
    several = {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}
    parts = [{"uri": "a:1", "text": "1"}, {"uri": "a:2", "blob": "aGk=", "mimeType": "image/png"}]

    assert Message("assistant", (Text("Hm."),)) == decode_message(said)
    assert Message("user", (Text("a"), Text("b"))) == decode_message(several)
    assert (Document(PlainText("1"), title="a:1"), Image(Base64("image/png", "aGk="))) == decode_contents(parts)
