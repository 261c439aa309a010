"""Metadata to citations and back: which text a span is about, and whose words they are."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.gemini.grounding import Sources, encode_grounding, is_foreign
from dragoman.types import Citation, SourceSpan

CHUNKS = [
    {"web": {"uri": "https://a", "title": "A"}},
    {"retrievedContext": {"title": "B", "text": "said there"}},
    3,
]


def support(text: str, start: int, end: int, *indices: Any) -> dict[str, Any]:
    return {"segment": {"startIndex": start, "endIndex": end, "text": text}, "groundingChunkIndices": list(indices)}


def cited(sources: Sources, text: str, *, last: bool = False) -> list[Citation]:
    """The citations of the next text."""
    return sources.of(sources.add([text]), last=last)


def test_each_span_and_source_is_a_citation() -> None:
    """A span with two sources gives two; the kind is the chunk's word, and sources that are missing have none."""
    sources = Sources()
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": [support("two", 4, 7, 0, 1, 9)]})
    found = cited(sources, "one two three")

    assert [(item.kind, item.url, item.title, item.text, item.start, item.end) for item in found] == [
        ("web", "https://a", "A", None, 4, 7),
        ("retrievedContext", None, "B", "said there", 4, 7),
        ("", None, None, None, 4, 7),
    ]
    assert found[0].raw == {"support": support("two", 4, 7, 0, 1, 9), "chunk": CHUNKS[0]}
    assert not any(is_foreign(item) for item in found)
    assert cited(sources, "one two three") == []


@pytest.mark.parametrize(
    ("source", "span"),
    [
        ({"pageNumber": 3}, SourceSpan("page", 3, 4)),
        ({"ragChunk": {"text": "x", "pageSpan": {"firstPage": 2, "lastPage": 4}}}, SourceSpan("page", 2, 5)),
        ({"ragChunk": {"pageSpan": {"firstPage": 2}}}, None),
        ({"ragChunk": 3, "pageNumber": "3"}, None),
    ],
)
def test_pages_of_a_source(source: dict[str, Any], span: SourceSpan | None) -> None:
    """The pages of a file are a span of the source and say nothing of the answer's text."""
    sources = Sources()
    metadata = {"groundingChunks": [{"retrievedContext": source}], "groundingSupports": [support("two", 4, 7, 0)]}
    sources.update("groundingMetadata", metadata)

    assert [(4, 7, span)] == [(item.start, item.end, item.span) for item in cited(sources, "one two")]


def test_bytes_become_characters() -> None:
    """Bytes are counted from the beginning of all texts, characters in the text that carries the citation."""
    sources = Sources()
    segments = [support("Hé", 0, 3, 0), support("ße 😀", 6, 14, 0)]
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": segments})

    assert [(0, 2)] == [(item.start, item.end) for item in cited(sources, "Hé. ")]
    assert [(1, 5)] == [(item.start, item.end) for item in cited(sources, " ße 😀!")]


def test_a_span_waits_for_its_text() -> None:
    """A text without the span leaves it to the next; there its bytes may be counted from the beginning of the part."""
    sources = Sources()
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": [support("two", 0, 3, 0)]})

    assert cited(sources, "one") == []
    assert sources.waiting
    assert [(0, 3)] == [(item.start, item.end) for item in cited(sources, "two")]
    assert not sources.waiting


@pytest.mark.parametrize(
    ("start", "place"),
    [(0, 0), (7, 6), (17, 12), (400, 12)],
)
def test_words_that_stand_elsewhere(start: int, place: int) -> None:
    """Where the bytes do not fit the words, the nearest place with the same words is meant: recorders change what is said."""
    sources = Sources()
    segments = [support("aé", start, start + 4, 0)]
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": segments})

    assert [(place, place + 2)] == [(item.start, item.end) for item in cited(sources, "aé, b aé, c aé", last=True)]


def test_a_later_text_may_have_the_words() -> None:
    """A span behind the text that is read waits, unless no other text follows."""
    sources = Sources()
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": [support("two", 9, 12, 0)]})

    assert cited(sources, "one two ") == []
    assert [(1, 4)] == [(item.start, item.end) for item in cited(sources, " two")]


def test_recitations_and_replacement() -> None:
    """Recitations need a span; later metadata of a kind takes the place of earlier, and leaves the other kind alone."""
    sources = Sources()
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": [support("old", 0, 3, 0)]})
    found = [{"uri": "u", "startIndex": 2, "endIndex": 7}, {"uri": "no span"}, 3]
    sources.update("citationMetadata", {"citations": found})
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": []})
    sources.update("safetyRatings", [])

    assert [Citation("recitation", "u", None, None, 1, 3, found[0])] == cited(sources, "éld")
    assert [Citation("recitation", "u", None, None, 0, 2, found[0])] == cited(sources, "wörd")
    assert not sources.waiting


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        3,
        {},
        {"groundingSupports": 3},
        {"groundingSupports": [3]},
        {"groundingSupports": [{"segment": 3}]},
        {"groundingSupports": [{"segment": {"endIndex": "x"}}]},
        {"groundingSupports": [{"segment": {"endIndex": 1}, "groundingChunkIndices": 3}]},
    ],
)
def test_metadata_of_other_shapes(metadata: Any) -> None:
    """What is not what it should be gives no citation."""
    sources = Sources()
    sources.update("groundingMetadata", metadata)
    sources.update("citationMetadata", metadata)

    assert cited(sources, "text", last=True) == []


def test_citations_of_other_wires() -> None:
    """Their characters become this wire's bytes, and each its own source."""
    of_text = [Citation("url_citation", "https://a", "A", start=3, end=6), Citation(url="https://b")]

    assert is_foreign(of_text[0])
    assert encode_grounding([("Hé two", of_text)]) == {
        "groundingChunks": [{"web": {"uri": "https://a", "title": "A"}}, {"web": {"uri": "https://b"}}],
        "groundingSupports": [
            {"segment": {"startIndex": 4, "endIndex": 7, "text": "two"}, "groundingChunkIndices": [0]},
            {"segment": {"endIndex": 7, "text": "Hé two"}, "groundingChunkIndices": [1]},
        ],
    }
    assert encode_grounding([("x", [])]) == {}


def test_texts_before_a_cited_one() -> None:
    """They count, as they do in what the vendor says."""
    metadata = encode_grounding([("Hé", []), ("zwei", [Citation(url="https://a", start=1, end=3)]), ("x", [Citation(url="b")])])

    assert [{"startIndex": 4, "endIndex": 6, "text": "we"}, {"startIndex": 7, "endIndex": 8, "text": "x"}] == [
        found["segment"] for found in metadata["groundingSupports"]
    ]
