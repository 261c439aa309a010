"""Every wire fits the schemas it sends to what its vendor takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dragoman import protocols
from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.testing.conformance import load, load_suite
from dragoman.types import Output, Request, Tool, user

Json = dict[str, Any]

WIRES = (
    *("openai-chat", "openai-responses", "anthropic-messages", "gemini-generate"),
    *("mistral-chat", "cohere-v2", "ollama-chat", "bedrock-converse"),
)

UNION: Json = {
    "type": "object",
    "properties": {"a": {"oneOf": [{"type": "string"}, {"type": "integer", "maximum": 3}]}},
    "required": ["a"],
    "additionalProperties": False,
}
RECURSIVE: Json = {
    "type": "object",
    "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
    "required": ["next"],
    "additionalProperties": False,
}
BESIDE: Json = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A", "title": "T"}}, "$defs": {"A": {"type": "string"}}}
UNANCHORED: Json = {"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}}


def sent(wire: str, **fields: Any) -> tuple[str, list[tuple[str, str | None]]]:
    """The body, as text, and what was listed of schemas."""
    target = Target("acme", wire, "m", "https://a.test")
    report = Report(target)
    request = Request("m", (user("Hi"),), **fields)
    body = protocols.load(wire).encode_request(request, target, report).body.decode()
    return body, [(item.action, item.path) for item in report.adaptations if item.feature == "schema"]


@pytest.mark.parametrize(
    ("wire", "tool", "path"),
    [
        ("openai_chat", Tool("f", parameters=UNION, strict=True), "/properties/a"),
        ("openai_responses", Tool("f", parameters=UNION, strict=True), "/properties/a"),
        ("anthropic_messages", Tool("f", parameters={}), ""),
        ("bedrock_converse", Tool("f", parameters={}), ""),
        ("cohere_chat", Tool("f", parameters=UNION, strict=True), "/properties/a"),
        ("ollama_chat", Tool("f", parameters=UNANCHORED), "/properties/a"),
    ],
)
def test_parameters_are_fitted(wire: str, tool: Tool, path: str) -> None:
    """What had to change in the parameters of a tool is listed, with its place in the request."""
    body, listed = sent(wire, tools=(tool,))

    assert f"tools[0].parameters{path}" in [place for _, place in listed]
    assert '"oneOf"' not in body


@pytest.mark.parametrize(
    ("wire", "output", "word"),
    [
        ("openai_chat", Output(UNION, strict=True), "oneOf"),
        ("openai_responses", Output(UNION, strict=True), "oneOf"),
        ("anthropic_messages", Output(UNION), "oneOf"),
        ("bedrock_converse", Output(UNION), '\\"maximum'),
        ("cohere_chat", Output(UNION), "oneOf"),
        ("gemini", Output(BESIDE), '"$ref'),
        ("ollama_chat", Output(UNANCHORED), '"pattern'),
    ],
)
def test_the_form_of_an_answer_is_fitted(wire: str, output: Output, word: str) -> None:
    """What had to change in the schema of an answer is listed, with its place in the request."""
    body, listed = sent(wire, output=output)

    assert word not in body
    assert {"output.schema"} == {(place or "").partition("/")[0] for _, place in listed}


@pytest.mark.parametrize("wire", ["anthropic_messages", "bedrock_converse"])
def test_what_cannot_be_taken_is_not_sent(wire: str) -> None:
    """A schema that contains itself is refused where there is no recursion, and sent where nothing is held to it."""
    with pytest.raises(Unsupported, match="contains itself"):
        sent(wire, output=Output(RECURSIVE))
    with pytest.raises(Unsupported, match="contains itself"):
        sent(wire, tools=(Tool("f", parameters=RECURSIVE, strict=True),))

    assert [] == sent(wire, tools=(Tool("f", parameters=RECURSIVE),))[1]


@pytest.mark.parametrize("wire", ["openai_chat", "openai_responses", "gemini", "mistral_chat", "ollama_chat", "cohere_chat"])
def test_what_is_taken_goes_as_it_is(wire: str) -> None:
    """A schema of the common kind is the same in every body."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
    body, listed = sent(wire, tools=(Tool("f", parameters=schema),), output=Output(schema))

    assert 2 == body.count(json.dumps(schema, separators=(",", ":")))
    assert [] == listed


def test_no_recorded_schema_that_was_taken_is_refused(corpus: Path) -> None:
    """Whatever a vendor answered well, with the rules of that vendor on, is sent."""
    refused, recordings = [], load(corpus)
    for wire in WIRES:
        suite = load_suite(wire)
        for exchange in recordings.of_wire(wire):
            if exchange.request_json is None or exchange.status >= 400:
                continue
            request = suite.protocol.decode_request(exchange.request)
            target = suite.target(exchange, request.model)
            try:
                if request.tools or request.output is not None:
                    suite.protocol.encode_request(request, target, Report(target))
            except Unsupported as error:
                if error.feature == "schema":
                    refused.append((exchange.id, str(error)))

    assert [] == refused
