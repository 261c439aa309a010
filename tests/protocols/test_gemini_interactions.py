"""Google's Interactions API as a whole: both sides against each other, against the vendor's own client, and against nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import Client, Message, tool_result, user
from dragoman.engine.accumulate import accumulate
from dragoman.errors import ContentFiltered, DecodeError, StreamCut
from dragoman.protocols.base import Target
from dragoman.protocols.gemini_interactions import PROTOCOL
from dragoman.protocols.gemini_interactions.decode_stream import StreamDecoder
from dragoman.testing import ScriptedProvider, Turn, block, call, fail, fault, finish, text, think, usage
from dragoman.testing.conformance.answers import broken_order, chunks, decode
from dragoman.types import (
    Event,
    Failed,
    Finished,
    Image,
    Origin,
    Request,
    Response,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from dragoman.types.content import Base64
from dragoman.wire.http import HttpHead, HttpRequest
from dragoman.wire.sse import SseFramer

Json = dict[str, Any]

TARGET = Target("gemini-interactions", "gemini_interactions", "m", "https://g.test/v1beta")
HERE = TARGET.origin()
ASKED = Request("m", (user("q"),))


# --- streams as the vendor sends them ------------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8"), max_size=6)
SOME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
NAMES = st.sampled_from(("a", "f1", "read"))
FIELDS = st.dictionaries(st.sampled_from(("odd", "note")), st.integers(0, 3), max_size=1)
PLAIN = st.dictionaries(
    st.sampled_from(("a", "b")), st.integers() | st.booleans() | WORDS | st.lists(st.integers(), max_size=2), max_size=2
)
CITED = st.fixed_dictionaries({"type": st.just("url_citation"), "url": WORDS, "start_index": st.integers(0, 9)})

_TEXT = st.builds(lambda words: {"type": "text", "text": words}, WORDS)
_CITE = st.builds(lambda cited: {"type": "text_annotation_delta", "annotations": cited}, st.lists(CITED, max_size=2))
_IMAGE = st.builds(lambda more: {"type": "image", "data": "AA==", "mime_type": "image/png", **more}, FIELDS)
_SOUND = st.builds(
    lambda data, rate: {"type": "audio", "data": data, "mime_type": "audio/l16", "sample_rate": rate},
    st.sampled_from(("AAAA", "BBBBCCCC")),
    st.sampled_from((8000, 24000)),
)
_OTHER = st.just({"type": "table", "rows": [1]})
_SUMMARY = st.builds(lambda words: {"type": "thought_summary", "content": {"type": "text", "text": words}}, WORDS)
_PICTURE = st.just({"type": "thought_summary", "content": {"type": "image", "data": "AA=="}})
_SIGN = st.builds(lambda signature: {"type": "thought_signature", "signature": signature}, st.sampled_from(("", "c2ln")))
_ARGUMENTS = st.builds(lambda words: {"type": "arguments_delta", "arguments": words}, WORDS)

Step = tuple[Json, list[Json]]


def steps(kind: str, deltas: st.SearchStrategy[Json], least: int = 0, **fields: Any) -> st.SearchStrategy[Step]:
    starts = st.builds(lambda more: {"type": kind, **more}, st.fixed_dictionaries(fields))
    return st.tuples(starts, st.lists(deltas, min_size=least, max_size=5))


STEPS: st.SearchStrategy[Step] = st.one_of(
    steps("model_output", _TEXT | _TEXT | _CITE | _IMAGE | _SOUND | _OTHER),
    steps("thought", _SUMMARY | _SIGN | _PICTURE),
    steps("function_call", _ARGUMENTS, id=NAMES, name=NAMES, arguments=st.just({})),
    steps(
        "google_search_call",
        st.builds(lambda a: {"type": "google_search_call", "arguments": a}, PLAIN),
        id=NAMES,
        signature=WORDS,
    ),
    steps(
        "google_search_result",
        st.builds(lambda a: {"type": "google_search_result", "result": [a], "is_error": False}, PLAIN),
        call_id=NAMES,
    ),
    steps("future", st.builds(lambda a: {"type": "future", **a}, PLAIN) | st.just({"type": "odd"}), note=WORDS),
)


@st.composite
def streams(draw: Callable[..., Any]) -> list[Json]:
    """The frames of a stream: steps one after the other, and an end."""
    frames: list[Json] = [
        {"event_type": "interaction.created", "interaction": {"id": "v1", "model": "m", "status": "in_progress"}},
        {"event_type": "interaction.status_update", "interaction_id": "v1", "status": "in_progress"},
    ]
    for index, (step, deltas) in enumerate(draw(st.lists(STEPS, max_size=4))):
        frames.append({"event_type": "step.start", "index": index, "step": step})
        frames += [{"event_type": "step.delta", "index": index, "delta": delta} for delta in deltas]
        frames.append({"event_type": "step.stop", "index": index})
    status = draw(st.sampled_from(("completed", "requires_action", "incomplete", "requires_continuation", "new_word")))
    counts = draw(
        st.none() | st.fixed_dictionaries({"total_input_tokens": st.integers(0, 9), "total_output_tokens": st.integers(0, 9)})
    )
    end = {
        "id": "v1",
        "model": "m",
        "status": status,
        "created": "1970-01-01T00:01:00Z",
        "service_tier": "standard",
        "usage": counts,
    }
    return [*frames, {"event_type": "interaction.completed", "interaction": end}]


def said(frames: list[Json]) -> bytes:
    body = "".join([f"event: {frame['event_type']}\ndata: {json.dumps(frame)}\n\n" for frame in frames])
    return body.encode() + b"event: done\ndata: [DONE]\n\n"


def restream(events: list[Event], *, singly: bool = False) -> list[Event]:
    encoder = PROTOCOL.stream_encoder(ASKED)
    body = b"".join([encoder.feed([event]) for event in events]) if singly else encoder.feed(events)
    return decode(PROTOCOL, TARGET, "sse", [body])


def without_parts(response: Response) -> Response:
    """Which content shared a step with which is said otherwise in a stream, where texts would run together; and a whole body has
    no deltas that nobody knows."""
    content = []
    for one in response.message.content:
        extra = {name: value for name, value in one.extra.items() if name not in ("part", "deltas")}
        content.append(msgspec.structs.replace(one, extra=extra))
    return msgspec.structs.replace(response, message=msgspec.structs.replace(response.message, content=tuple(content)))


@given(streams())
def test_both_ways_through_the_decoder_give_the_same_events(frames: list[Json]) -> None:
    """The quick way is an abbreviation, and events keep their order."""
    pieces = SseFramer().feed(said(frames))
    quick = StreamDecoder(TARGET).feed(pieces)

    assert quick == StreamDecoder(TARGET, fast=False).feed(pieces)
    assert broken_order(quick) == []
    assert isinstance(quick[-1], Finished)


@given(streams(), st.integers(1, 50))
def test_any_cut_gives_the_same_events(frames: list[Json], size: int) -> None:
    """However the network cuts the bytes."""
    body = said(frames)

    assert decode(PROTOCOL, TARGET, "sse", chunks(body, size)) == decode(PROTOCOL, TARGET, "sse", [body])


@given(streams())
def test_what_we_say_is_what_was_said(frames: list[Json]) -> None:
    """Events said as a stream are the same events again, fed at once or one by one."""
    events = decode(PROTOCOL, TARGET, "sse", [said(frames)])

    assert restream(events) == restream(events, singly=True) == events


@given(streams())
def test_both_forms_of_an_answer_say_the_same(frames: list[Json]) -> None:
    """A stream's response said whole is the same response, and the same events from then on."""
    response = accumulate(decode(PROTOCOL, TARGET, "sse", [said(frames)]), HERE)
    whole = PROTOCOL.decode_response(PROTOCOL.encode_response(response, ASKED), TARGET)

    assert without_parts(accumulate(whole, HERE)) == without_parts(response)
    assert PROTOCOL.decode_response(PROTOCOL.encode_response(accumulate(whole, HERE), ASKED), TARGET) == whole
    assert without_parts(accumulate(restream(whole), HERE)) == without_parts(response)


@given(streams(), st.data())
def test_every_cut_of_an_answer_is_noticed(frames: list[Json], data: st.DataObject) -> None:
    """A body that ends before its last event has no terminal event."""
    kept = data.draw(st.integers(0, len(frames) - 1))
    body = said(frames[:kept]).removesuffix(b"event: done\ndata: [DONE]\n\n")

    assert not any(isinstance(event, Finished | Failed) for event in decode(PROTOCOL, TARGET, "sse", [body]))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from(("", "text", "thought", "model_output", "failed", "completed")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    *("event_type", "type", "index", "step", "delta", "interaction", "status", "steps", "content", "text", "id"),
                    *("arguments", "error", "errors", "usage", "metadata", "summary", "signature", "annotations", "data", "uri"),
                    *("result", "call_id", "input", "tools", "generation_config", "response_format", "name", "code", "details"),
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
EVENTS = st.sampled_from(
    (
        "interaction.created",
        "interaction.completed",
        "interaction.status_update",
        "step.start",
        "step.delta",
        "step.stop",
        "error",
    )
)


@given(st.lists(st.tuples(EVENTS, JSON), max_size=6))
def test_nonsense_does_not_raise(frames: list[tuple[str, Any]]) -> None:
    """Whatever comes is a value, in an order that holds; and what we say of it can be said."""
    body = b"".join([f"event: {kind}\ndata: {json.dumps(value)}\n\n".encode() for kind, value in frames])
    events = decode(PROTOCOL, TARGET, "sse", [body])

    assert broken_order(events) == []
    PROTOCOL.stream_encoder(ASKED).feed(events)
    PROTOCOL.encode_response(accumulate(events, HERE), ASKED)


@given(JSON)
def test_nonsense_in_one_piece_does_not_raise(value: Any) -> None:
    """A whole body, an error and a request of any JSON."""
    body = json.dumps(value).encode()
    assert broken_order(PROTOCOL.decode_response(body, TARGET)) == []
    PROTOCOL.encode_failure(PROTOCOL.decode_failure(HttpHead(500, {}), body, TARGET))
    with suppress(DecodeError):
        PROTOCOL.decode_request(HttpRequest("POST", "/interactions", {}, body))


# --- through the client ----------------------------------------------------------------------------------------------------

SEARCH = (
    ServerToolCall("s", "google_search", '{"queries":["q"]}', "google_search_call"),
    ServerToolResult("s", "google_search_result", [{"search_suggestions": "x"}]),
)


def test_a_conversation_that_is_not_stored() -> None:
    """The model's steps go back in position with their signatures, and calls with their results."""
    provider = ScriptedProvider(
        Turn(think("hm", signature="c2ln"), block(SEARCH[0]), block(SEARCH[1]), call("weather", {"city": "Oslo"}, id="f1")),
        "Sunny.",
    )
    with Client(transport=provider.transport(), keys={"gemini-interactions": "k"}) as client:
        asked = [user("Shall I cycle?")]
        reply = client.chat("gemini-interactions:gemini-3.8-flash", asked, extra={"store": False})
        again = [*asked, reply.message, tool_result(reply.tool_calls[0], "sunny")]
        assert client.chat("gemini-interactions:gemini-3.8-flash", again, extra={"store": False}).text == "Sunny."

    sent = json.loads(provider.http[-1].body)
    assert provider.http[-1].headers["api-revision"] == "2026-05-20"
    assert [step["type"] for step in sent["input"]] == [
        "user_input",
        "thought",
        "google_search_call",
        "google_search_result",
        "function_call",
        "function_result",
    ]
    assert sent["input"][1] == {"type": "thought", "signature": "c2ln", "summary": [{"type": "text", "text": "hm"}]}
    assert reply.finish is not None
    assert (reply.finish.reason, reply.finish.raw) == ("tool_calls", "requires_action")


def test_a_conversation_that_the_server_holds() -> None:
    """The id of the answer before stands for all of it."""
    provider = ScriptedProvider(Turn(call("weather", {}, id="f1")), "Sunny.")
    with Client(transport=provider.transport(), keys={"gemini-interactions": "k"}) as client:
        reply = client.chat("gemini-interactions:m", "Shall I cycle?")
        held = {"previous_interaction_id": reply.id}
        last = client.chat("gemini-interactions:m", [tool_result(reply.tool_calls[0], "sunny")], extra=held)

    sent = json.loads(provider.http[-1].body)
    assert last.adaptations == ()
    assert (sent["previous_interaction_id"], [step["type"] for step in sent["input"]]) == (reply.id, ["function_result"])


def test_an_answer_that_is_cut() -> None:
    """What arrived is kept, and the error says that it is not all."""
    provider = ScriptedProvider(Turn(text("Half a"), fault("end")))
    with (
        Client(transport=provider.transport(), keys={"gemini-interactions": "k"}, retry=False) as client,
        pytest.raises(StreamCut) as caught,
    ):
        for _ in client.stream("gemini-interactions:m", "q"):
            pass

    assert caught.value.partial is not None
    assert caught.value.partial.text == "Half a"


# --- the vendor's own client -------------------------------------------------------------------------------------------------


@pytest.fixture
def sdk() -> Iterator[Callable[..., Any]]:
    """Google's own client, over a socket, before a provider that says these turns."""
    genai = pytest.importorskip("google.genai")
    servers: list[Any] = []
    clients = []

    def start(*turns: Any) -> tuple[Any, ScriptedProvider]:
        provider = ScriptedProvider(*turns)
        server = provider.serve()
        servers.append(server.__enter__())
        options = genai.types.HttpOptions(base_url=server.url, api_version="v1beta")
        clients.append(genai.Client(api_key="none", vertexai=False, http_options=options))  # it closes when nobody holds it
        return clients[-1].interactions, provider

    yield start
    for client in clients:
        client.close()
    for server in servers:
        server.__exit__(None, None, None)


SPOKEN = Turn(
    think("First", signature="c2ln"),
    block(SEARCH[0]),
    block(SEARCH[1]),
    text("Hél", "\u2028lo"),
    block(Image(Base64("image/png", "AA=="))),
    call("read", {"path": "/x"}, id="f1"),
    call("read", {"path": "/y"}, id="f2"),
    usage(input=10, output=37, reasoning=30),
)


def test_the_sdk_reads_our_stream(sdk: Callable[..., Any]) -> None:
    """Each step, its deltas and the end, as Google's own."""
    interactions, provider = sdk(SPOKEN)
    events = list(interactions.create(model="gemini-3.8-flash", input="q", stream=True))
    started = [event.step for event in events if event.event_type == "step.start"]
    deltas = [event.delta for event in events if event.event_type == "step.delta"]
    end = events[-1].interaction

    assert [step.type for step in started] == [
        "thought",
        "google_search_call",
        "google_search_result",
        "model_output",
        "model_output",
        "function_call",
        "function_call",
    ]
    assert "".join([delta.text for delta in deltas if delta.type == "text"]) == "Hél\u2028lo"
    assert [delta.content.text for delta in deltas if delta.type == "thought_summary"] == ["First"]
    assert [delta.signature for delta in deltas if delta.type == "thought_signature"] == ["c2ln"]
    assert [json.loads(delta.arguments)["path"] for delta in deltas if delta.type == "arguments_delta"] == ["/x", "/y"]
    assert [delta.data for delta in deltas if delta.type == "image"] == ["AA=="]
    assert next(step for step in started if step.type == "google_search_result").result[0].search_suggestions == "x"
    assert (events[0].event_type, end.status, end.usage.total_thought_tokens) == ("interaction.created", "requires_action", 30)
    assert provider.requests[0] == Request("gemini-3.8-flash", (user("q"),), stream=True)


def test_the_sdk_reads_our_whole_answer(sdk: Callable[..., Any]) -> None:
    """The same steps in one piece, and the results it sends are read."""
    interactions, provider = sdk(SPOKEN, "Done.")
    answer = interactions.create(model="m", input="q")
    results = [{"type": "function_result", "call_id": step.id, "name": step.name, "result": "x"} for step in answer.steps[-2:]]
    last = interactions.create(model="m", input=results, previous_interaction_id=answer.id)

    assert (answer.output_text, answer.output_image.data) == ("Hél\u2028lo", "AA==")
    assert answer.steps[-1].arguments == {"path": "/y"}
    assert answer.usage.total_tokens == 47
    assert last.output_text == "Done."
    content = (ToolResult("f1", (Text("x"),), name="read"), ToolResult("f2", (Text("x"),), name="read"))
    assert provider.requests[-1].messages == (Message("tool", content),)
    assert provider.requests[-1].extra == {"previous_interaction_id": answer.id}


def test_the_sdk_sends_back_what_it_got(sdk: Callable[..., Any]) -> None:
    """Steps of an answer, as its own types, are the blocks they were."""
    interactions, provider = sdk(SPOKEN, "Done.")
    answer = interactions.create(model="m", input="q", store=False)
    asked = {"type": "user_input", "content": [{"type": "text", "text": "q"}]}
    interactions.create(model="m", input=[asked, *answer.steps], store=False)
    turn = provider.requests[-1].messages[1].content

    assert turn[0] == Thinking("First", "c2ln", origin=Origin("gemini_interactions"))
    assert [type(one) for one in turn] == [Thinking, ServerToolCall, ServerToolResult, Text, Image, ToolCall, ToolCall]
    assert turn[-1] == ToolCall("f2", "read", '{"path":"/y"}')


def test_the_sdk_reads_our_errors(sdk: Callable[..., Any]) -> None:
    """By status, and inside a stream."""
    errors = pytest.importorskip("google.genai._interactions")
    interactions, _ = sdk(
        Turn(fail(400, message="not so", code="invalid_request")), Turn(text("a"), fail(message="blocked", code="safety"))
    )

    with pytest.raises(errors.BadRequestError, match="not so"):
        interactions.create(model="m", input="q")
    events = list(interactions.create(model="m", input="q", stream=True))
    assert (events[-1].event_type, events[-1].error.code) == ("error", "safety")


def test_a_blocked_answer_has_its_class() -> None:
    """The vendor's word for it makes the error it is, from our own server too."""
    provider = ScriptedProvider(Turn(text("a"), fail(message="blocked", code="safety")))
    with (
        Client(transport=provider.transport(), keys={"gemini-interactions": "k"}) as client,
        pytest.raises(ContentFiltered) as caught,
    ):
        for _ in client.stream("gemini-interactions:m", "q"):
            pass

    assert caught.value.code == "safety"


def test_an_answer_that_pauses() -> None:
    """It goes on with the token that is among the vendor's fields."""
    provider = ScriptedProvider(Turn(text("a"), finish("pause", raw="requires_continuation")))
    with Client(transport=provider.transport(), keys={"gemini-interactions": "k"}) as client:
        reply = client.chat("gemini-interactions:m", "q")

    assert reply.finish is not None
    assert (reply.finish.reason, reply.finish.raw) == ("pause", "requires_continuation")
