"""What must hold for any bytes, one function a boundary: each takes bytes and raises only when a promise is broken.

`tests/test_fuzz.py` calls them with spoiled answers on every run; `make fuzz` searches with coverage for hours.
"""

from __future__ import annotations

import copy
import gzip
import pickle
import sys
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import fuzz_seeds
from fuzz_seeds import target

from dragoman import errors
from dragoman.engine.accumulate import accumulate
from dragoman.engine.classify import classify
from dragoman.engine.delays import rate_limits, retry_after
from dragoman.engine.handoff import handoff
from dragoman.engine.scrub import scrub
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report
from dragoman.testing.conformance.answers import broken_order
from dragoman.transport import unpack
from dragoman.types import Event, Failure, Message, Request, Secret, dump, tool_result, user
from dragoman.types import load as load_messages
from dragoman.wire.eventstream import Damaged, EventStreamFramer, read_headers
from dragoman.wire.frames import Framer, TooLarge
from dragoman.wire.http import HttpHead, HttpRequest
from dragoman.wire.http1 import AnswerParser, BadAnswer
from dragoman.wire.json import read_json
from dragoman.wire.jsonarray import JsonArrayFramer
from dragoman.wire.ndjson import NdjsonFramer
from dragoman.wire.sse import SseFramer

__all__ = ["FRAMERS", "TARGETS", "framing_of", "start"]

FRAMERS: dict[str, Callable[[], Framer]] = {
    "sse": SseFramer,
    "ndjson": NdjsonFramer,
    "eventstream": EventStreamFramer,
    "json-array": JsonArrayFramer,
}
KEY = Secret("sk-fuzz-marker-0123456789")
_STATUSES = (400, 401, 403, 404, 413, 429, 500, 503, 529, 302)


def framing_of(wire: str) -> str:
    """How a wire's streams are framed."""
    return load(wire).framing


def _pieces(data: bytes) -> list[bytes]:
    """The bytes as a network might cut them; how is drawn from the bytes."""
    step = 1 + (sum(data[:16]) * 7) % 97
    return [data[at : at + step] for at in range(0, len(data), step)]


def framer(name: str) -> Callable[[bytes], None]:
    """Frames, or TooLarge or Damaged; the same ones however the bytes are cut."""

    def check(data: bytes) -> None:
        outcomes = []
        for pieces in ([data], _pieces(data)):
            machine = FRAMERS[name]()
            frames: list[tuple[bytes, bytes]] = []
            try:
                for piece in pieces:
                    frames += machine.feed(piece)
                frames += machine.close()
            except (TooLarge, Damaged):
                frames.append((b"", b"damaged"))
            outcomes.append(frames)
        assert outcomes[0] == outcomes[1]

    return check


def _check_events(wire: str, events: list[Event]) -> None:
    here = target(wire)
    assert [] == broken_order(events)
    response = accumulate(events, here.origin())
    repr(response)
    assert copy.deepcopy(response) == response
    assert pickle.loads(pickle.dumps(response)) == response
    stored = dump([response.message])
    assert load_messages(stored) == [response.message]
    for call in response.message.tool_calls:
        assert call.malformed in (True, False)
    _send_back(wire, response.message)
    if response.finish is not None:
        load(wire).encode_response(response, Request("m", (user("q"),)))
    load(wire).stream_encoder(Request("m", (user("q"),), stream=True)).feed(events)


def _send_back(wire: str, message: Message) -> None:
    """What came can be sent on, to the same wire and to another, or is refused before it is sent."""
    results = [tool_result(call, "done") for call in message.tool_calls]
    request = Request("m", (user("q"), message, *results, user("next")))
    for other in (wire, NAMES[len(message.content) % len(NAMES)]):
        here = target(other)
        report = Report(here)
        try:
            load(other).encode_request(handoff(request, here, load(other), report), here, report)
        except errors.Unsupported:
            pass


def stream(wire: str) -> Callable[[bytes], None]:
    """Events in order, at most one terminal, and what they add up to is a value like any other."""

    def check(data: bytes) -> None:
        machine = FRAMERS[framing_of(wire)]()
        decoder = load(wire).stream_decoder(target(wire))
        events: list[Event] = []
        try:
            for piece in _pieces(data):
                events += decoder.feed(machine.feed(piece))
            events += decoder.feed(machine.close())
        except (TooLarge, Damaged):
            return
        events += decoder.close()
        _check_events(wire, events)

    return check


def whole(wire: str) -> Callable[[bytes], None]:
    """Events in order, as a stream's."""

    def check(data: bytes) -> None:
        _check_events(wire, load(wire).decode_response(data, target(wire)))

    return check


def request(wire: str) -> Callable[[bytes], None]:
    """A request, or DecodeError; a request that was read can be sent on or is refused."""
    here = target(wire)
    path = urlsplit(load(wire).encode_request(Request("m", (user("q"),)), here, Report(here)).url).path

    def check(data: bytes) -> None:
        try:
            asked = load(wire).decode_request(HttpRequest("POST", f"https://acme.test{path}", {}, data))
        except errors.DecodeError as error:
            str(error)
            return
        repr(asked)
        assert copy.deepcopy(asked) == asked
        report = Report(here)
        try:
            load(wire).encode_request(handoff(asked, here, load(wire), report), here, report)
        except errors.Unsupported:
            pass

    return check


def failure(wire: str) -> Callable[[bytes], None]:
    """Facts, of which a typed error is made: short, clean, without the key, and it crosses a process."""

    def check(data: bytes) -> None:
        head = HttpHead(_STATUSES[len(data) % len(_STATUSES)], {"retry-after": data[:20].decode("latin-1")})
        facts = load(wire).decode_failure(head, data, target(wire))
        check_failure(facts)
        check_failure(load(wire).decode_failure(head, b"key " + KEY.reveal().encode() + data, target(wire)))
        load(wire).encode_failure(facts)

    return check


def check_failure(facts: Failure) -> None:
    """Facts of an error, as a caller meets them."""
    error = classify(scrub(facts, KEY), provider="acme", model="m")
    text = str(error)
    assert len(text) < 4096
    assert all(character.isprintable() or character in "\n\t" for character in text)
    assert KEY.reveal() not in text + repr(error.body)
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin)) == (type(error), text)
    copy.deepcopy(error)


def models(wire: str) -> Callable[[bytes], None]:
    """A page of models, or a Failure."""

    def check(data: bytes) -> None:
        try:
            load(wire).decode_models(data, target(wire))
        except errors.Unsupported:
            pass

    return check


def http1(data: bytes) -> None:
    """The head and body of an answer, or BadAnswer; the same ones however the bytes are cut."""
    outcomes: list[Any] = []
    for pieces in ([data], _pieces(data)):
        parser, body, fault = AnswerParser(), b"", False
        try:
            for piece in pieces:
                if parser.done:
                    break
                body += parser.feed(piece)
                body += parser.feed(b"")
            if not parser.done:
                parser.end()
        except BadAnswer:
            fault = True
        outcomes.append((parser.head, body, fault))
    (head, body, fault), (other_head, other_body, other_fault) = outcomes
    assert (head, fault) == (other_head, other_fault)
    assert body == other_body if not fault else body.startswith(other_body) or other_body.startswith(body)


def packed(data: bytes) -> None:
    """Pieces of a mebibyte at most, or Damaged."""
    for coding in unpack.CODINGS:
        machine = unpack.Unpacker(coding)
        count = 0
        try:
            for piece in _pieces(data):
                machine.feed(piece)
                while (got := machine.piece()) and count < 64:
                    count += 1
                    assert len(got) <= 1 << 20
            machine.close()
        except unpack.Damaged:
            pass


def json(data: bytes) -> None:
    """A value that everything else can walk through, or ValueError."""
    try:
        value = read_json(data)
    except ValueError:
        return
    repr(copy.deepcopy(value))
    pickle.dumps(value)
    assert depth(value) <= 128


def depth(value: Any) -> int:
    """How deep a value is nested."""
    deepest, waiting = 0, [(value, 0)]
    while waiting:
        value, level = waiting.pop()
        if isinstance(value, dict | list):
            deepest = max(deepest, level + 1)
            waiting += [(item, level + 1) for item in (value.values() if isinstance(value, dict) else value)]
    return deepest


def headers(data: bytes) -> None:
    """Headers of an event, or Damaged; times of HTTP headers, or None."""
    try:
        read_headers(data)
    except Damaged:
        pass
    text = data.decode("latin-1")
    names = ("retry-after", "retry-after-ms", "x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset")
    fields = dict(zip(names, text.split("\n"), strict=False))
    for wall in (0.0, 1.8e9):
        wait = retry_after(fields, wall)
        assert wait is None or 0 <= wait < sys.float_info.max
        for limit in rate_limits(fields, wall):
            assert limit.reset is None or 0 <= limit.reset < sys.float_info.max


TARGETS: dict[str, Callable[[bytes], None]] = {
    **{f"framer.{name}": framer(name) for name in FRAMERS},
    **{f"stream.{wire}": stream(wire) for wire in NAMES},
    **{f"whole.{wire}": whole(wire) for wire in NAMES},
    **{f"request.{wire}": request(wire) for wire in NAMES},
    **{f"failure.{wire}": failure(wire) for wire in NAMES},
    **{f"models.{wire}": models(wire) for wire in NAMES},
    "http1": http1,
    "packed": packed,
    "json": json,
    "headers": headers,
}
"""Every boundary at which bytes come in, by name."""

_FRAMED = {"sse": "openai_chat", "ndjson": "ollama_chat", "eventstream": "bedrock_converse"}
_PAGE = b'{"data":[{"id":"m","context_length":5,"pricing":{"prompt":"0.1"}}],"models":[{"name":"models/x"}],"has_more":true}'
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"


def start(name: str) -> tuple[tuple[bytes, ...], str]:
    """Where the search of a target starts, and how to spoil that."""
    kind, _, about = name.partition(".")
    match kind:
        case "stream":
            return fuzz_seeds.streams(about), framing_of(about)
        case "whole":
            return fuzz_seeds.wholes(about), "whole"
        case "request":
            return tuple([body for _, body in fuzz_seeds.requests(about)]), "whole"
        case "failure":
            return fuzz_seeds.failures(about), "whole"
        case "models":
            return (_PAGE,), "whole"
        case "framer" if about in _FRAMED:
            return fuzz_seeds.streams(_FRAMED[about]), about
        case "framer":
            return (b'[{"a": ["}]", {}]},\r\n{"b": "\\""}]', b'{"error": {}}'), "whole"
        case "http1":
            chunked = b"transfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nx: y\r\n\r\n"
            return (_ANSWER + b"content-length: 5\r\n\r\nhello", b"HTTP/1.1 100 Go on\r\n\r\n" + _ANSWER + chunked), "bytes"
        case "packed":
            return (gzip.compress(b"hello " * 99, mtime=0), zlib.compress(b"hello" * 99), zlib.compress(b"x")[2:-4]), "bytes"
        case "headers":
            return (b"6m0s\n12ms\n2027-01-15T08:00:10Z\n0\n1.8e12", b"\x05:name\x07\x00\x01x\x01a\x00\x01b\x02\x07"), "bytes"
        case _:
            return (b'{"a": [1, "\\ud83d\\ude00", {"b": null}]}',), "whole"
