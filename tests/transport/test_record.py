"""What a recording holds, and what it never holds."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dragoman.engine.auth import AwsKeys
from dragoman.engine.sigv4 import sign
from dragoman.errors import ConnectionFailed, TimedOut
from dragoman.transport.local import AsyncLocalTransport, LocalTransport, Pause
from dragoman.transport.record import MASK, AsyncRecordingTransport, RecordingTransport
from dragoman.wire.http import HttpHead, HttpRequest

KEY = "sk-marker-1234567890"
SSE = {"content-type": "text/event-stream; charset=utf-8", "x-request-id": "req_1", "set-cookie": "session=abcdef"}


class Reply(NamedTuple):
    head: HttpHead
    chunks: Iterator[Any]


def recorded(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ask(**changes: Any) -> HttpRequest:
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json", "anthropic-version": "2023-06-01"}
    body = b'{"model":"m-1","messages":[{"role":"user","content":"na\xc3\xafve?"}]}'
    return HttpRequest("POST", "https://api.example.com:8443/v1/chat?alt=sse", **{"headers": headers, "body": body, **changes})


def exchange(
    path: Path, request: HttpRequest, *chunks: Any, status: int = 200, headers: dict[str, str] = SSE, asynchronous: bool = False
) -> None:
    """One exchange, read to its end, or to where it breaks."""

    def handler(_: HttpRequest) -> Reply:
        return Reply(HttpHead(status, headers), breaking(chunks))

    if not asynchronous:
        transport = RecordingTransport(LocalTransport(handler), path)
        body = transport.send(request)
        while body.read(1.0):
            pass
        body.close()
        transport.close()
        return

    async def program() -> None:
        transport = AsyncRecordingTransport(AsyncLocalTransport(handler), path)
        body = await transport.send(request)
        while await body.read(1.0):
            pass
        await body.close()
        await transport.close()

    asyncio.run(program())


def breaking(chunks: tuple[Any, ...]) -> Iterator[Any]:
    for chunk in chunks:
        if isinstance(chunk, Exception):
            raise chunk
        yield chunk


@pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "asyncio"])
def test_an_exchange_is_written_down(tmp_path: Path, asynchronous: bool) -> None:
    """One line holds the request, the answer and the pieces it came in, in the form of the known recordings."""
    path = tmp_path / "exchanges.jsonl"

    exchange(path, ask(), b"data: na\xc3", b"\xafve\n\n", b"data: [DONE]\n\n", asynchronous=asynchronous)
    (record,) = recorded(path)

    assert record.pop("id").startswith("api.example.com:8443-")
    assert {
        "provider": "api.example.com:8443",
        "streaming": True,
        "framing": "sse",
        "model": "m-1",
        "request": {
            "method": "POST",
            "host": "api.example.com:8443",
            "path": "/v1/chat",
            "query": {"alt": "sse"},
            "headers": {"content-type": "application/json", "anthropic-version": "2023-06-01"},
            "body_kind": "json",
            "body": {"model": "m-1", "messages": [{"role": "user", "content": "naïve?"}]},
        },
        "response": {
            "status": 200,
            "headers": {"content-type": "text/event-stream; charset=utf-8", "x-request-id": "req_1"},
            "body": "data: naïve\n\ndata: [DONE]\n\n",
        },
        "chunks": [9, 5, 14],
        "ended": "complete",
    } == record


@pytest.mark.parametrize(
    ("media_type", "framing", "streaming"),
    [
        ("application/json", "json", False),
        ("application/x-ndjson", "ndjson", True),
        ("application/vnd.amazon.eventstream", "eventstream", True),
        ("text/html; charset=utf-8", "text", False),
    ],
)
def test_framing_is_told_by_the_type(tmp_path: Path, media_type: str, framing: str, streaming: bool) -> None:
    """What a reader must know to take the body apart."""
    path = tmp_path / "exchanges.jsonl"
    exchange(path, ask(), b"{}", headers={"content-type": media_type})

    assert [(framing, streaming)] == [(record["framing"], record["streaming"]) for record in recorded(path)]


def test_bodies_of_any_kind(tmp_path: Path) -> None:
    """JSON is kept as JSON, text as text, and bytes in base64."""
    path = tmp_path / "exchanges.jsonl"
    for body in (b"", b"plain text", b"\xff\xfe"):
        exchange(path, ask(body=body), b"\xff\x00")

    requests = [record["request"] for record in recorded(path)]
    assert ["none", "text", "b64"] == [request["body_kind"] for request in requests]
    assert ("plain text", b"\xff\xfe") == (requests[1]["body_text"], base64.b64decode(requests[2]["body_b64"]))
    assert b"\xff\x00" == base64.b64decode(recorded(path)[0]["response"]["body_b64"])


@pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "asyncio"])
@pytest.mark.parametrize(
    ("last", "error"),
    [
        ("reset", {"class": "ConnectionFailed", "kind": "reset"}),
        ("late", {"class": "TimedOut", "phase": "idle"}),
    ],
)
def test_an_answer_that_is_cut(tmp_path: Path, asynchronous: bool, last: str, error: dict[str, str]) -> None:
    """What came is kept, with what cut it."""
    path = tmp_path / "exchanges.jsonl"
    reset = ConnectionFailed("gone")
    reset.kind = "reset"
    with pytest.raises((ConnectionFailed, TimedOut)):
        exchange(path, ask(), b"data: one\n\n", reset if last == "reset" else Pause(9.0), asynchronous=asynchronous)
    (record,) = recorded(path)

    assert ("cut", error, "data: one\n\n") == (record["ended"], record["error"], record["response"]["body"])


@pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "asyncio"])
def test_an_answer_that_is_closed_early(tmp_path: Path, asynchronous: bool) -> None:
    """The caller had enough: what was read is kept, once, however often the body is closed."""
    path = tmp_path / "exchanges.jsonl"

    def handler(_: HttpRequest) -> Reply:
        return Reply(HttpHead(200, SSE), iter([b"data: one\n\n", b"data: two\n\n"]))

    async def program() -> None:
        body = await AsyncRecordingTransport(AsyncLocalTransport(handler), path).send(ask())
        await body.read()
        await body.close()
        await body.close()

    if asynchronous:
        asyncio.run(program())
    else:
        body = RecordingTransport(LocalTransport(handler), path).send(ask())
        body.read()
        body.close()
        body.close()
    (record,) = recorded(path)

    assert ("closed", "data: one\n\n", [11]) == (record["ended"], record["response"]["body"], record["chunks"])


def test_no_credential_is_written(tmp_path: Path) -> None:
    """S1: not from a header, the query, a field of the body or a provider that quotes the key, wherever it stands."""
    path = tmp_path / "exchanges.jsonl"
    secrets = {
        name: f"{name}-secret-value-42" for name in ("x-api-key", "x-goog-api-key", "cookie", "proxy-authorization", "x-own")
    }
    body = {
        "model": "m-1",
        "max_tokens": 5,
        "tools": [{"type": "mcp", "authorization": "mcp-secret-1", "headers": {"X-Any": "mcp-secret-2"}}],
        "mcp_servers": [{"authorization_token": "mcp-secret-3"}],
        "note": f"quoted {KEY}",
    }
    request = HttpRequest(
        "POST",
        "https://api.example.com/v1/m?key=query-secret-1&sig=query-secret-2&alt=sse",
        {"authorization": f"Bearer {KEY}", **secrets},
        json.dumps(body).encode(),
    )
    answer = f'{{"error":"Incorrect API key provided: {KEY}, or query-secret-1"}}'.encode()

    exchange(path, request, answer[:40], answer[40:], status=401, headers={"content-type": "application/json", "x-key": KEY})
    text = path.read_text("utf-8")
    (record,) = recorded(path)

    hidden = [KEY, *secrets.values(), *(f"mcp-secret-{number}" for number in (1, 2, 3)), "query-secret-1", "query-secret-2"]
    assert [] == [secret for secret in hidden if secret in text]
    assert {"key": MASK, "sig": MASK, "alt": "sse"} == record["request"]["query"]
    assert 5 == record["request"]["body"]["max_tokens"]
    assert len(answer) == len(record["response"]["body"]) == sum(record["chunks"])


def test_what_is_no_credential_is_left_alone(tmp_path: Path) -> None:
    """A header that is dropped but opens no door does not black out the words it shares with a body."""
    path = tmp_path / "exchanges.jsonl"
    headers = {"x-title": "Dragoman tests", "http-referer": "https://example.com/dragoman"}

    exchange(path, ask(headers=headers, body=b'{"a":"Dragoman tests"}'), b"Dragoman at https://example.com/dragoman")
    (record,) = recorded(path)

    assert {} == record["request"]["headers"]
    assert {"a": "Dragoman tests"} == record["request"]["body"]
    assert "Dragoman at https://example.com/dragoman" == record["response"]["body"]


def test_a_recording_is_its_owners(tmp_path: Path) -> None:
    """Only its owner can read the file, also one that was there before; what it held stays."""
    path = tmp_path / "exchanges.jsonl"
    path.write_text('{"before": true}\n')
    path.chmod(0o644)

    exchange(path, ask(), b"one")

    assert 0o600 == stat.S_IMODE(os.stat(path).st_mode)
    assert [True, False] == ["before" in record for record in recorded(path)]


def test_many_threads_share_a_recording(tmp_path: Path) -> None:
    """No line is lost or mixed with another."""
    path = tmp_path / "exchanges.jsonl"

    def handler(request: HttpRequest) -> Reply:
        return Reply(HttpHead(200, SSE), iter([request.body * 500]))

    transport = RecordingTransport(LocalTransport(handler), path)

    def one(number: int) -> None:
        body = transport.send(ask(body=b"%d " % number))
        while body.read():
            pass

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, range(100)))

    assert set(range(100)) == {int(record["response"]["body"].split()[0]) for record in recorded(path)}
    assert 100 == len({record["id"] for record in recorded(path)})


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is said when the recording begins, and not when the first answer is lost."""
    with pytest.raises(FileNotFoundError):
        RecordingTransport(LocalTransport(lambda _: Reply(HttpHead(200, {}), iter([]))), tmp_path / "nowhere" / "exchanges.jsonl")


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_answer_that_is_a_credential_is_not_written(tmp_path: Path, asynchronous: bool) -> None:
    """An exchange of tokens leaves nothing, and the answer comes through all the same."""
    path = tmp_path / "r.jsonl"
    exchange(path, ask(private=True), b'{"token":"tid=secret"}', asynchronous=asynchronous)
    exchange(path, ask(), b"data: x\n\n", asynchronous=asynchronous)

    assert 1 == len(recorded(path))
    assert "tid=secret" not in path.read_text("utf-8")


def test_a_signed_request_is_written_without_its_signature(tmp_path: Path) -> None:
    """Nor is its session token, in any place."""
    path = tmp_path / "r.jsonl"
    keys = AwsKeys("AKIDEXAMPLE0123456", "wJalrXUtnFEMI-secret", "session-token-0123456789")
    request = sign(ask(headers={"content-type": "application/json"}), keys, "bedrock", "us-east-1", 1_440_938_160.0)
    exchange(path, request, b'{"message":"session-token-0123456789 is expired"}')

    text = path.read_text("utf-8")
    signature = request.headers["authorization"].rpartition("Signature=")[2]
    assert not any(word in text for word in ("AKIDEXAMPLE0123456", "session-token-0123456789", signature))
