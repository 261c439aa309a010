"""MCP servers in blocking programs: the same in a thread of its own, in runs of both clients."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import os
import threading
from collections.abc import Callable, Iterator

import pytest
from mcp_servers import OLD, TIME, over_http

from dragoman import AsyncClient, Client, mcp, tool
from dragoman.errors import Cancelled, ConnectionFailed, Overloaded, UsageError
from dragoman.testing import ScriptedProvider, Turn, call, fail
from dragoman.types import Message, StepFinished, ToolFinished, ToolResult

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

    blocking = public(mcp.Server)
    assert ["self"] == blocking.pop("opened")  # a blocking server's tools run in both faces
    assert public(mcp.AsyncServer) == blocking


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


def pids(messages: tuple[Message, ...]) -> list[int]:
    """What the tool `pid` has said."""
    results = [block for message in messages for block in message.content if isinstance(block, ToolResult)]
    return [int(result.content[0].text) for result in results]  # type: ignore[union-attr]


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def asking(*turns: Turn | str) -> ScriptedProvider:
    return ScriptedProvider(*(turns or (Turn(call("old__pid")), "Done.")))


@pytest.mark.parametrize("how", ["done", "left", "cancelled", "failed", "tool", "unread"])
def test_a_server_is_started_and_stopped_with_the_run(how: str) -> None:
    """Given to a run it is there for it, and gone on every way out; the next run starts it again."""

    @tool(errors="raise")
    def broken() -> str:
        """Breaks."""
        raise ZeroDivisionError

    server = mcp.Server(OLD, name="old")
    last = {"failed": Turn(fail(503, "overloaded", "full")), "tool": Turn(call("broken"))}.get(how, Turn("Done."))
    provider = asking(Turn(call("old__pid")), last)
    raised = {"cancelled": Cancelled, "failed": Overloaded, "tool": ZeroDivisionError}.get(how)
    with Client(transport=provider.transport(), keys=KEYS, retry=False) as client:
        run = client.run_stream("anthropic:m", "Who?", tools=[broken, server])
        assert [] == threads()
        with pytest.raises(raised) if raised else contextlib.nullcontext(), run:
            for event in () if how == "unread" else run:
                if isinstance(event, ToolFinished) and how in ("left", "cancelled"):
                    assert 1 == len(threads())
                    if how == "left":
                        break
                    run.cancel()

        assert [] == threads()
        assert [True] * (how != "unread") == [gone(process) for process in pids(run.messages)]
        if how == "done":
            assert ["broken", "old__echo"] == [each.name for each in provider.requests[0].tools][:2]  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["done", "left", "task", "failed"])
@pytest.mark.parametrize("kind", ["async", "blocking", "target"])
def test_a_server_is_started_and_stopped_with_an_async_run(kind: str, how: str) -> None:
    """Of either kind, or where it is, without a name."""

    async def program() -> None:
        name = "pid" if kind == "target" else "old__pid"
        last = Turn(fail(503, "overloaded", "full")) if how == "failed" else Turn("Done.")
        server = {"async": mcp.AsyncServer, "blocking": mcp.Server}[kind](OLD, name="old") if kind != "target" else OLD
        told: list[int] = []
        ready, never = asyncio.Event(), asyncio.Event()
        provider = asking(Turn(call(name)), last)
        async with AsyncClient(transport=provider.async_transport(), keys=KEYS, retry=False) as client:

            async def read() -> None:
                async with client.run_stream("anthropic:m", "Who?", tools=[server]) as run:
                    async for event in run:
                        if isinstance(event, ToolFinished):
                            told.append(int(event.result.content[0].text))  # type: ignore[union-attr]
                            ready.set()
                            if how == "left":
                                return
                            if how == "task":
                                await never.wait()

            task = asyncio.create_task(read())
            await ready.wait()
            if how == "task":
                assert not gone(told[0])
                task.cancel()
            raised = {"task": asyncio.CancelledError, "failed": Overloaded}.get(how)
            with pytest.raises(raised) if raised else contextlib.nullcontext():
                await task
            assert gone(told[0])
            assert [] == threads()

    asyncio.run(program())


def test_a_server_in_use_is_used_and_left_running() -> None:
    """It belongs to whoever started it."""
    with mcp.Server(OLD, name="old") as server:
        process = int(server.call("pid").text)
        with Client(transport=asking().transport(), keys=KEYS) as client:
            assert [process] == pids(client.run("anthropic:m", "Who?", tools=[server]).messages)
        assert process == int(server.call("pid").text)

        async def program() -> None:
            async with AsyncClient(transport=asking().async_transport(), keys=KEYS) as client:
                assert [process] == pids((await client.run("anthropic:m", "Who?", tools=[server])).messages)
            async with mcp.AsyncServer(OLD, name="old") as other:
                own = int((await other.call("pid")).text)
                async with AsyncClient(transport=asking().async_transport(), keys=KEYS) as client:
                    assert [own] == pids((await client.run("anthropic:m", "Who?", tools=[other])).messages)
                assert own == int((await other.call("pid")).text)

        asyncio.run(program())
        assert process == int(server.call("pid").text)


def test_runs_at_once_share_the_server_that_the_first_one_started() -> None:
    """The last one stops it."""
    server = mcp.Server(OLD, name="old")
    provider = ScriptedProvider(answer=lambda asked: Turn("Done.") if len(asked.messages) > 2 else Turn(call("old__pid")))
    with Client(transport=provider.transport(), keys=KEYS) as client:
        with client.run_stream("anthropic:m", "Who?", tools=[server]) as one:
            events = iter(one)
            while not isinstance(next(events), StepFinished):
                pass
            two = client.run("anthropic:m", "Who?", tools=[server])
            assert 1 == len(threads())
            list(events)
        assert pids(one.messages) == pids(two.messages)
    assert [] == threads()

    async def program() -> None:
        shared = mcp.AsyncServer(OLD, name="old")
        async with AsyncClient(transport=provider.async_transport(), keys=KEYS) as client:
            runs = await asyncio.gather(*[client.run("anthropic:m", "Who?", tools=[shared]) for _ in range(3)])
        (process,) = {process for run in runs for process in pids(run.messages)}
        assert gone(process)

    asyncio.run(program())


def test_a_conversation_starts_it_for_its_runs() -> None:
    """Said once, where the conversation begins."""
    with Client(transport=asking(*[Turn(call("old__pid")), "Done."] * 2).transport(), keys=KEYS) as client:
        talk = client.conversation("anthropic:m", tools=[mcp.Server(OLD, name="old")])
        talk.run("Who?")
        talk.run("And now?")
        processes = pids(talk.messages)

    assert 2 == len(set(processes))
    assert [True, True] == [gone(process) for process in processes]


def test_what_cannot_be_given_to_a_run() -> None:
    """A server of the other kind, one that does not start, and a name twice: said, and nothing is left."""
    with Client(transport=asking().transport(), keys=KEYS) as client:
        with pytest.raises(UsageError, match="MCP server old> is for asynchronous programs"):
            client.run("anthropic:m", "Who?", tools=[mcp.AsyncServer(OLD, name="old")])
        with pytest.raises(ConnectionFailed, match="no-such-program did not start"):
            client.run("anthropic:m", "Who?", tools=[mcp.Server(OLD), mcp.Server(mcp.Stdio("no-such-program"))])
        with pytest.raises(UsageError, match="two tools are called"):
            client.run("anthropic:m", "Who?", tools=[OLD, OLD])
        with pytest.raises(UsageError, match="is opened by a run"):
            client.chat("anthropic:m", "Who?", tools=[mcp.Server(OLD)])  # type: ignore[list-item]
    assert [] == threads()
