"""A list of models is asked for page by page, decided like an exchange: the test is the world."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman import errors
from dragoman.engine.effects import Close, Now, Random, Read, Send, Sleep, Wall
from dragoman.engine.listing import Listing
from dragoman.engine.policy import NO_RETRY, Retry, Timeouts
from dragoman.protocols import load
from dragoman.protocols.base import Target
from dragoman.types import Secret
from dragoman.wire.http import HttpHead

KEY = "sk-marker-0123456789"
OK = HttpHead(200, {"content-type": "application/json", "request-id": "r1"})


class World:
    """Plays the face: each answer is a head, then the pieces of its body until an empty one."""

    def __init__(self, *script: HttpHead | bytes | Exception) -> None:
        self.script = list(script)
        self.sent: list[Send] = []
        self.diary: list[Any] = []
        self.clock = 100.0

    def run(self, listing: Listing) -> None:
        flow = listing.run()
        step, value = flow.send, None
        while True:
            try:
                effect = step(value)
            except StopIteration:
                return
            step, value = flow.send, None
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
        return None

    def next(self) -> Any:
        answer = self.script.pop(0) if self.script else b""
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def urls(self) -> list[str]:
        return [send.request.url for send in self.sent]


def listing(*, timeouts: Timeouts | None = None, retry: Retry | None = None) -> Listing:
    target = Target("anthropic", "anthropic_messages", "", "https://api.anthropic.com")
    return Listing(target, load("anthropic_messages"), credential=Secret(KEY), timeouts=timeouts, retry=retry)


def page(*ids: str, more: bool = False) -> bytes:
    return json.dumps({"data": [{"id": name} for name in ids], "has_more": more, "last_id": ids[-1] if ids else None}).encode()


def outcome(world: World, it: Listing) -> errors.DragomanError:
    with pytest.raises(errors.DragomanError) as caught:
        world.run(it)
    assert it.models == ()
    return caught.value


def test_pages_are_read_to_the_last() -> None:
    """Each page is asked for behind the one before, with the key, and its body is given back before the next is sent."""
    first = page("a", "b", more=True)
    world, it = World(OK, first[:9], first[9:], b"", OK, page("b", "c")), listing()
    world.run(it)

    assert ["a", "b", "c"] == [model.id for model in it.models]
    assert [
        "https://api.anthropic.com/v1/models?limit=1000",
        "https://api.anthropic.com/v1/models?limit=1000&after_id=b",
    ] == world.urls
    assert ["send", "close", "send", "close"] == world.diary
    assert all(KEY in send.request.headers["authorization"] for send in world.sent)


def test_a_page_is_asked_for_again() -> None:
    """A retryable error costs one page and not the list."""
    again = HttpHead(529, {"retry-after": "7"})
    world, it = World(OK, page("a", more=True), b"", again, b"{}", b"", OK, page("b")), listing()
    world.run(it)

    assert ["a", "b"] == [model.id for model in it.models]
    assert ("sleep", 7.0) in world.diary
    assert world.urls[1] == world.urls[2]


def test_every_try_has_its_length() -> None:
    """A page that came counts from its own beginning to its own end, whatever went before it, and no waiting with it."""
    again = HttpHead(529, {"retry-after": "7"})
    world, it = World(OK, page("a", more=True), b"", again, b"{}", b"", OK, page("b")), listing()
    world.run(it)

    assert [(200, True), (529, True), (200, True)] == [(one.status, 0.0 < one.seconds < 7.0) for one in it.attempts]


def test_an_error_is_typed_and_explained() -> None:
    """Class, status, provider and request as in an exchange; the key that an error quotes is masked."""
    body = json.dumps({"type": "error", "error": {"type": "authentication_error", "message": f"bad key {KEY}"}}).encode()
    error = outcome(World(HttpHead(401, {"request-id": "r9"}), body), listing())

    assert isinstance(error, errors.AuthenticationFailed)
    assert ("anthropic", None, 401, "r9", 1) == (error.provider, error.model, error.status, error.request_id, len(error.attempts))
    assert KEY not in str(error)


def test_an_error_in_a_good_answer_has_the_same_class() -> None:
    """What is overloaded is tried again, whatever the status."""
    busy = b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}'
    world = World(OK, busy, b"", OK, busy, b"", OK, busy)
    error = outcome(world, listing())

    assert isinstance(error, errors.Overloaded)
    assert 3 == len(world.sent)


def test_what_is_no_list_is_said_once() -> None:
    """A page of another kind is not asked for again."""
    world = World(OK, b"<html>hello</html>")
    error = outcome(world, listing())

    assert isinstance(error, errors.DecodeError)
    assert "the list of models is not JSON" in str(error)
    assert 1 == len(world.sent)


def test_a_broken_connection_is_retried_and_then_told() -> None:
    """Transport trouble has its own class, and no retry means none."""
    reset = errors.ConnectionFailed("reset")
    world, it = World(reset, OK, page("a")), listing()
    world.run(it)

    assert ["a"] == [model.id for model in it.models]
    assert isinstance(outcome(World(reset), listing(retry=NO_RETRY)), errors.ConnectionFailed)


def test_the_total_deadline_is_for_all_pages() -> None:
    """Many quick pages may take too long together."""
    script = [part for number in range(9) for part in (OK, page(f"m{number}", more=True), b"")]
    error = outcome(World(*script), listing(timeouts=Timeouts(total=2.0)))

    assert isinstance(error, errors.TimedOut)
    assert "total" == error.phase


def test_a_list_without_end_is_given_up() -> None:
    """A server that leads back to a page it gave is not followed."""
    world = World(OK, page("a", more=True), b"", OK, page("a", more=True))
    error = outcome(world, listing())

    assert isinstance(error, errors.DecodeError)
    assert "does not end" in str(error)
    assert 2 == len(world.sent)


def test_a_page_without_end_is_given_up() -> None:
    """A body is read up to a bound."""
    world = World(OK, *[b" " * (8 * 1024 * 1024)] * 6)
    error = outcome(world, listing())

    assert isinstance(error, errors.DecodeError)
    assert "has more than 33,554,432 bytes" in str(error)
    assert world.script, "the rest is not read"
    assert "close" == world.diary[-1]


def test_a_provider_without_a_list_is_refused_at_once() -> None:
    """Nothing is sent to find out."""
    from dragoman.protocols.openai_chat import PROTOCOL, ChatDialect

    with pytest.raises(errors.Unsupported, match="acme has no list of models"):
        Listing(Target("acme", "openai_chat", "", "https://acme.example", ChatDialect(models_path=None)), PROTOCOL)
