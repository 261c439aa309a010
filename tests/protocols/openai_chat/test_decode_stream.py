"""Frames to events: the short way and the general way, bytes that are no chunks, and any cut of the body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.openai_chat import ChatDialect
from dragoman.protocols.openai_chat.decode_stream import StreamDecoder
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    Event,
    Failed,
    Finish,
    Finished,
    OpaqueEvent,
    Started,
    Text,
    TextDelta,
    ThinkingDelta,
)
from dragoman.wire.sse import SseFramer

Json = dict[str, Any]
Stream = Callable[..., list[Event]]

TARGET = Target("acme", "openai_chat", "m")


def chunk(delta: Json, finish: str | None = None, **fields: Any) -> Json:
    return {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **fields}


def counting(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Notes the frames that take the general way."""
    seen: list[bytes] = []
    general = StreamDecoder._general

    def noted(self: StreamDecoder, name: bytes, data: bytes, out: list[Event]) -> None:
        seen.append(data)
        general(self, name, data, out)

    monkeypatch.setattr(StreamDecoder, "_general", noted)
    return seen


@pytest.mark.parametrize(
    ("first", "rest", "event"),
    [
        ({"content": "a"}, {"content": "b"}, TextDelta(0, "b")),
        ({"content": "a"}, {"content": "b", "role": "assistant", "reasoning": None}, TextDelta(0, "b")),
        ({"reasoning_content": "a"}, {"reasoning_content": "b", "content": None}, ThinkingDelta(0, "b")),
        ({"reasoning": "a"}, {"reasoning": "b", "content": ""}, ThinkingDelta(0, "b")),
        (
            {"tool_calls": [{"index": 0, "id": "x", "function": {"name": "f", "arguments": "{}"}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": "b"}}]},
            ArgumentsDelta(0, "b"),
        ),
        (
            {"tool_calls": [{"index": 0, "id": "x", "function": {"name": "f", "arguments": "{}"}}]},
            {"tool_calls": [{"index": 0, "id": "", "type": "function", "function": {"arguments": "b", "name": None}}]},
            ArgumentsDelta(0, "b"),
        ),
    ],
)
def test_chunks_that_only_continue_take_the_short_way(
    monkeypatch: pytest.MonkeyPatch, first: Json, rest: Json, event: Event
) -> None:
    """After the first one, ordinary chunks are not read in full."""
    seen = counting(monkeypatch)
    fields = {"service_tier": "default", "system_fingerprint": "fp", "provider": "P", "usage": None, "obfuscation": "x"}
    frames = [(b"", json.dumps(chunk(delta, **fields)).encode()) for delta in (first, rest, rest, rest)]

    events = StreamDecoder(TARGET).feed(frames)

    assert events[-3:] == [event, event, event]
    assert len(seen) == 1


@pytest.mark.parametrize("text", ["b", "</think>"])
def test_the_short_way_knows_think_tags(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Where tags may come, only text without `<` is ordinary."""
    seen = counting(monkeypatch)
    frames = [(b"", json.dumps(chunk({"content": piece})).encode()) for piece in ("<think>a", text, text)]

    StreamDecoder(Target("acme", "openai_chat", "m", dialect=ChatDialect(think_tags=True))).feed(frames)

    assert len(seen) == (1 if text == "b" else 3)


def test_a_stream_of_another_kind_is_spared_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks that keep missing the usual form are no longer tried, and lose nothing."""
    tried: list[bytes] = []

    def refuse(data: bytes) -> Any:
        tried.append(data)
        raise UnicodeDecodeError("utf-8", data, 0, 1, "not today")

    monkeypatch.setattr("dragoman.protocols.openai_chat.decode_stream._read_chunk", refuse)
    frames = [(b"", json.dumps(chunk({"content": "a"}, strange=place)).encode()) for place in range(20)]

    events = StreamDecoder(TARGET).feed(frames)

    assert len(tried) == 8
    assert len([event for event in events if isinstance(event, TextDelta)]) == 20


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "a chunk of the stream is not JSON"),
        (b'{"choices":[{"delta":{"content":"\xff"}}]}', "a chunk of the stream is not JSON"),
        (b"[" * 100_000, "a chunk of the stream is not JSON"),
        (b"[DONE", "a chunk of the stream is not JSON"),
        (b"null", "a chunk of the stream is not a JSON object"),
        (b"[1]", "a chunk of the stream is not a JSON object"),
        (b'"text"', "a chunk of the stream is not a JSON object"),
    ],
)
def test_data_that_is_no_chunk(stream: Stream, data: bytes, message: str) -> None:
    """Malformed data ends the answer as a failure to decode, after what came before it."""
    events = stream(chunk({"content": "a"}), data, chunk({"content": "b"}), b"[DONE]")

    failed = events[-1]
    assert isinstance(failed, Failed)
    assert failed.failure.message.startswith(message)
    assert failed.failure.reason == "decode"
    assert len(events) == 4


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"error":{"message":"No"}}', "No"),
        (b'{"message":"No"}', "No"),
        (b'"No"', "No"),
        (b"No", "No"),
        (b'{"detail":"No","error":{"message":"No way"}}', "No way"),
    ],
)
def test_frames_named_error(data: bytes, message: str) -> None:
    """A frame of that name is an error, whatever it holds."""
    events = StreamDecoder(TARGET).feed([(b"error", data)])

    failed = events[0]
    assert isinstance(failed, Failed)
    assert failed.failure.message == message


def test_frames_of_other_names() -> None:
    """A frame with a name and without choices is an event nobody knows; with choices the name says nothing."""
    data = json.dumps(chunk({"content": "a"})).encode()

    events = StreamDecoder(TARGET).feed([(b"status", b'{"queue":3}'), (b"message", data), (b"delta", data)])

    assert events == [
        OpaqueEvent("status", {"queue": 3}),
        Started("c", "m"),
        BlockStart(0, Text("")),
        TextDelta(0, "a"),
        TextDelta(0, "a"),
    ]


def test_the_end_may_have_space_around_it(stream: Stream) -> None:
    """`[DONE]` is read without its white space."""
    assert stream(chunk({"content": "a"}), b" [DONE] \n")[-1] == Finished(Finish("stop"))


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "b", "refusal": "no"},
        {"refusal": "no"},
        {"reasoning": "b"},
        {"reasoning_content": "b", "reasoning": "b"},
        {"tool_calls": [{"index": 0, "function": {"arguments": "b"}}, {"index": 0, "function": {"arguments": "c"}}]},
        {"tool_calls": [{"index": 0, "function": None}]},
        {"tool_calls": [{"index": 3, "function": {"arguments": "b"}}]},
        {"tool_calls": [{"index": 0, "type": "custom", "function": {"arguments": "b"}}]},
    ],
)
@pytest.mark.parametrize(
    "before",
    [
        {"content": "a"},
        {"reasoning_content": "a"},
        {"tool_calls": [{"index": 0, "id": "x", "function": {"name": "f", "arguments": "{}"}}]},
        {"tool_calls": [{"index": 0, "id": "x", "type": "custom", "custom": {"name": "f", "input": "{}"}}]},
    ],
)
def test_chunks_that_do_more_take_the_general_way(stream: Stream, before: Json, delta: Json) -> None:
    """Whatever a chunk changes, both ways tell the same (which the fixture compares)."""
    assert isinstance(stream(chunk(before), chunk(delta), chunk({"content": "z"}, "stop"))[-1], Finished)


def test_an_empty_stream(stream: Stream) -> None:
    """No frames give no events, and closing twice adds none."""
    decoder = StreamDecoder(TARGET)

    assert stream() == []
    assert (decoder.close(), decoder.close(), decoder.feed([(b"", b"{}")])) == ([], [], [])


BODY = (
    b": waiting\r\n\r\n"
    b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\r\n\r\n'
    b'data:{"id":"c","choices":[{"index":0,"delta":{"reasoning":"H\xe2\x80\xa8m"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"\xf0\x9f\x98\x80 \\ud83d\\ude00"},"finish_reason":null}]}\r\r'
    b'data: {"id":"c","choices":[{"index":0,"delta":{"content":" yes"},"finish_reason":null}]}\n\n'
    b'data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":'
    b'[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}}]}\n\n'
    b'data: {"id":"c",\ndata: "choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}\n\n'
    b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1}}\n\n'
    b"data: [DONE]\n\n"
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
def test_any_split_gives_the_same_events(size: int) -> None:
    """However the network cuts the bytes, inside characters and escapes too, the events are the same."""

    def read(size: int) -> list[Event]:
        framer, decoder = SseFramer(), StreamDecoder(TARGET)
        events: list[Event] = []
        for at in range(0, len(BODY), size):
            events += decoder.feed(framer.feed(BODY[at : at + size]))
        return events + decoder.feed(framer.close()) + decoder.close()

    events = read(size)

    assert events == read(len(BODY))
    assert ThinkingDelta(0, "H\u2028m") in events
    assert TextDelta(1, "\U0001f600 \U0001f600") in events
    assert isinstance(events[-1], Finished)
