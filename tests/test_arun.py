"""Runs of the asyncio face: the same programs with `await`, tools that are coroutines, and tasks that are cancelled."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dragoman import AsyncClient, tool, user
from dragoman.errors import Cancelled
from dragoman.protocols import NAMES, load
from dragoman.providers import Provider
from dragoman.testing import ScriptedProvider, Turn, call
from dragoman.types import Approval, Message, RunPolicy, StepFinished, ToolFinished, ToolResult, ToolStarted

MENDED = "def add(a, b):\n    return a + b\n"
TURNS = (
    Turn(call("read", {"path": "add.py"})),
    Turn(call("write", {"path": "add.py", "text": MENDED}), call("run_tests")),
    Turn("It adds now."),
)


class Workshop:
    """A folder with a plain tool, which blocks, and two that are coroutines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "add.py").write_text("def add(a, b):\n    return a - b\n")

    @tool
    def read(self, path: str) -> str:
        """A file's text."""
        return (self.folder / path).read_text()

    @tool
    async def write(self, path: str, text: str) -> str:
        """Replace a file's text."""
        (self.folder / path).write_text(text)
        return "written"

    @tool
    async def run_tests(self) -> str:
        """Run the tests."""
        await asyncio.sleep(0)
        return "1 passed"

    @property
    def tools(self) -> list[Any]:
        return [self.read, self.write, self.run_tests]


def client(name: str, provider: ScriptedProvider) -> AsyncClient:
    own = Provider("p", "P", "http://127.0.0.1/mistral/v1", protocol=name, key_required=False)
    return AsyncClient(transport=provider.async_transport(), providers=[own], retry=False)


def scripted(name: str, *turns: Turn | str) -> ScriptedProvider:
    return ScriptedProvider(*(turns or TURNS), protocols=[load(name)])


def told(messages: tuple[Message, ...]) -> list[str]:
    results = [block for message in messages for block in message.content if isinstance(block, ToolResult)]
    return ["".join([block.text for block in result.content]) for result in results]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", NAMES)
def test_the_agent_runs_on_every_wire(name: str, tmp_path: Path) -> None:
    """Whole and streamed, to the same end."""

    async def main() -> None:
        async with client(name, scripted(name)) as asking:
            run = await asking.run("p:m", "Mend it.", tools=Workshop(tmp_path).tools, max_tokens=999)
        assert ("It adds now.", "done", 3) == (run.text, run.stopped, len(run.steps))
        assert MENDED == (tmp_path / "add.py").read_text()

        async with (
            client(name, scripted(name)) as asking,
            asking.run_stream("p:m", "Mend it.", tools=Workshop(tmp_path).tools, max_tokens=999) as going,
        ):
            events = [event async for event in going]
        assert told(run.messages)[1:] == told(going.result.messages)[1:] == ["written", "1 passed"]
        assert [1, 2, 3] == [event.number for event in events if isinstance(event, StepFinished)]
        assert 3 == len([event for event in events if isinstance(event, ToolFinished)])

    asyncio.run(main())


@pytest.mark.parametrize("name", NAMES)
def test_stopped_at_every_step_it_goes_on_to_the_same_end(name: str, tmp_path: Path) -> None:
    """With the messages it had added."""

    async def main(stop: int) -> str:
        folder = tmp_path / str(stop)
        folder.mkdir()
        shop, history = Workshop(folder), [user("Mend it.")]
        async with client(name, scripted(name)) as asking:
            async with asking.run_stream("p:m", history, tools=shop.tools, max_tokens=999) as run:
                async for event in run:
                    if isinstance(event, StepFinished) and event.number == stop:
                        break
            return (await asking.run("p:m", [*history, *run.messages], tools=shop.tools, max_tokens=999)).text

    for stop in (1, 2):
        assert "It adds now." == asyncio.run(main(stop))


def test_coroutines_run_side_by_side_within_the_limit() -> None:
    """Three calls, two at once."""
    under_way, most = 0, 0

    @tool
    async def work(number: int) -> int:
        """Work."""
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return number

    async def main() -> None:
        provider = scripted("openai_chat", Turn(*[call("work", {"number": number}) for number in range(3)]), "Done.")
        async with client("openai_chat", provider) as asking:
            run = await asking.run("p:m", "Work.", tools=[work], policy=RunPolicy(parallel=2))
        assert ["0", "1", "2"] == told(run.messages)

    asyncio.run(main())
    assert 2 == most


def test_cancelling_a_task_cancels_its_tools() -> None:
    """And nothing is left behind: what the run had done can be continued."""
    gone = asyncio.Event()

    @tool
    async def wait() -> str:
        """Wait."""
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()
        return "never"

    async def main() -> None:
        provider = scripted("openai_chat", Turn(call("wait")), "never")
        async with client("openai_chat", provider) as asking:
            run = asking.run_stream("p:m", "Wait.", tools=[wait])
            started = asyncio.Event()

            async def read() -> None:
                async with run:
                    async for event in run:
                        if isinstance(event, ToolStarted):
                            started.set()

            task = asyncio.create_task(read())
            await started.wait()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert gone.is_set()
        assert ["assistant"] == [message.role for message in run.messages]
        assert {asyncio.current_task()} == asyncio.all_tasks()

    asyncio.run(main())


def test_a_run_can_be_cancelled_by_name() -> None:
    """`cancel` from another task ends it as `Cancelled`."""

    @tool
    async def wait() -> str:
        """Wait."""
        await asyncio.Event().wait()
        return "never"

    async def main() -> None:
        async with client("openai_chat", scripted("openai_chat", Turn(call("wait")))) as asking:
            run = asking.run_stream("p:m", "Wait.", tools=[wait])

            async def read() -> None:
                async with run:
                    async for event in run:
                        if isinstance(event, ToolStarted):
                            asyncio.get_running_loop().call_soon(run.cancel)

            with pytest.raises(Cancelled):
                await read()

    asyncio.run(main())


def test_approval_may_be_awaited() -> None:
    """A person is asked, and the loop goes on meanwhile."""

    @tool
    async def remove(path: str) -> str:
        """Remove."""
        return f"removed {path}"

    async def approve(made: Any) -> Approval:
        await asyncio.sleep(0)
        return Approval(False, "Ask again tomorrow.")

    async def main() -> None:
        provider = scripted("openai_chat", Turn(call("remove", {"path": "x"})), "All right.")
        async with client("openai_chat", provider) as asking:
            run = await asking.run("p:m", "Go.", tools=[remove], approve=approve)
        assert ["Ask again tomorrow."] == told(run.messages)

    asyncio.run(main())
