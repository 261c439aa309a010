"""Functions beside a flow end in their own order, can be given up, and never hold the flow back."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from dragoman.beside import Tasks, Threads
from dragoman.errors import Cancelled, UsageError
from dragoman.transport.stopping import Stop

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


def test_threads_end_in_their_own_order() -> None:
    """The one that was let go first is told first, with what it gave or raised."""
    gates = [threading.Event(), threading.Event()]

    def wait(number: int) -> int:
        gates[number].wait(10)
        if number:
            raise ValueError("second")
        return number

    beside = Threads(Stop())
    first, second = beside.start(lambda: wait(0)), beside.start(lambda: wait(1))
    gates[1].set()
    ended = beside.next(10)
    assert ended is not None
    assert (second, None, "second") == (ended[0], ended[1], str(ended[2]))
    gates[0].set()
    assert (first, 0, None) == beside.next(10)


def test_a_thread_that_is_given_up_is_not_told() -> None:
    """Even when it ends before the others."""
    beside = Threads(Stop())
    late = threading.Event()
    dropped = beside.start(lambda: "dropped")
    kept = beside.start(lambda: late.wait(10))
    beside.drop(dropped)
    assert beside.next(0.01) is None
    late.set()
    assert (kept, True, None) == beside.next(10)


def test_threads_see_the_callers_context() -> None:
    """Tracing and request ids go with the call."""
    WHO.set("me")
    beside = Threads(Stop())
    beside.start(WHO.get)

    ended = beside.next(10)
    assert ended is not None
    assert "me" == ended[1]


def test_waiting_for_threads_can_be_stopped() -> None:
    """From another thread, at once."""
    stop, never = Stop(), threading.Event()
    beside = Threads(stop)
    beside.start(lambda: never.wait(10))
    threading.Thread(target=stop.ask).start()
    with pytest.raises(Cancelled):
        beside.next(10)
    never.set()


def test_an_async_function_needs_the_async_face() -> None:
    """It is told what to do, and no coroutine is left behind."""

    async def later() -> int:
        return 1

    beside = Threads(Stop())
    beside.start(later)
    ended = beside.next(10)
    assert ended is not None
    assert isinstance(ended[2], UsageError)


def test_tasks_end_in_their_own_order() -> None:
    """Plain functions and coroutines alike."""

    async def main() -> None:
        gate = asyncio.Event()

        async def wait() -> str:
            await gate.wait()
            raise ValueError("late")

        beside = Tasks()
        slow, quick = beside.start(wait), beside.start(lambda: 7)
        assert (quick, 7, None) == await beside.next(10)
        assert await beside.next(0.001) is None
        gate.set()
        ended = await beside.next(10)
        assert ended is not None
        assert (slow, "late") == (ended[0], str(ended[2]))

    asyncio.run(main())


def test_tasks_that_are_given_up_are_cancelled() -> None:
    """One by one, or all at the end."""
    seen: list[str] = []

    async def wait(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append(name)

    async def main() -> None:
        beside = Tasks()
        handle = beside.start(lambda: wait("dropped"))
        beside.start(lambda: wait("ended"))
        await asyncio.sleep(0)
        beside.drop(handle)
        await beside.end()
        await beside.end()

    asyncio.run(main())
    assert {"dropped", "ended"} == set(seen)
