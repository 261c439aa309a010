"""Replaying: a transport that answers from a recording made by `record`, and never touches the network.

A request gets the answer of the first recorded exchange that has its method, path, query and body, each exchange once,
in the order of recording; bodies are compared as JSON, hosts and credentials not at all. The body comes in the pieces in which it
was read, and ends as it ended: a cut one raises what cut it.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import ConnectionFailed, DecodeError, TimedOut, UsageError
from ..wire.http import HttpHead, HttpRequest, header_map
from .local import AsyncLocalTransport, LocalTransport
from .record import MASK, recorded_request
from .trouble import connection_failed

__all__ = ["AsyncReplayTransport", "ReplayTransport"]

_DIFFERENCES = 5
_SHOWN = 60
_BODY_FIELDS = ("body", "body_text", "body_b64")


class ReplayTransport(LocalTransport):
    """`Transport` that answers from a recording; safe for many threads.

    With `strict`, each exchange answers once; without, the last one that matches answers on. A request that matches
    none raises UsageError, which names the nearest exchange and what differs.
    """

    __slots__ = ()

    def __init__(self, path: str | os.PathLike[str], *, strict: bool = True) -> None:
        super().__init__(_Recording(path, strict).answer)


class AsyncReplayTransport(AsyncLocalTransport):
    """`ReplayTransport` for asyncio."""

    __slots__ = ()

    def __init__(self, path: str | os.PathLike[str], *, strict: bool = True) -> None:
        super().__init__(_Recording(path, strict).answer)


class _Answer(NamedTuple):
    """A recorded answer, as `LocalTransport` takes it."""

    head: HttpHead
    chunks: Iterator[bytes]


class _Recording:
    """Recorded exchanges, and which of them have answered."""

    def __init__(self, path: str | os.PathLike[str], strict: bool) -> None:
        self._name = str(path)
        self._strict = strict
        self._lock = threading.Lock()
        self._exchanges = _load(Path(path))
        self._used: set[int] = set()

    def answer(self, request: HttpRequest) -> _Answer:
        """The answer to a request. Raises UsageError when no exchange matches it."""
        asked = recorded_request(request)
        with self._lock:
            matching = [number for number, record in enumerate(self._exchanges) if not _differences(record["request"], asked)]
            fresh = [number for number in matching if number not in self._used]
            if not fresh and (self._strict or not matching):
                raise self._nothing(asked, len(matching))
            number = fresh[0] if fresh else matching[-1]
            self._used.add(number)
        record = self._exchanges[number]
        headers = header_map(record["response"].get("headers") or {})
        for name in ("content-length", "content-encoding"):
            headers.pop(name, None)
        return _Answer(HttpHead(record["response"]["status"], headers), _chunks(record))

    def _nothing(self, asked: dict[str, Any], used: int) -> UsageError:
        what = f"{asked['method']} {asked['path']}"
        if used:
            return UsageError(
                f"{self._name}: {what} with this body was asked once more than it was recorded ({used} times): "
                "record again, or replay with strict=False"
            )
        left = [record for number, record in enumerate(self._exchanges) if number not in self._used]
        if not left:
            return UsageError(f"{self._name}: nothing is left to answer {what} with: record again")
        nearest = min(left, key=lambda record: len(_differences(record["request"], asked)))
        differences = _differences(nearest["request"], asked)
        shown = "; ".join(differences[:_DIFFERENCES])
        more = f"; and {len(differences) - _DIFFERENCES} more" if len(differences) > _DIFFERENCES else ""
        return UsageError(
            f"{self._name}: no recorded exchange answers {what}; the nearest, {nearest.get('id', '?')}, has {shown}{more}"
        )


def _load(path: Path) -> list[dict[str, Any]]:
    exchanges = []
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                record["request"]["method"], record["response"]["status"]
            except (ValueError, KeyError, TypeError):
                raise DecodeError(f"{path}, line {number}: not a recorded exchange") from None
            exchanges.append(record)
    return exchanges


def _chunks(record: dict[str, Any]) -> Iterator[bytes]:
    """The body in its pieces, and its end."""
    response = record["response"]
    body = base64.b64decode(response["body_b64"]) if "body_b64" in response else response.get("body", "").encode()
    lengths = record.get("chunks")
    if not lengths or sum(lengths) != len(body):
        lengths = [len(body)]
    at = 0
    for length in lengths:
        yield body[at : at + length]
        at += length
    ended = record.get("ended", "complete")
    if ended == "complete":
        return
    error = record.get("error") or {}
    if error.get("class") == "TimedOut":
        late = TimedOut("nothing more came when this was recorded")
        late.phase = error.get("phase", "idle")
        raise late
    where = record["request"].get("host", "")
    if ended == "cut":
        broken: ConnectionFailed = connection_failed(error.get("kind", "other"), where, "so it was recorded")
        raise broken
    raise connection_failed("closed", where, "the recording was closed here by the one who read it", retryable=False)


def _differences(recorded: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """In which places two requests differ, `recorded` first; nothing that is masked in either is compared."""
    found: list[str] = []
    for name in ("method", "path"):
        _compare(name, recorded.get(name), asked.get(name), found)
    _compare("query", _without_masks(recorded.get("query")), _without_masks(asked.get("query")), found)
    for name in _BODY_FIELDS:
        _compare(name, recorded.get(name), asked.get(name), found)
    return found


def _without_masks(query: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (query or {}).items() if value != MASK}


def _compare(where: str, recorded: Any, asked: Any, found: list[str]) -> None:
    if isinstance(recorded, dict) and isinstance(asked, dict):
        for name in [*recorded, *(name for name in asked if name not in recorded)]:
            _compare(f"{where}.{name}", recorded.get(name, _ABSENT), asked.get(name, _ABSENT), found)
    elif isinstance(recorded, list) and isinstance(asked, list):
        for number in range(max(len(recorded), len(asked))):
            one, other = (side[number] if number < len(side) else _ABSENT for side in (recorded, asked))
            _compare(f"{where}[{number}]", one, other, found)
    elif MASK not in (recorded, asked) and (recorded != asked or isinstance(recorded, bool) != isinstance(asked, bool)):
        found.append(f"{where} {_show(recorded)} where this request has {_show(asked)}")


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


_ABSENT = _Absent()


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
