"""The blocks of one message as a target may have them.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html

Vendor data goes to the vendor it came from, as it came; to others go the blocks without it, and blocks that are nothing
else stay out. Reasoning goes back to models of its own family only. Media a person gave and the wire cannot carry are
refused; media a model made are left out of its turn, sound by its transcript. Blank texts are refused by the service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from ...types.content import (
    Audio,
    Block,
    Document,
    Image,
    Opaque,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
)
from ..base import Report, Target, belongs
from .citations import is_own_citation
from .dialect import ConverseDialect
from .encode_blocks import call_object, encode_cache, media_object, opaque_object, text_object, vendor_object
from .wire import Json, family, is_object

__all__ = ["DOCUMENT_TEXT", "ContentEncoder", "Side"]

Side = Literal["system", "user", "assistant", "result"]
"""Who says a block; `result` is inside a tool's result."""

DOCUMENT_TEXT = "(The document is attached.)"
"""What a message is made to say that holds documents and no words: the service wants some beside them."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9\-()\[\] ]+")
_BLANKS = re.compile(r" {2,}")


class ContentEncoder:
    """Encodes blocks for one target; `where` is the message, for reports. It knows the names of documents so far."""

    def __init__(self, target: Target, dialect: ConverseDialect, kind: str, report: Report) -> None:
        self.where = ""
        self._target = target
        self._dialect = dialect
        self._kind = kind
        self._report = report
        self._titles: set[str] = set()

    def encode(self, blocks: Sequence[Block], side: Side) -> list[Json]:
        """The wire objects of blocks. Raises Unsupported for one that has no place there."""
        out: list[Json] = []
        for place, block in enumerate(blocks):
            encode = _BLOCKS[side].get(type(block))
            if encode is None:
                whose = "a tool's result" if side == "result" else f"a {side} message"
                self._report.refuse(_name(block), f"{_name(block)} cannot be sent in {whose}: {self._path(place)}")
            elif (wire := encode(self, block, side, place)) is not None:
                out.append(wire)
                if block.cache is not None:
                    self._mark(block, side, place, out)
        names = {name for wire in out if type(wire) is dict for name in wire}
        if side == "user" and "document" in names and "text" not in names:
            self._report.adapt("document", "added", "a document wants words beside it: a text was added", self.where)
            out.append({"text": DOCUMENT_TEXT})
        return out

    def _path(self, place: int) -> str:
        return f"{self.where}.content[{place}]"

    def _mark(self, block: Block, side: Side, place: int, out: list[Json]) -> None:
        if side == "result":
            self._report.adapt("cache", "dropped", "a mark inside a tool's result has no place here", self._path(place))
        elif not self._dialect.cache:
            self._report.adapt("cache", "dropped", "this model takes no cache marks", self._path(place))
        else:
            assert block.cache is not None
            out.append(encode_cache(block.cache))

    def _extra(self, block: Block, place: int) -> Json:
        """A block's vendor fields, if they are this vendor's."""
        if not block.extra or belongs(block, self._target):
            return block.extra
        names = ", ".join(sorted(block.extra))
        self._report.adapt("extra", "dropped", f"fields of another vendor: {names}", self._path(place))
        return {}

    def _drop(self, block: Block, side: Side, place: int, why: str = "") -> None:
        """Leave a block out and say so."""
        why = why or f"{_name(block)} has no place in {'an' if side == 'assistant' else 'a'} {side} message here"
        self._report.adapt(_name(block), "dropped", why, self._path(place))

    # --- words --------------------------------------------------------------------------------------------------------

    def _text(self, block: Text, side: Side, place: int) -> Json | None:
        if not block.text.strip() and not block.citations and not block.extra:
            if block.text:
                self._drop(block, side, place, "a blank text is not taken")
            return None
        if not block.extra and not block.citations:
            return {"text": block.text}
        extra = self._extra(block, place)
        if ("json" in extra) != (side == "result") or ("guardContent" in extra and side == "assistant"):
            extra = {key: value for key, value in extra.items() if key not in ("json", "guardContent")}
        own = [item for item in block.citations if is_own_citation(item)] if side == "assistant" else []
        if len(own) < len(block.citations):
            why = "citations without the vendor's own object cannot be sent" if side == "assistant" else "only answers cite"
            self._report.adapt("citations", "dropped", why, self._path(place))
        if not own and block.citations and not block.text.strip():
            return None
        if side != "assistant":
            extra = {key: value for key, value in extra.items() if key in ("json", "guardContent")}
        return text_object(block, own, extra)

    def _refusal(self, block: Refusal, side: Side, place: int) -> Json | None:
        if not block.text.strip():
            return None
        self._report.adapt("refusal", "changed", "a refusal is sent as text", self._path(place))
        return {"text": block.text}

    def _transcript(self, block: Audio, side: Side, place: int) -> Json | None:
        if not block.transcript:
            self._drop(block, side, place)
            return None
        self._report.adapt("audio", "changed", "sound the model made is sent as what it says", self._path(place))
        return {"text": block.transcript}

    def _thinking(self, block: Thinking, side: Side, place: int) -> Json | None:
        said_by = family(block.origin.model) if block.origin is not None else ""
        if not belongs(block, self._target) or (said_by and self._kind and said_by != self._kind):
            self._drop(block, side, place, "the thinking is another vendor's")
        elif self._kind == "anthropic" and block.encrypted is None and not block.signature:
            self._drop(block, side, place, "thinking without its signature is not taken back")
        elif self._kind == "deepseek":
            self._drop(block, side, place, "this model does not take its thinking back")
        else:
            return vendor_object(block)
        return None

    # --- tools --------------------------------------------------------------------------------------------------------

    def _call(self, block: ToolCall, side: Side, place: int) -> Json:
        wire = call_object(block)
        if block.custom:
            why = f"the free text given to {block.name!r} is sent as the argument `input`"
            self._report.adapt("custom_tool", "changed", why, self._path(place))
        elif block.arguments.strip() and not is_object(block.arguments):
            why = f"the arguments of {block.name!r} are not a JSON object: their text is sent in one field"
            self._report.adapt("tool_arguments", "changed", why, self._path(place))
        return {"toolUse": {**wire, **self._extra(block, place)}}

    def _result(self, block: ToolResult, side: Side, place: int) -> Json:
        wire: Json = {"toolUseId": block.id, "content": self.encode(block.content, "result")}
        if block.is_error:
            wire["status"] = "error"
        return {"toolResult": {**wire, **self._extra(block, place)}}

    def _vendor(self, block: Opaque | ServerToolCall | ServerToolResult, side: Side, place: int) -> Any:
        """A block that only its vendor understands: it goes to that vendor as it came, or not at all."""
        if not belongs(block, self._target):
            self._drop(block, side, place, f"{_name(block)} is another vendor's")
            return None
        if isinstance(block, Opaque):
            return opaque_object(block)
        if isinstance(block, ServerToolResult):
            return vendor_object(block)
        return {"toolUse": {**call_object(block), **block.extra}}

    # --- media --------------------------------------------------------------------------------------------------------

    def _media(self, block: Image | Document | Video | Audio, side: Side, place: int) -> Json | None:
        title = self._title(block, place) if isinstance(block, Document) else None
        if isinstance(block, Image) and block.detail is not None and block.detail != "auto":
            self._report.adapt("image_detail", "dropped", "images have no level of detail here", self._path(place))
        wire = media_object(block, title)
        kind = _name(block)
        if wire is None:
            why = f"{kind} is taken as bytes of a known format or from S3 only, not by this source: {self._path(place)}"
            self._report.refuse(kind, why)
            return None
        return {kind: {**wire, **self._extra(block, place)}}

    def _title(self, block: Document, place: int) -> str:
        """A document's name: of letters, digits, single blanks, hyphens and brackets, and one of its kind in the request."""
        given = block.title or ""
        name = _BLANKS.sub(" ", _NOT_IN_NAMES.sub("-", given)).strip()[:200] or f"Document {len(self._titles) + 1}"
        number, plain = 1, name
        while name in self._titles:
            number += 1
            name = f"{plain} {number}"
        self._titles.add(name)
        if given and name != given:
            why = f"the name {given!r} is not one this wire takes: sent as {name!r}"
            self._report.adapt("document_name", "changed", why, self._path(place))
        return name


def _name(block: Block) -> str:
    return str(block.__struct_config__.tag)


_Encode = Callable[[ContentEncoder, Any, Side, int], Any]

_WORDS: dict[type, _Encode] = {
    Text: ContentEncoder._text,
    Refusal: ContentEncoder._refusal,
    Opaque: ContentEncoder._vendor,
    Thinking: ContentEncoder._drop,
}
_MEDIA: dict[type, _Encode] = {
    Image: ContentEncoder._media,
    Document: ContentEncoder._media,
    Video: ContentEncoder._media,
}

_BLOCKS: dict[Side, dict[type, _Encode]] = {
    "system": _WORDS,
    "user": _WORDS | _MEDIA | {ToolResult: ContentEncoder._result, Audio: ContentEncoder._media},
    "result": _WORDS | _MEDIA,
    "assistant": _WORDS
    | {
        Thinking: ContentEncoder._thinking,
        ToolCall: ContentEncoder._call,
        ServerToolCall: ContentEncoder._vendor,
        ServerToolResult: ContentEncoder._vendor,
        Document: ContentEncoder._drop,
        Image: ContentEncoder._drop,
        Audio: ContentEncoder._transcript,
        Video: ContentEncoder._drop,
    },
}
"""What may be said where, and how; whatever is not listed is refused."""
