"""Streamed answers: both ways of reading a chunk, and every way a stream can end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.protocols.base import Target
from dragoman.protocols.mistral_chat.decode_stream import StreamDecoder
from dragoman.types import BlockStart, BlockStop, Event, Failed, Finish, Finished, OpaqueEvent, Started, Text, TextDelta

Read = Callable[..., list[Event]]

TARGET = Target("mistral", "mistral_chat", "m")


def chunk(content: Any, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": "c", "choices": [{"index": 0, "delta": {"content": content, **fields}, "finish_reason": finish}]}


TEXT = [Started("c"), BlockStart(0, Text("")), TextDelta(0, "a")]


@pytest.mark.parametrize("last", [(b"[DONE]",), (b" [DONE] ",), ()])
def test_an_end(stream: Read, last: tuple[bytes, ...]) -> None:
    """`[DONE]`, or a body that ends when every choice has said how it finished."""
    assert [*TEXT, BlockStop(0), Finished(Finish("stop", "stop"))] == stream(chunk("a"), chunk("", "stop"), *last)


def test_done_without_a_finish_reason_is_an_end(stream: Read) -> None:
    """Nobody knows why it ended, but it is whole."""
    assert [*TEXT, BlockStop(0), Finished(Finish("stop"))] == stream(chunk("a"), b"[DONE]")


def test_a_cut_stream_has_no_end(stream: Read) -> None:
    """The engine raises StreamCut from it."""
    assert TEXT == stream(chunk("a"))
    assert [] == stream()


@pytest.mark.parametrize("data", [b"{", b"[1]", b"\xff", b"text"])
def test_bytes_of_another_protocol(stream: Read, data: bytes) -> None:
    """They fail as a value; nothing after them is read."""
    found = stream(chunk("a"), data, chunk("b"))

    assert TEXT == found[:-1]
    assert isinstance(found[-1], Failed)
    assert "decode" == found[-1].failure.reason


@pytest.mark.parametrize("data", [b'{"message": "m"}', b'"m"', b"m"])
def test_a_frame_named_error(data: bytes) -> None:
    """It states one whatever it holds."""
    (event,) = StreamDecoder(TARGET).feed([(b"error", data)])

    assert isinstance(event, Failed)
    assert ("m", None) == (event.failure.message, event.failure.reason)


def test_frames_with_other_names() -> None:
    """Those that hold chunks are read, others given as they came."""
    events = StreamDecoder(TARGET).feed([(b"note", b'{"x": 1}'), (b"message", json.dumps(chunk("a")).encode())])

    assert [OpaqueEvent("note", {"x": 1}), *TEXT] == events


def test_the_short_way_is_given_up_where_it_never_fits() -> None:
    """And a stream of another kind still gives its events."""
    odd = json.dumps({**chunk("a"), "new": 1}).encode()
    events = StreamDecoder(TARGET).feed([(b"", odd)] * 20)

    assert 20 == sum(isinstance(event, TextDelta) for event in events)


WORDS = st.text(max_size=3)
INNER = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, WORDS),
    st.just({"type": "reference", "reference_ids": [1]}),
)
THINKING = st.builds(
    lambda inner, more: {"type": "thinking", "thinking": inner, **more},
    st.lists(INNER, max_size=2),
    st.fixed_dictionaries(
        {}, optional={"closed": st.booleans(), "signature": st.sampled_from([None, "s", "t"]), "new": st.just(1)}
    ),
)
CHUNKS = st.one_of(THINKING, INNER, st.builds(lambda text: {"type": "text", "text": text, "begins": True}, WORDS))
CALLS = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"name": st.sampled_from(["", "f"]), "arguments": WORDS})},
    optional={"id": st.sampled_from(["", "i", "j"]), "index": st.integers(0, 1)},
)
DELTAS = st.fixed_dictionaries(
    {},
    optional={
        "content": st.one_of(st.none(), WORDS, st.lists(CHUNKS, max_size=2)),
        "role": st.just("assistant"),
        "tool_calls": st.lists(CALLS, max_size=2),
        "note": WORDS,
    },
)
STREAMS = st.lists(
    st.builds(
        lambda delta, index, finish, more: {"choices": [{"index": index, "delta": delta, **finish}], **more},
        DELTAS,
        st.sampled_from([0, 0, 0, 1]),
        st.fixed_dictionaries({}, optional={"finish_reason": st.sampled_from([None, "stop"]), "logprobs": st.none()}),
        st.fixed_dictionaries({}, optional={"p": WORDS, "id": st.just("c"), "usage": st.just({"prompt_tokens": 1})}),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(STREAMS)
def test_both_ways_give_the_same_events(chunks: list[dict[str, Any]]) -> None:
    """The strict type and the general reader, on streams of any shape."""
    frames = [(b"", json.dumps(chunk).encode()) for chunk in chunks] + [(b"", b"[DONE]")]

    assert StreamDecoder(TARGET).feed(frames) == StreamDecoder(TARGET, fast=False).feed(frames)
