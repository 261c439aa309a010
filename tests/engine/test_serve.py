"""The server side decides by the request alone; a wire format of three lines stands in for the real ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import pytest

from dragoman import errors
from dragoman.engine.accumulate import accumulate
from dragoman.engine.serve import Responder, Served, accept, describe, serve
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Decoder, Encoder, HttpReply, Protocol, Report, Target
from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Failed,
    Failure,
    Finish,
    Finished,
    Message,
    Ping,
    Request,
    Response,
    Started,
    Text,
    TextDelta,
    Usage,
    UsageUpdate,
    user,
)
from dragoman.wire.frames import Frame
from dragoman.wire.http import HttpHead, HttpRequest
from dragoman.wire.ndjson import NdjsonFramer


class Asked(msgspec.Struct):
    model: str
    messages: tuple[Message, ...]
    stream: bool


class ToyEncoder(Encoder):
    content_type = "text/toy"

    def feed(self, events: Sequence[Event]) -> bytes:
        return b"".join(b"" if isinstance(event, UsageUpdate) else msgspec.json.encode(event) + b"\n" for event in events)


class ToyDecoder(Decoder):
    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        return [msgspec.json.decode(data, type=Event) for _, data in frames]

    def close(self) -> list[Event]:
        return []


class Toy(Protocol):
    """Speaks events as JSON lines at `/toy`."""

    name = "toy"
    framing = "ndjson"

    def encode_request(self, request: Request, target: Target, report: Report) -> HttpRequest:
        return HttpRequest(
            "POST", "http://toy/toy", {}, msgspec.json.encode(Asked(request.model, request.messages, request.stream))
        )

    def decode_request(self, request: HttpRequest) -> Request:
        try:
            asked = msgspec.json.decode(request.body, type=Asked)
        except msgspec.MsgspecError as error:
            raise errors.DecodeError(f"not a toy: {error}") from error
        return Request(asked.model, asked.messages, stream=asked.stream)

    def stream_encoder(self, request: Request) -> Encoder:
        return ToyEncoder()

    def encode_response(self, response: Response, request: Request) -> bytes:
        if response.text == "unspeakable":
            raise ValueError("this wire cannot say that")
        return response.text.encode()

    def encode_failure(self, failure: Failure) -> HttpReply:
        return HttpReply(failure.status or 418, {"x-toy": "yes"}, msgspec.json.encode(failure))

    def serves(self, method: str, path: str) -> bool:
        return method == "POST" and path == "/toy"

    def stream_decoder(self, target: Target) -> Decoder:
        return ToyDecoder()

    def decode_response(self, body: bytes, target: Target) -> list[Event]:
        return [Started(), BlockStart(0, Text("")), TextDelta(0, body.decode()), BlockStop(0), Finished(Finish("stop"))]

    def decode_failure(self, head: HttpHead, body: bytes, target: Target) -> Failure:
        return msgspec.json.decode(body, type=Failure)


TOY = Toy()
HERE = Target("toy", "toy", "toy")
ANSWER: list[Event] = [
    Started("a1", "toy"),
    BlockStart(0, Text("")),
    UsageUpdate(Usage(1, 2)),
    TextDelta(0, "one "),
    TextDelta(0, "two"),
    BlockStop(0),
    Finished(Finish("stop")),
]


def http(*, stream: bool = True) -> HttpRequest:
    return TOY.encode_request(Request("toy", (user("Hi"),), stream=stream), HERE, None)  # type: ignore[arg-type]


def served(answer: Callable[[Request], Iterable[Event]], *, stream: bool = True) -> Served:
    return serve(http(stream=stream), answer, [TOY])


def lines(body: bytes) -> list[Event]:
    framer = NdjsonFramer()
    return TOY.stream_decoder(HERE).feed([*framer.feed(body), *framer.close()])


def failure(body: bytes) -> Failure:
    return TOY.decode_failure(HttpHead(418), body, HERE)


def test_a_stream_is_one_chunk_an_event() -> None:
    """Every event that says something is a chunk of its own, under the wire's content type and a request id."""
    it = served(lambda request: ANSWER)
    chunks = list(it.chunks)

    assert [[event] for event in ANSWER if not isinstance(event, UsageUpdate)] == [lines(chunk) for chunk in chunks]
    assert 200 == it.head.status
    assert "text/toy" == it.head.headers["content-type"]
    assert it.head.headers["x-request-id"] == it.head.headers["request-id"]
    assert it.head.headers["request-id"].startswith("req_")


def test_a_stream_is_made_as_it_is_read() -> None:
    """Only the event that decides the head is made ahead; the rest waits until it is asked for."""
    made: list[Event] = []

    def answer(request: Request) -> Iterator[Event]:
        for event in ANSWER:
            made.append(event)
            yield event

    it = served(answer)
    assert 1 == len(made)

    next(it.chunks)
    assert 1 == len(made)

    next(it.chunks)
    assert 2 == len(made)


def test_giving_up_a_stream_closes_what_makes_it() -> None:
    """Closing the chunks closes the generator of events at once."""
    ended: list[bool] = []

    def answer(request: Request) -> Iterator[Event]:
        try:
            yield from ANSWER
        finally:
            ended.append(True)

    it = served(answer)
    next(it.chunks)
    it.chunks.close()  # type: ignore[attr-defined]

    assert [True] == ended
    assert [] == list(it.chunks)


def test_a_whole_answer_goes_through_the_accumulator() -> None:
    """A request that does not stream gets one body, with its length."""
    it = served(lambda request: ANSWER, stream=False)

    assert "one two" == accumulate(TOY.decode_response(b"".join(it.chunks), HERE)).text
    assert ("application/json", "7") == (it.head.headers["content-type"], it.head.headers["content-length"])


def test_the_answer_sees_the_decoded_request() -> None:
    """What the client sent arrives as the value it was."""
    seen: list[Request] = []

    def answer(request: Request) -> list[Event]:
        seen.append(request)
        return ANSWER

    served(answer)

    assert [Request("toy", (user("Hi"),), stream=True)] == seen


def test_the_same_request_has_the_same_id() -> None:
    """The request id follows from the bytes asked, so that answers stay reproducible."""
    one, two = served(lambda request: ANSWER), served(lambda request: ANSWER)
    other = served(lambda request: ANSWER, stream=False)

    assert one.head == two.head
    assert one.head.headers["request-id"] != other.head.headers["request-id"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/elsewhere"), ("GET", "/toy")])
def test_an_unknown_endpoint_is_404(method: str, path: str) -> None:
    """A request line that no wire serves gets JSON that clients of every wire can read."""
    it = serve(HttpRequest(method, f"http://127.0.0.1:1{path}?x=1", {}, b"{}"), lambda request: ANSWER, [TOY])
    body = msgspec.json.decode(b"".join(it.chunks))

    assert (404, "application/json") == (it.head.status, it.head.headers["content-type"])
    assert ("not_found_error", f"no endpoint here for {method} {path}") == (body["error"]["type"], body["error"]["message"])


def test_a_request_that_is_not_of_its_wire_is_400() -> None:
    """What cannot be decoded is told in the words of the wire it was meant for, with the reason."""
    it = serve(HttpRequest("POST", "/toy", {}, b"[]"), lambda request: ANSWER, [TOY])
    told = failure(b"".join(it.chunks))

    assert 400 == it.head.status
    assert told.message.startswith("not a toy")
    assert it.head.headers["request-id"] == told.request_id
    assert "yes" == it.head.headers["x-toy"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_failure_at_first_is_an_http_error(stream: bool) -> None:
    """`Failed` before anything else gets the status of the failure, streamed or not."""
    it = served(lambda request: [Failed(Failure("busy", status=529, retry_after=2, request_id="req_mine"))], stream=stream)

    assert (529, "req_mine", "req_mine") == (it.head.status, it.head.headers["request-id"], it.head.headers["x-request-id"])
    assert Failure("busy", status=529, retry_after=2, request_id="req_mine") == failure(b"".join(it.chunks))


def test_a_late_failure_is_told_inside_the_stream() -> None:
    """After the head has gone an error is a frame, the last one."""
    late = Failed(Failure("busy", status=529))
    it = served(lambda request: [*ANSWER[:2], late, *ANSWER[2:]])

    assert [*ANSWER[:2], late] == lines(b"".join(it.chunks))
    assert 200 == it.head.status


def test_a_late_failure_of_a_whole_answer_is_an_http_error() -> None:
    """A whole answer has no inside: whenever it fails, its status says so."""
    it = served(lambda request: [*ANSWER[:2], Failed(Failure("busy", status=529))], stream=False)

    assert (529, "busy") == (it.head.status, failure(b"".join(it.chunks)).message)


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_that_does_not_end_never_looks_complete(stream: bool) -> None:
    """Events that run out are told as an error: a frame of the stream, or an HTTP error."""
    it = served(lambda request: ANSWER[:-1], stream=stream)
    body = b"".join(it.chunks)
    last = lines(body)[-1] if stream else Failed(failure(body))

    assert isinstance(last, Failed)
    assert "before it was complete" in last.failure.message
    assert (200 if stream else 502) == it.head.status


def test_what_comes_after_the_end_is_not_said() -> None:
    """The first terminal event is the last thing a client hears."""
    it = served(lambda request: [*ANSWER, Ping(), *ANSWER])

    assert ANSWER[-1] == lines(b"".join(it.chunks))[-1]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("when", ["called", "first", "late"])
def test_an_exception_is_told_without_its_text_and_raised_again(stream: bool, when: str) -> None:
    """A bug of the server is a 500 or an error frame that gives nothing away, and then the carrier's to log."""

    def iterate() -> Iterator[Event]:
        if when == "late":
            yield from ANSWER[:4]
        raise KeyError("the secret of the house")

    def answer(request: Request) -> Iterator[Event]:
        if when == "called":
            raise KeyError("the secret of the house")
        return iterate()

    it = served(answer, stream=stream)
    received: list[bytes] = []
    with pytest.raises(KeyError, match="the secret of the house"):
        received.extend(it.chunks)
    body = b"".join(received)

    assert (200 if stream and when == "late" else 500) == it.head.status
    assert b"secret" not in body
    assert b"something failed while answering" in body
    assert [] == list(it.chunks)


def test_an_exception_is_raised_by_close_when_nobody_reads_on() -> None:
    """A client that leaves after the error frame does not hide the bug."""

    def answer(request: Request) -> Iterator[Event]:
        raise KeyError("bug")

    it = served(answer)
    next(it.chunks)
    with pytest.raises(KeyError):
        it.chunks.close()  # type: ignore[attr-defined]

    it.chunks.close()  # type: ignore[attr-defined]


def test_what_a_wire_cannot_say_is_a_bug_like_another() -> None:
    """An encoder that raises is told as a 500."""
    it = served(lambda request: [BlockStart(0, Text("unspeakable")), BlockStop(0), Finished(Finish("stop"))], stream=False)

    assert 500 == it.head.status
    with pytest.raises(ValueError, match="cannot say that"):
        list(it.chunks)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.AuthenticationFailed("no"), 401, None),
        (errors.MissingKey("no"), 401, None),
        (errors.PermissionDenied("no"), 403, None),
        (errors.NotFound("no"), 404, None),
        (errors.UnknownProvider("no"), 404, None),
        (errors.BadRequest("no"), 400, None),
        (errors.ContextTooLong("no"), 400, "context_length_exceeded"),
        (errors.ContentFiltered("no"), 400, None),
        (errors.Refused("no"), 400, None),
        (errors.Unsupported("no"), 400, None),
        (errors.RateLimited("no", retry_after=3.0), 429, None),
        (errors.QuotaExhausted("no"), 429, "insufficient_quota"),
        (errors.Overloaded("no"), 503, None),
        (errors.ServerError("no"), 500, None),
        (errors.APIError("no"), 500, None),
        (errors.TimedOut("no"), 504, None),
        (errors.ConnectionFailed("no"), 502, None),
        (errors.StreamCut("no"), 502, None),
        (errors.DecodeError("no"), 502, None),
        (errors.Cancelled("no"), 499, None),
        (errors.ServerError("no", status=503), 503, None),
        (errors.DecodeError("no", status=200), 502, None),
        (errors.ContextTooLong("no", status=413, code="own"), 413, "own"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_our_own_errors_are_answers(error: errors.DragomanError, status: int, code: str | None) -> None:
    """A `DragomanError` is told with its facts, or the status its class stands for, and not raised again."""

    def answer(request: Request) -> Iterator[Event]:
        raise error

    it = served(answer)
    told = failure(b"".join(it.chunks))

    assert (status, status, code, "no") == (it.head.status, told.status, told.code, told.message)
    assert error.retry_after == told.retry_after


def test_a_failure_is_described_with_all_its_facts() -> None:
    """The vendor's words travel on."""
    error = errors.RateLimited("m", status=429, type="t", code="c", param="p", request_id="r", retry_after=1.5)

    assert Failure("m", status=429, type="t", code="c", param="p", request_id="r", retry_after=1.5) == describe(error)


def test_a_responder_can_be_driven_in_batches() -> None:
    """A gateway feeds what a read gave it, and sends what comes out."""
    responder = accept(http(), [TOY])
    assert isinstance(responder, Responder)
    assert responder.head is None

    data = responder.feed(ANSWER[:3]) + responder.feed([]) + responder.feed([*ANSWER[3:], Ping()])

    assert [event for event in ANSWER if not isinstance(event, UsageUpdate)] == lines(data)
    assert responder.done
    assert b"" == responder.close() == responder.feed([Ping()])


def test_a_responder_may_start_before_there_is_anything_to_say() -> None:
    """Once the head is out, the first event too fails inside the stream."""
    responder = accept(http(), [TOY])
    assert isinstance(responder, Responder)
    responder.start()
    head = responder.head
    data = responder.fail(errors.Overloaded("busy"))

    assert head is not None
    assert (200, head) == (head.status, responder.head)
    assert [Failed(Failure("busy", status=503))] == lines(data)


def test_a_whole_answer_cannot_start_early() -> None:
    """Its head depends on how it ends."""
    responder = accept(http(stream=False), [TOY])
    assert isinstance(responder, Responder)
    responder.start()

    assert responder.head is None


@pytest.mark.parametrize("name", NAMES)
def test_every_wire_is_spoken_without_being_named(name: str) -> None:
    """The request line decides which wire answers."""
    request = load(name).encode_request(
        Request("m", (user("Hi"),), max_tokens=9), target := Target("toy", name, "m", "http://127.0.0.1/v1"), Report(target)
    )
    it = serve(request, lambda request: ANSWER)

    assert 200 == it.head.status
    response = accumulate(load(name).decode_response(b"".join(it.chunks), target))
    assert ("one two", "stop") == (response.text, response.finish and response.finish.reason)
