"""What requests are held against refuses what vendors refuse: the checks of the tests are tested themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from accepts import PROVIDERS, accepts
from accepts import WIRES as CHECKS
from discovery import by_discovery
from strict import AMENDMENTS, Amendment, amend, close
from watch import MADE_UP, Watch

from dragoman import Client, Tool, user
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report, Target
from dragoman.providers import NAMES as PROVIDER_NAMES
from dragoman.types import Request

jsonschema_rs = pytest.importorskip("jsonschema_rs")

OPEN = {
    "Base": {"type": "object", "properties": {"a": {"type": "string"}, "d": {"enum": ["x"]}}, "required": ["a"]},
    "Child": {"allOf": [{"$ref": "#/$defs/Base"}, {"type": "object", "properties": {"b": {"$ref": "#/$defs/Base"}}}]},
    "Either": {"anyOf": [{"$ref": "#/$defs/Base"}, {"type": "string"}]},
    "Any": {"type": "object"},
    "Named": {"type": "object", "properties": {"a": True}, "additionalProperties": True},
    "Tree": {
        "type": "object",
        "properties": {"of": {"type": "array", "items": {"$recursiveRef": "#"}}},
        "$recursiveAnchor": True,
    },
}


@pytest.mark.parametrize(
    ("entry", "value", "taken"),
    [
        ("Base", {"a": "x"}, True),
        ("Base", {"a": "x", "z": 1}, False),
        ("Child", {"a": "x", "b": {"a": "y"}}, True),
        ("Child", {"a": "x", "z": 1}, False),
        ("Child", {"a": "x", "b": {"a": "y", "z": 1}}, False),
        ("Either", "x", True),
        ("Either", {"a": "x", "z": 1}, False),
        ("Any", {"z": 1}, True),
        ("Named", {"z": 1}, True),
        ("Tree", {"of": [{"of": []}]}, True),
        ("Tree", {"of": [{"z": 1}]}, False),
    ],
)
def test_listed_objects_are_closed(entry: str, value: Any, taken: bool) -> None:
    """Where a schema lists fields no other is taken, also where it is put together; what is open by word stays open."""
    validator = jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{entry}", "$defs": close(OPEN)})

    assert taken == validator.is_valid(value)


def test_an_amendment_must_be_news() -> None:
    """What a schema has come to know by itself must not stand in the list."""
    amended = amend(OPEN, [Amendment("Base", "seen", fields=("c",), optional=("a",), words=(("d", "y"),))])

    assert {"a", "c", "d"} == amended["Base"]["properties"].keys()
    assert ["x", "y"] == amended["Base"]["properties"]["d"]["enum"]
    assert [] == amended["Base"]["required"]
    for old in (
        Amendment("Base", "", fields=("a",)),
        Amendment("Base", "", optional=("c",)),
        Amendment("Base", "", words=(("d", "x"),)),
    ):
        with pytest.raises(ValueError, match="itself"):
            amend(OPEN, [old])
    assert all(amendment.reason for listed in AMENDMENTS.values() for amendment in listed)


def test_every_wire_format_has_its_check() -> None:
    """A wire format that joins the library says what its requests are held against."""
    assert {*NAMES} == CHECKS.keys()
    assert {*PROVIDERS} <= {*PROVIDER_NAMES}


SPOILT = [
    (["zzz"], 1),
    (["messages", 0, "zzz"], 1),
    (["messages", 0, "role"], "usr"),
    (["tools", 0, "zzz"], 1),
]


@pytest.mark.parametrize(("path", "value"), SPOILT, ids=str)
@pytest.mark.parametrize(
    "provider", ["openai", "anthropic", "mistral", "ollama", "groq", "openrouter", "cohere", "bedrock", "vllm"]
)
def test_a_misspelt_field_is_found(provider: str, path: list[Any], value: Any) -> None:
    """One wrong word anywhere in a right request is refused; the request itself is not."""
    tool = Tool("f", "does f", {"type": "object", "properties": {}})
    with Client() as client:
        plan = client.plan(f"{provider}:any-model", "Hi", tools=[tool])
    check = accepts(provider, plan.protocol)
    if check is None:
        pytest.skip("the vendors' schemas are not here")
    body = json.loads(plan.http.body)
    assert [] == check(body)

    if path[-1] == "role" and provider == "bedrock":
        pytest.skip("AWS' own validator does not look at words")
    if path[0] == "tools" and provider == "bedrock":
        path = ["toolConfig", *path]
    if path[0] == "tools" and provider == "cohere":
        pytest.skip("its SDK reads tools into a type that takes any word")
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value

    assert check(body) != []


def test_every_request_of_a_test_is_looked_at() -> None:
    """A wrong request is noticed whoever encodes it; one with somebody's own words is not looked at."""
    target = Target("openai", "openai_chat", "m", "https://api.openai.com/v1")
    protocol = load("openai_chat")
    right, own = Request("m", (user("Hi"),)), Request("m", (user("Hi"),), extra={"zzz": 1})
    http = protocol.encode_request(own, target, Report(target))
    watch = Watch()
    if accepts("openai", "openai_chat") is None:
        pytest.skip("the vendors' schemas are not here")
    watch.look(own, target, http)
    assert [] == watch.wrong

    watch.look(right, target, http)
    assert 1 == len(watch.wrong)
    assert "zzz" in watch.wrong[0]


def test_exceptions_are_tests_that_exist() -> None:
    """A test that is renamed or gone leaves the list."""
    tests = Path(__file__).resolve().parent.parent
    lost = [name for name in MADE_UP if f"def {name.split('::')[1]}(" not in (tests / name.split("::")[0]).read_text("utf-8")]

    assert [] == lost


YOUNGER: dict[str, Any] = {
    "model": "m",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "hi"}],
    "mcp_servers": [{"type": "url", "url": "https://x", "name": "x"}],
    "tools": [
        {"name": "f", "input_schema": {"type": "object"}},
        {"type": "web_search_20260318", "name": "web_search", "max_uses": 1, "allowed_domains": ["a.com"]},
        {"type": "mcp_toolset", "mcp_server_name": "x", "configs": {"a": {"enabled": True}}},
    ],
}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, []),
        ({"mcp_servers": [{"type": "url", "url": "https://x"}]}, ["mcp_servers/0/name: missing"]),
        ({"mcp_servers": ["x"]}, ["mcp_servers/0: no object"]),
        ({"tools": [{"type": "web_search_20260318", "name": "x"}]}, ["tools/0/name: 'x' is none of ('web_search',)"]),
        ({"tools": [{**YOUNGER["tools"][1], "new": 1}]}, ["tools/0/new: unknown"]),
        ({"tools": [{**YOUNGER["tools"][1], "max_uses": True}]}, ["tools/0/max_uses: True is no int"]),
        ({"tools": [{**YOUNGER["tools"][1], "allowed_domains": [1]}]}, ["tools/0/allowed_domains/0: 1 is no str"]),
        ({"new": 1}, ["the body"]),
    ],
    ids=range(8),
)
def test_tools_that_are_younger_than_the_schema(change: dict[str, Any], wrong: list[str]) -> None:
    """Anthropic's are held against the types of its own library, the rest of the request against the schema."""
    check = accepts("anthropic", "anthropic_messages")
    if check is None:
        pytest.skip("the vendor's schema is not here: lay it at ../shared/specs")

    found = check({**YOUNGER, **change})
    assert len(wrong) == len(found)
    assert all(sentence.startswith(expected) for sentence, expected in zip(found, wrong, strict=True))


def test_what_the_types_stumble_over_is_wrong() -> None:
    """A `type` that is no word, which spoiled history may hold, is a finding and no failure of the check."""
    check = accepts("gemini-interactions", "gemini_interactions")
    if check is None:
        pytest.skip("google-genai is not installed")

    assert ["what these types cannot read: unhashable type: 'list'"] == check({"input": [{"type": []}]})


VERTEX = "GoogleCloudAiplatformV1GenerateContentRequest"
CONTENTS = [{"role": "user", "parts": [{"text": "q"}]}]


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        ({"contents": CONTENTS}, True),
        ({"contents": CONTENTS, "tools": [{"googleSearch": {"excludeDomains": ["a"]}}]}, True),
        ({"contents": CONTENTS, "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"x": [1]}}]}]}, True),
        ({"contents": CONTENTS, "tools": [{"googleSearch": {"allowDomains": ["a"]}}]}, False),
        ({"contents": CONTENTS, "tools": [{"fileSearch": {}}]}, False),
        ({"contents": CONTENTS, "tools": [{"computerUse": {"environment": "AMIGA"}}]}, False),
        ({"contents": [{"parts": [{"text": 3}]}]}, False),
    ],
)
def test_what_vertex_takes(body: dict[str, Any], taken: bool) -> None:
    """By Google's description of the service: other fields and words are refused, a value that may be any is not looked into."""
    check = by_discovery(VERTEX)
    if check is None:
        pytest.skip("the vendors' schemas, or what reads them, are not here")

    assert taken == (check(body) == [])
