"""MCP servers in blocking programs: the same in a thread of its own, in runs of both clients."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import threading
from collections.abc import Callable, Iterator

import pytest
from mcp_servers import OLD, TIME, over_http

from dragoman import AsyncClient, Client, mcp
from dragoman.errors import ConnectionFailed, UsageError
from dragoman.testing import ScriptedProvider, Turn, call
from dragoman.types import ToolResult

KEYS = {"anthropic": "none", "openai": "none"}
ASKED = {"source_timezone": "Asia/Tokyo", "time": "09:00", "target_timezone": "Asia/Kolkata"}


@pytest.fixture(params=["stdio", "http"])
def time(request: pytest.FixtureRequest) -> Iterator[mcp.Server]:
    """The reference server for time."""
    if request.param == "stdio":
        with mcp.Server(TIME, name="time") as server:
            yield server
    else:
        with over_http("time") as (port, _), mcp.Server(mcp.Http(f"http://127.0.0.1:{port}/mcp"), name="time") as server:
            yield server


def test_both_faces_have_the_same_members() -> None:
    """What can be asked of one can be asked of the other, in the same words."""

    def public(kind: type) -> dict[str, list[str]]:
        found = {name: value for name, value in vars(kind).items() if not name.startswith("_") or name == "__init__"}
        return {name: list(inspect.signature(value).parameters) if callable(value) else [] for name, value in found.items()}

    assert public(mcp.AsyncServer) == public(mcp.Server)


@pytest.mark.parametrize("model", ["anthropic:scripted", "openai:scripted"])
def test_a_run_with_a_servers_tools(time: mcp.Server, model: str) -> None:
    """The model calls a server's tools as it calls others, in both clients, and sees their answers."""

    def provider() -> ScriptedProvider:
        return ScriptedProvider(Turn(call("time__convert_time", ASKED), call("time__convert_time", {"time": 9})), Turn("5:30"))

    async def program() -> list[ToolResult]:
        async with AsyncClient(transport=provider().async_transport(), keys=KEYS) as client:
            return results((await client.run(model, "When is it 9 in Tokyo?", tools=time.tools())).messages)

    def results(messages: tuple[object, ...]) -> list[ToolResult]:
        return [block for message in messages for block in message.content if isinstance(block, ToolResult)]  # type: ignore[attr-defined]

    with Client(transport=provider().transport(), keys=KEYS) as client:
        blocking = results(client.run(model, "When is it 9 in Tokyo?", tools=time.tools()).messages)

    for good, bad in (blocking, asyncio.run(program())):
        assert json.loads(good.content[0].text)["time_difference"] == "-3.5h"  # type: ignore[union-attr]
        assert not good.is_error
        assert bad.is_error
        assert "its arguments do not fit" in bad.content[0].text  # type: ignore[union-attr]


def test_a_run_goes_on_after_the_server_has_ended() -> None:
    """The model is told that the server has ended, calls again, and gets its answer from the server started anew."""
    turns = [Turn(call("old__leave", {})), Turn(call("old__echo", {"port": 7})), Turn("done")]
    provider = ScriptedProvider(*turns)
    with mcp.Server(OLD, name="old") as server, Client(transport=provider.transport(), keys=KEYS) as client:
        result = client.run("anthropic:scripted", "go", tools=server.tools())

    told = [block for message in result.messages for block in message.content if isinstance(block, ToolResult)]
    assert [(True, "The MCP server old has ended during the call"), (False, '{"port": 7}')] == [
        (each.is_error, each.content[0].text.partition(", whose")[0])  # type: ignore[union-attr]
        for each in told
    ]
    assert result.response.text == "done"


def test_resources_prompts_and_the_rest() -> None:
    """What an older server does not have is an empty list, and what it says of itself is there."""
    with mcp.Server(OLD, name="old") as server:
        assert [] == server.resources()
        assert [] == server.prompts()
        assert server.instructions is None
        assert server.call("echo", {"port": 1}).text == '{"port": 1}'
        assert [tool.name for tool in server.tools("new")][:2] == ["new__echo", "new__leave"]
        assert [tool.name for tool in server.tools("")][:2] == ["echo", "leave"]


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("the MCP server")]


def test_the_server_and_its_thread_end_with_the_block() -> None:
    """Nothing of a server is left behind: no process, and no thread."""
    with mcp.Server(OLD) as server:
        process = int(server.call("pid").text)
        during = threads()
        with pytest.raises(UsageError, match="in use already"):
            server.__enter__()

    assert [f"the MCP server {server.label}"] == during
    assert [] == threads()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_server_that_cannot_be_started_leaves_nothing() -> None:
    """A start that fails raises, ends the thread, and can be tried again."""
    server = mcp.Server(mcp.Stdio("no-such-program"))
    for _ in range(2):
        with pytest.raises(ConnectionFailed, match="the MCP server no-such-program did not start"):
            server.__enter__()

    assert [] == threads()


@pytest.mark.parametrize(
    "ask",
    [
        lambda server: server.tools(),
        lambda server: server.call("echo"),
        lambda server: server.instructions,
    ],
    ids=["tools", "call", "instructions"],
)
def test_a_server_that_is_not_in_use(ask: Callable[[mcp.Server], object]) -> None:
    """Outside its block a server cannot be asked."""
    server = mcp.Server(OLD, name="old")

    with pytest.raises(UsageError, match="the MCP server old is not in use"):
        ask(server)
