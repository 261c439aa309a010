"""MCP servers in async programs: real servers, over standard input and over HTTP, and what becomes of one that ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp_servers import OLD, STDIO, TIME, holding, over_http, reserved

from dragoman import mcp
from dragoman.errors import APIError, ConnectionFailed, TimedOut, UsageError
from dragoman.types import Audio, Base64, Document, Image, PlainText, Secret, Text, user


def run(program: Coroutine[Any, Any, None]) -> None:
    asyncio.run(program)


@pytest.fixture(scope="module")
def address() -> Iterator[mcp.Http]:
    """The workshop's server over HTTP."""
    with over_http() as (port, _):
        yield mcp.Http(f"http://127.0.0.1:{port}/mcp")


@pytest.fixture(params=["stdio", "http"])
def target(request: pytest.FixtureRequest) -> mcp.Stdio | mcp.Http:
    """The workshop's server, in both ways to speak to it."""
    return STDIO if request.param == "stdio" else request.getfixturevalue("address")


async def tools_of(server: mcp.AsyncServer) -> dict[str, mcp.ServerTool]:
    return {tool.remote_name: tool for tool in await server.tools()}


def test_a_servers_tools_are_tools(target: mcp.Stdio | mcp.Http) -> None:
    """Names are spaced and fit every vendor, schemas are the server's own, and calls come back as content."""

    async def program() -> None:
        async with mcp.AsyncServer(target, name="shop") as server:
            tools = await tools_of(server)

            assert {"shop__add", "shop__shop_cut"} <= {tool.name for tool in tools.values()}
            assert tools["add"].definition.description == "Adds two numbers."
            assert tools["add"].definition.parameters == {
                "type": "object",
                "properties": {"a": {"title": "A", "type": "integer"}, "b": {"default": 0, "title": "B", "type": "integer"}},
                "required": ["a"],
                "title": "addArguments",
            }
            assert tools["shop.cut"].annotations == {"readOnlyHint": False, "destructiveHint": True}
            assert (await tools["add"].acall('{"a": 2, "b": 3}')).content == (Text("5"),)
            assert (await tools["shop.cut"].acall({"length": 1.5})).text == "a board of 1.5 m"
            failed = await tools["fail"].acall("{}")
            assert (failed.kind, failed.text) == ("failed", "Error executing tool fail: the blade is blunt")
            wrong = await tools["add"].acall('{"a": "two"}')
            assert (wrong.kind, '$.a: expected a whole number, got "two"' in wrong.text) == ("invalid", True)

    run(program())


def test_results_of_every_kind(target: mcp.Stdio | mcp.Http) -> None:
    """Words, pictures, sound, embedded resources and links are blocks, and the structured value is kept beside them."""

    async def program() -> None:
        async with mcp.AsyncServer(target) as server:
            picture = (await server.call("picture")).content
            bundle = await server.call("bundle")

            assert (Text("a dot"), "image/png") == (picture[0], picture[1].source.media_type)
            assert isinstance(picture[1], Image)
            assert bundle.content == (
                Text("words"),
                Audio(Base64("audio/wav", "UklGRg==")),
                Document(PlainText("a plan"), title="shop://plan"),
                Document(Base64("application/pdf", "JVBERg=="), title="shop://sheet"),
                Text("more\nshop://more\nAll the rest"),
            )
            assert bundle.structured == {"kinds": 5, "none": None}

    run(program())


def test_resources_and_prompts(target: mcp.Stdio | mcp.Http) -> None:
    """What a server lets read is content, its prompts are messages, and what it does not have is an error with its words."""

    async def program() -> None:
        async with mcp.AsyncServer(target, name="shop") as server:
            resources = await server.resources()
            prompts = await server.prompts()

            assert [each.uri or each.uri_template for each in resources] == ["shop://plan", "shop://sign", "shop://boards/{wood}"]
            assert await server.read("shop://plan") == (Document(PlainText("a table"), title="shop://plan"),)
            assert isinstance((await server.read("shop://sign"))[0], Image)
            assert [part.source for part in await server.read("shop://boards/oak")] == [PlainText("12 of oak")]
            assert [(each.name, [(one.name, one.required) for one in each.arguments]) for each in prompts] == [
                ("review", [("piece", True), ("depth", False)])
            ]
            assert await server.prompt("review", {"piece": "table"}) == [user("Give a short review of the table.")]
            assert server.instructions == "Measure twice."
            with pytest.raises(APIError, match="the MCP server shop refused: Unknown resource: shop://none"):
                await server.read("shop://none")

    run(program())


@pytest.mark.parametrize("target", [pytest.param(STDIO, id="new"), pytest.param(OLD, id="old")])
def test_a_change_is_told(target: mcp.Stdio) -> None:
    """A server that gets other tools says so, in every revision of the protocol, and the next listing has them."""

    async def program() -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()
        async with mcp.AsyncServer(target, on_change=heard.put_nowait) as server:
            before = await tools_of(server)
            await server.call("grow" if target is STDIO else "change")

            assert await heard.get() == "tools"
            if target is STDIO:
                assert {"grown"} == (await tools_of(server)).keys() - before.keys()
            else:
                assert (await heard.get(), await heard.get()) == ("resources", "prompts")

    run(program())


@pytest.mark.parametrize("target", [pytest.param(STDIO, id="official"), pytest.param(OLD, id="old")])
def test_a_server_that_is_killed_in_the_middle_of_calls(target: mcp.Stdio) -> None:
    """kill -9: every call under way is a result that the model sees, and the next calls find one server, started again."""

    async def program() -> None:
        async with holding() as held, mcp.AsyncServer(target, name="shop") as server:
            tools = await tools_of(server)
            calls = [asyncio.create_task(tools["hold"].acall({"port": held.port})) for _ in range(2)]
            first, second = await held.process(), await held.process()
            os.kill(first, signal.SIGKILL)
            outcomes = await asyncio.gather(*calls)
            again = [asyncio.create_task(tools["hold"].acall({"port": held.port})) for _ in range(2)]
            new = {await held.process(), await held.process()}
            for call in again:
                call.cancel()
            await asyncio.wait(again)

            assert first == second
            assert len(new) == 1
            assert first not in new
            words = "The MCP server shop has ended during the call, whose effects are not known; another call starts it again."
            assert [("failed", words)] * 2 == [(outcome.kind, outcome.text) for outcome in outcomes]

    run(program())


def test_an_http_server_that_is_killed_in_the_middle_of_a_call() -> None:
    """A call under way is a result that the model sees; while the server is away so are others, and when it is back they work."""

    async def program() -> None:
        with reserved() as port, over_http(port=port):
            async with holding() as held, mcp.AsyncServer(mcp.Http(f"http://127.0.0.1:{port}/mcp"), restarts=0) as server:
                tools = await tools_of(server)
                call = asyncio.create_task(tools["hold"].acall({"port": held.port}))
                os.kill(await held.process(), signal.SIGKILL)
                ended = await call
                away = await tools["add"].acall({"a": 1})
                with over_http(port=port):
                    back = await tools["add"].acall({"a": 1})

                assert "has ended during the call" in ended.text
                assert f"The MCP server 127.0.0.1:{port} cannot be reached" in away.text
                assert ("ok", "1") == (back.kind, back.text)

    run(program())


def test_a_server_that_ends_in_every_call_is_not_started_for_ever() -> None:
    """A program is started again so often in a row; an answer begins the count anew."""

    async def program() -> None:
        async with mcp.AsyncServer(OLD, restarts=2) as server:
            tools = await tools_of(server)
            ends = [(await tools["leave"].acall({})).text for _ in range(2)]
            ends += [(await tools["pid"].acall({})).kind]
            ends += [(await tools["leave"].acall({})).text for _ in range(4)]

            during = f"The MCP server {server.label} has ended during the call, whose effects are not known"
            again = f"{during}; another call starts it again."
            never = f"The MCP server {server.label} has ended and is not started again."
            assert [again, again, "ok", again, again, f"{during}.", never] == ends

    run(program())


def test_a_server_that_ends_between_calls_is_not_noticed() -> None:
    """A server that is gone when it is asked is started before it is asked."""

    async def program() -> None:
        async with mcp.AsyncServer(OLD) as server:
            process = int((await server.call("pid")).text)
            connection = server._connection
            assert connection is not None
            os.kill(process, signal.SIGKILL)
            await connection._over.wait()

            assert process != int((await server.call("pid")).text)

    run(program())


@pytest.mark.parametrize("target", [pytest.param(STDIO, id="official"), pytest.param(OLD, id="old")])
def test_a_cancelled_call_is_called_off_at_the_server(target: mcp.Stdio) -> None:
    """Cancellation reaches the tool, and the server serves on."""

    async def program() -> None:
        async with holding() as held, mcp.AsyncServer(target) as server:
            call = asyncio.create_task(server.call("hold", {"port": held.port}))
            await held.process()
            call.cancel()

            assert await held.lines.get() == "cancelled"
            assert len(await server.tools()) > 1
            assert call.cancelled()

    run(program())


def test_a_call_that_takes_too_long() -> None:
    """A deadline is an error with the server's name, which the model sees, and the call is called off."""

    async def program() -> None:
        async with holding() as held, mcp.AsyncServer(OLD, name="slow", timeout=1.0) as server:
            for _ in range(50):
                with contextlib.suppress(TimedOut):  # on a busy machine a list may take too long too
                    hold = (await tools_of(server))["hold"]
                    break
            outcome = await hold.acall({"port": held.port})
            await held.process()

            words = "The MCP server slow took longer than 1 s. Whether the call of hold had an effect is not known."
            assert ("failed", words) == (outcome.kind, outcome.text)
            assert isinstance(outcome.error and outcome.error.__cause__, TimedOut)
            assert await held.lines.get() == "cancelled"

    run(program())


def test_a_server_sees_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of this program do not reach a server's environment; what it is given does, secrets as well."""

    async def program() -> None:
        target = mcp.Stdio(STDIO.command, STDIO.arguments, env={"GIVEN": Secret("told"), "PLAIN": "words"})
        async with mcp.AsyncServer(target) as server:
            seen = json.loads((await server.call("environment")).text)

            assert ("told", "words") == (seen["GIVEN"], seen["PLAIN"])
            assert "OURS_SECRET" not in seen
            assert "PATH" in seen
            assert "told" not in repr(target) + repr(server)

    monkeypatch.setenv("OURS_SECRET", "not-theirs")
    run(program())


def test_credentials_over_http(address: mcp.Http) -> None:
    """A token and headers are sent with each request, and shown to nobody."""

    async def program() -> None:
        target = mcp.Http(address.url, token=Secret("t-123"), headers={"X-Shop": "7"})
        async with mcp.AsyncServer(target) as server:
            assert json.loads((await server.call("credentials")).text) == ["Bearer t-123", "7"]
            assert "t-123" not in repr(target)

    run(program())


async def convert(server: mcp.AsyncServer) -> None:
    tools = await tools_of(server)
    asked = {"source_timezone": "Asia/Tokyo", "time": "09:00", "target_timezone": "Asia/Kolkata"}
    outcome = await tools["convert_time"].acall(asked)
    unknown = await tools["get_current_time"].acall({"timezone": "Mars/Olympus"})

    assert {"get_current_time", "convert_time"} == tools.keys()
    assert tools["convert_time"].name == "time__convert_time"
    assert json.loads(outcome.text)["time_difference"] == "-3.5h"
    assert (await server.call("convert_time", asked)).structured["target"]["timezone"] == "Asia/Kolkata"
    assert unknown.is_error
    assert await server.resources() == []


def test_the_reference_server_over_stdio() -> None:
    """The reference server for time, as it comes from its registry."""

    async def program() -> None:
        async with mcp.AsyncServer(TIME, name="time") as server:
            await convert(server)

    run(program())


def test_the_reference_server_over_http() -> None:
    """The same over HTTP."""

    async def program() -> None:
        with over_http("time") as (port, _):
            async with mcp.AsyncServer(mcp.Http(f"http://127.0.0.1:{port}/mcp"), name="time") as server:
                await convert(server)

    run(program())


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        pytest.param("refuse", r"the MCP server \S+ refused: no such thing", id="a refusal of the protocol"),
        pytest.param("nonsense", r"the MCP server \S+ answered what cannot be used: ValidationError", id="nonsense"),
    ],
)
def test_an_answer_that_is_none(tool: str, words: str) -> None:
    """What is no tool's result is an error to the program, a failed tool to the model, and the server serves on."""

    async def program() -> None:
        async with mcp.AsyncServer(OLD) as server:
            with pytest.raises(APIError, match=words):
                await server.call(tool)
            outcome = await (await tools_of(server))[tool].acall({})

            assert outcome.kind == "failed"
            assert (await server.call("echo", {"a": None})).text == '{"a": null}'

    run(program())


def test_a_listing_of_many_pages() -> None:
    """All pages are read, and what is not known of a schema is passed on."""

    async def program() -> None:
        async with mcp.AsyncServer(OLD) as server:
            tools = await tools_of(server)

            assert list(tools) == ["echo", "leave", "hold", "change", "nonsense", "refuse", "pid", "empty"]
            assert tools["echo"].definition.parameters is not None
            assert tools["echo"].definition.parameters["x-unknown"] == {"kept": None}
            assert await server.prompts() == []
            assert (await tools["empty"].acall({})).text == "The tool failed, and did not say why."

    run(program())


async def list_tools(server: mcp.AsyncServer) -> object:
    return await server.tools()


async def instructions(server: mcp.AsyncServer) -> object:
    return server.instructions


@pytest.mark.parametrize("ask", [list_tools, instructions])
def test_a_server_that_is_not_in_use(ask: Callable[[mcp.AsyncServer], Awaitable[object]]) -> None:
    """Before its start and after its end a server cannot be asked; it can be started again."""

    async def program() -> None:
        server = mcp.AsyncServer(OLD, name="old")
        with pytest.raises(UsageError, match="the MCP server old is not in use"):
            await ask(server)
        for _ in range(2):
            async with server:
                assert (await server.call("pid")).text
                with pytest.raises(UsageError, match="in use already"):
                    await server.__aenter__()
        with pytest.raises(UsageError, match="the MCP server old is not in use"):
            await ask(server)

    run(program())


def test_what_a_server_writes_beside_the_protocol(tmp_path: Path) -> None:
    """Its standard error goes where it is told to, and comes after what is there."""

    async def program() -> None:
        log = tmp_path / "server.log"
        log.write_text("before\n")
        program = "import sys; sys.stderr.write('no licence'); sys.exit(1)"
        with pytest.raises(ConnectionFailed, match="the MCP server it did not start"):
            await mcp.AsyncServer(mcp.Stdio(STDIO.command, ["-c", program], log=log), name="it").__aenter__()

        assert log.read_text() == "before\nno licence"

    run(program())


def test_a_server_that_cannot_be_started() -> None:
    """What is no program is said with its name."""

    async def program() -> None:
        with pytest.raises(ConnectionFailed, match="the MCP server no-such-program did not start: FileNotFoundError"):
            await mcp.AsyncServer(mcp.Stdio("no-such-program")).__aenter__()

    run(program())
