"""The blocks of one message as a target may have them (https://platform.claude.com/docs/en/api/messages).

Vendor data goes to the vendor it came from, as it came; to others go the blocks without it, and blocks that are nothing
else stay out. Media a person gave and the wire cannot carry are refused. Media a model made are left out of its turn,
sound by its transcript: an assistant message takes none. Empty texts are refused by the server and say nothing.
"""

from __future__ import annotations

from binascii import Error, a2b_base64
from collections.abc import Callable, Sequence
from typing import Any, Literal

from ...types.content import (
    Audio,
    Base64,
    Block,
    Citation,
    Document,
    Image,
    Opaque,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)
from ..base import Report, Target, belongs, understands
from .citations import encode_citation
from .dialect import MessagesDialect
from .encode_blocks import (
    Json,
    encode_arguments,
    encode_block,
    encode_cache,
    encode_source,
    is_object,
)

__all__ = ["ContentEncoder", "Side"]

Side = Literal["system", "user", "assistant", "result"]
"""Who says a block; `result` is inside a tool's result."""

# Answers name the file a citation is from; the request's citation objects have no such field.
_FILE_CITATIONS = ("char_location", "page_location", "content_block_location")


class ContentEncoder:
    """Encodes blocks for one target; `modern` is the API version from 2026-10-21 on. `where` is the message, for reports."""

    def __init__(self, target: Target, dialect: MessagesDialect, modern: bool, report: Report) -> None:
        self.where = ""
        self._target = target
        self._dialect = dialect
        self._modern = modern
        self._report = report
        self._toolsets: dict[str, Any] = {}
        """The toolset that each call of its members names, which their results must name too."""

    def encode(self, blocks: Sequence[Block], side: Side) -> list[Json]:
        """The wire objects of blocks. Raises Unsupported for one that has no place there."""
        out: list[Json] = []
        known = _BLOCKS[side]
        for place, block in enumerate(blocks):
            encode = known.get(type(block))
            if encode is None:
                whose = "a tool's result" if side == "result" else f"a {side} message"
                self._report.refuse(_name(block), f"{_name(block)} cannot be sent in {whose}: {self._path(place)}")
            elif (wire := encode(self, block, side, place)) is not None:
                out.append(wire)
        return out

    def _nested(self, blocks: Sequence[Block]) -> list[Json]:
        return self.encode(blocks, "result")

    def _path(self, place: int) -> str:
        return f"{self.where}.content[{place}]"

    def _also(self, wire: Json, block: Block, place: int) -> Json:
        """Add a block's vendor fields and cache mark."""
        if block.extra:
            if belongs(block, self._target):
                wire.update(block.extra)
            else:
                names = ", ".join(sorted(block.extra))
                self._report.adapt("extra", "dropped", f"fields of another vendor: {names}", self._path(place))
        if block.cache is not None:
            if self._dialect.cache:
                wire["cache_control"] = encode_cache(block.cache)
            else:
                self._report.adapt("cache", "dropped", "this provider takes no cache marks", self._path(place))
        return wire

    def _drop(self, block: Block, side: Side, place: int, why: str = "") -> None:
        """Leave a block out and say so."""
        why = why or f"{_name(block)} has no place in {'an' if side == 'assistant' else 'a'} {side} message here"
        self._report.adapt(_name(block), "dropped", why, self._path(place))

    # --- words --------------------------------------------------------------------------------------------------------

    def _text(self, block: Text, side: Side, place: int) -> Json | None:
        if not block.text:
            return None
        wire: Json = {"type": "text", "text": block.text}
        if block.citations and (cited := self._citations(block, side, place)):
            wire["citations"] = cited
        return self._also(wire, block, place) if block.extra or block.cache is not None else wire

    def _citations(self, block: Text, side: Side, place: int) -> list[Json]:
        own: list[Citation] = []
        if self._modern and side != "assistant":
            why = "a user's text carries no citations here"
        elif not belongs(block, self._target):
            why = "the citations are another vendor's"
        else:
            why = "citations without the vendor's own object cannot be sent"
            own = [citation for citation in block.citations if str(citation.raw.get("type")).endswith("_location")]
        if len(own) < len(block.citations):
            self._report.adapt("citations", "dropped", why, self._path(place))
        return [_cite(citation) for citation in own]

    def _refusal(self, block: Refusal, side: Side, place: int) -> Json | None:
        if not block.text:
            return None
        self._report.adapt("refusal", "changed", "a refusal is sent as text", self._path(place))
        return self._also({"type": "text", "text": block.text}, block, place)

    def _transcript(self, block: Audio, side: Side, place: int) -> Json | None:
        if not block.transcript:
            self._drop(block, side, place)
            return None
        self._report.adapt("audio", "changed", "sound the model made is sent as what it says", self._path(place))
        return {"type": "text", "text": block.transcript}

    def _thinking(self, block: Thinking, side: Side, place: int) -> Json | None:
        if not understands(block, self._target):
            self._drop(block, side, place, "the thinking is another vendor's")
            return None
        if block.encrypted is None and not block.signature and self._dialect.signed_thinking:
            self._drop(block, side, place, "thinking without its signature is not taken back")
            return None
        wire = encode_block(block)
        if "cache_control" in wire:
            self._report.adapt("cache", "dropped", "thinking cannot carry a cache mark", self._path(place))
            del wire["cache_control"]
        return wire

    # --- tools --------------------------------------------------------------------------------------------------------

    def _call(self, block: ToolCall, side: Side, place: int) -> Json:
        arguments = encode_arguments(block.arguments, block.custom)
        if block.custom:
            why = f"the free text given to {block.name!r} is sent as the argument `input`"
            self._report.adapt("custom_tool", "changed", why, self._path(place))
        elif type(arguments) is dict and arguments:
            why = f"the arguments of {block.name!r} are not a JSON object: their text is sent in one field"
            self._report.adapt("tool_arguments", "changed", why, self._path(place))
        wire: Json = {"type": "tool_use", "id": block.id, "name": block.name, "input": arguments}
        if block.extra or block.cache is not None:
            self._also(wire, block, place)
            if (toolset := wire.get("toolset_name")) is not None:
                self._toolsets[block.id] = toolset
        return wire

    def _result(self, block: ToolResult, side: Side, place: int) -> Json:
        wire: Json = {"type": "tool_result", "tool_use_id": block.id}
        if block.content and (content := self._nested(block.content)):
            wire["content"] = content
        if block.is_error:
            wire["is_error"] = True
        if (toolset := self._toolsets.get(block.id)) is not None:
            wire["toolset_name"] = toolset
        return self._also(wire, block, place) if block.extra or block.cache is not None else wire

    def _vendor(self, block: Opaque | ServerToolCall | ServerToolResult, side: Side, place: int) -> Json | None:
        """A block that only its vendor understands: it goes to that vendor as it came, or not at all."""
        if not belongs(block, self._target):
            self._drop(block, side, place, f"{_name(block)} is another vendor's")
            return None
        if type(block) is ServerToolCall and block.arguments.strip() and not is_object(block.arguments):
            why = f"the arguments of {block.name!r} are not a JSON object: their text is sent in one field"
            self._report.adapt("tool_arguments", "changed", why, self._path(place))
        wire = encode_block(block)
        if block.cache is not None and not self._dialect.cache:
            self._report.adapt("cache", "dropped", "this provider takes no cache marks", self._path(place))
            del wire["cache_control"]
        return wire

    # --- media --------------------------------------------------------------------------------------------------------

    def _image(self, block: Image, side: Side, place: int) -> Json:
        if not self._dialect.images:
            self._report.refuse("image", f"this provider takes no images: {self._path(place)}")
        if isinstance(block.source, Url) and not self._dialect.image_urls:
            self._report.refuse("image", f"this provider takes images as data, not by URL: {self._path(place)}")
        if block.detail is not None and block.detail != "auto":
            self._report.adapt("image_detail", "dropped", "images have no level of detail here", self._path(place))
        return self._also({"type": "image", "source": encode_source(block.source, self._nested)}, block, place)

    def _document(self, block: Document, side: Side, place: int) -> Json | None:
        if side == "assistant" and self._modern:
            self._drop(block, side, place)
            return None
        if not self._dialect.documents:
            self._report.refuse("document", f"this provider takes no documents: {self._path(place)}")
        source = block.source
        if isinstance(source, Base64) and source.media_type.startswith("text/"):
            source = self._plain_text(source, place)
        wire: Json = {"type": "document", "source": encode_source(source, self._nested)}
        if block.title is not None:
            wire["title"] = block.title
        if block.context is not None:
            wire["context"] = block.context
        if block.citations is not None:
            wire["citations"] = {"enabled": block.citations}
        return self._also(wire, block, place)

    def _plain_text(self, source: Base64, place: int) -> PlainText | Base64:
        """Text goes as text: base64 is for PDF only."""
        try:
            text = a2b_base64(source.data).decode()
        except (Error, UnicodeDecodeError):
            return source
        why = f"a document of type {source.media_type} is sent as plain text"
        self._report.adapt("document", "changed", why, self._path(place))
        return PlainText(text)


def _cite(citation: Citation) -> Json:
    wire = encode_citation(citation)
    if "file_id" in wire and wire.get("type") in _FILE_CITATIONS:
        return {key: value for key, value in wire.items() if key != "file_id"}
    return wire


def _name(block: Block) -> str:
    return str(block.__struct_config__.tag)


_Encode = Callable[[ContentEncoder, Any, Side, int], Json | None]

_WORDS: dict[type, _Encode] = {
    Text: ContentEncoder._text,
    Refusal: ContentEncoder._refusal,
    Opaque: ContentEncoder._vendor,
    Thinking: ContentEncoder._drop,
}
_MEDIA: dict[type, _Encode] = {Image: ContentEncoder._image, Document: ContentEncoder._document}

_BLOCKS: dict[Side, dict[type, _Encode]] = {
    "system": _WORDS,
    "user": _WORDS | _MEDIA | {ToolResult: ContentEncoder._result},
    "result": _WORDS | _MEDIA,
    "assistant": _WORDS
    | {
        Thinking: ContentEncoder._thinking,
        ToolCall: ContentEncoder._call,
        ServerToolCall: ContentEncoder._vendor,
        ServerToolResult: ContentEncoder._vendor,
        Document: ContentEncoder._document,
        Image: ContentEncoder._drop,
        Audio: ContentEncoder._transcript,
        Video: ContentEncoder._drop,
    },
}
"""What may be said where, and how; whatever is not listed is refused."""
