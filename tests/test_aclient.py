"""The asyncio face: the same as the blocking one, and what only asyncio has."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine
from typing import Any

import pytest

from dragoman import errors
from dragoman.aclient import AsyncClient, AsyncStream
from dragoman.arun import AsyncRun
from dragoman.client import Client, Stream
from dragoman.engine.serve import Served
from dragoman.run import Run
from dragoman.testing import ScriptedProvider, Server, Turn, call, fail, fault, think, usage
from dragoman.transport.local import FOREVER, Late
from dragoman.types import Finished, TextDelta, ThinkingDelta
from dragoman.wire.http import HttpHead, HttpRequest

MODELS = ["openai:scripted", "anthropic:scripted"]
KEYS = {"openai": "sk-marker-0123456789", "anthropic": "sk-marker-0123456789"}


def run(program: Coroutine[Any, Any, None]) -> None:
    asyncio.run(program)


def client(provider: ScriptedProvider, **settings: Any) -> AsyncClient:
    return AsyncClient(transport=provider.async_transport(), keys=KEYS, **settings)


def public(kind: type) -> dict[str, inspect.Signature | None]:
    """The public members of a class with their signatures, in words that both worlds share."""

    def plain(name: str) -> str:
        return name.replace("__aenter__", "__enter__").replace("__aexit__", "__exit__").replace("__aiter__", "__iter__")

    special = ("init", "enter", "aenter", "exit", "aexit", "iter", "aiter")
    members = {
        plain(name): member for name, member in vars(kind).items() if not name.startswith("_") or name.strip("_") in special
    }
    return {name: inspect.signature(member) if callable(member) else None for name, member in members.items()}


def spelled(signature: inspect.Signature | None) -> str:
    text = str(signature)
    for name in ("Iterator", "Transport", "Stream", "Conversation", "Run", "Client"):
        text = text.replace(f"Async{name}", name)
    return text


@pytest.mark.parametrize(("blocking", "asynchronous"), [(Client, AsyncClient), (Stream, AsyncStream), (Run, AsyncRun)])
def test_both_faces_have_the_same_signatures(blocking: type, asynchronous: type) -> None:
    """Members, parameters, defaults and results differ only in `async`."""
    assert {name: spelled(signature) for name, signature in public(blocking).items()} == {
        name: spelled(signature) for name, signature in public(asynchronous).items()
    }


@pytest.mark.parametrize("model", MODELS)
def test_a_streamed_answer(model: str) -> None:
    """Events, text and usage as in the blocking face."""

    async def program() -> None:
        provider = ScriptedProvider(Turn(think("hm"), "Bl", usage(input=1, output=2)))
        async with client(provider) as it, it.stream(model, "Why?") as stream:
            events = [event async for event in stream]

        assert "hm" == "".join(event.text for event in events if isinstance(event, ThinkingDelta))
        assert "Bl" == "".join(event.text for event in events if isinstance(event, TextDelta))
        assert isinstance(events[-1], Finished)
        assert ("Bl", 2) == (stream.response.text, stream.response.usage.output)

    run(program())


@pytest.mark.parametrize("model", MODELS)
def test_a_whole_answer_with_a_call(model: str) -> None:
    """One await, one response."""

    async def program() -> None:
        async with client(ScriptedProvider(Turn(call("f", {"a": 1})))) as it:
            response = await it.chat(model, "x")
        assert [("f", {"a": 1})] == [(one.name, one.input) for one in response.tool_calls]
        assert "tool_calls" == (response.finish and response.finish.reason)

    run(program())


def test_text_stream_gives_only_text() -> None:
    """For those who only print."""

    async def program() -> None:
        async with (
            client(ScriptedProvider(Turn(think("hm"), "a", call("f", {}), "b"))) as it,
            it.stream(MODELS[0], "x") as stream,
        ):
            assert ["a", "b"] == [text async for text in stream.text_stream]

    run(program())


def test_errors_are_typed_and_retries_waited_for() -> None:
    """An overload passes and the second try answers; a cut after content keeps the partial."""

    async def program() -> None:
        provider = ScriptedProvider(Turn(fail(529, "overloaded_error", retry_after=0)), "ok", Turn("half", fault("end")))
        async with client(provider) as it:
            response = await it.chat(MODELS[1], "x")
            assert ("ok", ["Overloaded", None]) == (response.text, [attempt.error for attempt in response.attempts])
            with pytest.raises(errors.StreamCut) as caught:
                async for _ in it.stream(MODELS[1], "x"):
                    pass
        assert "half" == (caught.value.partial and caught.value.partial.text)

    run(program())


def test_a_key_may_be_a_coroutine() -> None:
    """It is awaited at the moment of sending."""

    async def program() -> None:
        async def key() -> str:
            await asyncio.sleep(0)
            return "from-a-vault"

        provider = ScriptedProvider("x")
        async with client(provider) as it:
            await it.chat(MODELS[0], "x", key=key)
        assert "Bearer from-a-vault" == provider.http[0].headers["authorization"]

    run(program())


def test_cancelling_a_task_frees_the_connection_and_keeps_the_partial() -> None:
    """Over real sockets: a stalled stream is cancelled, what came is there, the next call works."""

    async def program() -> None:
        provider = ScriptedProvider(Turn("half", fault("stall")), "next")
        with provider.serve() as server:
            async with AsyncClient(keys=KEYS, base_urls={"openai": f"{server.url}/v1"}) as it:
                stream = it.stream(MODELS[0], "x")
                arrived = asyncio.Event()

                async def read() -> None:
                    async with stream:
                        async for event in stream:
                            if isinstance(event, TextDelta):
                                arrived.set()

                task = asyncio.create_task(read())
                await asyncio.wait_for(arrived.wait(), 10)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert ("half", None) == (stream.response.text, stream.response.finish)
                assert "next" == (await it.chat(MODELS[0], "x")).text

    run(program())


def test_one_client_serves_many_tasks() -> None:
    """A hundred answers at once over real sockets, none mixed up."""

    async def program() -> None:
        provider = ScriptedProvider(answer=lambda request: Turn(request.messages[0].text))
        with provider.serve() as server:
            async with AsyncClient(keys=KEYS, base_urls={"anthropic": server.url}) as it:
                answers = await asyncio.gather(*[it.chat(MODELS[1], f"number {number}") for number in range(100)])
        assert [f"number {number}" for number in range(100)] == [answer.text for answer in answers]

    run(program())


def test_the_embedded_provider_needs_nothing() -> None:
    """No key, no network."""

    async def program() -> None:
        async with AsyncClient() as it:
            assert (await it.chat("offline:eliza", "Hello")).text

    run(program())


def listed(body: bytes, status: int = 200) -> Served:
    """An answer of a provider that is asked for its models."""
    return Served(HttpHead(status, {"content-type": "application/json", "content-length": str(len(body))}), iter([body]))


def test_a_providers_models() -> None:
    """Page by page, as in the blocking face."""

    async def program() -> None:
        pages = [b'{"data":[{"id":"a"}],"has_more":true,"last_id":"a"}', b'{"data":[{"id":"b"}],"has_more":false}']
        with Server(lambda request: listed(pages.pop(0))) as server:
            async with AsyncClient(keys=KEYS, base_urls={"anthropic": server.url}) as it:
                assert ["a", "b"] == [model.id for model in await it.models("anthropic")]
        assert [] == pages

    run(program())


def test_a_list_that_is_given_up_frees_its_connection() -> None:
    """Cancelling ends the wait for a server that does not answer."""

    async def program() -> None:
        reached = asyncio.Event()
        loop = asyncio.get_running_loop()

        def vendor(request: HttpRequest) -> Late:
            loop.call_soon_threadsafe(reached.set)
            return Late(FOREVER, listed(b"[]"))

        with Server(vendor) as server:
            async with AsyncClient(keys=KEYS, base_urls={"anthropic": server.url}) as it:
                task = asyncio.create_task(it.models("anthropic"))
                await reached.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

    run(program())
