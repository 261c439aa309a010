"""The Messages API on Bedrock's InvokeModel: its requests, and both sides of every direction."""

from __future__ import annotations

import json

import pytest

from dragoman import Message, assistant, user
from dragoman.engine.accumulate import accumulate
from dragoman.errors import DecodeError
from dragoman.protocols import load
from dragoman.protocols.anthropic_messages import PROTOCOL as MESSAGES
from dragoman.protocols.anthropic_messages.bedrock import PROTOCOL
from dragoman.protocols.base import Report, Target
from dragoman.types import (
    Failed,
    Failure,
    Finish,
    Opaque,
    Origin,
    Request,
    Response,
    ServerToolCall,
    Text,
    Thinking,
    VendorTool,
)
from dragoman.wire.http import HttpHead, HttpRequest

MODEL = "us.anthropic.claude-test-v1:0"
TARGET = Target("bedrock-anthropic", "anthropic_bedrock", MODEL, "https://bedrock-runtime.us-east-1.amazonaws.com")
HERE = TARGET.origin()
ASKED = Request(MODEL, (user("q"),), max_tokens=9)
PATH = "/model/us.anthropic.claude-test-v1%3A0"


def encode(request: Request, target: Target = TARGET) -> tuple[HttpRequest, list[tuple[str, str]]]:
    report = Report(target)
    http = PROTOCOL.encode_request(request, target, report)
    return http, [(item.feature, item.action) for item in report.adaptations]


def test_the_protocol_is_found_by_name() -> None:
    """It lives in the folder of the format whose JSON it speaks, under a name of its own."""
    assert PROTOCOL is load("anthropic_bedrock")
    assert ("anthropic_bedrock", "eventstream") == (PROTOCOL.name, PROTOCOL.framing)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", f"{PATH}/invoke", True),
        ("post", f"/gateway{PATH}/invoke-with-response-stream/?x=1", True),
        ("POST", "/model/arn:aws:bedrock:us-east-1:0:inference-profile/x/invoke", True),
        ("GET", f"{PATH}/invoke", False),
        ("POST", f"{PATH}/converse", False),
        ("POST", "/v1/messages", False),
    ],
)
def test_the_endpoint(method: str, path: str, expected: bool) -> None:
    """A server knows the requests of this wire by their first line."""
    assert expected == PROTOCOL.serves(method, path)


@pytest.mark.parametrize(("stream", "verb"), [(False, "invoke"), (True, "invoke-with-response-stream")])
def test_a_request(stream: bool, verb: str) -> None:
    """The path names the model and whether the answer streams; the body names the version and neither of them."""
    request = Request(MODEL, (user("q"),), max_tokens=9, stream=stream)
    http, reported = encode(request)

    assert http.url == f"{TARGET.base_url}{PATH}/{verb}"
    assert http.headers == {"content-type": "application/json"}
    assert json.loads(http.body) == {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}],
    }
    assert [] == reported
    asked = PROTOCOL.decode_request(http)
    assert (MODEL, stream, 9, ASKED.messages, {}) == (asked.model, asked.stream, asked.max_tokens, asked.messages, asked.extra)


def test_headers_are_said_in_the_body() -> None:
    """What other platforms take as headers are fields here, and are headers again for whoever reads them."""
    said = {"anthropic-beta": "a-1, b-2", "anthropic-user-profile-id": "p"}
    http, _ = encode(Request(MODEL, (user("q"),), headers=said))
    body = json.loads(http.body)
    asked = PROTOCOL.decode_request(http)

    assert (["a-1", "b-2"], "p") == (body["anthropic_beta"], body["user_profile_id"])
    assert http.headers == {"content-type": "application/json"}
    assert {
        "anthropic-version": "bedrock-2023-05-31",
        "anthropic-beta": "a-1,b-2",
        "anthropic-user-profile-id": "p",
    } == asked.headers
    assert json.loads(encode(asked)[0].body) == body


def test_a_request_for_here_goes_to_the_vendor_itself_in_its_words() -> None:
    """A version that only Bedrock knows is not said to Anthropic's own API; betas are its header."""
    http, _ = encode(Request(MODEL, (user("q"),), headers={"anthropic-beta": "a-1"}))
    target = Target("anthropic", "anthropic_messages", "claude-test", "https://api.anthropic.com")
    sent = MESSAGES.encode_request(PROTOCOL.decode_request(http), target, Report(target))

    assert ("2023-06-01", "a-1") == (sent.headers["anthropic-version"], sent.headers["anthropic-beta"])
    assert not {"anthropic_version", "anthropic_beta"} & json.loads(sent.body).keys()


@pytest.mark.parametrize("betas", [["a,b"], ["a", "a"], [], "a", [1]])
def test_betas_that_no_header_gives_back_stay_as_they_are(betas: object) -> None:
    """What a list of words in a header could not say again is kept as it came."""
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1, "messages": [], "anthropic_beta": betas}
    asked = PROTOCOL.decode_request(HttpRequest("POST", f"https://x{PATH}/invoke", {}, json.dumps(body).encode()))

    assert ({"anthropic_beta": betas}, ["anthropic-version"]) == (asked.extra, list(asked.headers))


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": [{"text": "q"}]}], "schemaVersion": "messages-v1"},
        {"inputText": "q"},
        {"prompt": "q", "max_gen_len": 9},
    ],
)
def test_bodies_of_other_families_are_refused(body: dict[str, object]) -> None:
    """The endpoint takes other families' bodies too, which are other wire formats."""
    with pytest.raises(DecodeError):
        PROTOCOL.decode_request(HttpRequest("POST", f"https://x{PATH}/invoke", {}, json.dumps(body).encode()))


def test_both_sides_of_every_direction() -> None:
    """A whole answer and an error are read as they were said; an error in a good body is one too."""
    response = Response(Message("assistant", (Text("a"),), origin=HERE), "msg_1", "m", finish=Finish("stop", "end_turn"))
    body = PROTOCOL.encode_response(response, ASKED)
    reply = PROTOCOL.encode_failure(Failure("m", 429, "rate_limit_error"))
    failure = PROTOCOL.decode_failure(HttpHead(reply.status, reply.headers), reply.body, TARGET)

    assert response.message == accumulate(PROTOCOL.decode_response(body, TARGET), HERE).message
    assert (429, "ThrottlingException") == (failure.status, failure.type)
    assert [Failed(Failure("no", body={"message": "no"}))] == PROTOCOL.decode_response(b'{"message":"no"}', TARGET)
    assert [event.failure.reason for event in PROTOCOL.decode_response(b"<", TARGET)] == ["decode"]  # type: ignore[union-attr]
    assert [] == PROTOCOL.stream_decoder(TARGET).close()
    assert b"" == PROTOCOL.stream_encoder(ASKED).feed([])


THOUGHT = Thinking("hm", signature="sig")
REDACTED = Thinking("", encrypted="enc")
SEARCH = ServerToolCall("srvtoolu_1", "web_search", "{}", kind="web_search")


def moved(provider: str, protocol: str, kin: tuple[str, ...] = ("anthropic",)) -> tuple[list[str], list[str]]:
    """What is sent of an answer that another provider gave, by the types of its blocks, and what is reported."""
    origin = Origin(protocol, provider, "claude-test")
    blocks = [THOUGHT, REDACTED, SEARCH, Opaque({"type": "new"}), Text("a")]
    turn = assistant(
        *[type(block)(**{f: getattr(block, f) for f in block.__struct_fields__} | {"origin": origin}) for block in blocks]
    )
    target = Target(TARGET.provider, TARGET.protocol, MODEL, TARGET.base_url, kin=kin)
    http, reported = encode(Request(MODEL, (user("q"), turn, user("r"))), target)
    return [block["type"] for block in json.loads(http.body)["messages"][1]["content"]], [feature for feature, _ in reported]


def test_thinking_is_kept_from_a_platform_of_the_same_vendor() -> None:
    """Signatures are valid on all platforms of the vendor; what only one of them serves is not taken along."""
    assert moved("anthropic", "anthropic_messages") == (
        ["thinking", "redacted_thinking", "text"],
        ["server_tool_call", "opaque"],
    )


@pytest.mark.parametrize("protocol", ["anthropic_messages", "anthropic_bedrock"])
def test_what_is_from_here_stays(protocol: str) -> None:
    """The same provider's blocks, and those of a client that speaks either framing, go as they came."""
    everything = ["thinking", "redacted_thinking", "server_tool_use", "new", "text"]

    assert moved("", protocol) == (everything, [])
    assert moved("bedrock-anthropic", protocol) == (everything, [])


@pytest.mark.parametrize(
    ("provider", "protocol", "kin"),
    [
        ("zai-anthropic", "anthropic_messages", ("anthropic",)),
        ("anthropic", "anthropic_messages", ()),
        ("anthropic", "gemini", ("anthropic",)),
    ],
)
def test_other_vendors_thinking_is_not(provider: str, protocol: str, kin: tuple[str, ...]) -> None:
    """Vendors that only speak the format, and targets without kin, are as foreign as any."""
    kinds, reported = moved(provider, protocol, kin)

    assert ["text"] == kinds
    assert ["thinking", "thinking", "server_tool_call", "opaque"] == reported


def test_tools_of_the_same_json_are_kept() -> None:
    """A vendor's own tool that was written for the format goes in either framing."""
    tools = (
        VendorTool({"type": "bash_20250124", "name": "bash"}, "anthropic_bedrock"),
        VendorTool({"type": "x"}, "anthropic_messages"),
    )
    http, reported = encode(Request(MODEL, (user("q"),), tools=tools))

    assert [tool.data for tool in tools] == json.loads(http.body)["tools"]
    assert [] == reported
