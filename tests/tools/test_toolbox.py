"""Toolboxes are opened for a run and closed after it, also one that is only just being opened when the run is given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from boxes import Box, look

from dragoman import AsyncClient, Client
from dragoman.errors import Cancelled
from dragoman.testing import ScriptedProvider
from dragoman.tools.toolbox import AsyncBoxes, AsyncToolbox, Boxes, Toolbox


def test_what_is_a_toolbox() -> None:
    """Whatever can be opened; a tool is none."""
    box = Box("a", [])

    assert (True, True) == (isinstance(box, Toolbox), isinstance(box, AsyncToolbox))
    assert (False, False) == (isinstance(look, Toolbox), isinstance(look, AsyncToolbox))


def test_they_are_closed_the_last_one_first() -> None:
    """In either face, once."""
    noted: list[str] = []
    boxes = Boxes([Box("a", noted), Box("b", noted)])
    assert [["look_a"], ["look_b"]] == [[each.name for each in tools] for tools in boxes.open()]
    boxes.close()
    boxes.close()

    async def program() -> None:
        them = AsyncBoxes([Box("a", noted), Box("b", noted)])
        assert [["look_a"], ["look_b"]] == [[each.name for each in tools] for tools in await them.open()]
        await them.close()
        await them.close()

    asyncio.run(program())
    assert ["a opened", "b opened", "b closed", "a closed"] * 2 == noted


def test_one_that_breaks_leaves_the_others_to_be_closed() -> None:
    """The error says what it was."""
    noted: list[str] = []
    boxes = Boxes([Box("a", noted), Box("b", noted, broken=True)])
    with pytest.raises(OSError, match="broken"):
        boxes.open()
    boxes.close()

    assert ["a opened", "a closed"] == noted


def test_one_that_was_just_being_opened_is_closed_when_it_is_open() -> None:
    """A run that is cancelled meanwhile does not wait for it, and leaves nothing behind."""
    noted: list[str] = []
    go_on = threading.Event()
    box = Box("slow", noted, go_on)
    with Client(transport=ScriptedProvider("never").transport(), keys={"openai": "none"}) as client:
        run = client.run_stream("openai:m", "Go.", tools=[box])

        def cancel() -> None:
            assert box.opening.wait(30)
            run.cancel()

        thread = threading.Thread(target=cancel)
        thread.start()
        with pytest.raises(Cancelled), run:
            list(run)
        thread.join()
    assert [] == noted
    go_on.set()
    assert box.closed.wait(30)
    assert ["slow opened", "slow closed"] == noted


def test_one_task_opens_and_closes_them() -> None:
    """Also where the run is cancelled, or they break while they are closed."""
    tasks: list[object] = []

    class Own:
        def __init__(self, wait: bool = False, broken: bool = False) -> None:
            self.wait, self.broken = wait, broken
            self.opening = asyncio.Event()

        @asynccontextmanager
        async def aopened(self) -> AsyncIterator[list[Any]]:
            tasks.append(asyncio.current_task())
            self.opening.set()
            try:
                if self.wait:
                    await asyncio.Event().wait()
                yield [look]
            finally:
                tasks.append(asyncio.current_task())
                if self.broken:
                    raise OSError("broken")

    async def program() -> None:
        async with AsyncClient(transport=ScriptedProvider(*["Done."] * 9).async_transport(), keys={"openai": "none"}) as client:
            await client.run("openai:m", "Go.", tools=[Own()])
            with pytest.raises(OSError, match="broken"):
                await client.run("openai:m", "Go.", tools=[Own(broken=True)])
            for how in ("task", "cancel"):
                slow = Own(wait=True)
                run = client.run_stream("openai:m", "Go.", tools=[slow])

                async def read(run: Any = run) -> None:
                    async with run:
                        async for _ in run:
                            pass

                reading = asyncio.create_task(read())
                await slow.opening.wait()
                reading.cancel() if how == "task" else run.cancel()
                with pytest.raises(asyncio.CancelledError if how == "task" else Cancelled):
                    await reading

    asyncio.run(program())
    assert 8 == len(tasks)
    assert tasks[::2] == tasks[1::2]
    assert 4 == len(set(tasks))
