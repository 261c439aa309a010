"""A turn played over a wire, in the process: what comes out for every fault, streamed and whole."""

from __future__ import annotations

import pytest

from dragoman.errors import ConnectionFailed, TimedOut
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.testing import (
    FAULTS,
    ScriptedProvider,
    Turn,
    call,
    delay,
    fail,
    fault,
    head,
    page,
    ping,
    raw,
    text,
    think,
)
from dragoman.types import Event, Failed, Finished, Request, TextDelta, user
from dragoman.wire.http import HttpHead
from dragoman.wire.sse import SseFramer

PROTOCOL = load("anthropic_messages")
TARGET = Target("scripted", "anthropic_messages", "m", "https://scripted.example")


class Got:
    """What a client got: head, chunks, and how it ended."""

    def __init__(self, turn: Turn, *, stream: bool = True, timeout: float | None = None, first_byte: float | None = None) -> None:
        http = PROTOCOL.encode_request(Request("m", (user("Hi"),), stream=stream), TARGET, Report(TARGET))
        self.chunks: list[bytes] = []
        self.trouble: ConnectionFailed | TimedOut | None = None
        self.head: HttpHead | None = None
        self.stream = stream
        try:
            body = ScriptedProvider(turn).transport().send(http, first_byte=first_byte)
            self.head = body.head
            while chunk := body.read(timeout):
                self.chunks.append(chunk)
        except (ConnectionFailed, TimedOut) as error:
            self.trouble = error

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def events(self) -> list[Event]:
        if not self.stream:
            return PROTOCOL.decode_response(self.body, TARGET)
        framer, decoder = SseFramer(), PROTOCOL.stream_decoder(TARGET)
        return [*decoder.feed(framer.feed(self.body)), *decoder.feed(framer.close()), *decoder.close()]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def finished(self) -> bool:
        return any(isinstance(event, Finished) for event in self.events)

    @property
    def kind(self) -> str:
        return getattr(self.trouble, "kind", None) or getattr(self.trouble, "phase", "")


@pytest.mark.parametrize("stream", [True, False])
def test_without_faults_the_answer_arrives(stream: bool) -> None:
    """The text of the script, complete, under status 200."""
    got = Got(Turn(text("Once ", "upon")), stream=stream)

    assert ("Once upon", True, None) == (got.text, got.finished, got.trouble)
    assert got.head is not None
    assert 200 == got.head.status


def test_a_whole_answer_declares_its_length() -> None:
    """One body, as long as it says."""
    got = Got(Turn("Once"), stream=False)

    assert got.head is not None
    assert str(len(got.body)) == got.head.headers["content-length"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("kind", "told"), [("reset", "reset"), ("cut", "closed"), ("stall", "first_byte")])
def test_faults_before_the_head(kind: str, told: str, stream: bool) -> None:
    """The connection breaks, or nothing ever comes, before there is a status."""
    got = Got(Turn(delay(1), fault(kind), "never"), stream=stream)  # type: ignore[arg-type]

    assert (None, told) == (got.head, got.kind)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("kind", "told"), [("reset", "reset"), ("cut", "closed"), ("stall", "idle")])
def test_faults_between_head_and_body(kind: str, told: str, stream: bool) -> None:
    """The status comes and nothing of the answer's words."""
    got = Got(Turn(head(), fault(kind), "never"), stream=stream)  # type: ignore[arg-type]

    assert got.head is not None
    assert (200, told, b"never" in got.body) == (got.head.status, got.kind, False)


@pytest.mark.parametrize(("kind", "told"), [("reset", "reset"), ("cut", "closed"), ("short", "closed"), ("stall", "idle")])
def test_faults_inside_a_stream(kind: str, told: str) -> None:
    """What came before the fault has come, and nothing after it."""
    got = Got(Turn(text("Once ", fault(kind), "upon")))  # type: ignore[arg-type]

    assert ("Once ", told, False) == (got.text, got.kind, got.finished)


@pytest.mark.parametrize(("kind", "told"), [("reset", "reset"), ("cut", "closed"), ("short", "closed"), ("stall", "idle")])
def test_faults_inside_a_whole_body(kind: str, told: str) -> None:
    """Half of the body comes, though its head declares all of it."""
    whole = Got(Turn(text("Once ", "upon")), stream=False).body
    got = Got(Turn(text("Once ", fault(kind), "upon")), stream=False)  # type: ignore[arg-type]

    assert (whole[: len(whole) // 2], told) == (got.body, got.kind)
    assert got.head is not None
    assert str(len(whole)) == got.head.headers["content-length"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", ["end", "half"])
def test_a_body_may_end_cleanly_and_too_early(kind: str, stream: bool) -> None:
    """No trouble on the connection: only the missing end signal tells."""
    got = Got(Turn(text("Once ", fault(kind), "upon")), stream=stream)  # type: ignore[arg-type]

    assert (None, False) == (got.trouble, got.finished)
    assert not stream or got.text == "Once "


def test_half_of_what_comes_next() -> None:
    """A stream that ends inside an event, without its blank line."""
    end, half = (Got(Turn(text("Once ", fault(kind), "upon"))).body for kind in ("end", "half"))  # type: ignore[arg-type]

    assert half.startswith(end)
    assert not half.endswith(b"\n\n")
    assert half != end


@pytest.mark.parametrize("kind", ["end", "half", "short"])
def test_an_empty_body(kind: str) -> None:
    """A fault of the body as the first item leaves a status and nothing decodable."""
    got = Got(Turn(fault(kind), "never"))  # type: ignore[arg-type]

    assert got.head is not None
    assert (200, []) == (got.head.status, [event for event in got.events if not isinstance(event, Failed)])


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", ["garbage", "utf8"])
def test_what_is_not_of_the_wire_is_a_decode_failure(kind: str, stream: bool) -> None:
    """A frame or body that does not decode, and the answer as such goes on to its end."""
    got = Got(Turn(text("Once ", fault(kind), "upon")), stream=stream)  # type: ignore[arg-type]
    last = got.events[-1]

    assert isinstance(last, Failed)
    assert "decode" == last.failure.reason
    assert got.trouble is None
    assert not stream or got.body.endswith(Got(Turn("x")).body[-20:])


def test_every_fault_is_played() -> None:
    """None of the faults that can be written leaves a stream as it is."""
    whole = Got(Turn(text("Once ", "upon")))
    played = {kind: Got(Turn(text("Once ", fault(kind), "upon"))) for kind in FAULTS}

    assert [] == [kind for kind, got in played.items() if got.trouble is None and got.body == whole.body]


def test_a_fault_inside_a_call() -> None:
    """Arguments may break off in the middle."""
    got = Got(Turn(call("f", ['{"ci', fault("end"), 'ty": 1}'])))

    assert b'{\\"ci' in got.body
    assert b"ty" not in got.body.partition(b'{\\"ci')[2]


@pytest.mark.parametrize("stream", [True, False])
def test_failures_have_their_status_before_anything_is_said(stream: bool) -> None:
    """A turn that begins with `fail` is an HTTP error with the facts of the script."""
    got = Got(Turn(fail(429, "rate_limit_error", "slow down", retry_after=2), headers={"x-own": "1"}), stream=stream)
    assert got.head is not None
    failure = PROTOCOL.decode_failure(got.head, got.body, TARGET)

    assert (429, "rate_limit_error", "slow down") == (failure.status, failure.type, failure.message)
    assert ("2", "1") == (got.head.headers["retry-after"], got.head.headers["x-own"])


def test_a_failure_later_is_inside_the_stream() -> None:
    """After content the status has gone out; a whole answer still has its own."""
    streamed, whole = (Got(Turn("Once", fail(529, "overloaded_error", "busy")), stream=stream) for stream in (True, False))
    assert streamed.head is not None
    assert whole.head is not None

    assert (200, 529) == (streamed.head.status, whole.head.status)
    assert isinstance(streamed.events[-1], Failed)
    assert ("overloaded_error", "Once") == (streamed.events[-1].failure.type, streamed.text)


def test_delays_are_silence() -> None:
    """Before the head and between pieces they are noticed by timeouts, and only by those they exceed."""
    turn = Turn(delay(3), delay(2), think("a", delay(4), "b"))

    assert Got(turn, timeout=4, first_byte=5).finished
    assert "first_byte" == Got(turn, timeout=4, first_byte=4).kind
    assert "idle" == Got(turn, timeout=3, first_byte=5).kind
    assert "first_byte" == Got(turn, stream=False, first_byte=8).kind
    assert Got(turn, stream=False, first_byte=9, timeout=0).finished


def test_pings_and_raw_bytes() -> None:
    """They stand in a stream where they were written, and a whole answer has no place for them."""
    turn = Turn(raw(": first\n\n"), text("a", ping(), raw(": between\n\n"), "b"))
    streamed, whole = Got(turn), Got(turn, stream=False)

    assert streamed.body.startswith(b": first\n\n")
    assert b"event: ping" in streamed.body.partition(b": between")[0]
    assert "ab" == streamed.text == whole.text
    assert b"between" not in whole.body


@pytest.mark.parametrize("stream", [True, False])
def test_pages_are_answers_of_somebody_else(stream: bool) -> None:
    """Whole HTTP answers, whatever was asked; by default HTML under status 200."""
    default, own = Got(Turn(page()), stream=stream), Got(Turn(page(b"{}", 418, content_type="application/json")), stream=stream)
    assert default.head is not None
    assert own.head is not None

    assert (200, "text/html") == (default.head.status, default.head.media_type)
    assert default.body.startswith(b"<!doctype html>")
    assert (418, "application/json", b"{}") == (own.head.status, own.head.media_type, own.body)


def test_a_body_cut_to_pieces_is_the_same_body() -> None:
    """`split` changes the chunks and nothing else."""
    whole, split = Got(Turn(text("Grüße ", "an alle"))), Got(Turn(text("Grüße ", "an alle"), split=1))

    assert whole.body == split.body
    assert {1} == {len(chunk) for chunk in split.chunks}
    assert "Grüße an alle" == split.text


def test_a_stream_streams() -> None:
    """A piece of the script is a chunk of the body."""
    chunks = Got(Turn(text("Once ", "upon ", "a time"))).chunks

    assert 3 == len([chunk for chunk in chunks if chunk.count(b"text_delta") == 1])
