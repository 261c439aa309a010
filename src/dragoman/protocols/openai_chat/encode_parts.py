"""Blocks to content parts, and lists of them to `content`.

A message of one plain text is a string; several texts stay a list, so that their borders survive, unless the dialect
takes strings only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...types.content import (
    Audio,
    Base64,
    Block,
    Blocks,
    Cache,
    Document,
    FileId,
    Image,
    Opaque,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    Url,
    Video,
)
from ..base import Report, Target, belongs
from .dialect import ChatDialect
from .media import audio_format, cache_field, data_url
from .say import image_part, opaque_fields
from .wire import vendor_fields

__all__ = ["PartEncoder", "plain"]

Json = dict[str, Any]


def plain(block: Text | Refusal) -> bool:
    """Whether a text is nothing but its words, as far as a request can say."""
    return not block.extra and block.cache is None and not (isinstance(block, Text) and block.citations)


class PartEncoder:
    """Encodes blocks for one target."""

    def __init__(self, target: Target, dialect: ChatDialect, report: Report) -> None:
        self.target = target
        self.dialect = dialect
        self.report = report

    def content(
        self, blocks: Sequence[Block], path: str, *, arrays: bool, before: Sequence[Json] = (), cache: Cache | None = None
    ) -> str | list[Json]:
        """The `content` of a message: `before` stands at its head, `cache` marks its last part."""
        first = blocks[0] if blocks else None
        if len(blocks) == 1 and isinstance(first, Text) and plain(first) and not before and cache is None:
            return first.text
        parts = list(before)
        for place, block in enumerate(blocks):
            parts.extend(self.encode(block, f"{path}.content[{place}]"))
        if cache is not None:
            self._mark_last(parts, cache, path)
        texts = [text for part in parts if part.get("type") == "text" and isinstance(text := part.get("text"), str)]
        if len(texts) < len(parts):
            return parts
        if len(parts) < 2 and all(part.keys() == {"type", "text"} for part in parts):
            return "".join(texts)
        if arrays:
            return parts
        self.report.adapt("content_parts", "changed", "this provider takes one text: the parts are joined", path)
        return "\n\n".join(texts)

    def encode(self, block: Block, path: str) -> list[Json]:
        """The parts that say a block: mostly one, none where it cannot be said, which is then reported."""
        match block:
            case Text():
                if block.citations:
                    self.report.adapt("citations", "dropped", "this wire does not take citations back", path)
                return [self._finished({"type": "text", "text": block.text}, block, path)]
            case Refusal():
                return [self._finished({"type": "refusal", "refusal": block.text}, block, path)]
            case Image():
                return self._image(block, path)
            case Audio():
                return self._audio(block, path)
            case Document():
                return self._document(block, path)
            case Video():
                if not self.dialect.video_urls or not isinstance(block.source, Base64 | Url):
                    return self._drop("video", "this provider takes no video given so", path)
                return [self._finished({"type": "video_url", "video_url": {"url": _url(block.source)}}, block, path)]
            case Opaque():
                if belongs(block, self.target):
                    return [block.data]
                return self._drop("opaque", "a block of another provider means nothing here", path)
            case ServerToolCall() | ServerToolResult():
                return self._drop("server_tool", "what another provider's own tools did has no place in this wire", path)
            case Thinking():
                return self._drop("thinking", "reasoning is the model's: it cannot stand here", path)
            case _:
                return self._drop(type(block).__name__.lower(), "it cannot stand here", path)

    def cache(self, cache: Cache, path: str, *, on_call: bool = False) -> Json:
        """The field for a cache mark, empty where the vendor takes none there."""
        style = self.dialect.cache_marks
        if style == "cache_control" or (style == "prompt_cache_breakpoint" and not on_call):
            return cache_field(cache, style)
        self.report.adapt("cache", "dropped", "this provider takes no cache marks here", path)
        return {}

    def returned(self, block: Block) -> Json | None:
        """The message fields in which a rare block of the provider's own answer goes back, None for a block of others."""
        if not belongs(block, self.target):
            return None
        match block:
            case Audio() if isinstance(id := block.extra.get("id"), str):
                return {"audio": {"id": id}}
            case Image() if block.extra.get("field") == "images" and (part := image_part(block)) is not None:
                return {"images": [part]}
            case Opaque():
                return opaque_fields(block)
            case _:
                return None

    def instead(self, block: Block, path: str) -> Text | None:
        """Words that stand for what an assistant message cannot hold: of sound, what was said in it."""
        if isinstance(block, Audio) and block.transcript:
            self.report.adapt("audio", "changed", "sound in an answer is sent as its transcript", path)
            return Text(block.transcript)
        feature = "server_tool" if isinstance(block, ServerToolCall | ServerToolResult) else type(block).__name__.lower()
        self.report.adapt(feature, "dropped", "an assistant message of this wire cannot hold it", path)
        return None

    # --- media ---------------------------------------------------------------------------------------------------------

    def _image(self, block: Image, path: str) -> list[Json]:
        if not isinstance(block.source, Base64 | Url):
            return self._drop("image", "this wire takes pictures by URL or as data only", path)
        about = {"url": _url(block.source)}
        if block.detail is not None:
            about["detail"] = block.detail
        return [self._finished({"type": "image_url", "image_url": about}, block, path)]

    def _audio(self, block: Audio, path: str) -> list[Json]:
        source = block.source
        if isinstance(source, Base64) and block.extra.get("field") != "audio_url" and self.dialect.input_audio:
            about = {"data": source.data, "format": audio_format(source.media_type)}
            return [self._finished({"type": "input_audio", "input_audio": about}, block, path)]
        if isinstance(source, Base64 | Url) and self.dialect.audio_urls:
            return [self._finished({"type": "audio_url", "audio_url": {"url": _url(source)}}, block, path)]
        only = "as data only" if self.dialect.input_audio else "not in this form"
        return self._drop("audio", f"this provider takes sound {only}", path)

    def _document(self, block: Document, path: str) -> list[Json]:
        source = block.source
        for feature, value in (("context", block.context), ("citations", block.citations)):
            if value:
                self.report.adapt(f"document_{feature}", "dropped", f"this wire has no {feature} for documents", path)
        name = {} if block.title is None else {"filename": block.title}
        match source:
            case Base64() | FileId() | Url() if not self.dialect.files:
                return self._drop("document", "this provider takes documents of plain text only", path)
            case Base64():
                about = {**name, "file_data": data_url(source)}
            case FileId(id=id):
                about = {"file_id": id, **name}
            case Url(url=url) if self.dialect.document_urls or url.startswith("data:"):
                about = {**name, "file_data": url}
            case PlainText(text=text):
                self.report.adapt("document", "changed", "a document of plain text is sent as text", path)
                words = text if block.title is None else f"{block.title}\n\n{text}"
                return [self._finished({"type": "text", "text": words}, block, path)]
            case Blocks(content=content):
                self.report.adapt("document", "changed", "the document's parts are sent as parts of the message", path)
                return [part for place, inner in enumerate(content) for part in self.encode(inner, f"{path}.content[{place}]")]
            case _:
                return self._drop("document", "this provider takes documents as data or by file id only", path)
        return [self._finished({"type": "file", "file": about}, block, path)]

    # --- every part ----------------------------------------------------------------------------------------------------

    def _finished(self, part: Json, block: Block, path: str) -> Json:
        """The fields that any part may have."""
        if block.cache is not None:
            part.update(self.cache(block.cache, path))
        if block.extra and belongs(block, self.target):
            for name, value in vendor_fields(block.extra).items():
                if name == part["type"] and isinstance(value, dict):
                    part[name].update(value)
                else:
                    part[name] = value
        return part

    def _mark_last(self, parts: list[Json], cache: Cache, path: str) -> None:
        mark = self.cache(cache, path)
        if not mark:
            return
        if not parts:
            parts.append({"type": "text", "text": ""})
        parts[-1] = {**parts[-1], **mark}

    def _drop(self, feature: str, why: str, path: str) -> list[Json]:
        self.report.adapt(feature, "dropped", why, path)
        return []


def _url(source: Base64 | Url) -> str:
    return data_url(source) if isinstance(source, Base64) else source.url
