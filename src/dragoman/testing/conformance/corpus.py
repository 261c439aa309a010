"""Reading recorded exchanges: one folder a split, gzipped JSON lines, an index, pairs, and what official SDKs made of it.

```text
<split>/<api>.jsonl.gz           one exchange a line
<split>/index.csv                one row an exchange
<split>/pairs.csv                an answer, and a later request of the same conversation that echoes it
<split>/oracle/<api>.jsonl.gz    one row an exchange and SDK: what the vendor's own SDK reads in the same bytes
```

A folder may be a split itself or hold several splits; splits are merged, as ids are unique over all of them.
"""

from __future__ import annotations

import base64
import csv
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from ...wire.http import HttpHead, HttpRequest, header_map

__all__ = ["Corpus", "CorpusError", "Exchange", "Pair", "load"]

Json = dict[str, Any]

_WRAPPED = re.compile(rb'\s*\{\s*"bytes"\s*:\s*"([A-Za-z0-9+/=]*)"')


class CorpusError(Exception):
    """The folder is not a set of recordings; the message says what is missing."""


@dataclass(frozen=True, eq=False)
class Exchange:
    """One recorded request and its answer; `record` is the line as it was read, `oracle` what SDKs made of it."""

    record: Json
    oracle: tuple[Json, ...] = ()

    @property
    def id(self) -> str:
        return cast(str, self.record["id"])

    @property
    def wire(self) -> str:
        return cast(str, self.record["wire"])

    @property
    def provider(self) -> str:
        return cast(str, self.record["provider"])

    @property
    def framing(self) -> str:
        """How the answer's bytes are framed: `json`, `sse`, `ndjson`, `eventstream`, ..."""
        return cast(str, self.record["framing"])

    @property
    def status(self) -> int:
        return cast(int, self.record["response"]["status"])

    @property
    def head(self) -> HttpHead:
        """The head of the answer."""
        return HttpHead(self.status, header_map(self.record["response"]["headers"]))

    @cached_property
    def body(self) -> bytes:
        """The answer's body, decompressed."""
        response = self.record["response"]
        if "body_b64" in response:
            return base64.b64decode(response["body_b64"])
        return cast(str, response["body"]).encode()

    @cached_property
    def request_body(self) -> bytes | None:
        """The request's body, None where the recording did not keep it (answer-only fixtures)."""
        request = self.record["request"]
        if "body" in request:
            return json.dumps(request["body"], ensure_ascii=False).encode()
        if "body_text" in request:
            return cast(str, request["body_text"]).encode()
        if "body_b64" in request:
            return base64.b64decode(request["body_b64"])
        return None

    @cached_property
    def request_json(self) -> Json | None:
        """The request's body as a JSON object, None where it is not one or was not kept."""
        if self.request_body is None:
            return None
        try:
            value = json.loads(self.request_body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None

    @property
    def request(self) -> HttpRequest:
        """The recorded request, as a server would have met it."""
        request = self.record["request"]
        query = urlencode(request["query"], doseq=True) if request.get("query") else ""
        url = f"https://{request['host']}{request['path']}" + (f"?{query}" if query else "")
        return HttpRequest(request["method"], url, header_map(request["headers"]), self.request_body or b"")

    @cached_property
    def answer_values(self) -> tuple[Any, ...]:
        """The JSON values of the answer as it came: the one of a whole body, or each of a stream's."""
        return tuple(_json_values(self.body, self.framing))

    @cached_property
    def answer_strings(self) -> frozenset[str]:
        """Every string in the answer as it came, also those that pieces of a stream add up to (by what an SDK says)."""
        found: set[str] = set()
        joined: dict[str, list[str]] = {}
        for value in self.answer_values:
            _collect_strings(value, found)
            _collect_pieces(value, "", joined)
        found.update(["".join(pieces) for pieces in joined.values()])
        for row in self.oracle:
            _collect_strings([row.get(key) for key in ("text", "thinking_text", "refusal", "tool_calls")], found)
        found.discard("")
        return frozenset(found)


@dataclass(frozen=True)
class Pair:
    """An answer and a later request that sends parts of it back; `echoes` names the parts."""

    answer: str
    request: str
    wire: str
    echoes: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.answer}>{self.request}"


@dataclass(frozen=True, eq=False)
class Corpus:
    """All exchanges by id, in the order of the files, and the pairs between them."""

    exchanges: dict[str, Exchange] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()

    def of_wire(self, wire: str) -> list[Exchange]:
        """The exchanges of one wire format."""
        return [exchange for exchange in self.exchanges.values() if exchange.wire == wire]


def load(folder: Path) -> Corpus:
    """Read a split, or every split inside a folder. Raises CorpusError when there is none."""
    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder")
    splits = [folder] if _is_split(folder) else sorted([path for path in folder.iterdir() if path.is_dir() and _is_split(path)])
    if not splits:
        raise CorpusError(f"{folder} holds no recordings: expected index.csv and *.jsonl.gz in it or in a folder below it")
    exchanges: dict[str, Exchange] = {}
    pairs: list[Pair] = []
    for split in splits:
        oracle: dict[str, list[Json]] = {}
        for row in _lines(sorted((split / "oracle").glob("*.jsonl.gz"))):
            oracle.setdefault(row["id"], []).append(row)
        for record in _lines(sorted(split.glob("*.jsonl.gz"))):
            exchanges[record["id"]] = Exchange(record, tuple(oracle.get(record["id"], ())))
        pairs.extend(_pairs(split / "pairs.csv"))
    return Corpus(exchanges, tuple(pairs))


def _is_split(folder: Path) -> bool:
    return (folder / "index.csv").is_file() and any(folder.glob("*.jsonl.gz"))


def _lines(paths: list[Path]) -> Iterator[Json]:
    for path in paths:
        try:
            with gzip.open(path, "rb") as lines:
                for line in lines:
                    yield json.loads(line)
        except (OSError, EOFError, ValueError) as error:
            raise CorpusError(f"cannot read {path}: {error}") from error


def _pairs(path: Path) -> list[Pair]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as rows:
        return [
            Pair(row["answer_id"], row["next_request_id"], row["wire"], tuple(row["echoes"].split()))
            for row in csv.DictReader(rows)
        ]


def _json_values(body: bytes, framing: str) -> list[Any]:
    """The JSON values in a body, read as simply as can be: what is compared must not come from the codec under test."""
    pieces = [body]
    if framing in ("sse", "ndjson"):
        pieces = [line.partition(b"data:")[2] or line for line in body.replace(b"\r", b"\n").split(b"\n")]
    elif framing == "eventstream":
        pieces = _payloads(body)
    values = []
    for piece in pieces:
        try:
            values.append(json.loads(piece))
        except ValueError:
            continue  # comments, blank lines, end markers
    return values


def _payloads(body: bytes) -> list[bytes]:
    """The payloads of AWS event stream messages, by their lengths alone; of those that wrap an event in base64, the event."""
    payloads = []
    at = 0
    while at + 16 <= len(body):
        total, headers = (int.from_bytes(body[at + place : at + place + 4], "big") for place in (0, 4))
        payload = body[at + 12 + headers : at + total - 4]
        wrapped = _WRAPPED.match(payload)
        payloads.append(base64.b64decode(wrapped[1]) if wrapped else payload)
        at += max(total, 16)
    return payloads


def _collect_strings(value: Any, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict):
        for item in value.values():
            _collect_strings(item, found)
    elif isinstance(value, list):
        for item in value:
            _collect_strings(item, found)


def _collect_pieces(value: Any, path: str, joined: dict[str, list[str]]) -> None:
    """Strings at one place of the values of a stream are pieces of one."""
    if isinstance(value, str):
        joined.setdefault(path, []).append(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _collect_pieces(item, f"{path}.{key}", joined)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _collect_pieces(item, f"{path}[{place}]", joined)
