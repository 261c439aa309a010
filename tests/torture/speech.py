"""What a provider says over a wire format: the bytes of an answer, made by the library's own server side.

A turn may hold `HERE`: rows that break an answer break it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fault_server import chunked, head

from dragoman import user
from dragoman.engine.serve import Responder
from dragoman.protocols import load
from dragoman.protocols.base import HttpReply
from dragoman.testing import Turn, call, fault, text, think, usage
from dragoman.testing.script import Fault, Raw
from dragoman.types import Failed, Failure, Request

from . import frames
from .wires import WIRES, Wire

__all__ = ["BEFORE", "CALL", "HERE", "PAIR", "TEXT", "THOUGHT", "Speech"]

HERE = fault("end")
"""Where an answer is broken."""

BEFORE = "Rain in "
TEXT = Turn(text("Rain ", "in ", HERE, "Öslo ", "today 🌧."), usage(9, 4))
CALL = Turn("I look. ", call("weather", ('{"city": "Os', HERE, 'lo"}'), id="call00001"), usage(9, 4))
PAIR = Turn(call("weather", {"city": "Oslo"}, id="call00001"), call("clock", {"zone": "CET"}, id="call00002"), usage(9, 4))
THOUGHT = Turn(think("Hm, ", HERE, "rain."), "Rain.", usage(9, 4))


@dataclass(frozen=True)
class Speech:
    """One wire format, streamed or whole."""

    name: str
    streams: bool

    @cached_property
    def wire(self) -> Wire:
        """What is particular to the wire."""
        return WIRES[self.name]

    @cached_property
    def framing(self) -> str:
        """How its streams are framed."""
        return load(self.name).framing

    def parted(self, turn: Turn) -> tuple[list[bytes], list[bytes]]:
        """The frames of a streamed answer, before and after `HERE`."""
        return _frames(self.name, turn)

    def frames(self, turn: Turn = TEXT) -> list[bytes]:
        """The frames of a streamed answer."""
        before, after = self.parted(turn)
        return before + after

    def body(self, turn: Turn = TEXT) -> bytes:
        """A whole answer."""
        responder = _responder(self.name, False)
        return responder.feed(turn.events())

    def halves(self, turn: Turn = TEXT) -> tuple[list[bytes], list[bytes]]:
        """The pieces of the answer that are sent before and after the place where it is broken."""
        if self.streams:
            return self.parted(turn)
        body = self.body(turn)
        return [body[: len(body) // 2]], [body[len(body) // 2 :]]

    def pieces(self, turn: Turn = TEXT) -> list[bytes]:
        """The pieces of the undisturbed answer."""
        before, after = self.halves(turn)
        return before + after

    def fields(self, **more: str) -> dict[str, str]:
        """The header fields of an answer, with a chunked body."""
        kind = load(self.name).stream_encoder(Request("a-model", ())).content_type if self.streams else "application/json"
        return {"content_type": kind, "transfer_encoding": "chunked", **more}

    def head(self, **more: str) -> bytes:
        """The head of an answer with a chunked body."""
        return head(**self.fields(**more))

    def answer(self, pieces: list[bytes] | None = None, **more: str) -> list[bytes]:
        """A sound answer of these pieces, ready to be sent."""
        return [self.head(**more), *chunked(pieces if pieces is not None else self.pieces())]

    def begun(self, pieces: list[bytes], **more: str) -> list[bytes]:
        """The same, without the end of its body."""
        return [self.head(**more), *chunked(pieces, end=False)]

    def failure(self, failure: Failure) -> HttpReply:
        """An error as the wire's server states it."""
        return load(self.name).encode_failure(failure)

    def failed(self, failure: Failure, *, after: bool) -> list[bytes]:
        """The frames of a stream that ends in an error: at once, or after some text."""
        return _frames(self.name, Turn(*([text("Rain ", "in ")] if after else []), Failed(failure)))[0]

    def say(self, name: str, value: Any) -> bytes:
        """One frame of the server's own."""
        return frames.frame(self.framing, name, value)


def _responder(name: str, streams: bool) -> Responder:
    return Responder(load(name), Request("a-model", (user("How is the weather?"),), stream=streams), "req_1")


def _frames(name: str, turn: Turn) -> tuple[list[bytes], list[bytes]]:
    """The frames before and after `HERE`."""
    responder = _responder(name, True)
    responder.start()
    framing = load(name).framing
    before: list[bytes] = []
    after: list[bytes] = []
    now = before
    for step in turn.steps("a-model"):
        match step:
            case Fault():
                now = after
            case Raw(data=data):
                now.append(data)
            case _:
                now += frames.split(framing, responder.feed([step]))  # type: ignore[list-item]
    return before, after
