"""Answers from a recording: the same bytes in the same pieces, and a refusal that helps."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dragoman.errors import ConnectionFailed, DecodeError, TimedOut, UsageError
from dragoman.transport.local import LocalTransport
from dragoman.transport.record import RecordingTransport
from dragoman.transport.replay import AsyncReplayTransport, ReplayTransport
from dragoman.wire.http import HttpHead, HttpRequest


class Reply(NamedTuple):
    head: HttpHead
    chunks: Iterator[bytes]


URL = "https://api.example.com/v1/chat"


def ask(body: Any = None, *, key: str = "sk-one-1234567890", url: str = URL, method: str = "POST") -> HttpRequest:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpRequest(method, url, {"authorization": f"Bearer {key}"}, content)


def record(path: Path, *exchanges: tuple[HttpRequest, list[bytes]], status: int = 200) -> Path:
    for request, chunks in exchanges:
        reply = Reply(HttpHead(status, {"date": "today"}), iter(chunks))
        body = RecordingTransport(LocalTransport(lambda _, reply=reply: reply), path).send(request)
        while body.read():
            pass
    return path


def pieces(transport: ReplayTransport, request: HttpRequest) -> list[bytes]:
    body = transport.send(request)
    found = []
    while piece := body.read():
        found.append(piece)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "exchanges.jsonl"


def test_an_answer_comes_as_it_came(path: Path) -> None:
    """Status, headers, and the body in its pieces, cut through a letter though they be."""
    record(path, (ask({"a": 1}), [b"na\xc3", b"\xafve", b"\xff"]), status=418)
    transport = ReplayTransport(path)

    body = transport.send(ask({"a": 1}))
    assert HttpHead(418, {"date": "today"}) == body.head
    assert [b"na\xc3", b"\xafve", b"\xff", b"", b""] == [body.read() for _ in range(5)]


def test_an_answer_comes_to_asyncio_too(path: Path) -> None:
    """The same with the other face."""
    record(path, (ask({"a": 1}), [b"one", b"two"]))

    async def program() -> list[bytes]:
        body = await AsyncReplayTransport(path).send(ask({"a": 1}))
        return [await body.read() for _ in range(3)]

    assert [b"one", b"two", b""] == asyncio.run(program())


def test_requests_are_matched_by_what_they_ask(path: Path) -> None:
    """The order of fields, the spacing, the host and the key make no difference; the order of asking makes none either."""
    record(path, (ask({"a": 1, "b": [2]}), [b"first"]), (ask({"a": 2}), [b"second"]))
    transport = ReplayTransport(path)

    assert [b"second"] == pieces(transport, ask(b'{ "a": 2 }', key="sk-another-key-9"))
    assert [b"first"] == pieces(transport, ask(b'{"b":[2],"a":1}', url="http://127.0.0.1:1/v1/chat"))


def test_the_same_question_is_answered_in_order(path: Path) -> None:
    """Each exchange answers once; without `strict` the last one goes on answering."""
    record(path, (ask({"a": 1}), [b"one"]), (ask({"a": 1}), [b"two"]))
    strict, lenient = ReplayTransport(path), ReplayTransport(path, strict=False)

    assert [[b"one"], [b"two"]] == [pieces(strict, ask({"a": 1})) for _ in range(2)]
    with pytest.raises(UsageError, match=r"asked once more than it was recorded \(2 times\).*strict=False"):
        strict.send(ask({"a": 1}))
    assert [[b"one"], [b"two"], [b"two"]] == [pieces(lenient, ask({"a": 1})) for _ in range(3)]


def test_a_key_in_the_query_is_not_compared(path: Path) -> None:
    """What was masked matches whatever stands there now, and also nothing."""
    record(path, (ask({}, url="https://a.b/v1?alt=sse&key=abcdefgh"), [b"one"]))

    assert [b"one"] == pieces(ReplayTransport(path), ask({}, url="https://a.b/v1?key=other-key&alt=sse"))
    assert [b"one"] == pieces(ReplayTransport(path), ask({}, url="https://a.b/v1?alt=sse"))


@pytest.mark.parametrize(
    ("request_", "difference"),
    [
        (ask({"m": [{"x": 1}], "n": 1}, url="https://a.b/v2/chat"), r"path '/v1/chat' where this request has '/v2/chat'"),
        (ask({"m": [{"x": 1}], "n": 1}, method="GET"), r"method 'POST' where this request has 'GET'"),
        (ask({"m": [{"x": 2}], "n": 1}), r"body\.m\[0\]\.x 1 where this request has 2"),
        (ask({"m": [{"x": 1}, 3], "n": 1}), r"body\.m\[1\] nothing where this request has 3"),
        (ask({"m": [{"x": 1}]}), r"body\.n 1 where this request has nothing"),
        (ask({"m": [{"x": True}], "n": 1}), r"body\.m\[0\]\.x 1 where this request has True"),
        (ask(b"text"), r"body .* where this request has None; body_text None where this request has 'text'"),
        (ask({"m": [{"x": 1}], "n": 1}, url="https://a.b/v1/chat?alt=sse"), r"query\.alt nothing where this request has 'sse'"),
    ],
)
def test_a_request_that_was_not_recorded(path: Path, request_: HttpRequest, difference: str) -> None:
    """The nearest exchange is named, with what differs."""
    record(path, (ask({"m": [{"x": 1}], "n": 1}), [b"one"]), (ask({"far": "away"}, url="https://a.b/v9"), [b"two"]))

    with pytest.raises(UsageError, match=rf"the nearest, api\.example\.com-[0-9a-f]+, has {difference}"):
        ReplayTransport(path).send(request_)


def test_a_long_list_of_differences_is_cut(path: Path) -> None:
    """Enough to see what is wrong."""
    record(path, (ask({str(number): "x" * 200 for number in range(9)}), [b"one"]))

    with pytest.raises(UsageError, match=r"; and 4 more$") as caught:
        ReplayTransport(path).send(ask({}))
    assert len(str(caught.value)) < 1000


def test_nothing_left(path: Path) -> None:
    """A recording that is used up says so."""
    record(path, (ask({"a": 1}), [b"one"]))
    transport = ReplayTransport(path)
    pieces(transport, ask({"a": 1}))

    with pytest.raises(UsageError, match="nothing is left to answer POST /v1/chat"):
        transport.send(ask({"a": 2}))


@pytest.mark.parametrize(
    ("ending", "error", "facts"),
    [
        ({"ended": "cut", "error": {"class": "ConnectionFailed", "kind": "reset"}}, ConnectionFailed, {"kind": "reset"}),
        ({"ended": "cut", "error": {"class": "TimedOut", "phase": "idle"}}, TimedOut, {"phase": "idle"}),
        ({"ended": "closed"}, ConnectionFailed, {"kind": "closed", "retryable": False}),
    ],
)
def test_an_answer_ends_as_it_ended(path: Path, ending: dict[str, Any], error: type[Exception], facts: dict[str, Any]) -> None:
    """What was cut is cut again, after what came."""
    record(path, (ask({"a": 1}), [b"one"]))
    path.write_text(json.dumps({**json.loads(path.read_text()), **ending}) + "\n")
    body = ReplayTransport(path).send(ask({"a": 1}))

    assert b"one" == body.read()
    with pytest.raises(error) as caught:
        body.read()
    assert facts == {name: getattr(caught.value, name) for name in facts}


def test_recordings_from_elsewhere(path: Path) -> None:
    """Pieces and ending may be missing, and headers that speak of another form of the body are left out."""
    line = {
        "request": {"method": "POST", "host": "a.b", "path": "/v1/chat", "query": {}, "headers": {}, "body": {"a": 1}},
        "response": {"status": 200, "headers": {"Content-Length": "3", "content-encoding": "gzip", "X-A": "1"}, "body": "whole"},
    }
    path.write_text(json.dumps(line) + "\n\n")
    body = ReplayTransport(path).send(ask({"a": 1}))

    assert HttpHead(200, {"x-a": "1"}) == body.head
    assert [b"whole", b""] == [body.read(), body.read()]


def test_exchanges_of_the_corpus_replay(corpus: Path, path: Path) -> None:
    """The known recordings are in a form that can be replayed."""
    with gzip.open(corpus / "dev" / "openai-chat.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [line for line, _ in zip(file, range(20), strict=False)]
    path.write_text("".join(lines), "utf-8")
    transport = ReplayTransport(path)
    for record_ in map(json.loads, lines):
        asked, answer = record_["request"], record_["response"]
        if asked["body_kind"] == "json" and "body" in answer:
            request = ask(asked["body"], url=f"https://{asked['host']}{asked['path']}")
            assert answer["body"].encode() == b"".join(pieces(transport, request))


@pytest.mark.parametrize("line", ["not json", "[]", '{"request": {}}', "3"])
def test_a_file_that_is_no_recording(path: Path, line: str) -> None:
    """The line is named."""
    path.write_text("\n" + line + "\n")

    with pytest.raises(DecodeError, match="line 2: not a recorded exchange"):
        ReplayTransport(path)
