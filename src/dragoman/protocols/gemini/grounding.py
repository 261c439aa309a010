"""Where an answer comes from: the metadata of a candidate to the citations of its texts, and back.

`groundingMetadata.groundingSupports` name a span of the answer (UTF-8 bytes, and its text) and the chunks it rests on:
each pair is a citation. `citationMetadata.citations` name spans that resemble a known text. The metadata itself stays in
`Response.extra`; a citation only says which block it is about. Offsets are the vendor's and are not recounted; which
block they are about is found by the text of the span, as the metadata may be about any of several.
https://ai.google.dev/gemini-api/docs/google-search
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...types.content import Citation
from .answers import Json

__all__ = ["Sources", "encode_grounding", "is_foreign"]


class Sources:
    """The citations of one candidate that no block has taken yet."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Citation]] = []

    def update(self, name: str, metadata: Any) -> None:
        """Take a candidate's `groundingMetadata` or `citationMetadata`; later metadata replaces earlier of its kind."""
        if name == "groundingMetadata":
            found = _supports(metadata)
        elif name == "citationMetadata":
            found = _recitations(metadata)
        else:
            return
        self._waiting = [item for item in self._waiting if (item[1].kind == "recitation") != (name == "citationMetadata")]
        self._waiting += found

    @property
    def waiting(self) -> bool:
        """Whether there are any."""
        return bool(self._waiting)

    def of(self, text: str) -> list[Citation]:
        """The citations about a text, which are given once."""
        if not self._waiting or not text:
            return []
        raw = text.encode("utf-8", "replace")
        taken: list[Citation] = []
        left: list[tuple[str, Citation]] = []
        for segment, citation in self._waiting:
            if (segment in text) if segment else (citation.end or 0) <= len(raw):
                taken.append(citation)
            else:
                left.append((segment, citation))
        self._waiting = left
        return taken


def _supports(metadata: Any) -> list[tuple[str, Citation]]:
    if type(metadata) is not dict:
        return []
    chunks, supports = metadata.get("groundingChunks"), metadata.get("groundingSupports")
    chunks = chunks if type(chunks) is list else []
    found: list[tuple[str, Citation]] = []
    for support in supports if type(supports) is list else ():
        if type(support) is not dict or type(segment := support.get("segment")) is not dict:
            continue
        said, start, end = segment.get("text"), segment.get("startIndex", 0), segment.get("endIndex")
        said = said if type(said) is str else ""
        if type(start) is not int or type(end) is not int:
            continue
        indices = support.get("groundingChunkIndices")
        for index in indices if type(indices) is list else ():
            chunk = chunks[index] if type(index) is int and 0 <= index < len(chunks) else None
            kind, source = next(iter(chunk.items()), ("", None)) if type(chunk) is dict else ("", None)
            source = source if type(source) is dict else {}
            raw = {"support": support, "chunk": chunk}
            citation = Citation(
                kind, _text(source.get("uri")), _text(source.get("title")), _text(source.get("text")), start, end, raw
            )
            found.append((said, citation))
    return found


def _recitations(metadata: Any) -> list[tuple[str, Citation]]:
    citations = metadata.get("citations", metadata.get("citationSources")) if type(metadata) is dict else None
    found: list[tuple[str, Citation]] = []
    for item in citations if type(citations) is list else ():
        if type(item) is not dict or type(end := item.get("endIndex")) is not int:
            continue
        start = item.get("startIndex", 0)
        start = start if type(start) is int else None
        found.append(("", Citation("recitation", _text(item.get("uri")), _text(item.get("title")), None, start, end, item)))
    return found


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


def is_foreign(citation: Citation) -> bool:
    """Whether a citation is not from this wire's own metadata, which `Response.extra` holds."""
    return "support" not in citation.raw and citation.kind != "recitation"


def encode_grounding(cited: Sequence[tuple[str, Sequence[Citation]]]) -> Json:
    """The `groundingMetadata` that says the citations of texts, for those of other wires."""
    chunks: list[Json] = []
    supports: list[Json] = []
    for text, citations in cited:
        for citation in citations:
            start = min(citation.start or 0, len(text))
            end = len(text) if citation.end is None else max(start, min(citation.end, len(text)))
            web = {key: value for key, value in (("uri", citation.url), ("title", citation.title)) if value is not None}
            segment: Json = {"startIndex": len(text[:start].encode("utf-8", "replace"))} if start else {}
            segment |= {"endIndex": len(text[:end].encode("utf-8", "replace")), "text": text[start:end]}
            supports.append({"segment": segment, "groundingChunkIndices": [len(chunks)]})
            chunks.append({"web": web})
    return {"groundingChunks": chunks, "groundingSupports": supports} if supports else {}
