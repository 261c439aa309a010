"""A row of the torture table: what the server does, and what must come of it on every wire format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fault_server import Handler

from dragoman.engine.policy import Timeouts

from .outcome import Expect
from .places import Place, here
from .speech import Speech

__all__ = ["FORMS", "Right", "Row"]

FORMS = ("stream", "whole")
"""Whether the answer is asked for as a stream or whole."""

Right = Expect | str
"""What must come of a row; where it cannot be on a wire, why."""


@dataclass(frozen=True)
class Row:
    """One fault.

    `serve` makes the server's behaviour from what the provider says. `stream` and `whole` are what must come of it, or the
    reason why there is no such form; a function decides by the wire. `but` are wires (`gemini`) and framings (`sse`) that
    are otherwise, each alone or in one form (`gemini whole`). `tries` bounds the requests of one call. With `leaves` the client
    stops at `HERE`, by leaving its loop or by `cancel` in another thread, and the server waits to see it go.
    """

    id: str
    title: str
    serve: Callable[[Speech], Handler]
    stream: Right | Callable[[Speech], Right]
    whole: Right | Callable[[Speech], Right]
    but: Mapping[str, Right] = field(default_factory=dict)
    place: Place = here
    tries: int = 2
    timeouts: Timeouts | None = None
    leaves: Literal["", "break", "cancel"] = ""

    def right(self, speech: Speech) -> Right:
        """What must come of it."""
        form = FORMS[not speech.streams]
        for key in (f"{speech.name} {form}", speech.name, f"{speech.framing} {form}", speech.framing):
            if key in self.but:
                return self.but[key]
        right = self.stream if speech.streams else self.whole
        return right if isinstance(right, Expect | str) else right(speech)
