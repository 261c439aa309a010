"""Effects: what the engine asks of a face, and nothing else reaches the world.

Policy is written as generators that yield effects and are sent their results; a failed effect is thrown in as the
exception it raised. A list of events is yielded as it is: the face hands it to the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..wire.http import HttpRequest

__all__ = [
    "Bell",
    "Call",
    "Close",
    "Commit",
    "Drop",
    "Effect",
    "Next",
    "Now",
    "Random",
    "Read",
    "Send",
    "Sleep",
    "Start",
    "Wait",
    "Wall",
]


class Send(msgspec.Struct, frozen=True):
    """Send a request; answered with the `HttpHead`. Timeouts in seconds, None for no limit; `total` is for all of it."""

    request: HttpRequest
    connect: float | None = None
    first_byte: float | None = None
    total: float | None = None


class Read(msgspec.Struct, frozen=True):
    """Read on in the body of the answer; answered with bytes, `b""` at its end. `timeout` in seconds."""

    timeout: float | None = None


class Close(msgspec.Struct, frozen=True):
    """Give up the body of the answer, read or not; answered with None."""


class Sleep(msgspec.Struct, frozen=True):
    """Wait; answered with None."""

    seconds: float


class Bell(msgspec.Struct, frozen=True):
    """Answered with something to wait for: its `ring()` may be called from any thread and ends the wait, or the next one."""


class Wait(msgspec.Struct, frozen=True):
    """Wait until a bell rings, at most so many seconds, None for no limit; answered with None."""

    bell: Any
    seconds: float | None = None


class Now(msgspec.Struct, frozen=True):
    """Answered with monotonic seconds."""


class Wall(msgspec.Struct, frozen=True):
    """Answered with Unix seconds."""


class Random(msgspec.Struct, frozen=True):
    """Answered with a number in [0, 1)."""


class Call(msgspec.Struct, frozen=True):
    """Call a function from outside, awaiting what it gives in the async face; answered with its result.

    `blocks` is for one that takes its time and is no coroutine: it is called in a thread. `timeout`, in seconds, bounds
    that thread and a coroutine; a plain function that does not say that it blocks is not bounded. `secret` is for one that
    gives a credential: text is answered as a `Secret`, so that no variable of a frame holds it.
    """

    function: Callable[[], Any]
    blocks: bool = False
    timeout: float | None = None
    secret: bool = False


class Commit(msgspec.Struct, frozen=True):
    """Call a function whose work is done to its end whoever wants to stop meanwhile; answered with its result.

    `blocks` is for one that waits for the disk: the async face calls it in a thread. What it gives is awaited there.
    """

    function: Callable[[], Any]
    blocks: bool = False


class Start(msgspec.Struct, frozen=True):
    """Start a function from outside beside the flow, in a thread or as a task; answered with a handle of the face's own."""

    function: Callable[[], Any]


class Next(msgspec.Struct, frozen=True):
    """Wait for the first of the started functions to end; answered with its handle, its result and the exception that
    ended it (one of the two is None), or with None after `timeout` seconds."""

    timeout: float | None = None


class Drop(msgspec.Struct, frozen=True):
    """Give up a started function: a task is cancelled, a thread's result is not waited for; answered with None."""

    handle: Any


Effect = Send | Read | Close | Sleep | Bell | Wait | Now | Wall | Random | Call | Commit | Start | Next | Drop
