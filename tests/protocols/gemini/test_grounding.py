"""Metadata to citations and back: which text a span is about, and whose words they are."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.gemini.grounding import Sources, encode_grounding, is_foreign
from dragoman.types import Citation

CHUNKS = [
    {"web": {"uri": "https://a", "title": "A"}},
    {"retrievedContext": {"title": "B", "text": "said there"}},
    3,
]


def support(text: str, start: int, end: int, *indices: Any) -> dict[str, Any]:
    return {"segment": {"startIndex": start, "endIndex": end, "text": text}, "groundingChunkIndices": list(indices)}


def test_each_span_and_source_is_a_citation() -> None:
    """A span with two sources gives two; the kind is the chunk's word, and sources that are missing have none."""
    sources = Sources()
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": [support("two", 4, 7, 0, 1, 9)]})
    found = sources.of("one two three")

    assert [(item.kind, item.url, item.title, item.text, item.start, item.end) for item in found] == [
        ("web", "https://a", "A", None, 4, 7),
        ("retrievedContext", None, "B", "said there", 4, 7),
        ("", None, None, None, 4, 7),
    ]
    assert found[0].raw == {"support": support("two", 4, 7, 0, 1, 9), "chunk": CHUNKS[0]}
    assert not any(is_foreign(item) for item in found)
    assert sources.of("one two three") == []


def test_a_span_waits_for_its_text() -> None:
    """A text without the span leaves it to the next."""
    sources = Sources()
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": [support("two", 0, 3, 0)]})

    assert sources.of("one") == []
    assert sources.waiting
    assert len(sources.of("two")) == 1
    assert not sources.waiting


def test_recitations_and_replacement() -> None:
    """Recitations need a span; later metadata of a kind takes the place of earlier, and leaves the other kind alone."""
    sources = Sources()
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": [support("old", 0, 3, 0)]})
    sources.update("citationMetadata", {"citations": [{"uri": "u", "startIndex": 1, "endIndex": 3}, {"uri": "no span"}, 3]})
    sources.update("groundingMetadata", {"groundingChunks": CHUNKS, "groundingSupports": []})
    sources.update("safetyRatings", [])

    assert sources.of("old") == [Citation("recitation", "u", None, None, 1, 3, {"uri": "u", "startIndex": 1, "endIndex": 3})]


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

    assert sources.of("text") == []


def test_citations_of_other_wires() -> None:
    """Their characters become this wire's bytes, and each its own source."""
    cited = [("Hé two", [Citation("url_citation", "https://a", "A", start=3, end=6), Citation(url="https://b")])]

    assert is_foreign(cited[0][1][0])
    assert encode_grounding(cited) == {
        "groundingChunks": [{"web": {"uri": "https://a", "title": "A"}}, {"web": {"uri": "https://b"}}],
        "groundingSupports": [
            {"segment": {"startIndex": 4, "endIndex": 7, "text": "two"}, "groundingChunkIndices": [0]},
            {"segment": {"endIndex": 7, "text": "Hé two"}, "groundingChunkIndices": [1]},
        ],
    }
    assert encode_grounding([("x", [])]) == {}
