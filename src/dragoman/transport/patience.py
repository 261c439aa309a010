"""How long one exchange may still wait, and what for: one clock for connecting, the first byte and each piece after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import TimedOut
from .trouble import Phase, timed_out

if TYPE_CHECKING:
    from .stopping import Stop

__all__ = ["Patience"]


class Patience:
    """The wait under way: its `phase`, its length in `seconds` (None for no limit) and the time it ends, `until`.

    It begins with connecting. `sent` begins the wait for the head, `idle` the wait for one more piece of the body. The
    first two together take `total` seconds at most. `stop` is how another thread ends the wait.
    """

    __slots__ = ("_clock", "_first_byte", "_last", "_total", "phase", "seconds", "stop", "until", "where")
    phase: Phase
    seconds: float | None
    until: float | None

    def __init__(
        self,
        where: str,
        connect: float | None,
        first_byte: float | None,
        clock: Callable[[], float],
        total: float | None = None,
        stop: Stop | None = None,
    ) -> None:
        self.where = where
        self.stop = stop
        self._clock = clock
        self._first_byte = first_byte
        self._total = total
        self._last = None if total is None else clock() + total
        self._begin("connect", connect)

    def ends(self, wake: Callable[[], object]) -> None:
        """Calling `wake` ends the wait that begins now. Raises Cancelled when that is wished already."""
        if self.stop is not None:
            self.stop.during(wake)

    def sent(self) -> None:
        """The request goes out over a standing connection."""
        self._begin("first_byte", self._first_byte)

    def idle(self, seconds: float | None) -> None:
        """One more piece is asked for."""
        self.phase = "idle"
        self.seconds = seconds
        self.until = None if seconds is None else self._clock() + seconds

    def left(self) -> float | None:
        """Seconds left of this wait, None for no limit. Raises TimedOut when none are."""
        if self.until is None:
            return None
        left = self.until - self._clock()
        if left <= 0:
            raise self.over()
        return left

    def over(self) -> TimedOut:
        """The error that says this wait was too long."""
        return timed_out(self.phase, self.where, self.seconds or 0)

    def _begin(self, phase: Phase, seconds: float | None) -> None:
        self.phase = phase
        self.seconds = seconds
        self.until = None if seconds is None else self._clock() + seconds
        if self._last is not None and (self.until is None or self._last < self.until):
            self.seconds, self.until = self._total, self._last
