"""Parts of what people and tools say: text, pictures, files and sound, in both directions.

Source: https://platform.openai.com/docs/api-reference/responses/create#input. Fields of a part that have no word here stay in
`extra`, which also tells a part of an unknown kind (`part`) from an item of one.
"""

from __future__ import annotations

import re
from typing import Any, Final

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
    Origin,
    PlainText,
    Refusal,
    Source,
    Text,
    Url,
)
from ..base import Report, Target, belongs
from .dialect import ResponsesDialect
from .json_text import Json

__all__ = ["WIRE", "PartEncoder", "decode_part", "decode_parts"]

WIRE: Final = Origin("openai_responses")
"""The origin of vendor data that a client sent us: this wire, whoever's."""

_DATA_URL: Final = re.compile(r"data:([\w.+-]+/[\w.+*-]+);base64,", re.ASCII)
_FORMATS: Final = {"mp3": "audio/mpeg", "wav": "audio/wav"}
_WORDS: Final = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav"}


def _format(media_type: str) -> str:
    return _WORDS.get(media_type) or media_type.partition("/")[2]


def _data_url(source: Base64) -> str:
    return f"data:{source.media_type};base64,{source.data}"


def _url_source(url: str) -> Base64 | Url:
    """The source that a URL names; a data URL of any unusual form stays a URL, so that it is sent on as it came."""
    found = _DATA_URL.match(url)
    return Base64(found[1], url[found.end() :]) if found is not None else Url(url)


# --- reading -----------------------------------------------------------------------------------------------------------


def decode_parts(content: Any) -> tuple[Block, ...]:
    """The blocks of a message's content or of a call's output: text, or a list of parts."""
    if isinstance(content, str):
        return (Text(content),)
    listed = content if isinstance(content, list) else [] if content is None else [content]
    return tuple([decode_part(part) for part in listed])


def decode_part(part: Any) -> Block:
    """A part as a block; one of an unknown kind or form is opaque."""
    if not isinstance(part, dict):
        return Opaque({"type": "input_text", "text": part}, extra={"part": True}, origin=WIRE)
    fields = {name: value for name, value in part.items() if value is not None}
    block = _READERS[kind](fields) if isinstance(kind := fields.pop("type", None), str) and kind in _READERS else None
    return Opaque(part, extra={"part": True}, origin=WIRE) if block is None else block


def _common(fields: Json) -> Json:
    """Cache mark, vendor fields and their origin, as arguments of a block."""
    cache = None
    mark = fields.get("prompt_cache_breakpoint")
    if isinstance(mark, dict) and mark.get("mode") == "explicit" and mark.keys() <= {"mode", "ttl"}:
        ttl = mark.get("ttl")
        if ttl is None or isinstance(ttl, str):
            cache = Cache(ttl)
            del fields["prompt_cache_breakpoint"]
    return {"cache": cache, "extra": fields, "origin": WIRE if fields else None}


def _text(fields: Json) -> Block | None:
    text = fields.pop("text", None)
    return Text(text, **_common(fields)) if isinstance(text, str) else None


def _image(fields: Json) -> Block | None:
    url, id, detail = fields.pop("image_url", None), fields.pop("file_id", None), fields.pop("detail", None)
    source: Source
    if isinstance(url, str) and id is None:
        source = _url_source(url)
    elif isinstance(id, str) and url is None:
        source = FileId(id)
    else:
        return None
    return Image(source, detail, **_common(fields)) if detail is None or isinstance(detail, str) else None


def _file(fields: Json) -> Block | None:
    name = fields.pop("filename", None)
    found = [(word, fields.pop(word)) for word in ("file_data", "file_url", "file_id") if word in fields]
    if len(found) != 1 or not isinstance(value := found[0][1], str) or not (name is None or isinstance(name, str)):
        return None
    match found[0][0]:
        case "file_data":
            source: Source = _url_source(value)
            if isinstance(source, Url):
                fields["field"] = "file_data"  # data without a type in front
        case "file_url":
            source = Url(value)
            if value.startswith("data:"):
                return None
        case _:
            source = FileId(value)
    return Document(source, name, **_common(fields))


def _audio(fields: Json) -> Block | None:
    about = fields.pop("input_audio", None)
    if not isinstance(about, dict) or about.keys() != {"data", "format"}:
        return None
    data, word = about["data"], about["format"]
    if not isinstance(data, str) or not isinstance(word, str):
        return None
    media_type = _FORMATS.get(word, f"audio/{word}")
    return Audio(Base64(media_type, data), **_common(fields)) if _format(media_type) == word else None


_READERS: Final = {"input_text": _text, "input_image": _image, "input_file": _file, "input_audio": _audio}


# --- writing -----------------------------------------------------------------------------------------------------------


class PartEncoder:
    """Encodes blocks for one target."""

    def __init__(self, target: Target, dialect: ResponsesDialect, report: Report) -> None:
        self.target = target
        self.dialect = dialect
        self.report = report

    def encode(self, block: Block, path: str) -> list[Json]:
        """The parts that say a block: mostly one, none where it cannot be said, which is then reported."""
        match block:
            case Text():
                if block.citations:
                    self.report.adapt("citations", "dropped", "only the model's own text carries citations on this wire", path)
                return [self.finished({"type": "input_text", "text": block.text}, block, path)]
            case Refusal():
                self.report.adapt("refusal", "changed", "a refusal is sent as text", path)
                return [self.finished({"type": "input_text", "text": block.text}, block, path)]
            case Image():
                return self._image(block, path)
            case Document():
                return self._document(block, path)
            case Audio():
                return self._audio(block, path)
            case Opaque():
                if belongs(block, self.target):
                    return [block.data]
                return self.drop("opaque", "a block of another provider means nothing here", path)
            case _:
                feature = str(block.__struct_config__.tag)
                return self.drop(feature, f"{feature} cannot stand here", path)

    def drop(self, feature: str, why: str, path: str) -> list[Json]:
        """Leave something out and say so."""
        self.report.adapt(feature, "dropped", why, path)
        return []

    def finished(self, part: Json, block: Block, path: str) -> Json:
        """The fields that any part may have."""
        if block.cache is not None:
            if self.dialect.cache_marks:
                ttl = {} if block.cache.ttl is None else {"ttl": block.cache.ttl}
                part["prompt_cache_breakpoint"] = {"mode": "explicit", **ttl}
            else:
                self.report.adapt("cache", "dropped", "this provider takes no cache marks", path)
        if block.extra and belongs(block, self.target):
            part.update({name: value for name, value in block.extra.items() if name not in _OURS})
        return part

    def _image(self, block: Image, path: str) -> list[Json]:
        match block.source:
            case Base64() as source:
                part: Json = {"type": "input_image", "image_url": _data_url(source)}
            case Url(url=url):
                part = {"type": "input_image", "image_url": url}
            case FileId(id=id):
                part = {"type": "input_image", "file_id": id}
            case _:
                return self.drop("image", "this wire takes pictures by URL, by file id or as data only", path)
        part["detail"] = block.detail or "auto"  # the schema demands it
        return [self.finished(part, block, path)]

    def _document(self, block: Document, path: str) -> list[Json]:
        for feature, value in (("context", block.context), ("citations", block.citations)):
            if value:
                self.report.adapt(f"document_{feature}", "dropped", f"this wire has no {feature} for documents", path)
        match block.source:
            case PlainText(text=text):
                self.report.adapt("document", "changed", "a document of plain text is sent as text", path)
                words = text if block.title is None else f"{block.title}\n\n{text}"
                return [self.finished({"type": "input_text", "text": words}, block, path)]
            case Blocks(content=content):
                self.report.adapt("document", "changed", "the document's parts are sent as parts of the message", path)
                return [part for place, inner in enumerate(content) for part in self.encode(inner, f"{path}.content[{place}]")]
            case _ if not self.dialect.files:
                return self.drop("document", "this provider takes no files", path)
            case Base64() as source:
                # The API demands a name beside data: https://platform.openai.com/docs/guides/pdf-files
                name = {"filename": block.title or _file_name(source.media_type)}
                part: Json = {"type": "input_file", **name, "file_data": _data_url(source)}
            case FileId(id=id):
                part = {"type": "input_file", "file_id": id}
            case Url(url=url) if url.startswith("data:") or block.extra.get("field") == "file_data":
                part = {"type": "input_file", "filename": block.title or "document", "file_data": url}
            case Url(url=url):
                part = {"type": "input_file", "file_url": url}
            case _:
                return self.drop("document", "this wire takes documents by URL, by file id or as data only", path)
        if block.title is not None:
            part["filename"] = block.title
        return [self.finished(part, block, path)]

    def _audio(self, block: Audio, path: str) -> list[Json]:
        source = block.source
        if not self.dialect.input_audio:
            return self.drop("audio", "this provider takes no sound", path)
        if not isinstance(source, Base64):
            return self.drop("audio", "this wire takes sound as data only", path)
        about = {"data": source.data, "format": _format(source.media_type)}
        return [self.finished({"type": "input_audio", "input_audio": about}, block, path)]


_OURS: Final = frozenset({"item", "part", "fields", "field", "form", "summary", "content"})
"""Keys of `extra` that this protocol writes for itself."""

_ENDINGS: Final = {"application/pdf": "pdf", "text/plain": "txt", "text/markdown": "md", "text/html": "html", "text/csv": "csv"}


def _file_name(media_type: str) -> str:
    return f"document.{_ENDINGS.get(media_type) or media_type.partition('/')[2].rpartition('.')[2]}"
