"""Exchanges written down once are answered from the file ever after."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dragoman import errors
from dragoman.aclient import AsyncClient
from dragoman.client import Client
from dragoman.testing import ScriptedProvider, Turn, async_record, async_replay, call, fail, record, replay, think, usage

KEY = "sk-marker-0123456789"


@pytest.mark.parametrize("model", ["openai:scripted", "anthropic:scripted"])
def test_an_exchange_recorded_over_sockets_replays_without(model: str, tmp_path: Path) -> None:
    """Streamed and whole answers come back equal, and the key is not in the file."""
    path = tmp_path / "exchange.jsonl"
    provider = ScriptedProvider(Turn(think("hm"), "Hi ", "there.", call("f", {"a": 1}), usage(input=2, output=3)), "Whole.")
    with provider.serve() as server:
        urls = {"openai": f"{server.url}/v1", "anthropic": server.url}
        keys = dict.fromkeys(urls, KEY)
        with Client(transport=record(path), keys=keys, base_urls=urls) as client:
            with client.stream(model, "Hello") as stream:
                events = list(stream)
            whole = client.chat(model, "And whole?")
    with Client(transport=replay(path), keys=keys, base_urls=urls) as client:
        with client.stream(model, "Hello") as again:
            assert events == list(again)
        assert whole.message == client.chat(model, "And whole?").message

    assert KEY not in path.read_text()


def test_a_request_that_was_not_recorded_says_so(tmp_path: Path) -> None:
    """Nothing reaches the network, and the error shows what differs."""
    path = tmp_path / "exchange.jsonl"
    with Client(transport=record(path, ScriptedProvider("Hi").transport()), keys={"openai": KEY}) as client:
        client.chat("openai:scripted", "Hello")
    with Client(transport=replay(path), keys={"openai": KEY}) as client, pytest.raises(errors.UsageError, match="Hello"):
        client.chat("openai:scripted", "Goodbye")


def test_asyncio_records_and_replays_too(tmp_path: Path) -> None:
    """Errors of the provider are exchanges like any other."""
    path = tmp_path / "exchange.jsonl"

    async def program() -> None:
        provider = ScriptedProvider("Hi", Turn(fail(404, "not_found_error", "no such model")))
        inner = provider.async_transport()
        async with AsyncClient(transport=async_record(path, inner), keys={"anthropic": KEY}) as client:
            first = await client.chat("anthropic:scripted", "Hello")
            with pytest.raises(errors.NotFound):
                await client.chat("anthropic:other", "Hello")
        async with AsyncClient(transport=async_replay(path), keys={"anthropic": KEY}) as client:
            assert first.message == (await client.chat("anthropic:scripted", "Hello")).message
            with pytest.raises(errors.NotFound, match="no such model"):
                await client.chat("anthropic:other", "Hello")

    asyncio.run(program())
