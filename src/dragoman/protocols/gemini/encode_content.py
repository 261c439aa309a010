"""The blocks of one message as a target may have them (https://ai.google.dev/gemini-api/docs/function-calling).

Vendor data goes to the vendor it came from, as it came; to others go the blocks without it, and blocks that are nothing
else stay out. Media a person gave and the wire cannot carry are refused. A call that no Gemini model made gets the
documented signature for such calls, without which newer models refuse the request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from ...types.content import (
    Audio,
    Block,
    Blocks,
    Document,
    FileId,
    Image,
    Opaque,
    OpaqueSource,
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
from ..base import Report, Target, belongs
from .answers import Json
from .decode_parts import SILENT, SYNTHETIC
from .dialect import GeminiDialect
from .encode_parts import RESOLUTIONS, encode_part, encode_response_object, guess_type, is_object
from .grounding import is_foreign

__all__ = ["ContentEncoder", "Side"]

Side = Literal["system", "user", "assistant"]
"""Who says a block."""

Media = Image | Audio | Video | Document


class ContentEncoder:
    """Encodes blocks for one target. `where` is the message, for reports; `calls` are those of the last model turn."""

    def __init__(self, target: Target, dialect: GeminiDialect, report: Report) -> None:
        self.where = ""
        self.calls: dict[str, ToolCall] = {}
        self._target = target
        self._dialect = dialect
        self._report = report

    def encode(self, blocks: Sequence[Block], side: Side) -> list[Json]:
        """The parts of blocks. Raises Unsupported for one that has no place there."""
        out: list[Json] = []
        behind: list[Json] = []
        if side == "assistant":
            self.calls = {block.id: block for block in blocks if type(block) is ToolCall}
        encoders = _BLOCKS[side]
        first_call: ToolCall | None = None
        for place, block in enumerate(blocks):
            if type(block) is Text and not block.extra and not block.citations and block.cache is None:
                if block.text:
                    out.append({"text": block.text})
                continue
            encode = encoders.get(type(block))
            if encode is None:
                self._report.refuse(_name(block), f"{_name(block)} cannot be sent in a {side} message: {self._path(place)}")
                continue
            parts = encode(self, block, place)
            if type(block) is ToolCall:
                if first_call is None:
                    first_call = block
                if block is first_call and parts:
                    self._sign(block, parts[0], place)
            elif type(block) is ToolResult:
                behind += parts[1:]
                parts = parts[:1]
            out += parts
        return out + behind

    def _path(self, place: int) -> str:
        return f"{self.where}.content[{place}]"

    def _own(self, block: Any, place: int) -> Any:
        """The block without what this target may not have."""
        if block.cache is not None:
            self._report.adapt("cache", "dropped", "prompts are cached without marks here", self._path(place))
        if block.extra and not belongs(block, self._target):
            names = sorted(block.extra.keys() - {SYNTHETIC, SILENT})
            if names:
                why = f"fields of another vendor: {', '.join(names)}"
                self._report.adapt("extra", "dropped", why, self._path(place))
            return msgspec.structs.replace(block, extra={})
        return block

    def _drop(self, block: Block, place: int, why: str = "") -> list[Json]:
        """Leave a block out and say so."""
        self._report.adapt(_name(block), "dropped", why or f"{_name(block)} has no place there", self._path(place))
        return []

    # --- words -----------------------------------------------------------------------------------------------------------

    def _text(self, block: Text, place: int) -> list[Json]:
        if not block.text and not block.extra:
            return []
        if any(is_foreign(citation) for citation in block.citations):
            self._report.adapt("citations", "dropped", "texts carry no citations in requests", self._path(place))
        own = self._own(block, place)
        return [encode_part(own)] if own.text or own.extra else []

    def _refusal(self, block: Refusal, place: int) -> list[Json]:
        if not block.text:
            return []
        self._report.adapt("refusal", "changed", "a refusal is sent as text", self._path(place))
        return [encode_part(self._own(block, place))]

    def _thinking(self, block: Thinking, place: int) -> list[Json]:
        if not belongs(block, self._target):
            return self._drop(block, place, "the thinking is another vendor's")
        if block.encrypted is not None:
            return self._drop(block, place, "encrypted thinking is another wire's")
        return [encode_part(self._own(block, place))]

    # --- tools -----------------------------------------------------------------------------------------------------------

    def _call(self, block: ToolCall, place: int) -> list[Json]:
        if block.custom:
            why = f"the free text given to {block.name!r} is sent as the argument `input`"
            self._report.adapt("custom_tool", "changed", why, self._path(place))
        elif block.arguments and not is_object(block.arguments):
            why = f"the arguments of {block.name!r} are not a JSON object: their text is sent in one field"
            self._report.adapt("tool_arguments", "changed", why, self._path(place))
        elif block.arguments and not block.extra and block.cache is None:  # the usual call
            arguments = msgspec.Raw(block.arguments.encode())
            return [{"functionCall": {"id": block.id, "name": block.name, "args": arguments}}]
        return [encode_part(self._own(block, place))]

    def _sign(self, call: ToolCall, part: Json, place: int) -> None:
        """The first call of a step must be signed; one that this model did not make can only be with the word for that."""
        signature = self._dialect.foreign_signature
        if signature is None or "thoughtSignature" in part:
            return
        origin = call.origin
        if origin is not None and belongs(call, self._target) and origin.model in ("", self._target.model):
            return
        why = f"the call {call.id!r} is not this model's own: it is signed as such"
        self._report.adapt("thought_signature", "added", why, self._path(place))
        part["thoughtSignature"] = signature

    def _result(self, block: ToolResult, place: int) -> list[Json]:
        """The result, and behind it the media that cannot stand in it."""
        call = self.calls.get(block.id)
        content = block.content
        if len(content) == 1 and type(content[0]) is Text and not block.extra and block.cache is None:
            name = block.name if call is None or block.name is not None else call.name
            if name is not None and (call is None or SYNTHETIC not in call.extra):  # the usual result: words and nothing else
                response = encode_response_object([content[0].text], block.is_error)
                return [{"functionResponse": {"id": block.id, "name": name or block.id, "response": response}}]
        own: ToolResult = self._own(block, place)
        if own.name is None:
            if call is None:
                why = f"the result {own.id!r} names no tool: its id stands for the name"
                self._report.adapt("tool_name", "added", why, self._path(place))
            own = msgspec.structs.replace(own, name=own.id if call is None else call.name)
        if call is not None and SYNTHETIC in call.extra and SYNTHETIC not in own.extra and belongs(call, self._target):
            own = msgspec.structs.replace(own, extra={**own.extra, SYNTHETIC: True})
        words: list[Block] = []
        inside: list[Json] = []
        behind: list[Json] = []
        for item in own.content:
            if isinstance(item, Text | Refusal):
                if inside:
                    why = "texts stand before the media of a result here"
                    self._report.adapt("tool_result", "moved", why, self._path(place))
                words.append(item)
            elif isinstance(item, Media):
                for part in self._media(item, place):
                    media = {key: value for key, value in part.items() if key in ("inlineData", "fileData")}
                    (inside if media and self._dialect.result_media else behind).append(media or part)
            else:
                self._drop(item, place, f"{_name(item)} cannot stand in a tool's result")
        if behind:
            why = "this model takes no such media in results: they stand behind the results"
            self._report.adapt("tool_result", "moved", why, self._path(place))
        if len(words) < len(own.content):
            own = msgspec.structs.replace(own, content=tuple(words))
        wire = encode_part(own)
        if inside:
            wire["functionResponse"]["parts"] = inside
        return [wire, *behind]

    def _vendor(self, block: Opaque | ServerToolCall | ServerToolResult, place: int) -> list[Json]:
        """A block that only its vendor understands: it goes to that vendor as it came, or not at all."""
        if not belongs(block, self._target):
            return self._drop(block, place, f"{_name(block)} is another vendor's")
        return [encode_part(self._own(block, place))]

    # --- media -----------------------------------------------------------------------------------------------------------

    def _media(self, block: Media, place: int) -> list[Json]:
        own = self._own(block, place)
        source = own.source
        if isinstance(source, Blocks):
            why = "the blocks of a document are sent as parts"
            self._report.adapt("document", "changed", why, self._path(place))
            return self.encode(source.content, "user")
        if isinstance(source, OpaqueSource):
            self._report.refuse(_name(block), f"this source cannot be sent here: {self._path(place)}")
        if isinstance(source, FileId) and source.id.startswith("files/"):
            source = FileId(f"{self._target.base_url}/{source.id}")
            own = msgspec.structs.replace(own, source=source)
        if isinstance(source, Url) and source.media_type is None and not (own.origin is not None and belongs(own, self._target)):
            own = msgspec.structs.replace(own, source=Url(source.url, guess_type(source.url)))
        if isinstance(own, Image) and own.detail not in (None, "auto") and not self._takes_detail(own.detail):
            why = f"images have no level of detail {own.detail!r} here"
            self._report.adapt("image_detail", "dropped", why, self._path(place))
            own = msgspec.structs.replace(own, detail=None)
        if isinstance(own, Document):
            for field in ("title", "context", "citations"):
                if getattr(own, field):
                    self._report.adapt("document", "dropped", f"documents have no {field} here", self._path(place))
        return [encode_part(own)]

    def _takes_detail(self, detail: str | None) -> bool:
        return detail in RESOLUTIONS and self._dialect.media_resolution

    def _model_media(self, block: Media, place: int) -> list[Json]:
        """Media that a model made, in its turn. Sound of other vendors is known there by an id only: then its words go."""
        if isinstance(block, Audio) and not belongs(block, self._target) and isinstance(block.source, FileId | OpaqueSource):
            if not block.transcript:
                return self._drop(block, place, "the sound is another vendor's")
            self._report.adapt("audio", "changed", "sound of another vendor is sent as what it says", self._path(place))
            return [{"text": block.transcript}]
        return self._media(block, place)


def _name(block: Block) -> str:
    return str(block.__struct_config__.tag)


_Encode = Callable[[ContentEncoder, Any, int], list[Json]]

_WORDS: dict[type, _Encode] = {
    Text: ContentEncoder._text,
    Refusal: ContentEncoder._refusal,
    Opaque: ContentEncoder._vendor,
    Thinking: ContentEncoder._thinking,
}
_MEDIA: dict[type, _Encode] = dict.fromkeys((Image, Audio, Video, Document), ContentEncoder._media)
_SERVER: dict[type, _Encode] = dict.fromkeys((ServerToolCall, ServerToolResult), ContentEncoder._vendor)

_BLOCKS: dict[Side, dict[type, _Encode]] = {
    "system": _WORDS,
    "user": _WORDS | _MEDIA | _SERVER | {ToolResult: ContentEncoder._result, ToolCall: ContentEncoder._call},
    "assistant": _WORDS
    | _SERVER
    | dict.fromkeys((Image, Audio, Video, Document), ContentEncoder._model_media)
    | {ToolCall: ContentEncoder._call, ToolResult: ContentEncoder._result},
}
"""What may be said where, and how; whatever is not listed is refused."""
