"""A wire that needs no codec, recordings of our own as a folder of gzipped files, and protocols that are broken on purpose."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Decoder, Encoder, HttpReply, Protocol, Report, Target
from dragoman.testing.conformance import Exchange, Pair, Suite, WireRules
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Failure,
    Finish,
    Finished,
    Request,
    Response,
    SignatureDelta,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)
from dragoman.wire.frames import Frame
from dragoman.wire.http import HttpHead, HttpRequest
from dragoman.wire.sse import sse_frame

__all__ = ["ArgumentsDelta", "BlockStop", "HttpReply", "Request", "Usage", "accumulate"]

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


class FakeDecoder(Decoder):
    """Each frame is one event, as JSON."""

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        return [msgspec.json.decode(data, type=Event) for _, data in frames]

    def close(self) -> list[Event]:
        return []


class FakeEncoder(Encoder):
    """Each event is one frame."""

    def feed(self, events: Sequence[Event]) -> bytes:
        return b"".join([sse_frame(msgspec.json.encode(event)) for event in events])


class Fake(Protocol):
    """A wire that says events, requests and failures as this library's own JSON: right by construction."""

    name = "fake"

    def encode_request(self, request: Request, target: Target, report: Report) -> HttpRequest:
        return HttpRequest("POST", f"{target.base_url}/say", {}, msgspec.json.encode(request))

    def decode_request(self, request: HttpRequest) -> Request:
        return msgspec.json.decode(request.body, type=Request)

    def stream_decoder(self, target: Target) -> Decoder:
        return FakeDecoder()

    def stream_encoder(self, request: Request) -> Encoder:
        return FakeEncoder()

    def decode_response(self, body: bytes, target: Target) -> list[Event]:
        return msgspec.json.decode(body, type=list[Event])

    def encode_response(self, response: Response, request: Request) -> bytes:
        events: list[Event] = [Started(response.id, response.model, response.created)]
        for index, block in enumerate(response.message.content):
            events += [BlockStart(index, block), BlockStop(index)]
        return msgspec.json.encode([*events, UsageUpdate(response.usage), Finished(response.finish or Finish("other"))])

    def decode_failure(self, head: HttpHead, body: bytes, target: Target) -> Failure:
        return msgspec.structs.replace(msgspec.json.decode(body, type=Failure), status=head.status)

    def encode_failure(self, failure: Failure) -> HttpReply:
        return HttpReply(failure.status or 500, {}, msgspec.json.encode(failure))

    def serves(self, method: str, path: str) -> bool:
        return path == "/say"


class Dropping(Decoder):
    """Another decoder that loses some events."""

    def __init__(self, inner: Decoder, lost: Callable[[Event], bool]) -> None:
        self.inner, self.lost = inner, lost

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        return [event for event in self.inner.feed(frames) if not self.lost(event)]

    def close(self) -> list[Event]:
        return [event for event in self.inner.close() if not self.lost(event)]


def fake_usage(usage: Usage) -> dict[str, Any]:
    counts = {name: getattr(usage, name) for name in ("input", "output", "cache_read", "cache_write", "reasoning")}
    return counts | {"total": usage.total}


def fake_echoes(body: dict[str, Any]) -> list[list[tuple[str, Any]]]:
    """What assistant messages of this library's own JSON send back."""
    turns = []
    for message in [message for message in body["messages"] if message["role"] == "assistant"]:
        turn: list[tuple[str, Any]] = []
        for block in message["content"]:
            match block["type"]:
                case "text":
                    turn.append(("text", block["text"]))
                case "thinking":
                    turn.append(("thinking_text", ["thinking", block.get("text", "")]))
                    turn.append(("signature", ["signature", block.get("signature")]))
                case "tool_call":
                    turn.append(("tool_id", [block["id"], block["name"], json.loads(block["arguments"])]))
        turns.append(turn)
    return turns


FAKE_RULES = WireRules("fake", "fake", usage=fake_usage, echoes=fake_echoes)

EVENTS: list[Event] = [
    Started("r1", "m-1", 17),
    BlockStart(0, Thinking()),
    ThinkingDelta(0, "Hm, "),
    ThinkingDelta(0, "tools."),
    SignatureDelta(0, "c2ln"),
    BlockStop(0),
    BlockStart(1, Text("")),
    TextDelta(1, "Let me "),
    TextDelta(1, "see."),
    BlockStop(1),
    BlockStart(2, ToolCall("call_1", "weather")),
    ArgumentsDelta(2, '{"city":'),
    ArgumentsDelta(2, '"Oslo"}'),
    BlockStop(2),
    UsageUpdate(Usage(3, 5, raw={"in": 3})),
    Finished(Finish("tool_calls", "calls")),
]

ORACLE: dict[str, Any] = {
    "id": "one",
    "sdk": "acme 1.0",
    "status": 200,
    "ok": True,
    "text": "Let me see.",
    "thinking_text": "Hm, tools.",
    "tool_calls": [{"id": "call_1", "name": "weather", "arguments": {"city": "Oslo"}}],
    "finish_reason": "calls",
    "usage": {"input": 3, "output": 5, "total": 8, "cache_read": None, "cache_write": None, "reasoning": None},
    "refusal": None,
    "citations": 0,
    "response_id": "r1",
    "model": "m-1",
}

CALLED: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "text": "Hm, tools.", "signature": "c2ln"},
                {"type": "text", "text": "Let me see."},
                {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": '{"city": "Oslo"}'},
            ],
        },
        {"role": "tool", "content": [{"type": "tool_result", "id": "call_1", "content": [{"type": "text", "text": "sunny"}]}]},
    ],
}


def exchange(
    body: bytes,
    oracle: dict[str, Any] | None = None,
    *,
    framing: str = "sse",
    status: int = 200,
    request: dict[str, Any] | None = None,
    wire: str = "fake",
    name: str = "one",
) -> Exchange:
    """An exchange of the fake wire in the recordings' form."""
    asked: dict[str, Any] = {"method": "POST", "host": "acme.test", "path": "/say", "query": {}, "headers": {}}
    if request is not None:
        asked["body"] = request
    record = {
        "id": name,
        "wire": wire,
        "provider": "acme",
        "model": "m",
        "framing": framing,
        "request": asked,
        "response": {"status": status, "headers": {}, "body": body.decode()},
    }
    return Exchange(record, () if oracle is None else (oracle,))


def fake_suite(protocol: Protocol, rules: WireRules = FAKE_RULES) -> Suite:
    """The checks of the fake wire."""
    return Suite(rules, protocol, lambda _: None)


STREAMED = exchange(FakeEncoder().feed(EVENTS), ORACLE, request={"model": "m", "messages": []})
LATER = exchange(b"[]", framing="json", request=CALLED, name="two")
PAIR = Pair("one", "two", "fake", ("signature", "text", "thinking_text", "tool_id"))


def sabotage(protocol: Protocol, **methods: Any) -> Protocol:
    """The same protocol with some methods replaced."""
    return type("Sabotaged", (type(protocol),), methods)()


@pytest.fixture(scope="session")
def kit() -> ModuleType:
    """This module: its values and functions, for the tests beside it."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def split(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recordings of our own, as a split."""
    return write_split(tmp_path_factory.mktemp("recordings") / "own")


def write_split(folder: Path, wires: Sequence[str] = ("anthropic-messages", "openai-chat")) -> Path:
    """The recordings of our own as a split, the way recorded ones are kept."""
    (folder / "oracle").mkdir(parents=True)
    pairs: list[dict[str, str]] = []
    index: list[dict[str, str]] = []
    for wire in wires:
        records, rows = [], []
        for path in sorted((RECORDINGS / wire).iterdir()):
            facts = json.loads((path / "exchange.json").read_text())
            answer = next(path.glob("answer.*"))
            name = f"{wire}-{path.name}"
            asked = {"method": "POST", "host": "vendor.test", "query": {}, "headers": {}, "body_kind": "json", **facts["request"]}
            framing = answer.suffix.removeprefix(".")
            answered = {"status": facts["status"], "headers": {}, "body": answer.read_text()}
            common = {"id": name, "wire": wire, "api": wire}
            kept = {name: facts[name] for name in ("provider", "model", "streaming")}
            records.append({**common, **kept, "framing": framing, "request": asked, "response": answered})
            empty = {"ok": "error" not in facts["oracle"], "text": "", "tool_calls": [], "citations": 0}
            rows.append({**common, "sdk": "written by hand", "status": facts["status"], **empty, **facts["oracle"]})
            index.append({"id": name, "wire": wire})
            if echoed := facts.get("echoed_by"):
                later = f"{wire}-{echoed['exchange']}"
                pairs.append({"answer_id": name, "next_request_id": later, "wire": wire, "echoes": echoed["echoes"]})
        _write_lines(folder / f"{wire}.jsonl.gz", records)
        _write_lines(folder / "oracle" / f"{wire}.jsonl.gz", rows)
    _write_table(folder / "index.csv", ["id", "wire"], index)
    _write_table(folder / "pairs.csv", ["answer_id", "next_request_id", "wire", "echoes"], pairs)
    return folder


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="\n") as lines:
        lines.writelines([json.dumps(row) + "\n" for row in rows])


def _write_table(path: Path, fields: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fields)
        table.writeheader()
        table.writerows(rows)
