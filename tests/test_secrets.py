"""A credential is in the request that carries it, and nowhere else: not in what is printed, kept, logged or reported."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from fault_server import PATIENCE, FaultServer, Handler, answering, breaking, stalling, whole
from leaks import held, shown, shown_by_error

import dragoman
from dragoman import AsyncClient, Client, errors
from dragoman.credentials import AwsKeys, Grant
from dragoman.engine.auth import Auth, Signing, TokenExchange
from dragoman.errors import DragomanError, UsageError
from dragoman.protocols import NAMES as WIRES
from dragoman.providers import NAMES, Provider, load
from dragoman.testing import async_record, record
from dragoman.types import RemoteMcp, Secret

KEY = "sk-marker-0123456789-abcdefghij"
LONG_LIVED = "gho-marker-0123456789-abcdefghij"
MARKERS = ("marker-0123456789", "AKIAMARKER0123456789")
TRANSPORTS = ("native", "httpx2", "pyreqwest")
OK = json.dumps(
    {
        "id": "c1",
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    }
).encode()
JSON = {"content_type": "application/json"}


def leaks(texts: Iterator[str]) -> list[str]:
    return [text[:300] for text in texts if any(marker in text for marker in MARKERS)]


def provider(url: str, **fields: Any) -> Provider:
    return Provider("own", "openai_chat", url.removesuffix("/answer"), **fields)


def token_answer(token: str) -> bytes:
    return whole(json.dumps({"token": token, "expires_at": 4_000_000_000}).encode(), **JSON)


# Every way to give a credential: what a client is made with.
WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "text": lambda url: {"providers": [provider(url)], "keys": {"own": KEY}},
    "secret": lambda url: {"providers": [provider(url)], "keys": {"own": Secret(KEY)}},
    "another header": lambda url: {"providers": [provider(url, auth=Auth("x-api-key", ""))], "keys": {"own": KEY}},
    "function": lambda url: {"providers": [provider(url)], "keys": {"own": lambda: KEY}},
    "grant": lambda url: {
        "providers": [provider(url)],
        "keys": {"own": lambda: Grant(Secret(KEY), headers={"x-account": "acme"})},
    },
    "aws": lambda url: {
        "providers": [provider(url, signing=Signing("bedrock"))],
        "keys": {"own": AwsKeys("AKIAMARKER0123456789", KEY, "session-" + KEY)},
    },
    "exchange": lambda url: {
        "providers": [provider(url, exchange=TokenExchange(url.replace("/v1/answer", "/token")))],
        "keys": {"own": LONG_LIVED},
    },
}


def quoting(peer: Any) -> None:
    """Complain about a key and quote it, as several vendors do, with all that came with it."""
    while True:
        headers = peer.receive().headers
        told = [value.removeprefix("Bearer ") for name, value in headers.items() if any(marker in value for marker in MARKERS)]
        error = {"message": f"Incorrect API key provided: {told}", "code": "invalid_api_key", "param": told, "type": told[0]}
        peer.send(whole(json.dumps({"error": error}).encode(), "401 Unauthorized", x_request_id="r1", **JSON))


FAULTS: dict[str, Handler] = {
    "401": quoting,
    "429": answering(whole(b'{"error":{"message":"slow"}}', "429 Too Many Requests", **JSON)),
    "500": answering(whole(b"<html>oops</html>", "500 Oops")),
    "redirect": answering(whole(b"", "307 Elsewhere", location="http://127.0.0.1:9/")),
    "not JSON": answering(whole(b"<html>", **JSON)),
    "nothing": answering(whole(b"")),
    "reset": breaking(),
    "half": breaking(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"),
    "garbage": answering(b"\x00\x01 no\r\n\r\n"),
    "silence": stalling(),
}


def with_token(handler: Handler) -> Handler:
    """The same server, which also exchanges tokens."""

    def handle(peer: Any) -> None:
        original = peer.receive

        def receive() -> Any:
            received = original()
            while received.target == "/token":
                peer.send(token_answer("short-" + KEY))
                received = original()
            return received

        peer.receive = receive
        handler(peer)

    return handle


def refused(transport: str, face: str, url: str, way: str, wait: float = PATIENCE) -> DragomanError:
    """The error of one call."""
    settings = WAYS[way](url)
    with pytest.raises(DragomanError) as caught:
        _call(transport, face, settings, wait)
    return caught.value


def _call(transport: str, face: str, settings: dict[str, Any], wait: float) -> None:
    from dragoman.engine.policy import Timeouts

    limits = Timeouts(connect=PATIENCE, first_byte=wait, idle=wait)
    if face == "sync":
        with Client(transport=transport, timeout=limits, retry=False, **settings) as client:
            client.chat("own:m", "Hi")
        return

    async def call() -> None:
        async with AsyncClient(transport=transport, timeout=limits, retry=False, **settings) as client:
            await client.chat("own:m", "Hi")

    asyncio.run(call())


@pytest.mark.parametrize("face", ["sync", "async"])
@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_no_error_shows_a_key(fault: str, transport: str, face: str, caplog: pytest.LogCaptureFixture) -> None:
    """S1: not its text, its attributes, its copies, nor the variables of any frame it came through; no logger, no warning."""
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as told, FaultServer(FAULTS[fault]) as server:
        warnings.simplefilter("always")
        error = refused(transport, face, server.url, "text", 0.2 if fault == "silence" else PATIENCE)

    assert [] == leaks(shown_by_error(error))
    assert [] == leaks(
        iter([caplog.text, *[repr(record.args) for record in caplog.records], *[str(one.message) for one in told]])
    )


@pytest.mark.parametrize("fault", ["401", "429", "reset", "not JSON"])
@pytest.mark.parametrize("way", WAYS)
def test_no_kind_of_credential_shows(way: str, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    """S1: every way to give one, long-lived and short-lived, signed and sent."""
    caplog.set_level(logging.DEBUG)
    with FaultServer(with_token(FAULTS[fault])) as server:
        error = refused("native", "sync", server.url, way)
        assert server.received, "nothing was sent: the test shows nothing"

    assert [] == leaks(shown_by_error(error))
    assert [] == leaks(iter([caplog.text]))


@pytest.mark.parametrize("way", WAYS)
def test_nothing_that_lives_holds_a_key_in_the_open(way: str) -> None:
    """S1: clients, their settings, plans, streams and responses hold it as a `Secret`, wherever one looks."""
    with FaultServer(with_token(answering(whole(OK, **JSON)))) as server:
        settings = WAYS[way](server.url)
        with Client(transport="native", **settings) as client:
            reply = client.chat("own:m", "Hi")
            plan = client.plan("own:m", "Hi")
            with client.stream("own:m", "Hi") as stream:
                for _ in stream:
                    pass
            sent = [received for received in server.received if received.target != "/token"]
            assert sent, "nothing was sent: the test shows nothing"
            found = [*_all_of(client), *_all_of(plan), *_all_of(reply), *_all_of(stream), *_all_of(stream.response)]
            found += _all_of(client._preparer.exchange("own:m", "Hi", False, {}))

    assert [] == leaks(iter(found))


def _all_of(value: Any) -> list[str]:
    return [*shown(value), *held(value)]


@pytest.mark.parametrize("way", ["text", "function", "aws", "exchange"])
def test_no_value_that_is_left_behind_holds_a_key_in_the_open(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1: after a call, nothing of ours that the garbage collector knows has it but the secret itself."""
    mine = f"mark-of-{way}-left-0123456789"
    for name in ("KEY", "LONG_LIVED"):
        monkeypatch.setitem(globals(), name, f"{mine}-{name}")
    with FaultServer(with_token(answering(whole(OK, **JSON)))) as server:
        settings = WAYS[way](server.url)
        with Client(transport="native", **settings) as client:
            client.chat("own:m", "Hi")
            del settings
            gc.collect()
            left = [item for item in gc.get_objects() if str(type(item).__module__).startswith("dragoman.")]
            texts = [repr(item) for item in left] + [text for item in left for text in held(item, depth=2)]

    assert left
    assert any(mine in repr(received.headers) for received in server.received) or way == "aws"
    assert [] == [text[:300] for text in texts if mine in text]


@pytest.mark.parametrize("way", WAYS)
def test_recordings_have_no_keys(way: str, tmp_path: Path) -> None:
    """S1: what is written for later has neither the credential nor the token it was exchanged for."""
    kept, other = tmp_path / "calls.jsonl", tmp_path / "more.jsonl"
    with FaultServer(with_token(answering(whole(OK, **JSON)))) as server:
        with Client(transport=record(kept), **WAYS[way](server.url)) as client:
            client.chat("own:m", "Hi")

        async def call() -> None:
            async with AsyncClient(transport=async_record(other), **WAYS[way](server.url)) as client:
                await client.chat("own:m", "Hi")

        asyncio.run(call())

    assert [] == leaks(iter([kept.read_text("utf-8"), other.read_text("utf-8")]))
    assert "Hi" in kept.read_text("utf-8")


def test_the_token_of_an_mcp_server_that_the_vendor_calls(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """S1: it is in the body that is sent, and neither in the error of a vendor that quotes it, nor in a recording or log."""
    caplog.set_level(logging.DEBUG)
    kept = tmp_path / "calls.jsonl"

    def quote(peer: Any) -> None:
        while True:
            told = json.loads(peer.receive().body)["tools"][0]
            error = {"message": f"cannot reach the server: {told}", "code": told["authorization"], "param": told["headers"]}
            peer.send(whole(json.dumps({"error": error}).encode(), "400 Bad Request", **JSON))

    wiki = RemoteMcp("wiki", "https://mcp.example.com", Secret(KEY), {"X-Own": Secret(LONG_LIVED)})
    with FaultServer(quote) as server:
        own = provider(server.url, protocol="openai_responses")
        with Client(transport=record(kept), providers=[own], keys={"own": "none"}) as client:
            assert [] == leaks(iter([repr(client.plan("own:m", "Hi", tools=[wiki]))]))
            with pytest.raises(errors.BadRequest) as caught:
                client.chat("own:m", "Hi", tools=[wiki])
        assert KEY.encode() in server.received[0].body
        assert LONG_LIVED.encode() in server.received[0].body

    assert "cannot reach the server" in str(caught.value)
    assert [] == leaks(shown_by_error(caught.value))
    assert [] == leaks(iter([caplog.text, kept.read_text("utf-8")]))


def test_a_key_with_a_line_break_is_refused_without_being_shown() -> None:
    """S7: it would end the header it travels in; the refusal does not quote it, nor do its frames."""
    for broken in (KEY + "\r\nx-evil: 1", KEY + "\n", KEY + "\x00", "clé-" + KEY):
        for way in ("text", "aws"):
            settings = WAYS[way]("http://127.0.0.1:9/v1/answer")
            keys = AwsKeys("AKIAMARKER0123456789", KEY, broken) if way == "aws" else broken
            client = Client(transport="native", **{**settings, "keys": {"own": keys}})
            with client, pytest.raises(UsageError, match="no HTTP header can carry") as caught:
                client.chat("own:m", "Hi")

            assert [] == leaks(shown_by_error(caught.value))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_no_header_can_be_smuggled_in(transport: str) -> None:
    """S7: header names and values, by whoever gives them, stay one header or are refused before anything is sent."""
    with FaultServer(answering(whole(OK, **JSON))) as server, Client(transport=transport, **WAYS["text"](server.url)) as client:
        for headers in ({"x-a": "1\r\nx-evil: 1"}, {"x-a\r\nx-evil": "1"}, {"x-a: 1\r\nx-evil": "1"}, {"x-a": "1\nx-evil: 1"}):
            with pytest.raises(UsageError) as caught:
                client.chat("own:m", "Hi", headers=headers)
            assert [] == leaks(shown_by_error(caught.value))

        assert [] == server.received


@pytest.mark.parametrize(
    "url",
    [
        "https://api.acme.test/v1\r\nx-evil: 1",
        "https://api.acme.test\n/v1",
        "https://api.acme.test/v1 HTTP/1.1\r\nx: y",
        f"https://user:{KEY}@api.acme.test/v1",
        f"https://{KEY}@api.acme.test/v1",
        "http://api.acme.test/v1",
        "ftp://api.acme.test",
        "javascript:alert(1)",
        "//api.acme.test",
    ],
)
def test_a_base_url_that_would_leak_is_refused(url: str) -> None:
    """S3, S4, S7: credentials in it, plain http to elsewhere, line breaks; nothing of it is quoted that could be a key."""
    with Client(transport="native", retry=False) as client, pytest.raises(UsageError) as caught:
        client.chat("openai:m", "Hi", base_url=url, key="k")

    assert KEY not in str(caught.value)


EVIL = (
    "../../admin",
    "..%2f..%2fadmin",
    "m?key=1&x=",
    "m#f",
    "m/../../../x",
    "a b",
    "m\r\nhost: evil",
    "%2e%2e/x",
    "m;x=1",
    ".",
    "..",
    "m\x00",
)


@pytest.mark.parametrize("model", EVIL)
@pytest.mark.parametrize("wire", WIRES)
def test_a_models_name_stays_in_its_place(wire: str, model: str) -> None:
    """S8: no name leaves its segment of the path, adds a query, or becomes a part of the head of a request."""
    base = "https://acme.test/v1"
    own = Provider("own", wire, base)
    with Client(transport="native", providers=[own]) as client:
        for stream in (False, True):
            try:
                url = client.plan(f"own:{model}", "Hi", stream=stream).http.url
            except UsageError:
                continue
            plain = client.plan("own:m", "Hi", stream=stream).http.url
            parts, usual = urlsplit(url), urlsplit(plain)
            segments = [unquote(segment) for segment in parts.path.split("/")]
            assert url.isascii()
            assert url.isprintable()
            assert " " not in url
            assert (usual.scheme, usual.netloc, usual.query, usual.fragment) == (
                parts.scheme,
                parts.netloc,
                parts.query,
                parts.fragment,
            )
            assert len(usual.path.split("/")) == len(parts.path.split("/"))
            assert not {".", ".."} & set(parts.path.split("/"))
            if url != plain:
                assert any(model in segment for segment in segments)


@pytest.mark.parametrize("name", NAMES)
def test_no_url_carries_a_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3: whatever the provider, the credential travels in a header."""
    for variable in load(name).variables.values():
        for environment in variable.env:
            monkeypatch.setenv(environment, "acme")
    with Client(transport="native") as client:
        try:
            exchange = client._preparer.exchange(f"{name}:m", "Hi", False, {"key": KEY})
        except UsageError:
            exchange = client._preparer.exchange(f"{name}:m", "Hi", False, {"key": KEY, "base_url": "https://acme.test/v1"})
        if (load(name).base_url or "").startswith("local://"):
            return
        sent = _first_request(exchange)

    assert KEY not in unquote(sent.url)
    assert [] == [name for name, value in sent.headers.items() if KEY in value and name in ("user-agent", "referer", "cookie")]
    assert any(KEY in value for value in sent.headers.values()) or load(name).exchange is not None
    assert KEY not in sent.body.decode("utf-8", "replace")


def _first_request(exchange: Any) -> Any:
    from dragoman.engine.effects import Send

    flow = exchange.run()
    effect = flow.send(None)
    while not isinstance(effect, Send):
        effect = flow.send(1_800_000_000.0)
    return effect.request


def test_a_key_of_the_environment_stays_with_its_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """S6, S9: neither another host nor another provider gets it."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    with Client(transport="native", base_urls={"openai": "http://127.0.0.1:9/v1"}) as client:
        for model, options in (("openai:m", {}), ("anthropic:m", {"base_url": "http://127.0.0.1:9"})):
            with pytest.raises(errors.MissingKey) as caught:
                client.chat(model, "Hi", **options)
            assert [] == leaks(shown_by_error(caught.value))


def test_the_environment_is_not_shown_by_what_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """S1: a client that took its key from the environment shows it no more than one that was given it."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Client(transport="native", retry=False) as client:
        exchange = client._preparer.exchange("openai:m", "Hi", False, {})
        found = [*_all_of(client), *_all_of(exchange)]

    assert [] == leaks(iter(found))


@pytest.mark.parametrize("value", [Secret(KEY), AwsKeys("AKIAMARKER0123456789", KEY, KEY), Grant(Secret(KEY))])
def test_a_credential_itself(value: Any) -> None:
    """S1: it prints a mask, and neither pickles nor encodes."""
    assert [] == leaks(shown(value))
    assert [] == leaks(held(value))


def test_no_key_in_any_frame_that_the_library_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """S1: an error of the caller's own function that gives the key, and one in the middle of a stream."""

    def gives() -> str:
        raise RuntimeError("the vault is shut")

    client = Client(transport="native", providers=[provider("http://127.0.0.1:9/v1/answer")], keys={"own": gives})
    with client, pytest.raises(RuntimeError, match="the vault is shut") as caught:
        client.chat("own:m", "Hi")

    assert [] == leaks(shown_by_error(caught.value))
    assert dragoman.__name__ == "dragoman"
