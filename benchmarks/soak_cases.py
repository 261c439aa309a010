"""What happens in the exchanges of a soak: what the server says, what the caller does, and the one way each may end.

Both sides know an exchange by the words of its question, `soak NUMBER CASE`: the server makes the answer from them, the
caller knows from them what must come.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from dragoman.engine.policy import Timeouts
from dragoman.protocols import NAMES
from dragoman.testing import Turn, call, fail, fault, head, page, text, think, usage
from dragoman.testing.script import FaultKind

__all__ = ["CASES", "FACES", "GOOD", "INJECTED", "TOOL", "Case", "Exchange", "arguments", "exchanges", "said", "words"]

FACES = ("threads", "asyncio")
TOOL = "weather"
_PATIENT = Timeouts(connect=60.0, first_byte=60.0, idle=60.0)
_SHORT = 0.1


class Case(NamedTuple):
    """One thing that happens.

    `turn` is what the server says to the number of an exchange and of its try, from 1. `streamed` and `whole` are the
    ways in which the exchange may end: `Finished`, the name of an error, or `left`; none where the case is not of that
    kind. `act` is what the caller does, and `faces` who can. `tries` is how many there must be, None for any number.
    """

    turn: Callable[[int, int], Turn]
    streamed: tuple[str, ...] = ("Finished",)
    whole: tuple[str, ...] = ("Finished",)
    act: str = ""
    faces: tuple[str, ...] = FACES
    tries: int | None = 1
    timeouts: Timeouts = _PATIENT


class Exchange(NamedTuple):
    """One call: its number, who makes it, on which wire format, streamed or whole, and the name of its case."""

    number: int
    face: str
    wire: str
    streams: bool
    case: str

    @property
    def ends(self) -> tuple[str, ...]:
        """The ways in which it may end."""
        case = CASES[self.case]
        return case.streamed if self.streams else case.whole


def words(number: int) -> list[str]:
    """The pieces of the answer's text; no two exchanges get the same."""
    return [f"{number}: ", "Rain ", "in ", "Öslo ", "today 🌧, ", *["and on "] * (number % 40), f"until {number}."]


def said(exchange: Exchange) -> str:
    """The whole text of the answer."""
    return "".join(_long(exchange.number) if exchange.case == "slow reader" else words(exchange.number))


def arguments(number: int) -> dict[str, Any]:
    """The arguments of the call in an answer that makes one."""
    return {"city": "Oslo", "number": number}


def _long(number: int) -> list[str]:
    """Half a megabyte: more than the buffers between server and reader take."""
    return [f"{number} {piece} ".ljust(16_384, "o") for piece in range(32)]


def _plain(number: int, _tried: int) -> Turn:
    return Turn(text(*words(number)), usage(9, 4))


def _thinks(number: int, _tried: int) -> Turn:
    return Turn(think("Hm, ", "rain."), text(*words(number)), usage(9, 4))


def _calls(number: int, _tried: int) -> Turn:
    return Turn(text(*words(number)), call(TOOL, arguments(number), id="call00001"), usage(9, 4))


def _slow(number: int, _tried: int) -> Turn:
    return Turn(text(*_long(number)), usage(9, 4))


def _broken(kind: FaultKind) -> Callable[[int, int], Turn]:
    """The fault stands in the middle of the text."""

    def turn(number: int, _tried: int) -> Turn:
        first, second, *rest = words(number)
        return Turn(text(first, second, fault(kind), *rest), usage(9, 4))

    return turn


def _always(*items: object) -> Callable[[int, int], Turn]:
    made = Turn(*items)  # type: ignore[arg-type]
    return lambda _number, _tried: made


def _once(*items: object) -> Callable[[int, int], Turn]:
    """The first try gets these, the second an answer."""
    made = Turn(*items)  # type: ignore[arg-type]
    return lambda number, tried: made if tried == 1 else _plain(number, tried)


def _fails_after_text(number: int, _tried: int) -> Turn:
    return Turn(text(*words(number)[:2]), fail(503, message="too much to do"))


_CUT, _BROKEN, _LATE, _BAD, _STOPPED = ("StreamCut",), ("ConnectionFailed",), ("TimedOut",), ("DecodeError",), ("Cancelled",)
_SILENT = _always(fault("stall"))

GOOD = {
    "text": Case(_plain),
    "thinking": Case(_thinks),
    "tool call": Case(_calls),
}
"""Nothing goes wrong."""

INJECTED = {
    "reset before the head": Case(_always(fault("reset")), _BROKEN, _BROKEN, tries=2),
    "reset before the head, once": Case(_once(fault("reset")), tries=2),
    "closed before the head": Case(_always(fault("cut")), _BROKEN, _BROKEN, tries=2),
    "reset after the head": Case(_always(head(), fault("reset")), _BROKEN, _BROKEN, tries=2),
    "reset after the head, once": Case(_once(head(), fault("reset")), tries=2),
    "reset mid-answer": Case(_broken("reset"), _BROKEN, _BROKEN, tries=None),
    "closed mid-answer": Case(_broken("cut"), _BROKEN, _BROKEN, tries=None),
    "ended early": Case(_broken("end"), _CUT, _CUT, tries=None),
    "ended inside a frame": Case(_broken("half"), _CUT, _CUT, tries=None),
    "shorter than promised": Case(_broken("short"), _BROKEN, _BROKEN, tries=None),
    "not JSON": Case(_broken("garbage"), _BAD, _BAD, tries=None),
    "not UTF-8": Case(_broken("utf8"), _BAD, _BAD, tries=None),
    "a page of a proxy": Case(_always(page()), _BAD, _BAD, tries=None),
    "silence before the head": Case(_SILENT, _LATE, _LATE, tries=2, timeouts=Timeouts(first_byte=_SHORT)),
    "silence mid-answer": Case(_broken("stall"), _LATE, _LATE, tries=None, timeouts=Timeouts(first_byte=60.0, idle=_SHORT)),
    "too long in all": Case(_broken("stall"), _LATE, _LATE, tries=None, timeouts=Timeouts(total=2 * _SHORT)),
    "429": Case(_always(fail(429, message="slow down")), ("RateLimited",), ("RateLimited",), tries=2),
    "429, once": Case(_once(fail(429, message="slow down", retry_after=0.01)), tries=2),
    "503, once": Case(_once(fail(503, message="too much to do")), tries=2),
    "400": Case(_always(fail(400, message="not so")), ("BadRequest",), ("BadRequest",)),
    "an error opens the stream, once": Case(_once(head(), fail(503, message="too much to do")), whole=(), tries=2),
    "an error mid-stream": Case(_fails_after_text, ("Overloaded", "ServerError"), whole=(), tries=None),
    "slow reader": Case(_slow, whole=(), act="sleep"),
    "reader breaks off": Case(_plain, ("left",), whole=(), act="break"),
    "reader breaks off while it is quiet": Case(_broken("stall"), ("left",), whole=(), act="break"),
    "reader raises": Case(_broken("stall"), ("Own",), whole=(), act="raise"),
    "reader forgets to close": Case(_broken("stall"), ("left",), whole=(), act="forget"),
    "cancelled from a thread": Case(_broken("stall"), _STOPPED, whole=(), act="cancel"),
    "cancelled from a thread before the head": Case(_SILENT, _STOPPED, whole=(), act="cancel early"),
    "task cancelled": Case(_broken("stall"), ("CancelledError",), whole=(), act="task", faces=("asyncio",)),
    "task cancelled before the head": Case(
        _SILENT, ("CancelledError",), ("CancelledError",), act="task early", faces=("asyncio",)
    ),
    # On a busy machine the client may be closed before it is asked.
    "client closed": Case(_SILENT, ("Cancelled", "UsageError"), ("Cancelled", "UsageError"), act="close", tries=None),
}
"""Something goes wrong on the server's side, or the caller has had enough."""

CASES = {**GOOD, **INJECTED}


def exchanges(count: int, seed: int) -> list[Exchange]:
    """So many exchanges in an order by chance, of which a fifth has something injected; the same for the same seed.

    Every case comes on every wire format, by everybody who can and streamed as well as whole, before any comes again.
    """
    chance = Random(seed)
    injected, good = ([kind for name in names for kind in _kinds(name)] for names in (INJECTED, GOOD))
    chance.shuffle(injected)
    chance.shuffle(good)
    drawn = [
        *[injected[at % len(injected)] for at in range(count // 5)],
        *[good[at % len(good)] for at in range(count - count // 5)],
    ]
    chance.shuffle(drawn)
    return [Exchange(number, *kind) for number, kind in enumerate(drawn)]


def _kinds(name: str) -> list[tuple[str, str, bool, str]]:
    case = CASES[name]
    return [
        (face, wire, streams, name)
        for face in case.faces
        for wire in NAMES
        for streams in (True, False)
        if (case.streamed if streams else case.whole)
    ]
