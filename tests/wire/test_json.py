"""JSON as servers send it."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import Message, user
from dragoman.engine.accumulate import accumulate
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report, Target
from dragoman.testing.conformance.answers import FRAMERS
from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Failure,
    Finish,
    Finished,
    Request,
    Response,
    Started,
    Text,
    TextDelta,
)
from dragoman.wire.http import HttpHead
from dragoman.wire.json import is_cut, read_json


@pytest.mark.parametrize(
    ("data", "value"),
    [
        pytest.param(b'{"a":1}', {"a": 1}, id="plain"),
        pytest.param(b'"\xe2\x80\xa8"', "\u2028", id="a line separator"),
        pytest.param(b'"\\ud83d\\ude00"', "\U0001f600", id="a whole pair"),
        pytest.param(b'"x\\ud83d"', "x\ufffd", id="the first half of a pair"),
        pytest.param(b'"\\uDE00y"', "\ufffdy", id="the second half of a pair"),
        pytest.param(b'"\\ud83d\\ud83d\\ude00"', "\ufffd\U0001f600", id="a half before a pair"),
        pytest.param(b'["\\ud83d\\ude00\\ud83d", "\\\\ud83d"]', ["\U0001f600\ufffd", "\\ud83d"], id="an escaped backslash"),
        pytest.param(b'{"\\ud83d":"\\\\\\ud83d"}', {"\ufffd": "\\\ufffd"}, id="a half behind an escaped backslash"),
        pytest.param('{"a": "\\ud83d"}', {"a": "\ufffd"}, id="text"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', {"a": 1}, id="a byte-order mark"),
    ],
)
def test_values(data: bytes | str, value: Any) -> None:
    """Whole pairs of surrogates are characters, halves become U+FFFD, an escaped backslash is no escape."""
    assert read_json(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nonsense",
        b'"\xff"',
        b"\xff",
        b"1e999",
        b"[" * 100_000,
        b'"\\ud83d',
        b'{"a": "\\ud83d"',
        b"NaN",
        b"\xef\xbb\xbf" * 100_000 + b"1",
        "",
        '"\ud800"',
    ],
)
def test_what_is_no_json(data: bytes | str) -> None:
    """Anything else is a ValueError, however deep or broken."""
    with pytest.raises(ValueError, match=r".+"):
        read_json(data)


@given(st.text(st.characters(categories=None), max_size=8))
def test_any_string_is_read(text: str) -> None:
    """Whatever characters a server escapes, the string comes back, with U+FFFD for what is half a character."""
    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    assert read_json(json.dumps(text)) == expected == read_json(json.dumps([text]).encode())[0]


def test_a_text_that_is_cut() -> None:
    """Wherever a text ends before its value does, inside numbers, escapes and letters too, it is cut; whole, it is not."""
    whole = '{"a": "\\ud83d\\ude00é", "n": [-12.5e+3, 0.1], "t": true, "x": [{"ü": null}, "\\ud83d"]}'.encode()

    assert {True} == {is_cut(mark + whole[:end]) for mark in (b"", b"\xef\xbb\xbf", b" \n") for end in range(1, len(whole))}
    assert not is_cut(whole)


@pytest.mark.parametrize(
    "data",
    [b"", b" ", b"n", b'"a', b"<html", b"{]", b'{"a" 1', b'{"a":1}x', b'{"a":-}', b'{"a":"\xff"}', b'{"a":"\n', b"[" * 100_000],
)
def test_a_text_that_is_wrong_is_not_cut(data: bytes) -> None:
    """What no continuation would mend is something else, and so is what never began an object or a list."""
    assert not is_cut(data)


# --- every wire reads so ----------------------------------------------------------------------------------------------

SAID = "A\U0001f600B"
READ = "A\ufffdB"


def halved(data: bytes) -> bytes:
    """What a server sends that cuts the text of `SAID` inside its one wide character."""
    return data.replace("\U0001f600".encode(), rb"\ud83d")


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_not_lost_for_half_a_character(name: str) -> None:
    """Streamed or whole, on every wire: the half becomes U+FFFD and everything else arrives."""
    protocol, target, asked = load(name), Target("acme", name, "m"), Request("m", (user("q"),), stream=True)
    events: list[Event] = [Started("1", "m"), BlockStart(0, Text("")), TextDelta(0, SAID), TextDelta(0, SAID), BlockStop(0)]
    frames = FRAMERS[protocol.framing]().feed(protocol.stream_encoder(asked).feed([*events, Finished(Finish("stop"))]))
    if name == "anthropic_bedrock":
        unwrapped = [halved(b64decode(json.loads(data)["bytes"])) for _, data in frames]
        frames = [(b"chunk", json.dumps({"bytes": b64encode(data).decode()}).encode()) for data in unwrapped]
    decoder = protocol.stream_decoder(target)
    streamed = decoder.feed([(kind, halved(data)) for kind, data in frames]) + decoder.close()
    response = Response(Message("assistant", (Text(SAID),)), "1", "m", finish=Finish("stop"))
    whole = protocol.decode_response(
        halved(protocol.encode_response(response, msgspec.structs.replace(asked, stream=False))), target
    )

    assert [READ * 2, READ] == [accumulate(found).text for found in (streamed, whole)]
    assert all(type(found[-1]) is Finished for found in (streamed, whole))


@pytest.mark.parametrize("name", NAMES)
def test_nor_are_requests_and_errors(name: str) -> None:
    """What a client asks and why a server refuses is read as leniently."""
    protocol, target = load(name), Target("acme", name, "m", "https://acme.test")
    sent = protocol.encode_request(Request("m", (user(SAID),)), target, Report(target))
    reply = protocol.encode_failure(Failure(SAID, 400))

    asked = protocol.decode_request(msgspec.structs.replace(sent, body=halved(sent.body)))
    assert READ == asked.messages[0].text
    assert READ == protocol.decode_failure(HttpHead(reply.status, reply.headers), halved(reply.body), target).message
