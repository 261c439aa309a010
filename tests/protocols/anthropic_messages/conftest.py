"""What the tests of this wire share: a target, short ways through the codec, and a small JSON Schema reader."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dragoman.protocols.anthropic_messages import PROTOCOL, MessagesDialect
from dragoman.protocols.anthropic_messages.decode_stream import MessagesDecoder
from dragoman.protocols.base import Policy, Report, Target
from dragoman.types import Adaptation, Event, Message, Request
from dragoman.wire.frames import Frame
from dragoman.wire.http import HttpRequest

Json = dict[str, Any]

BASE = "https://api.anthropic.com"
SCHEMA = Path(os.environ.get("DRAGOMAN_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus").parent / "specs"


class Sent:
    """An encoded request: its HTTP form, its body and what had to be adapted."""

    def __init__(self, http: HttpRequest, adaptations: list[Adaptation]) -> None:
        self.http = http
        self.body: Json = json.loads(http.body)
        self.adaptations = adaptations

    @property
    def reported(self) -> list[tuple[str, str]]:
        return [(item.feature, item.action) for item in self.adaptations]

    def content(self, place: int) -> list[Json]:
        content: list[Json] = self.body["messages"][place]["content"]
        return content


Encode = Callable[..., Sent]


@pytest.fixture
def target() -> Target:
    """Anthropic itself."""
    return Target("anthropic", "anthropic_messages", "claude-test", BASE)


@pytest.fixture
def encode() -> Encode:
    """Encodes a request, given whole or by messages and fields; the dialect and the policy may be named."""

    def encode(
        *messages: Message,
        request: Request | None = None,
        dialect: MessagesDialect | None = None,
        policy: Policy = "adapt",
        **fields: Any,
    ) -> Sent:
        request = request or Request("claude-test", messages, **fields)
        there = Target("anthropic", "anthropic_messages", "claude-test", BASE, dialect)
        report = Report(there, policy)
        return Sent(PROTOCOL.encode_request(request, there, report), report.adaptations)

    return encode


@pytest.fixture
def frames() -> Callable[..., list[Frame]]:
    """Wire objects as named frames."""

    def frames(*wires: Json) -> list[Frame]:
        return [(wire["type"].encode(), json.dumps(wire).encode()) for wire in wires]

    return frames


@pytest.fixture
def decode(target: Target, frames: Callable[..., list[Frame]]) -> Callable[..., list[Event]]:
    """Decodes wire objects as one streamed answer, both ways a frame can go, which must agree."""

    def decode(*wires: Json) -> list[Event]:
        found = []
        for ordinary in (True, False):
            decoder = MessagesDecoder(target.origin(), ordinary=ordinary)
            found.append(decoder.feed(frames(*wires)) + decoder.close())
        assert found[0] == found[1]
        return found[0]

    return decode


@pytest.fixture
def schema_errors() -> Callable[[Any, str], list[str]]:
    """Checks a value against an entry of the vendor's published schema; skipped where that is absent."""
    path = SCHEMA / "anthropic.schema.json"
    if not path.is_file():
        pytest.skip("the vendor's schema is not here: lay it at ../shared/specs")
    definitions = json.loads(path.read_text())["$defs"]

    def errors(value: Any, entry: str) -> list[str]:
        return list(_check(value, {"$ref": f"#/$defs/{entry}"}, definitions, entry))

    return errors


_TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def _is(value: Any, kind: str) -> bool:
    if kind in ("integer", "number"):
        return not isinstance(value, bool) and isinstance(value, int if kind == "integer" else (int, float))
    return isinstance(value, _TYPES[kind])


def _check(value: Any, schema: Json, definitions: Json, path: str) -> list[str]:
    if "$ref" in schema:
        return _check(value, definitions[schema["$ref"].rpartition("/")[2]], definitions, path)
    if "anyOf" in schema:
        branches = [_check(value, branch, definitions, path) for branch in schema["anyOf"]]
        return [] if [] in branches else min(branches, key=len)
    if "type" in schema and not _is(value, schema["type"]):
        return [f"{path} is no {schema['type']}"]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{path} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path} is none of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{path} does not match {schema['pattern']}")
    if "minLength" in schema and len(value) < schema["minLength"]:
        found.append(f"{path} is too short")
    if "minimum" in schema and value < schema["minimum"]:
        found.append(f"{path} is too small")
    if isinstance(value, dict):
        fields = schema.get("properties", {})
        found += [f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in value]
        for name, item in value.items():
            if name in fields:
                found += _check(item, fields[name], definitions, f"{path}.{name}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{path}.{name} is unknown")
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            found += _check(item, schema["items"], definitions, f"{path}[{place}]")
    return found
