"""Where an answer comes from: the metadata of a candidate to the citations of its texts, and back.

`groundingMetadata.groundingSupports` name a span of the answer (UTF-8 bytes, and its text) and the chunks it rests on:
each pair is a citation. `citationMetadata.citations` name spans that resemble a known text. The metadata itself stays in
`Response.extra`; a citation says which block it is about, and where in it, in characters.

Bytes are counted from the beginning of all the answer's text, over any number of parts and chunks, thoughts left out: so it is in
every recorded answer. The documentation counts from the beginning of a part
(https://ai.google.dev/api/generate-content#Segment), which is the same for an answer of one text; a span whose words stand there
only is read so. Where its words stand at neither place, they are looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ...types.content import Citation, SourceSpan
from ..byte_spans import ByteText
from .answers import Json

__all__ = ["Sources", "encode_grounding", "is_foreign"]


class _Claim(msgspec.Struct, gc=False):
    """A citation whose place is not known yet: bytes of the answer's text, and the words that stand there."""

    start: int
    end: int
    words: bytes
    citation: Citation


class Sources:
    """The texts of one candidate, and the citations that none of them has taken yet."""

    def __init__(self) -> None:
        self._waiting: list[_Claim] = []
        self._texts: list[Sequence[str]] = []
        self._read: bytearray = bytearray()
        """The texts so far, as bytes: read when there are citations first."""
        self._borders: list[int] = [0]
        self._counted: list[ByteText] = []

    def update(self, name: str, metadata: Any) -> None:
        """Take a candidate's `groundingMetadata` or `citationMetadata`; later metadata replaces earlier of its kind."""
        if name == "groundingMetadata":
            found = list(_supports(metadata))
        elif name == "citationMetadata":
            found = list(_recitations(metadata))
        else:
            return
        self._waiting = [
            claim for claim in self._waiting if (claim.citation.kind == "recitation") != (name == "citationMetadata")
        ]
        self._waiting += found

    @property
    def waiting(self) -> bool:
        """Whether there are any."""
        return bool(self._waiting)

    def add(self, pieces: Sequence[str]) -> int:
        """The next text of the answer, complete; gives its place among them."""
        self._texts.append(pieces)
        return len(self._texts) - 1

    def of(self, place: int, *, last: bool = False) -> list[Citation]:
        """The citations about a text, which are given once; `last` says that no other text follows."""
        if not self._waiting:
            return []
        self._catch_up()
        taken: list[Citation] = []
        left: list[_Claim] = []
        for claim in self._waiting:
            span, done = self._find(claim, place, last)
            if span is not None:
                start, end = self._counted[place].span(*span)
                taken.append(msgspec.structs.replace(claim.citation, start=start, end=end))
            if not done:
                left.append(claim)
        self._waiting = left
        return taken

    def _catch_up(self) -> None:
        for pieces in self._texts[len(self._counted) :]:
            text = "".join(pieces)
            counted = ByteText()
            counted.add(text)
            self._counted.append(counted)
            self._read += text.encode("utf-8", "surrogatepass")
            self._borders.append(len(self._read))

    def _find(self, claim: _Claim, place: int, last: bool) -> tuple[tuple[int, int] | None, bool]:
        """Where in a text a citation belongs, in bytes of it, None for nowhere; and whether all of it has found its place."""
        begin, border = self._borders[place], self._borders[place + 1]
        start, end, words, known = claim.start, claim.end, claim.words, self._read
        said = words if end <= len(known) else words[: max(len(known) - start, 0)]
        if start < len(known) and (not words or (end - start == len(words) and known[start:end] == said)):
            first, final = max(start, begin), min(end, border)
            return ((first - begin, final - begin) if first < final else None), end <= border
        if not words:
            return None, False
        if begin + end <= border and end - start == len(words) and known[begin + start : begin + end] == words:
            return (start, end), True
        if start >= border and not last:
            return None, False
        found = _nearest(known, words, start, begin, border)
        return (None, False) if found is None else ((found - begin, found - begin + len(words)), True)


def _nearest(said: bytearray, words: bytes, place: int, begin: int, border: int) -> int | None:
    """Where words stand between two borders, next to a place."""
    place = max(begin, min(place, border))
    before, behind = said.rfind(words, begin, min(place + len(words), border)), said.find(words, place, border)
    found = [at for at in (before, behind) if at >= 0]
    return min(found, key=lambda at: abs(at - place)) if found else None


# --- metadata to citations -------------------------------------------------------------------------------------------------


def _supports(metadata: Any) -> Iterator[_Claim]:
    if type(metadata) is not dict:
        return
    chunks, supports = metadata.get("groundingChunks"), metadata.get("groundingSupports")
    chunks = chunks if type(chunks) is list else []
    for support in supports if type(supports) is list else ():
        if type(support) is not dict or type(segment := support.get("segment")) is not dict:
            continue
        said, start, end = segment.get("text"), segment.get("startIndex", 0), segment.get("endIndex")
        if type(start) is not int or type(end) is not int or start < 0:
            continue
        words = said.encode("utf-8", "surrogatepass") if type(said) is str else b""
        indices = support.get("groundingChunkIndices")
        for index in indices if type(indices) is list else ():
            chunk = chunks[index] if type(index) is int and 0 <= index < len(chunks) else None
            yield _Claim(start, end, words, _citation(support, chunk))


def _citation(support: Json, chunk: Any) -> Citation:
    kind, source = next(iter(chunk.items()), ("", None)) if type(chunk) is dict else ("", None)
    source = source if type(source) is dict else {}
    return Citation(
        kind,
        _text(source.get("uri")),
        _text(source.get("title")),
        _text(source.get("text")),
        raw={"support": support, "chunk": chunk},
        span=_pages(source),
    )


def _pages(source: Json) -> SourceSpan | None:
    """The page of a file that was searched, or those of a RAG Engine's chunk, which are counted from 1
    (https://ai.google.dev/api/generate-content#RetrievedContext)."""
    if type(page := source.get("pageNumber")) is int:
        return SourceSpan("page", page, page + 1)
    chunk = source.get("ragChunk")
    pages = chunk.get("pageSpan") if type(chunk) is dict else None
    first, last = (pages.get("firstPage"), pages.get("lastPage")) if type(pages) is dict else (None, None)
    return SourceSpan("page", first, last + 1) if type(first) is int and type(last) is int else None


def _recitations(metadata: Any) -> Iterator[_Claim]:
    citations = metadata.get("citations", metadata.get("citationSources")) if type(metadata) is dict else None
    for item in citations if type(citations) is list else ():
        if type(item) is not dict or type(end := item.get("endIndex")) is not int:
            continue
        start = item.get("startIndex", 0)
        citation = Citation("recitation", _text(item.get("uri")), _text(item.get("title")), raw=item)
        yield _Claim(start if type(start) is int and start > 0 else 0, end, b"", citation)


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


# --- and back ----------------------------------------------------------------------------------------------------------------


def is_foreign(citation: Citation) -> bool:
    """Whether a citation is not from this wire's own metadata, which `Response.extra` holds."""
    return "support" not in citation.raw and citation.kind != "recitation"


def encode_grounding(cited: Sequence[tuple[str, Sequence[Citation]]]) -> Json:
    """The `groundingMetadata` that says the citations of an answer's texts, in order, for those of other wires."""
    chunks: list[Json] = []
    supports: list[Json] = []
    before = 0
    for text, citations in cited:
        for citation in citations:
            start = min(max(citation.start or 0, 0), len(text))
            end = len(text) if citation.end is None else max(start, min(citation.end, len(text)))
            web = {key: value for key, value in (("uri", citation.url), ("title", citation.title)) if value is not None}
            begins, ends = (before + _size(text[:place]) for place in (start, end))
            segment: Json = {"startIndex": begins} if begins else {}
            segment |= {"endIndex": ends, "text": text[start:end]}
            supports.append({"segment": segment, "groundingChunkIndices": [len(chunks)]})
            chunks.append({"web": web})
        before += _size(text)
    return {"groundingChunks": chunks, "groundingSupports": supports} if supports else {}


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
