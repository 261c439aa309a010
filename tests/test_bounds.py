"""Nothing that a server sends costs more than it is worth: each bound is held, and said by name and size; work is linear."""

from __future__ import annotations

import gzip
import json
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from types import FrameType
from typing import Any

import fuzz_seeds
import pytest
from fault_server import FaultServer, answering, head
from fuzz_targets import FRAMERS, depth, framing_of

from dragoman import Client, errors
from dragoman.engine import accumulate
from dragoman.engine.accumulate import Accumulator
from dragoman.engine.effects import Now, Random, Read, Send, Wall
from dragoman.engine.exchange import Exchange
from dragoman.engine.policy import NO_RETRY
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report
from dragoman.providers import Provider
from dragoman.transport.unpack import Damaged, Unpacker
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Failed,
    Finish,
    Finished,
    Origin,
    Request,
    Started,
    Text,
    TextDelta,
    ToolCall,
    user,
)
from dragoman.wire import limits
from dragoman.wire.frames import TooLarge
from dragoman.wire.http import HttpHead, HttpRequest

MEBIBYTE = 1024 * 1024


def asked(stream: bool = True) -> Request:
    return Request("m", (user("q"),), stream=stream)


def encoded(wire: str, events: list[Event]) -> list[bytes]:
    """The bodies of frames that say these events."""
    encoder = load(wire).stream_encoder(asked())
    return [encoder.feed([event]) for event in events]


def exchanged(wire: str, chunks: Iterable[bytes], *, stream: bool = True, status: int = 200) -> Exchange:
    """An exchange with a server that sends these chunks."""
    here = fuzz_seeds.target(wire)
    exchange = Exchange(asked(stream), here, load(wire), Report(here), retry=NO_RETRY)
    coming, flow, answer = iter(chunks), exchange.run(), None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration:
            return exchange
        match effect:
            case Send():
                answer = HttpHead(status)
            case Read():
                answer = next(coming, b"")
            case Now() | Wall() | Random():
                answer = 0.5
            case _:
                answer = None


# --- how much --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wire", ["openai_chat", "ollama_chat", "bedrock_converse"])
def test_an_event_of_16_megabytes_is_read(wire: str) -> None:
    """F34: a picture inside an event is no attack, in any framing."""
    text = "x" * (16 * MEBIBYTE)
    here = Origin(wire, "acme", "m")
    body = b"".join(encoded(wire, [Started("a"), BlockStart(0, Text("", origin=here)), TextDelta(0, text), BlockStop(0)]))
    end = b"".join(encoded(wire, [Started("a"), Finished(Finish("stop"))])[1:])

    response = exchanged(wire, [body[at : at + 65536] for at in range(0, len(body), 65536)] + [end]).response()

    assert text == response.text


def test_an_event_without_end_is_given_up() -> None:
    """`EVENT_BYTES`: it is said which bound, and how large, and nothing more is asked for."""
    chunk, sent = b"data: " + b"x" * MEBIBYTE, []

    def chunks() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield chunk

    with pytest.raises(errors.DecodeError, match="a single event has more than 67,108,864 bytes; this is not a sound answer"):
        exchanged("openai_chat", chunks())
    assert len(sent) * len(chunk) <= limits.EVENT_BYTES + 2 * len(chunk)


@pytest.mark.parametrize(
    ("name", "begin"), [("sse", b"data: "), ("ndjson", b"{"), ("json-array", b'[{"a": "'), ("json-array", b"{")]
)
def test_every_framing_has_the_bound(name: str, begin: bytes) -> None:
    """It holds for one event, and not for a stream of many."""
    framer = FRAMERS[name](10_000)  # type: ignore[call-arg]
    framer.feed(begin)
    with pytest.raises(TooLarge, match="more than 10,000 bytes"):
        _ = [framer.feed(b"x" * 1000) for _ in range(20)]


def test_a_whole_answer_without_end_is_given_up() -> None:
    """`BODY_BYTES`."""
    chunk = b'{"x": "' + b"x" * MEBIBYTE
    with pytest.raises(errors.DecodeError, match="the answer has more than 268,435,456 bytes"):
        exchanged("openai_chat", [chunk] * 300, stream=False)


def test_a_stream_without_end_is_given_up() -> None:
    """`STREAM_BYTES`: many small events that say nothing are one large answer."""
    comment = b": " + b"x" * (4 * MEBIBYTE) + b"\n\n"
    with pytest.raises(errors.DecodeError, match="the answer has more than 1,073,741,824 bytes"):
        exchanged("openai_chat", (comment for _ in range(300)))


def test_blank_lines_without_end_fill_no_memory() -> None:
    """A server that keeps a connection awake with line ends before its answer (DeepSeek) may do so as long as it likes."""
    body = json.dumps({"id": "a", "choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}).encode()
    chunks = chain((b"\n" * 100_000 for _ in range(200)), [b"\xef\xbb", b"\xbf", body])
    tracemalloc.start()
    response = exchanged("openai_chat", chunks, stream=False).response()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "Hi" == response.text
    assert peak < 4 * MEBIBYTE


def test_an_error_without_end_is_cut() -> None:
    """`ERROR_BYTES`: enough is known by then."""
    with pytest.raises(errors.ServerError) as caught:
        exchanged("openai_chat", (b"x" * 65536 for _ in range(10**9)), status=500)
    assert len(caught.value.message) < 2100


def test_an_answer_has_so_many_blocks_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """`BLOCKS`: every tool call is one."""
    monkeypatch.setattr(accumulate, "BLOCKS", 500)
    monkeypatch.setattr(accumulate, "_FOLD_AT", 100)
    made = calls("openai_chat", 600)
    with pytest.raises(errors.DecodeError, match="the answer has more than 500 blocks") as caught:
        exchanged("openai_chat", encoded("openai_chat", made))
    assert caught.value.partial is not None
    assert 500 < len(caught.value.partial.tool_calls) <= 600
    assert 65_536 == limits.BLOCKS


@pytest.mark.parametrize(
    ("wire", "body"),
    [
        ("openai_chat", {"choices": [{"index": 10**9, "message": {"content": "x"}, "finish_reason": "stop"}]}),
        ("openai_chat", {"choices": [{"index": -1, "message": {"content": "x"}, "finish_reason": "stop"}]}),
        ("mistral_chat", {"choices": [{"index": 10**9, "message": {"content": "x"}, "finish_reason": "stop"}]}),
        ("gemini", {"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}] * 300}),
    ],
)
def test_alternatives_are_not_made_up_to_a_huge_number(wire: str, body: dict[str, Any]) -> None:
    """`CHOICES`: an index says how many alternatives there are, and one of a thousand million would fill memory."""
    (failed,) = [
        event for event in load(wire).decode_response(json.dumps(body).encode(), fuzz_seeds.target(wire)) if type(event) is Failed
    ]

    assert "decode" == failed.failure.reason
    assert "256" in failed.failure.message


# --- how deep --------------------------------------------------------------------------------------------------------


def deep(levels: int) -> str:
    return '{"a":[' * (levels // 2) + "]}" * (levels // 2)


@pytest.mark.parametrize("levels", [200, 2_000, 200_000])
@pytest.mark.parametrize("wire", NAMES)
def test_values_nested_too_deeply_are_no_answer(wire: str, levels: int) -> None:
    """`JSON_DEPTH`: in a stream, a whole answer, an error and a request, it is said and nothing breaks."""
    here, protocol = fuzz_seeds.target(wire), load(wire)
    body = f'{{"type":"x","x":{deep(levels)}}}'.encode()
    if framing_of(wire) == "eventstream":
        body = fuzz_seeds.frame("eventstream", b"chunk" if wire == "anthropic_bedrock" else b"messageStart", body)
        frames = FRAMERS["eventstream"]().feed(body)
    else:
        frames = [(b"", body)]
    for events in (protocol.stream_decoder(here).feed(frames), protocol.decode_response(frames[0][1], here)):
        (failed,) = [event for event in events if type(event) is Failed]
        assert "decode" == failed.failure.reason
        assert "nested more than 128 levels deep" in failed.failure.message
    assert 500 == protocol.decode_failure(HttpHead(500), frames[0][1], here).status
    sent = protocol.encode_request(asked(), here, Report(here))
    with pytest.raises(errors.DecodeError, match="nested more than 128 levels deep"):
        protocol.decode_request(HttpRequest("POST", sent.url, sent.headers, frames[0][1]))


@pytest.mark.parametrize("wire", NAMES)
def test_what_is_nested_deeply_enough_to_be_real_is_kept(wire: str) -> None:
    """A tool's schema of thirty levels goes through a request and back."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(15):
        schema = {"type": "object", "properties": {"inner": schema}}
    here, protocol = fuzz_seeds.target(wire), load(wire)
    request = fuzz_seeds.requests(wire)[1]
    body = json.loads(request[1])
    body["unseen"] = schema

    read = protocol.decode_request(HttpRequest("POST", request[0], {}, json.dumps(body).encode()))

    assert 30 < depth(body)
    assert schema == read.extra["unseen"]
    protocol.encode_request(read, here, Report(here))


@pytest.mark.parametrize("arguments", ["[" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_arguments_nested_too_deeply_are_malformed(arguments: str) -> None:
    """Such a call never runs, and whoever looks at it gets no `RecursionError`."""
    call = ToolCall("c", "f", arguments)

    assert call.malformed
    with pytest.raises(ValueError, match="malformed arguments"):
        _ = call.input


@pytest.mark.parametrize("number", ["1" * 5000, "-" + "9" * 400, "1e99999", "-1e99999", "0." + "1" * 5000, "1E+400"])
@pytest.mark.parametrize("wire", NAMES)
def test_numbers_of_any_size_are_read_or_refused(wire: str, number: str) -> None:
    """S12: a number no machine has is no reason to break off, or is no JSON."""
    here, protocol = fuzz_seeds.target(wire), load(wire)
    for body in fuzz_seeds.wholes(wire)[:3]:
        for digits in ("12", "7", "1800000000"):
            events = protocol.decode_response(body.replace(digits.encode(), number.encode()), here)
            assert events
            accumulate.accumulate(events)


@pytest.mark.parametrize("wire", NAMES)
def test_of_a_name_that_stands_twice_the_last_counts(wire: str) -> None:
    """S12: as in every other reader of JSON, so that nobody is told one thing and another done."""
    url, body = fuzz_seeds.requests(wire)[1]
    twice = body[:-1] + b',"unseen":1,"unseen":2}'

    assert 2 == load(wire).decode_request(HttpRequest("POST", url, {}, twice)).extra["unseen"]


# --- packed ----------------------------------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    """So many bytes of one line, packed a thousand times smaller."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"x" * MEBIBYTE
    return packer.compress(b"data: ") + b"".join([packer.compress(piece) for _ in range(size)]) + packer.flush()


def test_a_bomb_is_unpacked_piece_by_piece() -> None:
    """F35: a mebibyte at a time, whatever it was packed from."""
    unpacker, size = Unpacker("gzip"), 0
    unpacker.feed(bomb(40))
    while piece := unpacker.piece():
        assert len(piece) <= MEBIBYTE
        size += len(piece)
    unpacker.close()

    assert 40 * MEBIBYTE + 6 == size


def test_a_bomb_is_no_larger_than_any_other_answer() -> None:
    """F35: what counts is its size unpacked; a megabyte that becomes a thousand is given up as one that came so."""
    body = bomb(80)
    packed = head(content_type="text/event-stream", content_encoding="gzip", content_length=str(len(body)))
    with FaultServer(answering(packed, body)) as server:
        own = Provider("own", "openai_chat", server.url.removesuffix("/answer"))
        client = Client(transport="native", providers=[own], keys={"own": "k"}, retry=False)
        with client, pytest.raises(errors.DecodeError, match="a single event has more than 67,108,864 bytes"):
            client.chat("own:m", "Hi")


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "x" * 999])
def test_what_was_not_asked_for_is_not_unpacked(coding: str) -> None:
    """F35: a coding that was not offered is said by name, and briefly."""
    with pytest.raises(Damaged, match="which was not asked for") as caught:
        Unpacker(coding)
    assert len(str(caught.value)) < 100


def test_many_small_members_are_unpacked_in_step_with_their_number() -> None:
    """A body of a hundred thousand packed pieces is no trap."""
    unpacker = Unpacker("gzip")
    members = gzip.compress(b"x", mtime=0) * 20_000
    found = 0
    for at in range(0, len(members), 65536):
        unpacker.feed(members[at : at + 65536])
        while piece := unpacker.piece():
            found += len(piece)
    unpacker.close()

    assert 20_000 == found


# --- how long --------------------------------------------------------------------------------------------------------


def calls(wire: str, count: int) -> list[Event]:
    """So many calls at once, their arguments in pieces, by turns."""
    here = Origin(wire, "acme", "m")
    events: list[Event] = [Started("a", "m", 1)]
    events += [BlockStart(at, ToolCall(f"c{at:08}", "f", origin=here)) for at in range(count)]
    events += [ArgumentsDelta(at, piece) for piece in ('{"a":', "1}") for at in range(count)]
    return [*events, *[BlockStop(at) for at in range(count)], Finished(Finish("tool_calls"))]


def one_after_another(wire: str, count: int) -> list[Event]:
    here = Origin(wire, "acme", "m")
    events: list[Event] = [Started("a", "m", 1)]
    for at in range(count):
        events += [BlockStart(at, ToolCall(f"c{at:08}", "f", origin=here)), ArgumentsDelta(at, '{"a":1}'), BlockStop(at)]
    return [*events, Finished(Finish("tool_calls"))]


def texts(wire: str, count: int) -> list[Event]:
    begin = [Started("a", "m", 1), BlockStart(0, Text("", origin=Origin(wire, "acme", "m")))]
    return [*begin, *[TextDelta(0, "word ")] * count, BlockStop(0), Finished(Finish("stop"))]


def arguments(wire: str, count: int) -> list[Event]:
    begin = [Started("a", "m", 1), BlockStart(0, ToolCall("c00000001", "f", origin=Origin(wire, "acme", "m")))]
    middle = [ArgumentsDelta(0, '{"a":"'), *[ArgumentsDelta(0, "word ")] * count, ArgumentsDelta(0, '"}')]
    return [*begin, *middle, BlockStop(0), Finished(Finish("tool_calls"))]


def steps(run: Callable[[], object]) -> int:
    """How many lines of Python running this takes, in our code."""
    count = 0

    def line(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return line

    def enter(frame: FrameType, event: str, argument: object) -> Any:
        return line if "dragoman" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        run()
    finally:
        sys.settrace(before)
    return count


def read(wire: str, bodies: list[bytes]) -> Accumulator:
    framer, decoder, accumulator = FRAMERS[framing_of(wire)](), load(wire).stream_decoder(fuzz_seeds.target(wire)), Accumulator()
    for body in bodies:
        accumulator.add(decoder.feed(framer.feed(body)))
    accumulator.add(decoder.feed(framer.close()))
    accumulator.add(decoder.close())
    accumulator.response()
    return accumulator


@pytest.mark.parametrize("shape", [calls, one_after_another, texts, arguments])
@pytest.mark.parametrize("wire", NAMES)
def test_work_grows_with_the_length_and_not_with_its_square(wire: str, shape: Callable[[str, int], list[Event]]) -> None:
    """F34: four times as many calls or pieces take four times the steps, to read and to write."""
    work = []
    for count in (60, 240):
        events = shape(wire, count)
        bodies = encoded(wire, events)
        work.append((steps(lambda events=events: encoded(wire, events)), steps(lambda bodies=bodies: read(wire, bodies))))  # type: ignore[misc]
    (write, decode), (write_more, decode_more) = work

    assert write_more < 4.6 * write
    assert decode_more < 4.6 * decode


@pytest.mark.parametrize("wire", NAMES)
def test_a_thousand_calls_at_once(wire: str) -> None:
    """F34: all of them come out, each with its own arguments."""
    response = read(wire, encoded(wire, calls(wire, 1000))).response()

    assert 1000 == len(response.tool_calls)
    assert {'{"a":1}'} == {call.arguments for call in response.tool_calls}


def test_a_hundred_thousand_events_leave_their_text_and_nothing_else() -> None:
    """F34: memory holds what was said, and of the events only the last few thousand."""
    chunk = encoded("openai_chat", texts("openai_chat", 1))
    piece = chunk[2]
    framer, decoder, accumulator = (
        FRAMERS["sse"](),
        load("openai_chat").stream_decoder(fuzz_seeds.target("openai_chat")),
        Accumulator(),
    )
    accumulator.add(decoder.feed(framer.feed(chunk[0] + chunk[1])))
    tracemalloc.start()
    for _ in range(1000):
        accumulator.add(decoder.feed(framer.feed(piece * 100)))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(accumulator._pending) <= 4096 + 100
    assert 5 * 100_000 == len(accumulator.response().text)
    assert held < 16 * MEBIBYTE
