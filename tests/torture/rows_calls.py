"""Rows in which calls are numbered, named or written wrongly: they stay the calls that were made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fault_server import Handler, answering

from dragoman.testing import Turn, call, usage

from . import frames
from .outcome import Expect
from .row import Right, Row
from .speech import PAIR, Speech

__all__ = ["ROWS"]

ONE = Turn(call("weather", {"city": "Oslo"}, id="call00001"), usage(9, 4))
EMPTY = Turn(call("now", "", id="call00001"), usage(9, 4))
CUT = Turn(call("weather", '{"city": "Os', id="call00001"), usage(9, 4))

_BOTH = (("weather", '{"city":"Oslo"}'), ("clock", '{"zone":"CET"}'))
_NUMBERS = ("index", "contentBlockIndex", "output_index")
_IDS = {"call00001", "call00002"}
_STREAMS = "no indexes in whole answers"

Number = Callable[[dict[str, Any], str], None]


def _deep(value: Any, how: Callable[[dict[str, Any]], None]) -> Any:
    """A value with every object in it changed."""
    if isinstance(value, list):
        return [_deep(each, how) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: _deep(each, how) for name, each in value.items()}
    how(found)
    return found


def _changed(turn: Turn, how: Callable[[dict[str, Any]], None]) -> Callable[[Speech], Handler]:
    def serve(speech: Speech) -> Handler:
        if not speech.streams:
            return answering(*speech.answer([frames.change_json("ndjson", speech.body(turn), lambda value: _deep(value, how))]))
        said = [frames.change_json(speech.framing, each, lambda value: _deep(value, how)) for each in speech.frames(turn)]
        return answering(*speech.answer(said))

    return serve


def _numbered(change: Number) -> Callable[[Speech], Handler]:
    """Two calls, with the numbers by which their pieces are told apart changed."""

    def serve(speech: Speech) -> Handler:
        def how(value: Any) -> Any:
            if speech.wire.indexed == "block" or str(value.get("type", "")).startswith("tool-call"):
                for name in _NUMBERS:
                    if name in value:
                        change(value, name)
                return value
            for choice in value.get("choices", ()):
                for made in choice["delta"].get("tool_calls", ()):
                    change(made, "index")
            return value

        return answering(*speech.answer([frames.change_json(speech.framing, each, how) for each in speech.frames(PAIR)]))

    return serve


def _if_indexed(speech: Speech) -> Right:
    return Expect(words="two calls", calls=_BOTH, malformed=(False, False), tries=1) if speech.wire.indexed else "no indexes"


def _zero(value: dict[str, Any], name: str) -> None:
    value[name] = 0


def _gap(value: dict[str, Any], name: str) -> None:
    value[name] = value[name] * 7


def _backwards(value: dict[str, Any], name: str) -> None:
    value[name] = 9 - value[name]


def _gone(value: dict[str, Any], name: str) -> None:
    del value[name]


def _renamed(new: str | None) -> Callable[[dict[str, Any]], None]:
    def how(value: dict[str, Any]) -> None:
        for name in [name for name, each in value.items() if isinstance(each, str) and each in _IDS]:
            if new is None:
                del value[name]
            else:
                value[name] = new

    return how


def _objects(value: dict[str, Any]) -> None:
    if isinstance(written := value.get("arguments"), str) and written.startswith("{"):
        value["arguments"] = json.loads(written)


def _written(speech: Speech) -> Right:
    """Only where arguments are text can something else stand in its place."""
    if b'\\"Oslo' not in speech.body(ONE):
        return "arguments are an object"
    return Expect(words="the call", calls=(("weather", '{"city":"Oslo"}'),), malformed=(False,), tries=1)


def _malformed(speech: Speech) -> Right:
    if speech.name in ("gemini", "ollama_chat"):
        return "arguments are an object"
    words = "the call, known as malformed"
    return Expect(words=words, calls=(("weather", '{"city": "Os'),), malformed=(True,), tries=1)


class _Apart(Expect):
    """Two calls with ids of their own."""

    def missed(self, outcome: Any) -> dict[str, tuple[Any, Any]]:
        missed = super().missed(outcome)
        if 2 != len({*outcome.ids}) or "" in outcome.ids:
            missed["ids"] = ("two of their own", outcome.ids)
        return missed


_TWO = _Apart(words="two calls with ids of their own", calls=_BOTH, tries=1)
_BARE = {(("now", ""),), (("now", "{}"),)}
_EMPTY = Expect(words="the call, without arguments", calls=_BARE, malformed=(False,), tries=1)

ROWS = (
    Row("F31.same", "two calls on one index", _numbered(_zero), _if_indexed, _STREAMS),
    Row("F31.gap", "a gap in the indexes", _numbered(_gap), _if_indexed, _STREAMS),
    Row("F31.backwards", "indexes that count down", _numbered(_backwards), _if_indexed, _STREAMS),
    Row("F31.none", "no indexes", _numbered(_gone), _if_indexed, _STREAMS),
    Row("F32.empty", "two calls with empty ids", _changed(PAIR, _renamed("")), _TWO, _TWO),
    Row("F32.none", "two calls without ids", _changed(PAIR, _renamed(None)), _TWO, _TWO),
    Row("F33.cut", "arguments that are not JSON", lambda s: answering(*s.answer(s.pieces(CUT))), _malformed, "as streamed"),
    Row("F33.empty", "empty arguments", lambda s: answering(*s.answer(s.pieces(EMPTY))), _EMPTY, _EMPTY),
    Row("F33.object", "arguments as an object where the wire has text", _changed(ONE, _objects), _written, _written),
)
"""The rows, in the order of the page."""
