"""A scripted provider answers in order, remembers, and says over every wire what the script says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman import errors
from dragoman.engine.accumulate import accumulate
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report, Target
from dragoman.testing import ScriptedProvider, Turn, call, fail, finish, ping, refuse, text, think, usage
from dragoman.testing.conformance.answers import FRAMERS
from dragoman.testing.script import Item, Say
from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Failed,
    Request,
    Response,
    Text,
    Tool,
    ToolCall,
    UsageUpdate,
    user,
)
from dragoman.wire.http import HttpRequest


def target(name: str) -> Target:
    return Target("scripted", name, "m", "https://scripted.example")


def http(name: str = "anthropic_messages", said: str = "Hi", **options: Any) -> HttpRequest:
    request = Request("m", (user(said),), **{"max_tokens": 99, "stream": True, **options})
    return load(name).encode_request(request, target(name), Report(target(name)))


def fetch(provider: ScriptedProvider, request: HttpRequest) -> tuple[int, bytes]:
    body = provider.transport().send(request)
    data = b""
    while chunk := body.read():
        data += chunk
    body.close()
    return body.head.status, data


def decode(name: str, data: bytes) -> list[Event]:
    framer, decoder = FRAMERS[load(name).framing](), load(name).stream_decoder(target(name))
    return [*decoder.feed(framer.feed(data)), *decoder.feed(framer.close()), *decoder.close()]


def said(provider: ScriptedProvider, **options: Any) -> str:
    return accumulate(decode("anthropic_messages", fetch(provider, http(**options))[1])).text


def test_turns_are_answered_in_order() -> None:
    """A string, a turn, a function of the request: one after the other."""
    provider = ScriptedProvider("one", Turn("two"), lambda request: f"{request.messages[0].text} three")

    assert 3 == provider.remaining
    assert ["one", "two", "Ho three"] == [said(provider), said(provider), said(provider, said="Ho")]
    assert 0 == provider.remaining


def test_a_script_that_has_run_out_says_so() -> None:
    """A request too many is an error that no client tries again, with the count in it."""
    provider = ScriptedProvider("one")
    said(provider)
    status, body = fetch(provider, http())

    assert 400 == status
    assert "the script has run out: it has 1 turn and this is request 2" == json.loads(body)["error"]["message"]


def test_a_function_may_answer_all_the_rest() -> None:
    """`answer` takes over where the turns end."""
    provider = ScriptedProvider("one", answer=lambda request: Turn(request.messages[0].text))

    assert ["one", "a", "b"] == [said(provider), said(provider, said="a"), said(provider, said="b")]


def test_requests_are_remembered() -> None:
    """As values and as they came, those that could not be decoded too."""
    provider = ScriptedProvider("one")
    asked = http(tools=(Tool("clock", "What time it is", {"type": "object"}),))
    fetch(provider, asked)
    broken = HttpRequest("POST", asked.url, {}, b"{")
    lost = HttpRequest("GET", "https://scripted.example/", {}, b"")

    assert [400, 404] == [fetch(provider, broken)[0], fetch(provider, lost)[0]]
    assert [asked, broken, lost] == provider.http
    assert [(user("Hi"),)] == [request.messages for request in provider.requests]
    assert ["clock"] == [tool.name for tool in provider.requests[0].tools if isinstance(tool, Tool)]


def test_an_error_of_ours_is_the_answer() -> None:
    """A function may raise what the provider is to report."""

    def busy(request: Request) -> str:
        raise errors.RateLimited("slow down", status=429, retry_after=3)

    status, body = fetch(ScriptedProvider(busy), http())

    assert (429, "slow down") == (status, json.loads(body)["error"]["message"])


def test_a_failing_function_fails_the_test() -> None:
    """An assertion inside a function reaches the caller in the process, and the server's list over sockets."""

    def check(request: Request) -> str:
        assert request.tools, "no tools were sent"
        return "ok"

    with pytest.raises(AssertionError, match="no tools were sent"):
        fetch(ScriptedProvider(check), http())

    provider = ScriptedProvider(check)
    with provider.serve() as server:
        status, body = post(server.url, http())
    assert 500 == status
    assert b"no tools" not in body
    assert ["no tools were sent"] == [str(error).partition("\n")[0] for error in server.errors]


def post(base: str, request: HttpRequest) -> tuple[int, bytes]:
    """Send a request somewhere else, with the standard library."""
    url = base + request.url.removeprefix("https://scripted.example")
    try:
        with urlopen(UrlRequest(url, request.body, request.headers, method=request.method), timeout=20) as answer:
            return answer.status, answer.read()
    except OSError as error:
        with error:  # type: ignore[attr-defined]
            return error.code, error.read()  # type: ignore[attr-defined]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_over_sockets_and_in_the_process_the_bytes_are_the_same(name: str, stream: bool) -> None:
    """The same turn answers the same request alike, whichever way it comes."""
    turn = Turn(text("Grüße ", "an alle"), call("clock"), usage(1, 2))
    provider = ScriptedProvider(turn)
    with provider.serve() as server:
        served = post(server.url, http(name, stream=stream))

    assert served == fetch(ScriptedProvider(turn), http(name, stream=stream))
    assert 200 == served[0]


def test_one_port_speaks_every_wire() -> None:
    """The path of a request decides which wire answers it."""
    provider = ScriptedProvider(*["hello"] * len(NAMES))
    with provider.serve() as server:
        texts = [accumulate(decode(name, post(server.url, http(name))[1])).text for name in NAMES]

    assert ["hello"] * len(NAMES) == texts


def test_many_threads_share_a_script() -> None:
    """Every turn is used once, however the requests come."""
    provider = ScriptedProvider(*map(str, range(40)))
    with provider.serve() as server, ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda _: post(server.url, http())[1], range(40)))

    assert set(map(str, range(40))) == {accumulate(decode("anthropic_messages", body)).text for body in bodies}


def test_the_async_transport() -> None:
    """The same answer for asyncio."""

    async def ask() -> bytes:
        body = await ScriptedProvider("one").async_transport().send(http())
        data = b""
        while chunk := await body.read():
            data += chunk
        await body.close()
        return data

    assert fetch(ScriptedProvider("one"), http())[1] == asyncio.run(ask())


def test_only_the_wires_given_are_spoken() -> None:
    """A provider may be narrowed to what a test is about."""
    provider = ScriptedProvider("one", protocols=[load("anthropic_messages")])

    assert 200 == fetch(provider, http())[0]
    assert 404 == fetch(provider, HttpRequest("POST", "https://x/v1/chat/completions", {}, b"{}"))[0]


# --- whatever a script says, a client of the wire hears -------------------------------------------------------------

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(LETTERS, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(LETTERS, max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMED = st.from_regex(r"[a-zA-Z0-9_-]{1,12}", fullmatch=True)
COUNTS = st.integers(0, 10**6)
TEXTS = WORDS.map(lambda words: text(*words))
CALLS = st.builds(
    lambda name, arguments, size: call(name, arguments, size=size),
    NAMED,
    st.dictionaries(st.text(LETTERS, max_size=6), VALUES, max_size=3),
    st.none() | st.integers(1, 5),
)
TOKENS = st.lists(
    st.builds(
        lambda token, logprob: {"token": token, "logprob": logprob, "bytes": list(token.encode()), "top_logprobs": []},
        st.text(LETTERS, min_size=1, max_size=5),
        st.sampled_from([-0.5, -1.25, 0.0]),
    ),
    min_size=1,
    max_size=4,
).map(lambda tokens: text("".join(str(token["token"]) for token in tokens), logprobs=tokens))
FAILURES = st.builds(
    lambda kind, message, code: fail(None, kind, message, code=code),
    st.sampled_from(["invalid_request_error", "overloaded_error", "rate_limit_error", "api_error"]),
    NAMED.map("so it is: {}".format),
    st.none() | st.just("some_code"),
)
THOUGHTS = st.builds(lambda words, signature: think(*words, signature=signature), WORDS, st.none() | st.just("EqQB"))

# What each wire can say, and its words for the ends.
ITEMS: dict[str, st.SearchStrategy[Item]] = {
    "anthropic_messages": TEXTS | CALLS | THOUGHTS | st.just(think(encrypted="EmwK")) | st.just(ping()),
    "openai_chat": TEXTS | CALLS | TOKENS | WORDS.map(lambda words: refuse(*words)),
}
ENDS = {
    "anthropic_messages": [finish("length", "max_tokens"), finish("stop", "stop_sequence", stop_sequence="END")],
    "openai_chat": [finish("length", "length"), finish("content_filter", "content_filter")],
}
CALLED = {"anthropic_messages": finish("tool_calls", "tool_use"), "openai_chat": finish("tool_calls", "tool_calls")}


@st.composite
def turns(draw: st.DrawFn, name: str, *, whole: bool) -> Turn:
    """Turns as a provider of this wire could give them."""
    items = draw(st.lists(ITEMS[name], max_size=6))
    # Anthropic's wire begins with counts, whatever the end says of them.
    items = chat(items, whole=whole) if name == "openai_chat" else [usage(draw(COUNTS), draw(COUNTS)), *items]
    if not whole and draw(st.integers(0, 4)) == 0:
        return Turn(*items, draw(FAILURES))
    called = any(isinstance(item, Say) and isinstance(item.block, ToolCall) for item in items)
    end = CALLED[name] if called else draw(st.sampled_from(ENDS[name]))
    counts = usage(draw(COUNTS), draw(COUNTS), cache_read=draw(COUNTS), reasoning=draw(COUNTS))
    return Turn(*items, counts, end, split=draw(st.none() | st.integers(1, 40)))


def chat(items: Sequence[Item], *, whole: bool) -> list[Item]:
    """What Chat Completions keeps apart: no two texts in a row, and in a whole message one text, one refusal, then calls."""
    says = [item for item in items if isinstance(item, Say)]
    if whole:
        first = {type(say.block): say for say in reversed(says) if not isinstance(say.block, ToolCall)}
        ordered = sorted(first.values(), key=lambda say: not isinstance(say.block, Text))
        return [*ordered, *[say for say in says if isinstance(say.block, ToolCall)]]
    kept: list[Item] = []
    for say in says:
        last = kept[-1] if kept else None
        if isinstance(say.block, ToolCall) or not isinstance(last, Say) or type(say.block) is not type(last.block):
            kept.append(say)
    return kept


def plain(events: Sequence[Event], name: str) -> list[Event]:
    """Events without what only a decoder knows (whose words a block is, the vendor's own objects) and, where the wire
    does not say when a block ends, with all blocks ended by the end, and open for ever where it fails."""
    found: list[Event] = []
    stops: list[Event] = []
    for event in events:
        match event:
            case BlockStart(block=block):
                found.append(msgspec.structs.replace(event, block=msgspec.structs.replace(block, origin=None)))
            case UsageUpdate(usage=counts):
                found.append(UsageUpdate(msgspec.structs.replace(counts, raw={})))
            case Failed(failure=failure):
                found.append(Failed(msgspec.structs.replace(failure, body=None)))
            case BlockStop() if name == "openai_chat":
                stops.append(event)
            case _:
                found.append(event)
    if isinstance(found[-1], Failed):
        return found
    return [*found[:-1], *sorted(stops, key=lambda stop: stop.index), *found[-1:]]  # type: ignore[union-attr]


def known(response: Response) -> Response:
    """A response without what only a decoder knows."""
    blocks = tuple(msgspec.structs.replace(block, origin=None) for block in response.message.content)
    return msgspec.structs.replace(
        response,
        message=msgspec.structs.replace(response.message, content=blocks),
        usage=msgspec.structs.replace(response.usage, raw={}),
    )


@pytest.mark.parametrize("name", ITEMS)
@settings(deadline=None, database=None, max_examples=80)
@given(st.data())
def test_what_a_script_streams_is_what_is_decoded(name: str, data: st.DataObject) -> None:
    """Events, bytes, frames, events: any turn comes out as it was written, event by event."""
    turn = data.draw(turns(name, whole=False))
    status, body = fetch(ScriptedProvider(turn), http(name))

    assert 200 == status or isinstance(turn.events()[0], Failed)
    if status == 200:
        assert plain(turn.events("m"), name) == plain(decode(name, body), name)


@pytest.mark.parametrize("name", ITEMS)
@settings(deadline=None, database=None, max_examples=80)
@given(st.data())
def test_what_a_script_says_whole_is_what_is_decoded(name: str, data: st.DataObject) -> None:
    """The same turn, not streamed, makes the same response."""
    turn = data.draw(turns(name, whole=True))
    status, body = fetch(ScriptedProvider(turn), http(name, stream=False))

    assert 200 == status
    assert known(accumulate(turn.events("m"))) == known(accumulate(load(name).decode_response(body, target(name))))
