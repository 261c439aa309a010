"""Sources that an answer lists beside its choices."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.openai_chat import PROTOCOL
from dragoman.protocols.openai_chat.decode_stream import StreamDecoder
from dragoman.protocols.openai_chat.sources import sources
from dragoman.types import Citation, Event, Request, Response, Text
from dragoman.wire.sse import SseFramer

Json = dict[str, Any]

FOUND = {"title": "A", "url": "https://a.test", "date": "2026-01-02", "snippet": "words"}
FILE = {"title": "mine.pdf", "url": "", "source": "attachment"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"citations": ["https://a.test"], "search_results": [FOUND, FILE]},
            (
                Citation("search_result", "https://a.test", "A", "words", raw=FOUND),
                Citation("search_result", None, "mine.pdf", raw=FILE),
            ),
        ),
        ({"citations": ["https://a.test", "", 7]}, (Citation("citation", "https://a.test"),)),
        (
            {"web_search": [{"link": "https://a.test", "title": "A", "content": "words"}]},
            (
                Citation(
                    "web_search", "https://a.test", "A", "words", raw={"link": "https://a.test", "title": "A", "content": "words"}
                ),
            ),
        ),
        (
            {"venice_parameters": {"web_search_citations": [{"url": "https://a.test", "title": "A"}]}},
            (Citation("web_search", "https://a.test", "A", raw={"url": "https://a.test", "title": "A"}),),
        ),
        ({"search_results": [{"score": 1}], "citations": []}, ()),
        ({"venice_parameters": 1, "search_results": "x"}, ()),
        ({}, ()),
    ],
)
def test_fields_that_list_sources(fields: Json, expected: tuple[Citation, ...]) -> None:
    """The first that lists any counts; a source has an address or a name."""
    assert expected == sources(fields)


@pytest.mark.parametrize("streamed", [True, False])
def test_they_are_cited_by_the_text(
    stream: Callable[..., list[Event]], whole: Callable[..., list[Event]], response: Any, streamed: bool
) -> None:
    """All of it; and said again by a server in their own field alone."""
    fields = {"search_results": [FOUND]}
    if streamed:
        chunk = {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"content": "Yes [1]"}, "finish_reason": "stop"}]}
        events = stream({**chunk, **fields}, b"[DONE]")
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": "Yes [1]"}, "finish_reason": "stop"}
        events = whole({"id": "c1", "model": "m", "choices": [choice], **fields})
    answer: Response = response(events)
    text = answer.message.content[0]
    assert isinstance(text, Text)
    assert sources(fields) == text.citations

    body = json.loads(PROTOCOL.encode_response(answer, Request("m", ())))
    assert ([FOUND], False) == (body["search_results"], "annotations" in body["choices"][0]["message"])
    framer = SseFramer()
    said = framer.feed(PROTOCOL.stream_encoder(Request("m", ())).feed(events)) + framer.close()
    assert b"annotations" not in b"".join([data for _, data in said])
    decoder = StreamDecoder(Target("acme", "openai_chat", "m"))
    assert text == response(decoder.feed(said) + decoder.close()).message.content[0]


def test_a_text_with_citations_of_its_own_keeps_to_them(whole: Callable[..., list[Event]], response: Any) -> None:
    """And so does an answer without text."""
    mark = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
    for message, expected in (({"content": "Y", "annotations": [mark]}, ["u"]), ({"content": None, "refusal": "No"}, [])):
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        content = response(whole({"id": "c", "choices": [choice], "citations": ["v"]})).message.content
        assert expected == [each.url for block in content for each in getattr(block, "citations", ())]
