"""Content parts: pictures, sound, files and video, in both directions.

Source: OpenAI's API reference on user message parts; `video_url` and `audio_url` as vLLM, OpenRouter and DashScope have
them. Fields of a part that have no word here stay in `extra`, those of its inner object under that object's name.
"""

from __future__ import annotations

import re
from typing import Any

from ...types.content import Audio, Base64, Block, Cache, Document, FileId, Image, Opaque, Origin, Refusal, Text, Url, Video
from .dialect import CacheMarks

__all__ = ["WIRE", "audio_format", "cache_field", "data_url", "decode_cache", "decode_part", "decode_url"]

WIRE = Origin("openai_chat")
"""The origin of vendor data that a client sent us: this wire, whoever's."""

_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+*-]+);base64,", re.ASCII)

_FORMATS = {"mp3": "audio/mpeg", "wav": "audio/wav"}
_FORMAT_OF = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav"}


def data_url(source: Base64) -> str:
    """Media inside the request, as a URL."""
    return f"data:{source.media_type};base64,{source.data}"


def decode_url(url: str) -> Base64 | Url:
    """The source that a URL names; a data URL of any unusual form stays a URL, so that it is sent on as it came."""
    found = _DATA_URL.match(url)
    return Base64(found[1], url[found.end() :]) if found is not None else Url(url)


def audio_format(media_type: str) -> str:
    """The wire's word for a media type of sound."""
    return _FORMAT_OF.get(media_type) or media_type.partition("/")[2]


def cache_field(cache: Cache, style: CacheMarks) -> dict[str, Any]:
    """The field that marks a part as the end of a cached prefix."""
    ttl = {} if cache.ttl is None else {"ttl": cache.ttl}
    if style == "prompt_cache_breakpoint":
        return {"prompt_cache_breakpoint": {"mode": "explicit", **ttl}}
    return {"cache_control": {"type": "ephemeral", **ttl}}


def decode_cache(fields: dict[str, Any]) -> Cache | None:
    """The cache mark in a part's fields, taken out of them; one that says more than our word can stays there."""
    for name, key, word in (("prompt_cache_breakpoint", "mode", "explicit"), ("cache_control", "type", "ephemeral")):
        mark = fields.get(name)
        if isinstance(mark, dict) and mark.get(key) == word and mark.keys() <= {key, "ttl"}:
            ttl = mark.get("ttl")
            if ttl is None or isinstance(ttl, str):
                del fields[name]
                return Cache(ttl)
    return None


def decode_part(part: dict[str, Any]) -> Block:
    """A content part as a block; one of an unknown kind or form is opaque."""
    fields = dict(part)
    kind = fields.pop("type", None)
    block = _read(kind, fields) if isinstance(kind, str) else None
    return Opaque(part, origin=WIRE) if block is None else block


def _read(kind: str, fields: dict[str, Any]) -> Block | None:
    """A part of this kind; what it takes from `fields` is removed, what is left is the vendor's."""
    if kind == "text" or kind == "refusal":
        text = fields.pop(kind, None)
        if not isinstance(text, str):
            return None
        if kind == "text":
            return Text(text, **_common(fields, {}, ""))
        fields["field"] = "content"  # and not the message's own field of that name
        return Refusal(text, **_common(fields, {}, ""))
    if kind not in ("image_url", "input_audio", "file", "video_url", "audio_url"):
        return None
    inner = fields.pop(kind, None)
    if not isinstance(inner, dict):
        return None
    inner = dict(inner)
    if kind == "input_audio":
        return _audio(inner, fields)
    if kind == "file":
        return _file(inner, fields)
    url = inner.pop("url", None)
    if not isinstance(url, str):
        return None
    source = decode_url(url)
    if kind == "video_url":
        return Video(source, **_common(fields, inner, kind))
    if kind == "audio_url":
        if isinstance(source, Base64):
            fields["field"] = kind
        return Audio(source, **_common(fields, inner, kind))
    detail = inner.pop("detail", None)
    if detail is not None and not isinstance(detail, str):
        return None
    return Image(source, detail, **_common(fields, inner, kind))


def _audio(inner: dict[str, Any], fields: dict[str, Any]) -> Audio | None:
    data, word = inner.pop("data", None), inner.pop("format", None)
    if not isinstance(data, str) or not isinstance(word, str):
        return None
    media_type = _FORMATS.get(word, f"audio/{word}")
    if audio_format(media_type) != word:
        return None
    return Audio(Base64(media_type, data), **_common(fields, inner, "input_audio"))


def _file(inner: dict[str, Any], fields: dict[str, Any]) -> Document | None:
    data, name, id = inner.pop("file_data", None), inner.pop("filename", None), inner.pop("file_id", None)
    source: Base64 | Url | FileId
    if isinstance(data, str) and id is None:
        source = decode_url(data)
    elif isinstance(id, str) and data is None:
        source = FileId(id)
    else:
        return None
    if name is not None and not isinstance(name, str):
        return None
    return Document(source, name, **_common(fields, inner, "file"))


def _common(fields: dict[str, Any], inner: dict[str, Any], kind: str) -> dict[str, Any]:
    """Cache mark, vendor fields and their origin, as arguments of a block."""
    cache = decode_cache(fields)
    if inner:
        fields[kind] = inner
    return {"cache": cache, "extra": fields, "origin": WIRE if fields else None}
