"""Binary messages come out the same however they are cut, and damage never passes for an answer."""

from __future__ import annotations

import struct
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.wire.eventstream import Damaged, EventStreamFramer, eventstream_frame, read_headers
from dragoman.wire.frames import Frame, TooLarge

FRAMES: list[Frame] = [
    (b"messageStart", b'{"role":"assistant"}'),
    (b"contentBlockDelta", '{"delta":{"text":"é\u2028"}}'.encode()),
    (b"contentBlockDelta", b""),
    (b"exception:throttlingException", b'{"message":"slow down"}'),
    (b"error:500", b'{"message":"x"}'),
]
BODY = b"".join([eventstream_frame(name.decode(), data) for name, data in FRAMES])


def message(headers: bytes, payload: bytes = b"") -> bytes:
    lengths = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    whole = lengths + struct.pack(">I", crc32(lengths)) + headers + payload
    return whole + struct.pack(">I", crc32(whole))


def text(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
def test_messages_in_every_cut(size: int) -> None:
    """Messages of every kind, with and without payload, come out whole."""
    framer = EventStreamFramer()
    frames: list[Frame] = []
    for start in range(0, len(BODY), size):
        frames += framer.feed(BODY[start : start + size])

    assert frames + framer.close() == FRAMES


def test_a_message_as_amazon_publishes_it() -> None:
    """The published vector of a message with one header and a payload.

    https://github.com/awslabs/aws-c-event-stream/blob/main/tests/message_streaming_decoder_test.c (`payload_one_str_header`).
    """
    vector = bytes.fromhex(
        "0000003d00000020 07fd8396 0c636f6e74656e742d74797065 07 0010"
        "6170706c69636174696f6e2f6a736f6e 7b27666f6f273a27626172277d 8d9c08b1"
    )

    assert EventStreamFramer().feed(vector) == [(b"", b"{'foo':'bar'}")]
    assert read_headers(vector[12:44]) == {"content-type": "application/json"}


def test_headers_of_every_type() -> None:
    """All ten types are read, in any order."""
    headers = (
        b"\x01t\x00\x01f\x01\x01b\x02\xff\x01h\x03\xff\xfe\x01i\x04\x00\x00\x01\x00\x01q\x05" + b"\xff" * 8
        + b"\x01y\x06\x00\x02\x00\x01" + text("s", "s") + b"\x01m\x08" + struct.pack(">q", 1_700_000_000_000)
        + b"\x01u\x09" + bytes(range(16))
    )  # fmt: skip
    expected: dict[str, Any] = {"t": True, "f": False, "b": -1, "h": -2, "i": 256, "q": -1, "y": b"\x00\x01", "s": "s"}
    expected |= {"m": 1_700_000_000_000, "u": "00010203-0405-0607-0809-0a0b0c0d0e0f"}

    assert read_headers(headers) == expected


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"\x01x\x0a", id="unknown type"),
        pytest.param(b"\x05x", id="name breaks off"),
        pytest.param(b"\x01x", id="no type"),
        pytest.param(b"\x01x\x04\x00", id="integer breaks off"),
        pytest.param(b"\x01x\x07\x00\x09s", id="text breaks off"),
        pytest.param(b"\x01x\x09\x00", id="uuid breaks off"),
        pytest.param(b"\x01\xff\x00", id="name is not text"),
    ],
)
def test_headers_that_cannot_be_read(headers: bytes) -> None:
    """A message with sound checksums and senseless headers is damaged too."""
    with pytest.raises(Damaged):
        read_headers(headers)
    with pytest.raises(Damaged):
        EventStreamFramer().feed(message(headers))


def test_an_error_in_the_headers_becomes_a_payload() -> None:
    """An `error` message says what is wrong in its headers."""
    headers = text(":message-type", "error") + text(":error-code", "InternalError") + text(":error-message", 'a "b"')

    assert EventStreamFramer().feed(message(headers)) == [(b"error:InternalError", b'{"message":"a \\"b\\""}')]


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_every_flipped_byte_is_found(place: int, flip: int) -> None:
    """However one byte is changed, no wrong frame comes: the sound ones before it, then the damage or nothing."""
    spoiled = bytearray(BODY)
    spoiled[place] ^= flip
    framer = EventStreamFramer()
    found = framer.feed(bytes(spoiled)) if place >= len(eventstream_frame("messageStart", FRAMES[0][1])) else []

    assert found == FRAMES[: len(found)]
    assert len(found) < len(FRAMES)
    with pytest.raises(Damaged):
        framer.feed(bytes(spoiled))


def test_damage_comes_after_what_was_sound() -> None:
    """The frames before a damaged message are given; the next call, also the last one, raises."""
    framer = EventStreamFramer()

    assert framer.feed(BODY[:-1] + b"?") == FRAMES[:-1]
    with pytest.raises(Damaged, match="checksum"):
        framer.close()


def test_lengths_that_contradict_each_other() -> None:
    """Headers longer than the message are refused before they are waited for."""
    lengths = struct.pack(">II", 20, 5)

    with pytest.raises(Damaged, match="lengths"):
        EventStreamFramer().feed(lengths + struct.pack(">I", crc32(lengths)))


def test_a_message_larger_than_the_limit_is_refused() -> None:
    """The length is believed before the bytes come."""
    with pytest.raises(TooLarge):
        EventStreamFramer(limit=20).feed(eventstream_frame("x", b"1234567890")[:12])


def test_half_a_message_at_the_end_is_none() -> None:
    """What is missing is told by the events, not by the framing."""
    framer = EventStreamFramer()

    assert framer.feed(BODY[:-3]) + framer.close() == FRAMES[:-1]
