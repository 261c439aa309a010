"""What the tests of this wire share: a target, short ways through the codec, recorded answers, and a small schema reader."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dragoman.protocols.base import Policy, Report, Target
from dragoman.protocols.openai_responses import PROTOCOL, ResponsesDialect
from dragoman.protocols.openai_responses.decode_stream import StreamDecoder
from dragoman.testing.conformance import Exchange, load, load_suite
from dragoman.types import Adaptation, Event, Message, Request
from dragoman.wire.frames import Frame
from dragoman.wire.http import HttpRequest
from dragoman.wire.sse import SseFramer

Json = dict[str, Any]

BASE = "https://api.openai.com/v1"
SCHEMA = Path(os.environ.get("DRAGOMAN_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus").parent / "specs"


class Sent:
    """An encoded request: its HTTP form, its body and what had to be adapted."""

    def __init__(self, http: HttpRequest, adaptations: list[Adaptation]) -> None:
        self.http = http
        self.body: Json = json.loads(http.body)
        self.adaptations = adaptations

    @property
    def input(self) -> Any:
        return self.body["input"]

    @property
    def reported(self) -> list[tuple[str, str]]:
        return [(item.feature, item.action) for item in self.adaptations]


Encode = Callable[..., Sent]
Decode = Callable[..., list[Event]]


@pytest.fixture
def target() -> Target:
    """OpenAI itself."""
    return Target("openai-responses", "openai_responses", "gpt-test", BASE)


@pytest.fixture
def encode() -> Encode:
    """Encodes a request, given whole or by messages and fields; the dialect and the policy may be named."""

    def encode(
        *messages: Message,
        request: Request | None = None,
        dialect: ResponsesDialect | None = None,
        policy: Policy = "adapt",
        **fields: Any,
    ) -> Sent:
        request = request or Request("gpt-test", messages, **fields)
        there = Target("openai-responses", "openai_responses", "gpt-test", BASE, dialect)
        report = Report(there, policy)
        return Sent(PROTOCOL.encode_request(request, there, report), report.adaptations)

    return encode


@pytest.fixture
def asked() -> Callable[[Json], Request]:
    """The request that a body asks for."""

    def asked(body: Json) -> Request:
        return PROTOCOL.decode_request(HttpRequest("POST", f"{BASE}/responses", {}, json.dumps(body).encode()))

    return asked


@pytest.fixture
def decode(target: Target) -> Decode:
    """Decodes wire objects as one streamed answer, both ways a frame can go, which must agree."""

    def decode(*wires: Json, dialect: ResponsesDialect | None = None) -> list[Event]:
        there = Target(target.provider, target.protocol, target.model, target.base_url, dialect)
        found = []
        for fast in (True, False):
            decoder = StreamDecoder(there, fast=fast)
            found.append(decoder.feed([(str(wire.get("type", "")).encode(), json.dumps(wire).encode()) for wire in wires]))
            found[-1] += decoder.close()
        assert found[0] == found[1]
        return found[0]

    return decode


@pytest.fixture
def whole(target: Target) -> Callable[..., list[Event]]:
    """The events of a whole answer with these items."""

    def whole(*output: Json, **fields: Any) -> list[Event]:
        body = {"id": "resp_1", "model": "gpt-test", "created_at": 7, "status": "completed", "output": output, **fields}
        return PROTOCOL.decode_response(json.dumps(body).encode(), target)

    return whole


@pytest.fixture
def frames() -> Callable[[bytes], list[Frame]]:
    """The frames of a streamed body."""

    def frames(body: bytes) -> list[Frame]:
        framer = SseFramer()
        return framer.feed(body) + framer.close()

    return frames


@pytest.fixture(scope="session")
def recorded(corpus: Path) -> list[tuple[Exchange, Target]]:
    """Recorded answers of good status, each with where its request went."""
    suite = load_suite("openai-responses")
    exchanges = [exchange for exchange in load(corpus).of_wire("openai-responses") if exchange.status < 400]
    return [(exchange, suite.target(exchange)) for exchange in exchanges]


@pytest.fixture
def schema_errors() -> Callable[[Any, str], list[str]]:
    """Checks a value against an entry of the vendor's published schema; skipped where that is absent."""
    path = SCHEMA / "openai.schema.json"
    if not path.is_file():
        pytest.skip("the vendor's schema is not here: lay it at ../shared/specs")
    definitions = json.loads(path.read_text())["$defs"]

    def errors(value: Any, entry: str) -> list[str]:
        return list(_check(value, {"$ref": f"#/$defs/{entry}"}, definitions, entry))

    return errors


_TYPES: Json = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def _is(value: Any, kind: str) -> bool:
    if kind in ("integer", "number"):
        return not isinstance(value, bool) and isinstance(value, int if kind == "integer" else (int, float))
    return isinstance(value, _TYPES[kind])


def _check(value: Any, schema: Json, definitions: Json, path: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _check(value, definitions[schema["$ref"].rpartition("/")[2]], definitions, path)
        return
    for branch in schema.get("allOf", ()):
        yield from _check(value, branch, definitions, path)
    if "anyOf" in schema:
        branches = [list(_check(value, branch, definitions, path)) for branch in schema["anyOf"]]
        yield from [] if [] in branches else min(branches, key=len)
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{path} is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is none of {schema['enum']}"
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{path} is too long"
    if isinstance(value, dict):
        fields = schema.get("properties", {})
        # The parts of an answer's text are those of a request in this schema; probabilities are of answers only.
        yield from [f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in {*value, "logprobs"}]
        for name, item in value.items():
            if name in fields:
                yield from _check(item, fields[name], definitions, f"{path}.{name}")
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            yield from _check(item, schema["items"], definitions, f"{path}[{place}]")
