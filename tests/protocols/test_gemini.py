"""Google's Gemini API as a whole: both sides against each other, against the vendor's SDK, and against nonsense."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman import Message, assistant, tool_result, user
from dragoman.engine.accumulate import accumulate
from dragoman.engine.classify import classify
from dragoman.engine.handoff import handoff
from dragoman.errors import ContentFiltered
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.protocols.gemini import PROTOCOL
from dragoman.protocols.gemini.decode_stream import GeminiDecoder
from dragoman.testing.conformance.answers import broken_order, decode
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    OpaqueDelta,
    Request,
    Response,
    ServerToolCall,
    ServerToolResult,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Usage,
    UsageUpdate,
)
from dragoman.wire.http import HttpHead, HttpRequest
from dragoman.wire.sse import SseFramer

from .gemini.test_decode_stream import CHUNKS

TARGET = Target("gemini", "gemini", "gemini-test", "https://g.test/v1beta")
HERE = TARGET.origin()
ASKED = Request("gemini-test", (user("q"),))


def restream(events: list[Event], *, singly: bool = False) -> list[Event]:
    encoder = PROTOCOL.stream_encoder(ASKED)
    body = b"".join([encoder.feed([event]) for event in events]) if singly else encoder.feed(events)
    return decode(PROTOCOL, TARGET, "sse", [body])


def rewhole(events: list[Event]) -> list[Event]:
    return PROTOCOL.decode_response(PROTOCOL.encode_response(accumulate(events, HERE), ASKED), TARGET)


def test_the_protocol_is_found_by_name() -> None:
    """The folder's name is the wire's."""
    assert PROTOCOL is load("gemini")
    assert (PROTOCOL.name, PROTOCOL.framing, PROTOCOL.tool_ids) == ("gemini", "sse", None)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1beta/models/gemini-2.5-flash:generateContent", True),
        ("post", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", True),
        ("POST", "/v1/projects/p/locations/l/publishers/google/models/m:generateContent", True),
        ("POST", "/v1beta/tunedModels/mine:generateContent", True),
        ("GET", "/v1beta/models/gemini-2.5-flash:generateContent", False),
        ("POST", "/v1beta/models/gemini-2.5-flash:countTokens", False),
        ("POST", "/v1beta/models/gemini-2.5-flash:generateContentLater", False),
        ("POST", "/v1/messages", False),
    ],
)
def test_the_endpoint(method: str, path: str, expected: bool) -> None:
    """A server knows the requests of this wire by their first line."""
    assert expected == PROTOCOL.serves(method, path)


def test_results_may_answer_calls_that_are_cached() -> None:
    """Explicitly cached contents come before those of the request, calls among them."""
    request = Request(
        "m", (Message("tool", (ToolResult("c", (Text("r"),), name="f"),)),), extra={"cachedContent": "cachedContents/a"}
    )
    report = Report(TARGET)

    assert handoff(request, TARGET, PROTOCOL, report) == request
    assert report.adaptations == []


def test_both_sides_of_every_direction() -> None:
    """A request, a whole answer and an error are read as they were said."""
    http = PROTOCOL.encode_request(ASKED, TARGET, Report(TARGET))
    response = Response(Message("assistant", (Text("a"),), origin=HERE), "r", "m", finish=Finish("stop", "STOP"))
    reply = PROTOCOL.encode_failure(Failure("m", 429, "RESOURCE_EXHAUSTED"))

    assert PROTOCOL.decode_request(http) == ASKED
    assert (
        accumulate(PROTOCOL.decode_response(PROTOCOL.encode_response(response, ASKED), TARGET), HERE).message == response.message
    )
    assert PROTOCOL.decode_failure(HttpHead(reply.status, reply.headers), reply.body, TARGET).type == "RESOURCE_EXHAUSTED"
    assert PROTOCOL.stream_decoder(TARGET).close() == []


def test_a_blocked_prompt_has_its_class() -> None:
    """What the decoder says of a blocked prompt makes the right error, from its own words and from our server's."""
    body = b'{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}'
    failed = PROTOCOL.decode_response(body, TARGET)[-1]
    assert isinstance(failed, Failed)
    reply = PROTOCOL.encode_failure(failed.failure)

    assert isinstance(classify(failed.failure), ContentFiltered)
    assert (reply.status, json.loads(reply.body)) == (200, json.loads(body))


# --- one conversation, there and back ---------------------------------------------------------------------------------

ANSWER = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "Plan.", "thought": True},
                    {"text": "More.", "thought": True},
                    {
                        "toolCall": {"id": "s1", "toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": ["q"]}},
                        "thoughtSignature": "c0==",
                    },
                    {"toolResponse": {"id": "s1", "toolType": "GOOGLE_SEARCH_WEB", "response": {"x": 1}}},
                    {"executableCode": {"language": "PYTHON", "code": "print(1)"}, "thoughtSignature": "c1=="},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}},
                    {"text": "Let me"},
                    {"text": " see.", "thoughtSignature": "c2=="},
                    {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thoughtSignature": "c3=="},
                    {"functionCall": {"id": "f1", "name": "read", "args": {"path": "a"}}, "thoughtSignature": "c4=="},
                    {"functionCall": {"name": "list"}},
                    {"brandNew": {"x": [1]}, "thoughtSignature": "c5=="},
                    {"text": "", "thoughtSignature": "c6=="},
                ],
            },
            "finishReason": "STOP",
            "index": 0,
        }
    ],
    "modelVersion": "gemini-test",
    "responseId": "r1",
}


@pytest.mark.parametrize("streamed", [False, True])
def test_a_turn_goes_back_part_by_part(streamed: bool) -> None:
    """Every part stands in the next request as it came, in its place, whether the answer came whole or a part a chunk."""
    candidate = ANSWER["candidates"][0]  # type: ignore[index]
    if streamed:
        decoder = GeminiDecoder(HERE)
        parts: list[Any] = candidate["content"]["parts"]  # type: ignore[index]
        chunks = [[parts[0]], [{"text": "", "thought": True}, parts[1]], *[[part] for part in parts[2:]]]
        frames = [
            (b"", json.dumps({"candidates": [{"content": {"parts": chunk}}], "responseId": "r1"}).encode()) for chunk in chunks
        ]
        end = (b"", b'{"candidates":[{"finishReason":"STOP"}]}')
        events = decoder.feed([*frames, end]) + decoder.close()
    else:
        events = PROTOCOL.decode_response(json.dumps(ANSWER).encode(), TARGET)
    message = accumulate(events, HERE).message
    results = [tool_result(call, "done") for call in message.tool_calls]
    report = Report(TARGET)
    request = handoff(Request("m", (user("q"), message, *results)), TARGET, PROTOCOL, report)
    contents = json.loads(PROTOCOL.encode_request(request, TARGET, report).body)["contents"]

    assert contents[1] == candidate["content"]  # type: ignore[index]
    assert contents[2]["parts"] == [
        {"functionResponse": {"id": "f1", "name": "read", "response": {"output": "done"}}},
        {"functionResponse": {"name": "list", "response": {"output": "done"}}},
    ]
    assert report.adaptations == []


def test_a_history_of_another_vendor() -> None:
    """Foreign thinking, signatures and server tools stay out, calls are signed as foreign, ids stay, and all is told."""
    away = Target("anthropic", "anthropic_messages", "claude").origin()
    call = ToolCall("toolu_1", "read", '{"path": "a"}', origin=away, extra={"caller": {"type": "direct"}})
    turn = Message(
        "assistant",
        (
            Thinking("secret", "sig", origin=away),
            ServerToolCall("srv_1", "web_search", "{}", "server_tool_use", origin=away),
            ServerToolResult("srv_1", "web_search_tool_result", [], origin=away),
            Text("Look."),
            call,
            ToolCall("toolu_2", "read", "", origin=away),
        ),
        origin=away,
    )
    results = Message("tool", (ToolResult("toolu_1", (Text("x"),)), ToolResult("toolu_2", (Text("no"),), is_error=True)))
    report = Report(TARGET)
    request = handoff(Request("m", (user("q"), turn, results, user("go on"))), TARGET, PROTOCOL, report)
    http = PROTOCOL.encode_request(request, TARGET, report)
    _, model, answers, more = json.loads(http.body)["contents"]

    assert b"secret" not in http.body
    assert [part.get("text") or part["functionCall"]["id"] for part in model["parts"]] == ["Look.", "toolu_1", "toolu_2"]
    assert ["thoughtSignature" in part for part in model["parts"]] == [False, True, False]
    assert [part["functionResponse"] for part in answers["parts"]] == [
        {"id": "toolu_1", "name": "read", "response": {"output": "x"}},
        {"id": "toolu_2", "name": "read", "response": {"error": "no"}},
    ]
    assert more == {"role": "user", "parts": [{"text": "go on"}]}
    assert [item.feature for item in report.adaptations] == [
        "thinking",
        "server_tool_call",
        "server_tool_result",
        "extra",
        "thought_signature",
    ]


def test_a_longer_history_extends_the_body() -> None:
    """What was sent before is sent again in the same bytes, so that prompt caches hold."""
    call = ToolCall("c", "f", "{}")
    messages = (user("q"), assistant(call), tool_result(call, "r"), assistant("a"), user("more"))
    bodies = [PROTOCOL.encode_request(Request("m", messages[:count]), TARGET, Report(TARGET)).body for count in range(1, 6)]

    assert all(longer.startswith(shorter.removesuffix(b"]}")) for shorter, longer in pairwise(bodies))


def test_pieces_of_a_call_become_one_call_that_goes_back_whole() -> None:
    """Streamed arguments are one call with its arguments, and the next request says nothing of pieces."""
    pieces = [
        {"name": "write", "willContinue": True},
        {"partialArgs": [{"jsonPath": "$.a", "stringValue": "x", "willContinue": True}], "willContinue": True},
        {"partialArgs": [{"jsonPath": "$.a", "stringValue": "y"}], "willContinue": True},
        {},
    ]
    decoder = GeminiDecoder(HERE)
    frames = [(b"", json.dumps({"candidates": [{"content": {"parts": [{"functionCall": piece}]}}]}).encode()) for piece in pieces]
    events = decoder.feed([*frames, (b"", b'{"candidates":[{"finishReason":"STOP"}]}')]) + decoder.close()
    message = accumulate(events, HERE).message
    body = json.loads(PROTOCOL.encode_request(Request("m", (user("q"), message)), TARGET, Report(TARGET)).body)

    assert [type(event) for event in events if not isinstance(event, Started)] == [
        BlockStart,
        OpaqueDelta,
        OpaqueDelta,
        OpaqueDelta,
        ArgumentsDelta,
        BlockStop,
        Finished,
    ]
    assert body["contents"][1]["parts"] == [{"functionCall": {"name": "write", "args": {"a": "xy"}}}]
    assert restream(events) == restream(events, singly=True) == events


# --- both sides ---------------------------------------------------------------------------------------------------------


@given(st.lists(CHUNKS, max_size=6))
@settings(max_examples=300, deadline=None)
def test_whatever_a_stream_says_we_can_say(chunks: list[dict[str, Any]]) -> None:
    """Events of any stream of chunks come back the same, at once and one by one, and keep their order."""
    for choice in (0, 1):
        chunks = [*chunks, {"candidates": [{"index": choice, "content": {"parts": [{"text": "z"}]}, "finishReason": "STOP"}]}]
    decoder = GeminiDecoder(HERE)
    events = decoder.feed([(b"", json.dumps(chunk).encode()) for chunk in chunks]) + decoder.close()

    assert broken_order(events) == []
    assert restream(events) == restream(events, singly=True) == events


@given(st.lists(CHUNKS.filter(lambda chunk: "groundingMetadata" not in json.dumps(chunk)), min_size=1, max_size=1))
@settings(max_examples=200, deadline=None)
def test_whatever_a_whole_answer_says_we_can_say(chunks: list[dict[str, Any]]) -> None:
    """Events of any whole answer come back the same from our whole body, unless its calls came in pieces."""
    chunk = json.loads(json.dumps(chunks[0]))
    chunk["candidates"][0] |= {"index": 0, "finishReason": "STOP"}
    parts = chunk["candidates"][0]["content"]["parts"]
    chunk["candidates"][0]["content"]["parts"] = [part for part in parts if "args" in part.get("functionCall", {"args": 1})]
    events = PROTOCOL.decode_response(json.dumps(chunk).encode(), TARGET)

    assert rewhole(events) == events


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_nonsense_never_raises(data: bytes) -> None:
    """Bytes of any kind are events or a failure."""
    for events in (
        decode(PROTOCOL, TARGET, "sse", [b"data: " + data]),
        decode(PROTOCOL, TARGET, "json-array", [b"[" + data]),
        PROTOCOL.decode_response(data, TARGET),
    ):
        assert not any(isinstance(event, Finished) for event in events)
    assert PROTOCOL.decode_failure(HttpHead(500), data, TARGET).status == 500


NAMES = [
    "candidates",
    "content",
    "parts",
    "text",
    "thought",
    "thoughtSignature",
    "functionCall",
    "functionResponse",
    "name",
    "args",
    "id",
    "inlineData",
    "mimeType",
    "data",
    "fileData",
    "fileUri",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
    "finishReason",
    "index",
    "usageMetadata",
    "groundingMetadata",
    "groundingSupports",
    "segment",
    "groundingChunkIndices",
    "logprobsResult",
    "chosenCandidates",
    "partialArgs",
    "willContinue",
    "promptFeedback",
    "blockReason",
    "error",
    "details",
    "promptTokenCount",
    "candidatesTokenCount",
    "createTime",
    "role",
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "STOP", "model"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(JSON, JSON)
@settings(max_examples=400, deadline=None)
def test_wrong_shapes_never_raise(first: Any, second: Any) -> None:
    """JSON of any shape is events or a failure, in order, and can be said again."""
    chunk = {"candidates": [{"content": {"parts": [first, second]}, "finishReason": second, "groundingMetadata": first}]}
    for value in (first, {"candidates": first}, chunk, {"candidates": [first], "usageMetadata": second}, {"error": first}):
        body = json.dumps(value).encode()
        events = PROTOCOL.decode_response(body, TARGET)
        streamed = decode(PROTOCOL, TARGET, "sse", [b"data: " + body + b"\n\n"])
        assert broken_order(events) == broken_order(streamed) == []
        PROTOCOL.encode_response(accumulate(events, HERE), ASKED)
        PROTOCOL.stream_encoder(ASKED).feed(streamed)


# --- the vendor's SDK reads what we say -------------------------------------------------------------------------------

SPOKEN: list[Event] = [
    Started("r1", "gemini-test", 1_800_000_000),
    Extra({"safetyRatings": [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}]}),
    UsageUpdate(Usage(10, raw={"promptTokenCount": 10})),
    BlockStart(0, Thinking(origin=HERE)),
    ThinkingDelta(0, "First"),
    BlockStop(0),
    BlockStart(1, Text("")),
    TextDelta(1, "Hél\u2028"),
    TextDelta(1, "lo"),
    BlockStop(1),
    BlockStart(2, ToolCall("f1", "read", extra={"thoughtSignature": "c2ln"}, origin=HERE)),
    ArgumentsDelta(2, '{"path":"/x"}'),
    BlockStop(2),
    UsageUpdate(Usage(10, 37, None, None, 30, {"promptTokenCount": 10, "candidatesTokenCount": 7, "thoughtsTokenCount": 30})),
    Finished(Finish("tool_calls", "STOP", details={"finishMessage": "done"})),
]


@pytest.fixture
def sdk() -> Any:
    """A function that lets the official SDK read a body: `(body, content type, status) -> client`."""
    genai = pytest.importorskip("google.genai")
    httpx2 = pytest.importorskip("httpx2")

    def client(body: bytes, kind: str, status: int = 200) -> Any:
        def answer(request: Any) -> Any:
            return httpx2.Response(status, headers={"content-type": kind}, content=body)

        http = httpx2.Client(transport=httpx2.MockTransport(answer))
        return genai.Client(api_key="x", vertexai=False, http_options=genai.types.HttpOptions(httpx_client=http))

    return client


def check(parts: list[Any], last: Any) -> None:
    assert "".join([part.text for part in parts if part.text and part.thought]) == "First"
    assert "".join([part.text for part in parts if part.text and not part.thought]) == "Hél\u2028lo"
    call = next(part for part in parts if part.function_call)
    assert (call.function_call.id, call.function_call.args, call.thought_signature) == ("f1", {"path": "/x"}, b"sig")
    assert (last.response_id, last.model_version) == ("r1", "gemini-test")
    assert last.candidates[0].finish_reason == "STOP"
    assert (last.usage_metadata.candidates_token_count, last.usage_metadata.thoughts_token_count) == (7, 30)


def test_the_sdk_reads_our_stream(sdk: Any) -> None:
    """Google's own client reads the same parts from our frames, and we the same events."""
    client = sdk(PROTOCOL.stream_encoder(ASKED).feed(SPOKEN), "text/event-stream")
    chunks = list(client.models.generate_content_stream(model="m", contents="q"))
    parts = [part for chunk in chunks if chunk.candidates[0].content for part in chunk.candidates[0].content.parts or ()]
    check(parts, chunks[-1])


def test_the_sdk_reads_our_whole_answer(sdk: Any) -> None:
    """Google's own client reads the same parts from our body."""
    client = sdk(PROTOCOL.encode_response(accumulate(SPOKEN, HERE), ASKED), "application/json")
    answer = client.models.generate_content(model="m", contents="q")
    check(answer.candidates[0].content.parts, answer)


def test_the_sdk_reads_our_errors(sdk: Any) -> None:
    """Errors by status are errors to Google's own client too."""
    errors = pytest.importorskip("google.genai.errors")
    reply = PROTOCOL.encode_failure(Failure("slow down", 429))
    with pytest.raises(errors.ClientError, match="slow down"):
        sdk(reply.body, "application/json", reply.status).models.generate_content(model="m", contents="q")


def test_our_frames_are_read_as_they_were_said() -> None:
    """A stream and a JSON array of it give the events back."""
    array = PROTOCOL.decode_request(
        HttpRequest("POST", "https://g.test/v1beta/models/m:streamGenerateContent", {}, b'{"contents":[]}')
    )
    encoder = PROTOCOL.stream_encoder(array)

    assert restream(SPOKEN) == restream(SPOKEN, singly=True) == SPOKEN
    assert encoder.content_type.startswith("application/json")
    body = encoder.feed(SPOKEN)
    assert isinstance(json.loads(body), list)
    assert decode(PROTOCOL, TARGET, "json-array", [body]) == SPOKEN
    assert SseFramer().feed(PROTOCOL.stream_encoder(ASKED).feed(SPOKEN)) != []
    assert accumulate(PROTOCOL.decode_response(body, TARGET), HERE) == accumulate(SPOKEN, HERE)
