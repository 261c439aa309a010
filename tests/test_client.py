"""The blocking face, over real sockets and within the process, on both wires."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from dragoman import errors
from dragoman.client import Client
from dragoman.engine.serve import Served
from dragoman.testing import ScriptedProvider, Server, Turn, call, fail, fault, page, think, usage
from dragoman.types import (
    BlockStart,
    Finished,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    Tool,
    ToolCall,
    UsageUpdate,
    tool_result,
    user,
)
from dragoman.wire.http import HttpHead, HttpRequest

MODELS = ["openai:scripted", "anthropic:scripted"]
KEYS = {"openai": "sk-marker-0123456789", "anthropic": "sk-marker-0123456789"}
WEATHER = Tool(
    "weather", "Today's weather.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)


def client(provider: ScriptedProvider, **settings: object) -> Client:
    return Client(transport=provider.transport(), keys=KEYS, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", MODELS)
def test_a_whole_answer(model: str) -> None:
    """Text, usage, finish and the model's name, by one call."""
    provider = ScriptedProvider(Turn("Good morning.", usage(input=9, output=3)))
    with client(provider) as it:
        response = it.chat(model, "Hello")

    assert ("Good morning.", 9, 3, "stop") == (
        response.text,
        response.usage.input,
        response.usage.output,
        response.finish and response.finish.reason,
    )
    assert (user("Hello"),) == provider.requests[0].messages


@pytest.mark.parametrize("model", MODELS)
def test_a_streamed_answer(model: str) -> None:
    """Typed events as they come, one terminal, and the whole answer after it."""
    provider = ScriptedProvider(Turn(think("Let me ", "see."), "Blue.", usage(input=1, output=2)))
    with client(provider) as it, it.stream(model, "Why?") as stream:
        events = list(stream)
        response = stream.response

    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert ["Let me ", "see."] == [event.text for event in events if isinstance(event, ThinkingDelta)]
    assert ["Blue."] == [event.text for event in events if isinstance(event, TextDelta)]
    assert [Thinking, Text] == [type(event.block) for event in events if isinstance(event, BlockStart)]
    assert any(isinstance(event, UsageUpdate) for event in events)
    assert ("Let me see.", "Blue.", 2) == (response.thinking, response.text, response.usage.output)


@pytest.mark.parametrize("model", MODELS)
def test_streamed_and_whole_answers_are_the_same(model: str) -> None:
    """The same turn gives the same message either way."""
    calls = [call("weather", {"city": city}, id=f"call_{city}") for city in ("Oslo", "Rome")]
    turn = Turn(think("hm"), "a", *calls, id="r")
    with client(ScriptedProvider(turn, turn)) as it:
        whole = it.chat(model, "x", tools=[WEATHER])
        with it.stream(model, "x", tools=[WEATHER]) as stream:
            for _ in stream:
                pass

    assert whole.message == stream.response.message
    assert ["Oslo", "Rome"] == [one.input["city"] for one in whole.tool_calls]


def test_text_stream_gives_only_text() -> None:
    """For those who only print."""
    with client(ScriptedProvider(Turn(think("hm"), "a", call("weather", {}), "b"))) as it, it.stream(MODELS[0], "x") as stream:
        assert ["a", "b"] == list(stream.text_stream)


@pytest.mark.parametrize("model", MODELS)
def test_a_tool_call_is_answered_and_the_conversation_goes_on(model: str) -> None:
    """Call and result are sent back paired, beside what was said."""
    provider = ScriptedProvider(Turn("I will look.", call("weather", {"city": "Oslo"})), "Sunny, so yes.")
    with client(provider) as it:
        history = [user("Shall I cycle in Oslo?")]
        reply = it.chat(model, history, tools=[WEATHER])
        history += [reply.message, tool_result(reply.tool_calls[0], "sunny")]
        final = it.chat(model, history, tools=[WEATHER])

    sent = [block for message in provider.requests[1].messages for block in message.content]
    assert "Sunny, so yes." == final.text
    assert ["I will look."] == [block.text for block in sent if isinstance(block, Text)][1:2]
    assert [reply.tool_calls[0].id] == [block.id for block in sent if isinstance(block, ToolCall)]


def test_one_conversation_changes_wires() -> None:
    """Thinking of one provider is not sent to another, and the response says so."""
    provider = ScriptedProvider(Turn(think("secret", signature="sig"), "One."), "Two.", "Three.")
    with client(provider) as it:
        history = [user("Count.")]
        history += [it.chat(MODELS[1], history).message, user("On.")]
        second = it.chat(MODELS[0], history)
        third = it.chat(MODELS[1], history)

    assert ["thinking"] == [adaptation.feature for adaptation in second.adaptations]
    assert b"secret" not in provider.http[1].body
    assert () == third.adaptations
    assert b"secret" in provider.http[2].body


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("stream", [False, True])
def test_provider_errors_are_typed(model: str, stream: bool) -> None:
    """The same class on both wires, streamed or not."""
    provider = ScriptedProvider(Turn(fail(429, "rate_limit_error", "slow down", retry_after=3)))
    with client(provider, retry=False) as it:
        ask = (lambda: list(it.stream(model, "x"))) if stream else (lambda: [it.chat(model, "x")])
        with pytest.raises(errors.RateLimited) as caught:
            ask()

    assert (429, 3.0, True) == (caught.value.status, caught.value.retry_after, caught.value.retryable)
    assert KEYS["openai"] not in f"{caught.value!r} {caught.value.__dict__}"


@pytest.mark.parametrize("model", MODELS)
def test_a_cut_stream_keeps_what_came(model: str) -> None:
    """A clean end without the end signal is `StreamCut` with the partial."""
    with client(ScriptedProvider(Turn("half of", fault("end")))) as it, pytest.raises(errors.StreamCut) as caught:
        list(it.stream(model, "x"))

    assert caught.value.partial is not None
    assert ("half of", None) == (caught.value.partial.text, caught.value.partial.finish)


def test_a_page_instead_of_an_answer() -> None:
    """A proxy's HTML with status 200 is a decode error."""
    with client(ScriptedProvider(Turn(page()))) as it, pytest.raises(errors.DecodeError):
        it.chat(MODELS[0], "x")


def test_leaving_the_loop_keeps_the_partial_and_frees_the_connection() -> None:
    """Over real sockets: what came can be used, and the next call works."""
    provider = ScriptedProvider(Turn("a", fault("stall")), "next")
    with (
        provider.serve() as server,
        Client(keys=KEYS, base_urls={"openai": f"{server.url}/v1"}) as it,
    ):
        with it.stream(MODELS[0], "x") as stream:
            for event in stream:
                if isinstance(event, TextDelta):
                    break
        after = it.chat(MODELS[0], "x")

    assert ("a", None) == (stream.response.text, stream.response.finish)
    assert "next" == after.text


def test_an_answer_is_iterated_once() -> None:
    """The second loop is told where the content is."""
    with client(ScriptedProvider("x")) as it, it.stream(MODELS[0], "x") as stream:
        list(stream)
        with pytest.raises(errors.UsageError, match=r"stream\.response"):
            list(stream)


def test_a_closed_client_says_so() -> None:
    """Not a broken pool."""
    it = client(ScriptedProvider("x"))
    it.close()

    with pytest.raises(errors.UsageError, match="closed"):
        it.chat(MODELS[0], "x")


def test_an_async_key_in_the_blocking_face_is_explained() -> None:
    """A coroutine cannot be awaited here."""

    async def key() -> str:
        return "k"

    with client(ScriptedProvider("x")) as it, pytest.raises(errors.UsageError, match="AsyncClient"):
        it.chat(MODELS[0], "x", key=key)


def test_one_client_serves_many_threads() -> None:
    """Forty answers over real sockets from eight threads, none mixed up."""
    provider = ScriptedProvider(answer=lambda request: Turn(request.messages[0].text))
    with (
        provider.serve() as server,
        Client(keys=KEYS, base_urls={"openai": f"{server.url}/v1"}) as it,
        ThreadPoolExecutor(8) as pool,
    ):
        barrier = threading.Barrier(8)

        def ask(number: int) -> str:
            if number < 8:
                barrier.wait(10)
            return it.chat(MODELS[0], f"number {number}").text

        answers = list(pool.map(ask, range(40)))

    assert [f"number {number}" for number in range(40)] == answers


def test_the_embedded_provider_needs_nothing() -> None:
    """No key, no network."""
    with Client() as it:
        response = it.chat("offline:eliza", "Hello")

    assert response.text
    assert response.usage.output


def listed(body: bytes, status: int = 200) -> Served:
    """An answer of a provider that is asked for its models."""
    return Served(HttpHead(status, {"content-type": "application/json", "content-length": str(len(body))}), iter([body]))


LIST = {
    "/v1/models?limit=1000": b'{"data":[{"id":"a","max_input_tokens":9000}],"has_more":true,"last_id":"a"}',
    "/v1/models?limit=1000&after_id=a": b'{"data":[{"id":"b"}],"has_more":false}',
}


def test_a_providers_models() -> None:
    """The vendor is asked, page by page over a real socket, and what it states comes back as values."""
    seen: list[tuple[str, str]] = []

    def vendor(request: HttpRequest) -> Served:
        seen.append((request.url, request.headers["x-api-key"]))
        return listed(LIST[urlsplit(request.url)._replace(scheme="", netloc="").geturl()])

    with Server(vendor) as server, Client(keys=KEYS, base_urls={"anthropic": server.url}) as it:
        models = it.models("anthropic")

        assert [("anthropic", "a", 9000), ("anthropic", "b", None)] == [
            (model.provider, model.id, model.context) for model in models
        ]
        assert 1 == server.connections
    assert [KEYS["anthropic"]] * 2 == [key for _, key in seen]


def test_a_list_fails_as_a_call_does() -> None:
    """Typed errors, a missing key before anything is sent, and an advice for who names a model."""
    with Server(lambda request: listed(b'{"error":{"message":"no"}}', 403)) as server, Client() as it:
        with pytest.raises(errors.PermissionDenied, match="openai: no"):
            it.models("openai", key="k", base_url=f"{server.url}/v1")
        with pytest.raises(errors.MissingKey, match="no key for OpenAI"):
            it.models("openai")
        with pytest.raises(errors.UsageError, match="names a model: write the provider alone, 'openai'"):
            it.models("openai:gpt-5.6")
        with pytest.raises(errors.UnknownProvider, match="did you mean 'openai'"):
            it.models("openia")
