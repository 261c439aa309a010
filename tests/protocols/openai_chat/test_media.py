"""Content parts to blocks, and the small words of media."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.openai_chat.media import (
    WIRE,
    audio_format,
    cache_field,
    data_url,
    decode_cache,
    decode_part,
    decode_url,
)
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Cache,
    Document,
    FileId,
    Image,
    Opaque,
    Refusal,
    Text,
    Url,
    Video,
)

Json = dict[str, Any]
PNG = "data:image/png;base64,QUJD"


@pytest.mark.parametrize(
    ("part", "block"),
    [
        ({"type": "text", "text": "Hi"}, Text("Hi")),
        ({"type": "text", "text": "Hi", "x": 1}, Text("Hi", extra={"x": 1}, origin=WIRE)),
        ({"type": "text", "text": "Hi", "prompt_cache_breakpoint": {"mode": "explicit"}}, Text("Hi", cache=Cache())),
        ({"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral", "ttl": "1h"}}, Text("Hi", cache=Cache("1h"))),
        ({"type": "refusal", "refusal": "No"}, Refusal("No", extra={"field": "content"}, origin=WIRE)),
        ({"type": "image_url", "image_url": {"url": "https://a.test/b.png"}}, Image(Url("https://a.test/b.png"))),
        ({"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}, Image(Base64("image/png", "QUJD"), "low")),
        (
            {"type": "image_url", "image_url": {"url": PNG, "y": 2}, "x": 1},
            Image(Base64("image/png", "QUJD"), extra={"x": 1, "image_url": {"y": 2}}, origin=WIRE),
        ),
        ({"type": "input_audio", "input_audio": {"data": "QUJD", "format": "mp3"}}, Audio(Base64("audio/mpeg", "QUJD"))),
        ({"type": "input_audio", "input_audio": {"data": "QUJD", "format": "flac"}}, Audio(Base64("audio/flac", "QUJD"))),
        ({"type": "audio_url", "audio_url": {"url": "https://a.test/b"}}, Audio(Url("https://a.test/b"))),
        (
            {"type": "audio_url", "audio_url": {"url": "data:audio/wav;base64,QUJD"}},
            Audio(Base64("audio/wav", "QUJD"), extra={"field": "audio_url"}, origin=WIRE),
        ),
        ({"type": "video_url", "video_url": {"url": "https://a.test/b"}}, Video(Url("https://a.test/b"))),
        (
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,QUJD", "filename": "a.pdf"}},
            Document(Base64("application/pdf", "QUJD"), "a.pdf"),
        ),
        ({"type": "file", "file": {"file_id": "file-1"}}, Document(FileId("file-1"))),
        ({"type": "file", "file": {"file_data": "https://a.test/b.pdf"}}, Document(Url("https://a.test/b.pdf"))),
    ],
)
def test_parts_of_a_message(part: Json, block: Block) -> None:
    """Every known part is a block; what it has besides is kept with its origin."""
    assert decode_part(part) == block


@pytest.mark.parametrize(
    "part",
    [
        {"type": "hologram", "hologram": {}},
        {"type": 3},
        {"text": "no type"},
        {"type": "text", "text": None},
        {"type": "image_url", "image_url": "https://a.test/b.png"},
        {"type": "image_url", "image_url": {"url": 3}},
        {"type": "image_url", "image_url": {"url": PNG, "detail": 3}},
        {"type": "input_audio", "input_audio": {"data": "QUJD"}},
        {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "mpeg"}},
        {"type": "file", "file": {"filename": "a.pdf"}},
        {"type": "file", "file": {"file_id": "f", "file_data": PNG}},
        {"type": "file", "file": {"file_id": "f", "filename": 3}},
    ],
)
def test_parts_of_another_kind_or_form(part: Json) -> None:
    """What cannot be read, or could not be written the same again, is kept as it came."""
    assert decode_part(part) == Opaque(part, origin=WIRE)


@pytest.mark.parametrize(
    "url", ["https://a.test/b", "data:text/plain,hi", "data:image/png;charset=x;base64,QUJD", "data:;base64,QUJD", "DATA:x"]
)
def test_unusual_urls_stay_urls(url: str) -> None:
    """Only a data URL that we would write the same is taken apart."""
    assert decode_url(url) == Url(url)


def test_data_urls_both_ways() -> None:
    """A plain one is media inside the request."""
    assert decode_url(PNG) == Base64("image/png", "QUJD")
    assert data_url(Base64("image/png", "QUJD")) == PNG


@pytest.mark.parametrize(
    ("media_type", "word"), [("audio/mpeg", "mp3"), ("audio/x-wav", "wav"), ("audio/wav", "wav"), ("audio/ogg", "ogg")]
)
def test_words_for_sound(media_type: str, word: str) -> None:
    """A media type has the wire's word for it, or its own subtype."""
    assert audio_format(media_type) == word


@pytest.mark.parametrize(
    ("cache", "style", "field"),
    [
        (Cache(), "prompt_cache_breakpoint", {"prompt_cache_breakpoint": {"mode": "explicit"}}),
        (Cache("30m"), "prompt_cache_breakpoint", {"prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}}),
        (Cache("1h"), "cache_control", {"cache_control": {"type": "ephemeral", "ttl": "1h"}}),
    ],
)
def test_cache_marks_both_ways(cache: Cache, style: Any, field: Json) -> None:
    """A mark in either style says the same."""
    assert cache_field(cache, style) == field
    fields = {**field, "x": 1}
    assert decode_cache(fields) == cache
    assert fields == {"x": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"cache_control": {"type": "persistent"}},
        {"cache_control": {"type": "ephemeral", "scope": "x"}},
        {"cache_control": {"type": "ephemeral", "ttl": 3}},
        {"cache_control": "ephemeral"},
        {},
    ],
)
def test_marks_that_say_more_stay(fields: Json) -> None:
    """A mark our word could not say again is left alone."""
    before = dict(fields)

    assert decode_cache(fields) is None
    assert fields == before
