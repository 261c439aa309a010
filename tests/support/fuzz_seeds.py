"""Where fuzzing starts: what our encoders say on every wire, our own recordings, and ways to spoil either.

Bytes that are spoiled at random hardly get past the reader of JSON. `mutate` therefore works on the values in a body: it
swaps, drops, repeats, retypes and nests them, and only at times cuts or flips bytes.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from dragoman.engine.accumulate import accumulate
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.types import (
    ArgumentsDelta,
    Base64,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Failed,
    Failure,
    Finish,
    Finished,
    Image,
    Message,
    Origin,
    Reasoning,
    Request,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    Tool,
    ToolCall,
    ToolChoice,
    Usage,
    UsageUpdate,
    tool_result,
    user,
)
from dragoman.wire.eventstream import EventStreamFramer, eventstream_frame

__all__ = ["failures", "frame", "mutate", "requests", "streams", "target", "wholes"]

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}


def target(wire: str) -> Target:
    """Where a wire's requests go here: a provider that nobody knows."""
    return Target("acme", wire, "m", "https://acme.test/v1")


def _answers(wire: str) -> list[list[Event]]:
    here = Origin(wire, "acme", "m")
    begin = Started("a1", "m", 1_800_000_000)
    usage = UsageUpdate(Usage(12, 7, 3, 2, 4))
    text = [BlockStart(0, Text("", origin=here)), TextDelta(0, "Hällo "), TextDelta(0, "wörld"), BlockStop(0)]
    thought = [BlockStart(0, Thinking("", origin=here)), ThinkingDelta(0, "Let me "), ThinkingDelta(0, "see"), BlockStop(0)]
    said = [BlockStart(1, Text("", origin=here)), TextDelta(1, "So: "), BlockStop(1)]
    calls: list[Event] = []
    for place in (2, 3):
        calls += [
            BlockStart(place, ToolCall(f"call_{place}", "weather", origin=here)),
            ArgumentsDelta(place, '{"city": '),
            ArgumentsDelta(place, f'"Oslo {place}"}}'),
            BlockStop(place),
        ]
    cited = [
        BlockStart(0, Text("", origin=here)),
        TextDelta(0, "Blue."),
        CitationDelta(0, Citation("web", "https://example.com", "Sky", "blue", 0, 5)),
        BlockStop(0),
    ]
    return [
        [begin, *text, usage, Finished(Finish("stop"))],
        [begin, *thought, *said, *calls, usage, Finished(Finish("tool_calls"))],
        [begin, *cited, Finished(Finish("length"))],
        [begin, *text[:2], Failed(Failure("Overloaded", 529, "overloaded_error"))],
    ]


def _asked(wire: str, stream: bool) -> list[Request]:
    here = Origin(wire, "acme", "m")
    turn = (Thinking("hm", origin=here), Text("So", origin=here), ToolCall("call_1", "weather", '{"city":"Oslo"}', origin=here))
    return [
        Request("m", (user("q"),), stream=stream),
        Request(
            "m",
            (
                user("Look", Image(Base64("image/png", "QUJD"))),
                Message("assistant", turn, origin=here),
                tool_result("call_1", "rain"),
                user("And?"),
            ),
            system=(Text("Be brief"),),
            tools=(Tool("weather", "Today's", SCHEMA),),
            tool_choice=ToolChoice("auto"),
            reasoning=Reasoning("low"),
            max_tokens=99,
            temperature=0.5,
            stop=("x",),
            stream=stream,
        ),
    ]


@cache
def streams(wire: str) -> tuple[bytes, ...]:
    """Bodies of streamed answers, by our encoder and from our recordings."""
    protocol = load(wire)
    asked = _asked(wire, True)[0]
    found = []
    for events in _answers(wire):
        encoder = protocol.stream_encoder(asked)
        found.append(b"".join([encoder.feed([event]) for event in events]))
    return (*found, *_recorded(wire, "answer.sse"))


@cache
def wholes(wire: str) -> tuple[bytes, ...]:
    """Bodies of whole answers."""
    protocol = load(wire)
    asked = _asked(wire, False)[0]
    complete = [events for events in _answers(wire) if isinstance(events[-1], Finished)]
    found = [protocol.encode_response(accumulate(events), asked) for events in complete]
    return (*found, *_recorded(wire, "answer.json"))


@cache
def requests(wire: str) -> tuple[tuple[str, bytes], ...]:
    """URLs and bodies of requests."""
    protocol, here = load(wire), target(wire)
    sent = [protocol.encode_request(asked, here, Report(here)) for asked in (*_asked(wire, True), *_asked(wire, False))]
    return tuple([(http.url, http.body) for http in sent])


@cache
def failures(wire: str) -> tuple[bytes, ...]:
    """Bodies of error answers: our own, and every vendor's."""
    own = load(wire).encode_failure(Failure("slow down", 429, "rate_limit_error", "slow", "x", "r1", 2.0)).body
    rows = [json.loads(line) for line in (ROOT / "recordings" / "errors.jsonl").read_text("utf-8").splitlines()]
    return (own, *[json.dumps(row["body"]).encode() for row in rows if isinstance(row.get("body"), dict | list)])


def _recorded(wire: str, name: str) -> list[bytes]:
    folder = ROOT / "recordings" / wire.replace("_", "-")
    return [path.read_bytes() for path in sorted(folder.glob(f"*/{name}"))] if folder.is_dir() else []


def frame(framing: str, name: bytes, data: bytes) -> bytes:
    """One frame as bytes."""
    if framing == "eventstream":
        return eventstream_frame(name.decode("utf-8", "replace"), data)
    if framing == "ndjson":
        return data + b"\n"
    head = b"event: " + name + b"\n" if name else b""
    return head + b"data: " + data.replace(b"\n", b"\ndata: ") + b"\n\n"


# --- spoiling ----------------------------------------------------------------------------------------------------------

_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7, 10**6, 2**31, 2**63, 2**64, 10**30, 0.5, -0.0, 1e308),
    *("", "x", "error", "é\u2028\x00", "[DONE]", "0", "{", '{"a":', "data:,x", "QUJD", "../../x", "a\r\nb", "x" * 300),
    *([], {}, [None], [[]], [{}], {"": None}, {"type": "text"}, {"type": None}, {"type": "never_seen", "x": [1]}),
)
_DEEP = 400


def mutate(random: Random, body: bytes, framing: str = "whole") -> bytes:
    """The body with something wrong in it, or much."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        body = _spoil(random, body, framing)
    return body


def _spoil(random: Random, body: bytes, framing: str) -> bytes:
    if random.random() < 0.1:
        return _spoil_bytes(random, body)
    frames = _frames(body, framing)
    if not frames:
        return _spoil_bytes(random, body)
    at = random.randrange(len(frames))
    if framing != "whole" and random.random() < 0.12:
        other = random.choice(frames)
        match random.randrange(4):
            case 0:
                frames[at : at + 1] = []
            case 1:
                frames.insert(at, other)
            case 2:
                frames[at], frames[frames.index(other)] = other, frames[at]
            case _:
                frames[at] = (random.choice((b"", b"error", b"never_seen", other[0])), frames[at][1])
    else:
        name, data = frames[at]
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            frames[at] = (name, _spoil_bytes(random, data))
        else:
            try:
                frames[at] = (name, json.dumps(_spoil_value(random, value)).encode())
            except RecursionError:  # it was nested deeply before
                pass
    return b"".join([frame(framing, *pair) if framing != "whole" else pair[1] for pair in frames])


def _frames(body: bytes, framing: str) -> list[tuple[bytes, bytes]] | None:
    if framing == "bytes":
        return None
    if framing == "whole":
        return [(b"", body)]
    if framing == "ndjson":
        return [(b"", line) for line in body.split(b"\n") if line]
    if framing == "eventstream":
        try:
            return EventStreamFramer().feed(body)
        except ValueError:
            return None
    found = []
    for block in body.split(b"\n\n"):
        lines = [line.partition(b": ") for line in block.split(b"\n")]
        name = b"".join([value for field, _, value in lines if field == b"event"])
        if data := b"\n".join([value for field, _, value in lines if field == b"data"]):
            found.append((name, data))
    return found


def _spoil_bytes(random: Random, body: bytes) -> bytes:
    if not body:
        return b"{"
    at = random.randrange(len(body))
    match random.randrange(5):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + body[at + random.randrange(1, 9) :]
        case 2:
            return body[:at] + bytes([random.randrange(256)]) + body[at + 1 :]
        case 3:
            return body[:at] + body[max(0, at - random.randrange(1, 60)) :]
        case _:
            return body[:at] + random.choice((b"\x00", b"\r", b"\n\n", b"\xff", b"\\ud800", b'"', b"}", b"[" * 300)) + body[at:]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if len(path) < 20:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in items:
            found += _places(item, (*path, key))
    return found


def _spoil_value(random: Random, value: Any) -> Any:
    """The value with one place in it changed."""
    places = _places(value)
    path = random.choice(places)
    if not path:
        return value if random.random() < 0.8 else _odd(random)
    above = value
    for key in path[:-1]:
        above = above[key]
    key = path[-1]
    match random.randrange(8):
        case 0 | 1 | 2:
            above[key] = _odd(random)
        case 3:
            above[key] = json.loads(json.dumps(_at(value, random.choice(places))))
        case 4:
            del above[key]
        case 5 if isinstance(above, list):
            above.insert(key, json.loads(json.dumps(above[key])))
        case 5:
            above[str(random.choice(random.choice(places) or ("index",)))] = _odd(random)
        case 6:
            inner = above[key]
            for _ in range(random.choice((1, 3, _DEEP))):
                inner = [inner] if random.random() < 0.5 else {"a": inner}
            above[key] = inner
        case _:
            above[key] = json.dumps(above[key])
    return value


def _odd(random: Random) -> Any:
    return json.loads(json.dumps(random.choice(_ODD)))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value
