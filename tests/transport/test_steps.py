"""Awaitables taken forward by hand."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from dragoman.errors import TimedOut
from dragoman.transport.patience import Patience
from dragoman.transport.steps import WAITS, Step


def patience(seconds: float | None) -> Patience:
    wait = Patience("host", None, None, asyncio.get_running_loop().time)
    wait.idle(seconds)
    return wait


def test_what_needs_no_waiting_is_there_at_once() -> None:
    """Outside any task, even."""

    async def ready() -> int:
        return 1

    assert 1 == Step(ready()).advance()


def test_a_wait_is_left_to_the_end() -> None:
    """`advance` says that there is a wait, as often as it is asked; `finish` waits."""

    async def program() -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()

        async def waiting() -> Any:
            return await future

        step = Step(waiting())
        assert [WAITS, WAITS] == [step.advance(), step.advance()]
        loop.call_soon(future.set_result, 2)
        assert 2 == await step.finish(patience(None), loop)

    asyncio.run(program())


def test_a_wait_that_is_over_goes_on() -> None:
    """What came meanwhile is taken up without waiting again."""

    async def program() -> None:
        future = asyncio.get_running_loop().create_future()

        async def waiting() -> Any:
            return await future

        step = Step(waiting())
        assert step.advance() is WAITS
        future.set_result(3)
        assert 3 == step.advance()

    asyncio.run(program())


def test_a_wait_has_an_end() -> None:
    """Patience is for the whole of a step, however many waits it is made of, and the step may clean up."""
    cleaned = []

    async def program() -> None:
        async def dripping() -> None:
            try:
                while True:
                    await asyncio.sleep(0)
            finally:
                cleaned.append(True)

        step = Step(dripping())
        assert step.advance() is WAITS
        with pytest.raises(TimedOut, match=r"for 0\.02 seconds"):
            await step.finish(patience(0.02), asyncio.get_running_loop())

    asyncio.run(program())
    assert [True] == cleaned


def test_a_cancelled_wait_is_cancelled_inside() -> None:
    """A task that is cancelled in a step cancels what the step awaits."""
    seen = []

    async def program() -> None:
        async def waiting() -> None:
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                seen.append("cancelled")
                raise

        step = Step(waiting())
        assert step.advance() is WAITS
        task = asyncio.ensure_future(step.finish(patience(None), asyncio.get_running_loop()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(program())
    assert ["cancelled"] == seen


def test_a_step_of_an_iterator_can_be_abandoned() -> None:
    """It is ended where it stands, and the iterator can be closed after it."""
    seen = []

    async def program() -> None:
        async def pieces() -> AsyncIterator[int]:
            try:
                yield 1
                await asyncio.get_running_loop().create_future()
            except LookupError:
                seen.append("ended")
                raise

        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(None, None)
        iterator = aiter(pieces())
        assert 1 == Step(anext(iterator)).advance()
        sys.set_asyncgen_hooks(*hooks)
        step = Step(anext(iterator))
        assert step.advance() is WAITS
        await step.abandon(LookupError())
        await iterator.aclose()  # type: ignore[attr-defined]
        with pytest.raises(StopAsyncIteration):
            Step(anext(iterator)).advance()

    asyncio.run(program())
    assert ["ended"] == seen
