"""Google's count of a prompt, of AI Studio and of Vertex AI."""

from __future__ import annotations

import json

from dragoman.protocols.base import Report, Target
from dragoman.protocols.gemini import PROTOCOL
from dragoman.protocols.gemini.count import decode_count, encode_count
from dragoman.providers import load
from dragoman.types import Request, Text, Tool, ToolChoice, user
from dragoman.types.count import Count
from dragoman.types.response import Failure

TARGET = Target("gemini", "gemini", "gemini-3.5-flash", "https://g.test/v1beta")
REQUEST = Request(
    "m", (user("hi"),), system=(Text("Be brief."),), tools=(Tool("look"),), tool_choice=ToolChoice("required"), stream=True
)


def test_ai_studio_takes_the_whole_request() -> None:
    """With the model named in it."""
    http = encode_count(REQUEST, TARGET, Report(TARGET))
    whole = json.loads(PROTOCOL.encode_request(REQUEST, TARGET, Report(TARGET)).body)

    assert http.url == "https://g.test/v1beta/models/gemini-3.5-flash:countTokens"
    assert {"generateContentRequest": {"model": "models/gemini-3.5-flash", **whole}} == json.loads(http.body)


def test_a_tuned_model_is_named_by_its_collection() -> None:
    """A model that names its collection keeps it, in the path and in the body."""
    target = Target("gemini", "gemini", "tunedModels/x", "https://g.test/v1beta")
    http = encode_count(REQUEST, target, Report(target))

    assert http.url == "https://g.test/v1beta/tunedModels/x:countTokens"
    assert json.loads(http.body)["generateContentRequest"]["model"] == "tunedModels/x"


def test_vertex_takes_some_fields() -> None:
    """Beside each other, and no tool choice among them."""
    dialect = load("vertex").dialect
    target = Target("vertex", "gemini", "gemini-2.5-flash", "https://v.test/v1/projects/p/locations/l", dialect)
    http = encode_count(REQUEST, target, Report(target))

    assert http.url == "https://v.test/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:countTokens"
    assert {"contents", "systemInstruction", "tools"} == json.loads(http.body).keys()


def test_the_answer() -> None:
    """One number, what was cached included."""
    assert Count(61, True, 0.0, "vendor") == decode_count(b'{"totalTokens": 61, "promptTokensDetails": []}', TARGET)
    assert isinstance(decode_count(b'{"error": {"code": 404}}', TARGET), Failure)
