"""One turn of a script played as the answer to one request: its events as bytes, its faults where they stand.

The result is what a transport takes (`Reply`, or `Late` when the head is not there at once). A broken connection is
`ConnectionFailed`, raised where it breaks; a transport in the process passes it on, a server does it to its socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

from ..engine.serve import Responder
from ..errors import ConnectionFailed
from ..transport.local import FOREVER, Late, Pause, Reply
from ..types.events import Event, Ping
from ..wire.http import HttpHead
from .script import Fault, Head, Page, Raw, Step, Turn, Wait

__all__ = ["Played", "play"]

Chunk = bytes | Pause

# The faults a connection can have before the head of an answer has gone out; the others need a body.
_BEFORE_HEAD = frozenset({"reset", "cut", "stall"})
# What `ConnectionFailed.kind` says about them.
_BROKEN = {"reset": "reset", "cut": "closed"}
# How far beyond what comes the content length of a body cut `short` points.
_MISSING = 64


class Played:
    """A reply of a script: head and chunks."""

    __slots__ = ("chunks", "head")

    def __init__(self, head: HttpHead, chunks: Iterator[Chunk]) -> None:
        self.head = head
        self.chunks = chunks


def play(turn: Turn, responder: Responder, number: int) -> Reply | Late:
    """The reply that turn `number` of a script is. Raises ConnectionFailed when there is none."""
    steps = turn.steps(responder.request.model, number)
    waited = 0.0
    while steps:
        step = steps[0]
        if isinstance(step, Wait):
            waited += step.seconds
        elif isinstance(step, Fault) and step.kind in _BEFORE_HEAD:
            if step.kind != "stall":
                _break(step.kind)
            waited = FOREVER
        else:
            break
        del steps[0]
    reply, later = _answer(turn, steps, responder)
    waited += later
    return Late(waited, reply) if waited else reply


def _answer(turn: Turn, steps: list[Step], responder: Responder) -> tuple[Played, float]:
    """The reply, and the seconds it takes beyond those before its head."""
    if steps and isinstance(steps[0], Page):
        page = steps[0]
        return Played(HttpHead(page.status, {**page.headers, **turn.headers}), iter([page.body])), 0.0
    if not responder.request.stream:
        return _whole(turn, steps, responder)
    chunks = _stream(steps, responder)
    if any(isinstance(step, Fault) and step.kind == "short" for step in steps):
        made = list(chunks)
        responder.start()
        length = sum([len(chunk) for chunk in made if isinstance(chunk, bytes)]) + _MISSING
        return Played(_head(responder, turn, length), _split(iter(made), turn.split)), 0.0
    first = next(chunks, None) if not isinstance(steps[0], (Head, Raw, Fault)) else None
    responder.start()
    return Played(_head(responder, turn), _split(_resume(first, chunks), turn.split)), 0.0


def _stream(steps: Sequence[Step], responder: Responder) -> Iterator[Chunk]:
    mangle: Callable[[bytes], bytes] | None = None
    halved = False
    for step in steps:
        data = b""
        match step:
            case Wait(seconds=seconds):
                yield Pause(seconds)
            case Raw(data=data):
                pass
            case Fault(kind="end" | "short"):
                return
            case Fault(kind="stall"):
                yield Pause(FOREVER)
            case Fault(kind="half"):
                halved = True
            case Fault(kind="garbage" | "utf8" as kind):
                mangle = _MANGLE[kind]
            case Fault(kind=kind):
                _break(kind)
            case Head() | Page():
                pass
            case _:
                data = responder.feed([step])
        if not data:
            continue
        if halved:
            yield data[: len(data) // 2]
            return
        yield mangle(data) if mangle is not None else data
        mangle = None


def _whole(turn: Turn, steps: Sequence[Step], responder: Responder) -> tuple[Played, float]:
    """A whole answer: one body, the first fault in its middle, all delays before its head."""
    events: list[Event] = []
    faults: list[str] = []
    waited = 0.0
    for step in steps:
        match step:
            case Wait(seconds=seconds):
                waited += seconds
            case Fault(kind=kind):
                faults.append(kind)
            case Raw() | Head() | Page() | Ping():
                pass
            case _:
                events.append(step)
    body = responder.feed(events)
    if not faults:
        return Played(_head(responder, turn, len(body)), iter([body])), waited
    fault = faults[0]
    if fault in _MANGLE:
        body = _MANGLE[fault](body)
        return Played(_head(responder, turn, len(body)), iter([body])), waited
    half = body[: len(body) // 2]
    length = len(half) if fault in ("end", "half") else len(body)
    return Played(_head(responder, turn, length), _broken(half, fault)), waited


def _broken(half: bytes, fault: str) -> Iterator[Chunk]:
    yield half
    if fault == "stall":
        yield Pause(FOREVER)
    elif fault in _BROKEN:
        _break(fault)


def _head(responder: Responder, turn: Turn, length: int | None = None) -> HttpHead:
    """The head the responder has decided, with what the turn adds."""
    assert responder.head is not None
    declared = {"content-length": str(length)} if length is not None else {}
    return HttpHead(responder.head.status, {**responder.head.headers, **declared, **turn.headers})


def _resume(first: Chunk | None, rest: Iterator[Chunk]) -> Iterator[Chunk]:
    if first is not None:
        yield first
    yield from rest


def _split(chunks: Iterator[Chunk], size: int | None) -> Iterator[Chunk]:
    for chunk in chunks:
        if size is None or isinstance(chunk, Pause):
            yield chunk
        else:
            yield from [chunk[at : at + size] for at in range(0, len(chunk), size)]


def _break(kind: str) -> NoReturn:
    error = ConnectionFailed(f"the script breaks the connection here ({kind})")
    error.kind = _BROKEN[kind]
    raise error


def _garbage(data: bytes) -> bytes:
    """The same frame around something that is not JSON."""
    return data.replace(b"{", b"{this is not JSON", 1)


def _not_utf8(data: bytes) -> bytes:
    """The same JSON with a byte no UTF-8 text has, inside its first string."""
    return data.replace(b'"', b'"\xff', 1)


_MANGLE: dict[str, Callable[[bytes], bytes]] = {"garbage": _garbage, "utf8": _not_utf8}
