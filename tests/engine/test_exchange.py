"""The engine decides by what it is told; the test is the world: no clock, no socket, no sleep."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from dragoman import errors
from dragoman.engine.auth import Auth
from dragoman.engine.credentials import Access, Function, Grant
from dragoman.engine.effects import Call, Close, Now, Random, Read, Send, Sleep, Wall
from dragoman.engine.exchange import Exchange
from dragoman.engine.policy import Retry, Timeouts
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.types import Cost, Event, Finished, Reasoning, Request, Secret, Started, TextDelta, user
from dragoman.types.model import Price
from dragoman.wire.http import HttpHead

KEY = "sk-marker-0123456789"
SSE = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}

Answer = HttpHead | bytes | Exception


def delta(text: str) -> bytes:
    return (
        b"data: "
        + json.dumps({"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]}).encode()
        + b"\n\n"
    )


FINISH = b'data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
OVERLOADED = b'data: {"error":{"message":"Overloaded","type":"overloaded_error"}}\n\n'
WHOLE = (
    b'{"id":"c1","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":3,"completion_tokens":1,"cost":0.5}}'
)


class World:
    """Plays the face: answers effects from a script and keeps a diary."""

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.diary: list[Any] = []
        self.batches: list[list[Event]] = []
        self.sent: list[Send] = []
        self.clock = 100.0

    def run(self, exchange: Exchange) -> None:
        flow = exchange.run()
        step, value = flow.send, None
        while True:
            try:
                effect = step(value)
            except StopIteration:
                return
            step, value = flow.send, None
            if isinstance(effect, list):
                self.batches.append(effect)
                continue
            try:
                value = self.obey(effect)
            except errors.DragomanError as error:
                step, value = flow.throw, error

    def obey(self, effect: Any) -> Any:
        match effect:
            case Send():
                self.sent.append(effect)
                self.diary.append("send")
                return self.next()
            case Read():
                return self.next()
            case Sleep(seconds=seconds):
                self.diary.append(("sleep", seconds))
                self.clock += seconds
            case Now():
                self.clock += 0.125
                return self.clock
            case Wall():
                return 1_800_000_000.0
            case Random():
                return 0.0
            case Close():
                self.diary.append("close")
            case Call(function=function):
                return function()
        return None

    def next(self) -> Any:
        answer = self.script.pop(0) if self.script else b""
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def text(self) -> str:
        return "".join(event.text for batch in self.batches for event in batch if isinstance(event, TextDelta))


def exchange(
    *, stream: bool = True, credential: Any = None, timeouts: Timeouts | None = None, retry: Retry | None = None
) -> Exchange:
    target = Target("openai", "openai_chat", "m", "https://api.openai.com/v1")
    request = Request("m", (user("Hi"),), stream=stream)
    return Exchange(
        request,
        target,
        load("openai_chat"),
        Report(target),
        credential=Secret(KEY) if credential is None else credential,
        auth=Auth(),
        timeouts=timeouts,
        retry=retry,
    )


def outcome(world: World, it: Exchange) -> errors.DragomanError:
    with pytest.raises(errors.DragomanError) as caught:
        world.run(it)
    return caught.value


def test_a_streamed_answer_is_delivered_as_it_comes() -> None:
    """Events pass in order and one terminal ends them; the response knows the rest."""
    world, it = World(HttpHead(200, {**SSE, "x-request-id": "r1"}), delta("a"), delta("b") + FINISH, DONE), exchange()
    world.run(it)
    events = [event for batch in world.batches for event in batch]
    response = it.response()

    assert ("ab", Started, Finished) == (world.text, type(events[0]), type(events[-1]))
    assert 1 == sum(isinstance(event, Finished) for event in events)
    assert ("ab", "stop", "r1", "openai") == (
        response.text,
        response.finish and response.finish.reason,
        response.request_id,
        response.provider,
    )
    assert response.timing.head is not None
    assert response.timing.first_event is not None
    assert response.timing.total is not None
    assert response.timing.head < response.timing.first_event < response.timing.total
    assert f"Bearer {KEY}" == world.sent[0].request.headers["authorization"]
    assert "close" == world.diary[-1]


def test_a_whole_answer_goes_the_same_way() -> None:
    """A body of JSON gives the same response, with its bytes, usage and the vendor's bill."""
    world, it = World(HttpHead(200, JSON), WHOLE[:30], WHOLE[30:]), exchange(stream=False)
    world.run(it)
    response = it.response()

    assert ("Hi", 3, 1, WHOLE) == (response.text, response.usage.input, response.usage.output, response.raw)
    assert "0.5" == str(response.cost and response.cost.amount)


def test_the_response_says_how_reasoning_was_steered() -> None:
    """In the fields that were sent, `extra` among them; unasked there are none."""
    found = []
    target = Target("openai", "openai_chat", "m", "https://api.openai.com/v1")
    for words in ({}, {"reasoning": Reasoning(effort="high")}, {"extra": {"reasoning_effort": "odd"}}):
        request: Any = Request("m", (user("Hi"),), **words)
        it = Exchange(request, target, load("openai_chat"), Report(target), credential=Secret(KEY))
        World(HttpHead(200, JSON), WHOLE, b"").run(it)
        found.append(it.response().reasoning)
    assert [{}, {"reasoning_effort": "high"}, {"reasoning_effort": "odd"}] == found


def in_an_array(text: str, reason: str | None = None) -> bytes:
    candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    return json.dumps({"candidates": [{**candidate, "finishReason": reason} if reason else candidate]}).encode()


@pytest.mark.parametrize("stream", [True, False])
def test_an_array_of_chunks_streams_as_it_comes(stream: bool) -> None:
    """A stream that comes as one JSON array is delivered by its elements, where the wire may stream so; asked for whole it
    is a whole body."""
    pieces = (b"\n [" + in_an_array("Hel"), b",\n" + in_an_array("lo"), b"," + in_an_array("!", "STOP") + b"]")
    target = Target("gemini", "gemini", "m", "https://generativelanguage.googleapis.com")
    it = Exchange(Request("m", (user("Hi"),), stream=stream), target, load("gemini"), Report(target))
    world = World(HttpHead(200, JSON), *pieces)
    world.run(it)
    said = ["".join([event.text for event in batch if isinstance(event, TextDelta)]) for batch in world.batches]

    assert (["Hel", "lo", "!", ""] if stream else ["Hello!"]) == said
    assert "Hello!" == it.response().text


def test_an_array_that_breaks_off_is_a_cut() -> None:
    """What arrived of it is kept."""
    target = Target("gemini", "gemini", "m", "https://generativelanguage.googleapis.com")
    it = Exchange(Request("m", (user("Hi"),), stream=True), target, load("gemini"), Report(target))
    world = World(HttpHead(200, JSON), b"[" + in_an_array("Hel") + b",{")

    with pytest.raises(errors.StreamCut) as caught:
        world.run(it)
    assert "Hel" == (caught.value.partial and caught.value.partial.text)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    "body", [WHOLE, b"\n " + WHOLE, delta("Hi") + FINISH + DONE, b"\xef\xbb\xbf\r\n" + delta("Hi") + FINISH + DONE]
)
def test_the_body_decides_what_it_is(body: bytes, stream: bool) -> None:
    """JSON for a stream request and a stream for a plain one are both read for what they are."""
    world, it = World(HttpHead(200, {}), body), exchange(stream=stream)
    world.run(it)

    assert "Hi" == it.response().text


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b'{"error":{"message":"no","code":"invalid_api_key"}}', errors.AuthenticationFailed),
        (404, b"", errors.NotFound),
        (400, b'{"error":{"message":"maximum context length"}}', errors.ContextTooLong),
        (307, b"", errors.APIError),
    ],
)
def test_errors_that_stay_are_not_tried_again(status: int, body: bytes, kind: type[errors.DragomanError]) -> None:
    """One try, one typed error with its facts."""
    world, it = World(HttpHead(status, {"x-request-id": "r9"}), body), exchange()
    error = outcome(world, it)

    assert (kind, status, "r9", "openai", "m") == (type(error), error.status, error.request_id, error.provider, error.model)
    assert ["send", "close"] == world.diary
    assert [(status, kind.__name__)] == [(attempt.status, attempt.error) for attempt in error.attempts]


def test_errors_that_pass_are_tried_again() -> None:
    """The provider's wish is waited for, then doubling waits; every try is on the response."""
    world = World(
        HttpHead(429, {"retry-after": "7"}), b"", HttpHead(503), b"busy", b"", HttpHead(200, SSE), delta("ok"), FINISH, DONE
    )
    it = exchange()
    world.run(it)

    assert ["send", "close", ("sleep", 7.0), "send", "close", ("sleep", 1.0), "send", "close"] == world.diary
    assert "ok" == world.text
    assert [("RateLimited", 7.0), ("Overloaded", 1.0), (None, None)] == [(a.error, a.waited) for a in it.response().attempts]


def test_tries_are_bounded() -> None:
    """After the last try the error comes out, with all attempts."""
    world, it = World(*[HttpHead(500), b""] * 5), exchange()
    error = outcome(world, it)

    assert (errors.ServerError, 3) == (type(error), len(error.attempts))


def test_one_switch_turns_retrying_off() -> None:
    """A single try."""
    world, it = World(HttpHead(500), b"", HttpHead(200, SSE)), exchange(retry=Retry(attempts=1))

    assert isinstance(outcome(world, it), errors.ServerError)
    assert ["send", "close"] == world.diary


def test_a_wish_longer_than_patience_is_not_waited_for() -> None:
    """An hour is an answer, not a wait."""
    error = outcome(world := World(HttpHead(429, {"retry-after": "3600"}), b""), exchange())

    assert (errors.RateLimited, 3600.0) == (type(error), error.retry_after)
    assert ["send", "close"] == world.diary


def test_an_error_frame_that_opens_a_stream_is_tried_again() -> None:
    """HTTP 200 and then an overload is an overload; the caller sees only the second answer."""
    world, it = World(HttpHead(200, SSE), OVERLOADED, HttpHead(200, SSE), delta("ok"), FINISH, DONE), exchange()
    world.run(it)

    assert ("ok", "ok") == (world.text, it.response().text)
    assert ["Overloaded", None] == [attempt.error for attempt in it.response().attempts]


def test_an_error_frame_after_content_ends_the_stream() -> None:
    """What came stays, on the error and with the caller; nothing is sent again."""
    world, it = World(HttpHead(200, SSE), delta("half"), OVERLOADED), exchange()
    error = outcome(world, it)

    assert (errors.Overloaded, True) == (type(error), error.retryable)
    assert ("half", "half") == (world.text, error.partial and error.partial.text)
    assert ["send", "close"] == world.diary


@pytest.mark.parametrize("rest", [[], [b'data: {"id":"c1","cho']])
def test_a_stream_without_its_end_is_cut(rest: list[bytes]) -> None:
    """A clean end of the body without the end signal is not success, and an event that it cut is not a broken one."""
    world, it = World(HttpHead(200, SSE), delta("half"), *rest), exchange()
    error = outcome(world, it)

    assert isinstance(error, errors.StreamCut)
    assert "half" == (error.partial and error.partial.text)
    assert error.partial is not None
    assert error.partial.finish is None


def test_an_empty_answer_is_cut_and_tried_again() -> None:
    """HTTP 200 with nothing in it says nothing."""
    world, it = World(HttpHead(200, SSE), b"", HttpHead(200, SSE), delta("ok"), FINISH, DONE), exchange()
    world.run(it)

    assert "ok" == world.text


@pytest.mark.parametrize("stream", [True, False])
def test_a_whole_answer_that_is_cut(stream: bool) -> None:
    """JSON that ends in the middle, though its connection ended well, is an answer that is not complete: asked for again."""
    twice = [HttpHead(200, JSON), WHOLE[:30], WHOLE[30:-9], b""]
    world, it = World(*twice, HttpHead(200, JSON), WHOLE), exchange(stream=stream)
    world.run(it)
    assert "Hi" == world.text

    error = outcome(World(*twice * 3), exchange(stream=stream))
    assert isinstance(error, errors.StreamCut)
    assert (True, None, 3) == (error.retryable, error.partial, len(error.attempts))


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><title>Sign in</title>", b"\xff\xfe", b'{"unexpected": true}', b"[]"])
def test_a_body_of_another_kind_is_a_decode_error(body: bytes, stream: bool) -> None:
    """A proxy's page with status 200 is not an empty answer; the first bytes are on the error."""
    error = outcome(World(HttpHead(200, {"content-type": "text/html"}), body), exchange(stream=stream))

    assert isinstance(error, errors.DecodeError)
    assert not error.retryable


@pytest.mark.parametrize("stream", [True, False])
def test_an_error_object_in_a_200_answer_is_that_error(stream: bool) -> None:
    """The body says what the status does not."""
    body = b'{"error":{"message":"You exceeded your current quota","type":"insufficient_quota"}}'
    error = outcome(World(HttpHead(200, JSON), body), exchange(stream=stream))

    assert isinstance(error, errors.QuotaExhausted)


def test_a_broken_connection_before_content_is_tried_again_and_after_it_is_not() -> None:
    """Nothing delivered: again. Something delivered: the error with the partial."""
    broken = errors.ConnectionFailed("the connection was reset")
    world, it = World(broken, HttpHead(200, SSE), delta("half"), broken), exchange()
    error = outcome(world, it)

    assert error is broken
    assert ["send", "close", ("sleep", 0.5), "send", "close"] == world.diary
    assert ("half", "openai") == (error.partial and error.partial.text, error.provider)


def test_deadlines_are_handed_to_the_transport() -> None:
    """Each phase has its own; the total shortens them as time passes, and then it is the total that ran out."""
    late = errors.TimedOut("nothing came")
    late.phase = "idle"
    timeouts = Timeouts(connect=5, first_byte=20, idle=10, total=4)
    world, it = World(HttpHead(200, SSE), delta("a"), late), exchange(timeouts=timeouts)
    error = outcome(world, it)

    assert (3.75, 3.75) == (world.sent[0].connect, world.sent[0].first_byte)
    assert isinstance(error, errors.TimedOut)
    assert ("total", "a") == (error.phase, error.partial and error.partial.text)


def test_an_idle_timeout_stays_an_idle_timeout() -> None:
    """Without a total deadline the phase is the transport's."""
    late = errors.TimedOut("nothing came")
    late.phase = "idle"
    error = outcome(World(HttpHead(200, SSE), delta("a"), late), exchange(timeouts=Timeouts(idle=10)))

    assert isinstance(error, errors.TimedOut)
    assert "idle" == error.phase


def test_waits_do_not_outlast_the_total_deadline() -> None:
    """A retry that could not finish in time is not begun."""
    error = outcome(world := World(HttpHead(429, {"retry-after": "30"}), b""), exchange(timeouts=Timeouts(total=10)))

    assert isinstance(error, errors.RateLimited)
    assert ["send", "close"] == world.diary


def test_a_key_may_be_a_function_asked_at_every_try() -> None:
    """Keys that rotate are asked for when they are needed."""
    keys = iter(["first-key", Secret("second-key")])
    world, it = World(HttpHead(500), b"", HttpHead(200, JSON), WHOLE), exchange(credential=lambda: next(keys))
    world.run(it)

    assert ["Bearer first-key", "Bearer second-key"] == [sent.request.headers["authorization"] for sent in world.sent]


def test_a_key_quoted_by_the_provider_does_not_come_through() -> None:
    """The error and all its facts are free of it."""
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}).encode()
    error = outcome(World(HttpHead(401), body), exchange())

    assert KEY not in f"{error} {error!r} {error.__dict__}"
    assert "***" in str(error)


def test_the_answer_is_complete_even_if_its_connection_is_not() -> None:
    """After the end signal a server may hold or break the connection: the answer stands."""
    world, it = World(HttpHead(200, SSE), delta("a") + FINISH + DONE, errors.TimedOut("held open")), exchange()
    world.run(it)

    assert "a" == it.response().text
    assert "close" == world.diary[-1]


USAGE = b'data: {"id":"c1","model":"m","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":100}}\n\n'
COUNTED = (
    b'{"id":"c1","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],'
    b'"service_tier":"flex","usage":{"prompt_tokens":1000,"completion_tokens":100}}'
)
LISTED = Price(Decimal(2), Decimal(10), services={"flex": Price(Decimal(1), Decimal(5))})


def priced(*, stream: bool, price: Price | None = LISTED) -> Exchange:
    target = Target("openai", "openai_chat", "m", "https://api.openai.com/v1")
    report = Report(target)
    request = Request("m", (user("Hi"),), stream=stream)
    return Exchange(request, target, load("openai_chat"), report, credential=Secret(KEY), retry=Retry(1), price=price)


def test_a_stream_is_priced_by_its_counts() -> None:
    """1,000 tokens at 2 dollars a million and 100 at 10."""
    call = priced(stream=True)

    World(HttpHead(200, SSE), delta("Hi"), FINISH, USAGE, DONE).run(call)

    assert Cost(Decimal("0.003"), "catalogue") == call.response().cost


def test_a_whole_answer_is_priced_in_the_tier_it_names() -> None:
    """The same counts cost half where the answer says that they were made at leisure."""
    call = priced(stream=False)

    World(HttpHead(200, JSON), COUNTED).run(call)

    assert Cost(Decimal("0.0015"), "catalogue") == call.response().cost


def test_what_the_provider_bills_goes_before_the_list() -> None:
    """The answer names its own cost."""
    call = priced(stream=False)

    World(HttpHead(200, JSON), WHOLE).run(call)

    assert Cost(Decimal("0.5"), "vendor") == call.response().cost


def test_a_cut_answer_costs_what_was_counted() -> None:
    """The partial response of a failure is priced when counts have come, and has no cost before."""
    counted, uncounted = priced(stream=True), priced(stream=True)

    with pytest.raises(errors.StreamCut) as late:
        World(HttpHead(200, SSE), delta("Hi"), USAGE).run(counted)
    with pytest.raises(errors.StreamCut) as early:
        World(HttpHead(200, SSE), delta("Hi")).run(uncounted)

    assert [Cost(Decimal("0.003"), "catalogue"), None] == [
        caught.value.partial.cost for caught in (late, early) if caught.value.partial is not None
    ]


def test_a_model_without_a_price_has_no_cost() -> None:
    """Unknown is not free."""
    call = priced(stream=True, price=None)

    World(HttpHead(200, SSE), delta("Hi"), FINISH, USAGE, DONE).run(call)

    assert call.response().cost is None


REFUSED = (HttpHead(401, JSON), b'{"error":{"message":"expired","code":"invalid_api_key"}}', b"")


class TestRenewal:
    """A refused credential is renewed once, and that try counts for nothing else."""

    def access(self, *tokens: Any) -> Access:
        queue = list(tokens)

        def give() -> Any:
            token = queue.pop(0)
            if isinstance(token, Exception):
                raise token
            return Grant(Secret(token), None)

        return Access(Function(give))

    def sent(self, world: World) -> list[str]:
        return [send.request.headers["authorization"] for send in world.sent]

    def test_a_new_token_is_tried_at_once(self) -> None:
        """Without a wait, visible in the attempts, and not counted: with one try allowed it still happens."""
        world = World(*REFUSED, HttpHead(200, JSON), WHOLE)
        it = exchange(stream=False, credential=self.access("one-0123", "two-0123"), retry=Retry(1))
        world.run(it)

        assert ["Bearer one-0123", "Bearer two-0123"] == self.sent(world)
        assert [(401, "AuthenticationFailed", 0.0), (200, None, None)] == [
            (attempt.status, attempt.error, attempt.waited) for attempt in it.response().attempts
        ]
        assert not any(isinstance(entry, tuple) for entry in world.diary)

    def test_it_happens_once(self) -> None:
        """A second refusal is the answer."""
        world = World(*REFUSED, *REFUSED)
        error = outcome(world, exchange(credential=self.access("one-0123", "two-0123", "three")))

        assert isinstance(error, errors.AuthenticationFailed)
        assert (2, 2) == (len(world.sent), len(error.attempts))

    def test_the_same_key_is_not_tried_again(self) -> None:
        """A fixed key, and a source that knows no other."""
        for credential in (Secret(KEY), self.access("one-0123", "one-0123")):
            world = World(*REFUSED)

            assert isinstance(outcome(world, exchange(credential=credential)), errors.AuthenticationFailed)
            assert 1 == len(world.sent)

    def test_the_refusal_is_told_when_there_is_no_new_one(self) -> None:
        """With why there is none."""
        world = World(*REFUSED)
        error = outcome(world, exchange(credential=self.access("one-0123", errors.UsageError("the program failed"))))

        assert isinstance(error, errors.AuthenticationFailed)
        assert ["It could not be renewed either: the program failed"] == error.__notes__

    def test_the_retries_are_all_left(self) -> None:
        """Two overloads behind a renewal still get their tries."""
        busy = (HttpHead(503, JSON), b"{}", b"")
        world = World(*REFUSED, *busy, *busy, HttpHead(200, SSE), delta("a") + FINISH, DONE)
        it = exchange(credential=self.access("one-0123", "two-0123"), retry=Retry(3))
        world.run(it)

        assert ("a", 4) == (world.text, len(it.response().attempts))

    def test_a_source_that_fails_is_retried_like_any_try(self) -> None:
        """No connection to where tokens come from is no connection."""
        world = World(HttpHead(200, SSE), delta("a") + FINISH, DONE)
        it = exchange(credential=self.access(errors.ConnectionFailed("no way there"), "one-0123"))
        world.run(it)

        assert ("a", ["ConnectionFailed", None]) == (world.text, [attempt.error for attempt in it.response().attempts])

    def test_no_part_of_a_credential_is_in_an_error(self) -> None:
        """Not the token that was refused, nor the one that came after it."""
        said = b'{"error":{"message":"bad one-0123, and two-0123"}}'
        world = World(HttpHead(401, JSON), said, b"", HttpHead(401, JSON), said, b"")
        error = outcome(world, exchange(credential=self.access("one-0123", "two-0123")))

        assert "two-0123" not in str(error)
