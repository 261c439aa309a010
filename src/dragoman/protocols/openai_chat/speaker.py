"""One choice's voices: what is being said, and what ends it.

This wire has no block boundaries. A text, refusal or thinking block begins when its kind speaks and ends when another
does, so that one voice is open at a time; beside it there may be a silent thinking block, of reasoning details that no
text came with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...types.content import Block, Citation, Origin
from ...types.events import BlockStart, BlockStop, CitationDelta, Event, OpaqueDelta, TextDelta, ThinkingDelta
from .blocks import Kind, Open, OpenText, OpenThinking
from .details import DETAILS, SILENT_FIELDS, Details
from .gather import Gathered
from .say import closing_tag, opening_tag
from .think_tags import CLOSE, ThinkTags
from .wire import decode_citation

__all__ = ["Logprobs", "Register", "Speaker", "place_of"]

Logprobs = tuple[dict[str, Any], ...] | None
"""The token objects that belong to a piece of text."""


def place_of(opened: Open) -> int:
    """The index of a block that has begun."""
    assert opened.index is not None
    return opened.index


class Register:
    """Numbers the blocks of an answer, over all its choices, and knows which are open."""

    __slots__ = ("count", "opened")

    def __init__(self) -> None:
        self.count = 0
        self.opened: dict[int, Open] = {}

    def begin(self, opened: Open, out: list[Event]) -> None:
        """Give a block its number and its beginning."""
        opened.index = self.count
        self.opened[self.count] = opened
        self.count += 1
        out.append(BlockStart(opened.index, opened.start, opened.choice))

    def end(self, opened: Open, out: list[Event]) -> None:
        """Give a block its end."""
        place = place_of(opened)
        del self.opened[place]
        out.append(BlockStop(place, opened.final()))

    def whole(self, block: Block, choice: int, out: list[Event]) -> None:
        """Give a block that comes in one piece."""
        out.append(BlockStart(self.count, block, choice))
        out.append(BlockStop(self.count))
        self.count += 1


class Speaker:
    """The voices of one choice."""

    __slots__ = (
        *("before", "citations", "field", "held", "index", "logprobs", "origin", "register", "spoke", "tags", "thinking"),
        "voice",
    )

    def __init__(self, index: int, register: Register, origin: Origin, tags: ThinkTags | None) -> None:
        self.index = index
        self.register = register
        self.origin = origin
        self.tags = tags
        self.voice: OpenText | OpenThinking | None = None
        self.thinking: OpenThinking | None = None
        self.field: str | None = None
        self.citations: list[dict[str, Any]] = []
        self.held: list[list[Any]] = []
        self.logprobs = Gathered()
        self.spoke = False
        self.before = 0
        """The characters of the content that closed blocks have taken, which citations count too."""

    def speak(self, kind: Kind, out: list[Event]) -> OpenText:
        """The text or refusal that is being said, begun where another kind spoke last."""
        voice = self.voice
        if isinstance(voice, OpenText) and voice.kind == kind:
            return voice
        self._close_voice(out)
        self.tell_held(out)
        opened = OpenText(self.index, "refusal" if kind == "refusal" else "text", self.origin, self.before)
        self.voice = opened
        self.spoke = True
        self.register.begin(opened, out)
        self.cite(out)
        return opened

    def _say(self, text: str, logprobs: Logprobs, out: list[Event]) -> None:
        opened = self.speak("text", out)
        opened.pieces.append(text)
        if logprobs:
            opened.logprobs.extend(logprobs)
        out.append(TextDelta(place_of(opened), text, logprobs))

    def think(self, field: str | None, out: list[Event], **extra: Any) -> OpenThinking:
        """The thinking that is being said, begun where there is none; it takes the details that waited for it."""
        opened = self.thinking
        if opened is not None and opened is self.voice:
            if opened.field == field or not {opened.field, field} & SILENT_FIELDS:
                return opened
            opened = None
        self._close_voice(out)
        if opened is not None:
            self.register.end(opened, out)
        opened = OpenThinking(self.index, self.origin, field, extra)
        self.thinking = self.voice = opened
        self.spoke = True
        self.register.begin(opened, out)
        for details in self.held:
            self.detail(opened, details, out)
        self.held = []
        return opened

    def detail(self, opened: OpenThinking, details: list[Any], out: list[Event], *, whole: bool = False) -> None:
        """Tell pieces of `reasoning_details` as they came, and keep them for the block's end."""
        if opened.details is None:
            opened.details = Details()
        opened.details.take(details, whole=whole)
        out.append(OpaqueDelta(place_of(opened), {DETAILS: details}))

    def tell_held(self, out: list[Event], *, whole: bool = False) -> None:
        """Details without text (encrypted reasoning, a late signature) make a silent thinking block: they wait for the
        text they may belong to until something else speaks, and do not interrupt what is being said."""
        if not self.held:
            return
        opened = self.thinking
        if opened is None:
            opened = self.thinking = OpenThinking(self.index, self.origin, None)
            self.spoke = True
            self.register.begin(opened, out)
        for details in self.held:
            self.detail(opened, details, out, whole=whole)
        self.held = []

    def take_text(self, text: str, logprobs: Logprobs, out: list[Event], *, whole: bool) -> None:
        """Say content, reasoning between tags split off where the dialect allows for it."""
        tags = self.tags
        if tags is None or self.field is not None or not text:
            self._say(text, logprobs, out)
            return
        for kind, piece in tags.feed(text, whole=whole):
            logprobs = self._take_tagged(kind, piece, logprobs, out)
        if logprobs is not None:
            self.logprobs.take("content", list(logprobs))

    def _take_tagged(self, kind: str, text: str, logprobs: Logprobs, out: list[Event]) -> Logprobs:
        """Say one piece that the tag splitter found; gives back the token list where it has not been told."""
        if kind == "text":
            self._say(text, logprobs, out)
            return None
        if kind == "open":
            self.think("content", out, **({"before": text} if text else {}))
        elif kind == "thinking":
            inside = self.voice is not None and self.voice is self.thinking
            opened = self.think("content", out, **({} if inside else {"lone_tag": True}))
            opened.pieces.append(text)
            out.append(ThinkingDelta(place_of(opened), text))
        elif kind == "lone":
            self._turn_to_reasoning(out)
        if kind in ("close", "lone"):
            self._close_voice(out)
        return logprobs

    def _turn_to_reasoning(self, out: list[Event]) -> None:
        """What was taken for text was reasoning; citations and token lists, which only text has, look for another place."""
        voice = self.voice
        if not isinstance(voice, OpenText):
            self.think("content", out, lone_tag=True)
            return
        voice.reasoning = True
        self.citations = [citation.raw for citation in voice.citations] + self.citations
        if voice.logprobs:
            self.logprobs.take("content", voice.logprobs)

    def flush_tags(self, out: list[Event]) -> None:
        """Say what the splitter holds back: nothing can complete the tag it may have begun."""
        if self.tags is not None:
            for kind, piece in self.tags.flush():
                self._take_tagged(kind, piece, None, out)

    def _leave_open(self) -> None:
        """Reasoning between tags ends without its closing tag."""
        if self.tags is not None and self.tags.inside and self.thinking is not None:
            self.thinking.unclosed = True

    def cite(self, out: list[Event]) -> None:
        """Citations stand on the text that is being said; those that come before any text wait for it."""
        voice = self.voice
        if not self.citations or not isinstance(voice, OpenText) or voice.kind != "text":
            return
        self._tell_citations(voice, [decode_citation(annotation, voice.before) for annotation in self.citations], out)
        self.citations = []

    def cite_sources(self, found: Sequence[Citation], out: list[Event]) -> None:
        """Sources of the whole answer stand on the text that ends it, where it cites none itself."""
        voice = self.voice
        if isinstance(voice, OpenText) and voice.kind == "text" and not voice.citations:
            self._tell_citations(voice, found, out)

    @staticmethod
    def _tell_citations(voice: OpenText, found: Sequence[Citation], out: list[Event]) -> None:
        voice.citations.extend(found)
        out.extend([CitationDelta(place_of(voice), citation) for citation in found])

    def interrupt(self, out: list[Event]) -> None:
        """Something speaks that is not content."""
        self.flush_tags(out)
        self._leave_open()
        self._close_voice(out)
        self.tell_held(out)

    def _close_voice(self, out: list[Event]) -> None:
        voice = self.voice
        if voice is None:
            return
        self.voice = None
        if isinstance(voice, OpenThinking):
            if voice.field == "content":
                length = len(closing_tag({"unclosed": voice.unclosed})) + len(opening_tag(voice.said))
                self.before += length + sum(map(len, voice.pieces))
        elif voice.kind == "text":
            self.before += sum(map(len, voice.pieces)) + (len(CLOSE) if voice.reasoning else 0)
        if voice is self.thinking:
            self.thinking = None
        self.register.end(voice, out)

    def whole_block(self, block: Block, out: list[Event]) -> None:
        """Say a block that comes in one piece."""
        self.interrupt(out)
        self.spoke = True
        self.register.whole(block, self.index, out)
