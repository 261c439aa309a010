"""Schemas as each vendor takes them."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import providers
from dragoman.errors import Unsupported
from dragoman.protocols.base import Policy, Report, Target
from dragoman.protocols.json_schema import AS_IS, SchemaRules, Schemas, fit_schema
from dragoman.protocols.json_schema.known import ANTHROPIC, LLAMA_CPP, OPENAI, XAI

Json = dict[str, Any]


def schemas(provider: str) -> Schemas:
    found: Schemas = providers.load(provider).dialect.schemas
    return found


def defaults(module: str, name: str) -> Schemas:
    found: Schemas = getattr(__import__(f"dragoman.protocols.{module}.dialect", fromlist=[name]), name)().schemas
    return found


def openapi() -> SchemaRules:
    from dragoman.protocols.gemini.dialect import OPENAPI

    return OPENAPI


RULES: dict[str, SchemaRules] = {
    "openai tool": OPENAI.tools,
    "openai strict tool": OPENAI.strict_tools,
    "openai strict": OPENAI.strict_output,
    "anthropic tool": ANTHROPIC.tools,
    "anthropic strict tool": ANTHROPIC.strict_tools,
    "anthropic": ANTHROPIC.output,
    "gemini": defaults("gemini", "GeminiDialect").output,
    "gemini openapi": openapi(),
    "bedrock tool": defaults("bedrock_converse", "ConverseDialect").tools,
    "bedrock": defaults("bedrock_converse", "ConverseDialect").output,
    "cohere tool": defaults("cohere_chat", "CohereDialect").tools,
    "cohere": defaults("cohere_chat", "CohereDialect").output,
    "mistral": defaults("mistral_chat", "MistralDialect").output,
    "ollama": defaults("ollama_chat", "OllamaDialect").output,
    "llama.cpp": LLAMA_CPP.tools,
    "xai": XAI.tools,
    "groq strict": schemas("groq").strict_output,
    "groq": schemas("groq").output,
    "cerebras strict": schemas("cerebras").strict_output,
    "fireworks": schemas("fireworks").output,
    "vllm": schemas("vllm").strict_output,
}


def report(policy: Policy = "adapt") -> Report:
    return Report(Target("acme", "openai_chat", "m"), policy)


def fit(schema: Json, rules: SchemaRules) -> tuple[Any, list[tuple[str, str | None]]]:
    """The schema that fits, and what was listed: actions and paths."""
    listed = report()
    found = fit_schema(schema, rules, listed, "tool")
    assert {"schema"} >= {item.feature for item in listed.adaptations}
    return found, [(item.action, item.path) for item in listed.adaptations]


def obj(required: list[str] | None = None, /, **properties: Any) -> Json:
    """A closed object; all its properties are required unless some are named."""
    names = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": names, "additionalProperties": False}


STRING, INTEGER, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}
LINK = {"anyOf": [{"$ref": "#/$defs/Node"}, NULL]}
RECURSIVE = {**obj(head=LINK), "$defs": {"Node": obj(value=STRING, next=LINK)}}
REFERS = {**obj(a={"$ref": "#/$defs/A"}), "$defs": {"A": STRING}}
BESIDE = {**obj(a={"$ref": "#/$defs/A", "description": "d"}), "$defs": {"A": STRING}}
UNION = obj(a={"oneOf": [STRING, INTEGER]})
BOUNDED = obj(n={"type": "integer", "minimum": 1, "description": "Age."})
SAID = {"type": "integer", "description": "Age.\n\n(minimum: 1)"}
FORMS = {"type": "object", "properties": {"a": STRING, "b": STRING}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
PYDANTIC = {
    "$defs": {"Color": {"enum": ["red", "blue"], "title": "Color", "type": "string"}},
    "properties": {
        "color": {"$ref": "#/$defs/Color", "description": "Which."},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Note"},
    },
    "required": ["color"],
    "title": "Paint",
    "type": "object",
}


@pytest.mark.parametrize(
    ("vendor", "schema", "found", "listed"),
    [
        # OpenAI: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
        pytest.param(
            "openai strict",
            {"type": "object", "properties": {"a": STRING}, "required": ["a"]},
            {"type": "object", "properties": {"a": STRING}, "required": ["a"], "additionalProperties": False},
            [("changed", "tool")],
            id="openai closes objects",
        ),
        pytest.param(
            "openai strict",
            obj(["a"], a=STRING, b=INTEGER),
            {**obj(a=STRING, b={"type": ["integer", "null"]})},
            [("changed", "tool/properties/b")],
            id="openai requires everything",
        ),
        pytest.param("openai strict", UNION, obj(a={"anyOf": [STRING, INTEGER]}), [("changed", "tool/properties/a")], id="oneOf"),
        pytest.param(
            "openai strict",
            {**obj(a={"allOf": [{"$ref": "#/$defs/A"}], "description": "d"}), "$defs": {"A": STRING}},
            {**obj(a={"type": "string", "description": "d"}), "$defs": {"A": STRING}},
            [("changed", "tool/properties/a"), ("changed", "tool/properties/a")],
            id="openai has no allOf",
        ),
        pytest.param(
            "openai strict",
            BESIDE,
            {**obj(a={"type": "string", "description": "d"}), "$defs": {"A": STRING}},
            [("changed", "tool/properties/a")],
            id="openai wants nothing beside a reference",
        ),
        pytest.param(
            "openai strict",
            obj(u={"type": "string", "format": "uri"}, d={"type": "string", "format": "date"}),
            obj(u={"type": "string", "description": "(format: uri)"}, d={"type": "string", "format": "date"}),
            [("moved", "tool/properties/u")],
            id="openai knows some formats",
        ),
        pytest.param(
            "openai strict",
            obj(a={"enum": ["x", "y"]}),
            obj(a={"type": "string", "enum": ["x", "y"]}),
            [("changed", "tool/properties/a")],
            id="openai wants types said",
        ),
        pytest.param(
            "openai strict",
            obj(a={"type": "string", "not": {"const": "x"}}),
            obj(a={"type": "string", "description": '(not: {"const":"x"})'}),
            [("moved", "tool/properties/a")],
            id="openai has no not",
        ),
        pytest.param(
            "openai strict",
            PYDANTIC,
            {
                "$defs": {"Color": {"enum": ["red", "blue"], "title": "Color", "type": "string"}},
                "properties": {
                    "color": {"enum": ["red", "blue"], "title": "Color", "type": "string", "description": "Which."},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Note"},
                },
                "required": ["color", "note"],
                "title": "Paint",
                "type": "object",
                "additionalProperties": False,
            },
            [("changed", "tool"), ("changed", "tool/properties/note"), ("changed", "tool/properties/color")],
            id="openai takes a model of pydantic",
        ),
        pytest.param(
            "openai tool", {"type": "object"}, {"type": "object", "properties": {}}, [("changed", "tool")], id="no names"
        ),
        pytest.param(
            "openai tool",
            {"type": "object", "properties": {"a": {"type": "array"}}},
            {"type": "object", "properties": {"a": {"type": "array", "items": {}}}},
            [("changed", "tool/properties/a")],
            id="openai wants items",
        ),
        pytest.param(
            "openai tool",
            FORMS,
            {"type": "object", "properties": {"a": STRING, "b": STRING}},
            [("changed", "tool")],
            id="openai wants a plain top",
        ),
        # Anthropic: https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
        pytest.param("anthropic", BOUNDED, obj(n=SAID), [("moved", "tool/properties/n")], id="anthropic has no bounds"),
        pytest.param(
            "anthropic",
            obj(a={"type": "array", "items": STRING, "minItems": 2, "maxItems": 3}),
            obj(a={"type": "array", "items": STRING, "minItems": 1, "description": "(minItems: 2, maxItems: 3)"}),
            [("moved", "tool/properties/a"), ("moved", "tool/properties/a")],
            id="anthropic counts to one",
        ),
        pytest.param(
            "anthropic",
            {"type": "object", "properties": {"a": STRING}},
            {"type": "object", "properties": {"a": STRING}, "additionalProperties": False},
            [("changed", "tool")],
            id="anthropic closes objects and requires nothing",
        ),
        pytest.param(
            "anthropic",
            obj(a={"type": "string", "pattern": r"\bx"}),
            obj(a={"type": "string", "description": r"(pattern: \bx)"}),
            [("moved", "tool/properties/a")],
            id="anthropic has no word boundaries",
        ),
        pytest.param("anthropic", UNION, obj(a={"anyOf": [STRING, INTEGER]}), [("changed", "tool/properties/a")], id="a union"),
        pytest.param(
            "anthropic",
            obj(a={"allOf": [{"type": "object", "properties": {"x": STRING}}, {"required": ["x"]}]}),
            obj(a={"required": ["x"], "type": "object", "properties": {"x": STRING}, "additionalProperties": False}),
            [("changed", "tool/properties/a"), ("changed", "tool/properties/a")],
            id="anthropic closes what allOf says together",
        ),
        pytest.param(
            "anthropic tool",
            FORMS,
            {"type": "object", "properties": {"a": STRING, "b": STRING}},
            [("changed", "tool")],
            id="anthropic wants a plain top",
        ),
        pytest.param("anthropic tool", {}, {"type": "object"}, [("changed", "tool")], id="anthropic wants an object"),
        # Bedrock: https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
        pytest.param("bedrock", BOUNDED, obj(n=SAID), [("moved", "tool/properties/n")], id="bedrock has no bounds"),
        pytest.param("bedrock tool", {"properties": {}}, {"type": "object", "properties": {}}, [("changed", "tool")], id="aws"),
        # Cohere: https://docs.cohere.com/docs/structured-outputs#unsupported-schema-features
        pytest.param("cohere", BOUNDED, obj(n=SAID), [("moved", "tool/properties/n")], id="cohere has no bounds"),
        pytest.param("cohere", UNION, obj(a={"anyOf": [STRING, INTEGER]}), [("changed", "tool/properties/a")], id="cohere oneOf"),
        pytest.param(
            "cohere",
            obj(a={"type": "string", "pattern": "^x"}),
            obj(a={"type": "string", "description": "(pattern: ^x)"}),
            [("moved", "tool/properties/a")],
            id="cohere has no anchors",
        ),
        # Gemini: https://ai.google.dev/api/generate-content#FIELDS.response_json_schema
        pytest.param(
            "gemini",
            BESIDE,
            {**obj(a={"type": "string", "description": "d"}), "$defs": {"A": STRING}},
            [("changed", "tool/properties/a")],
            id="gemini wants nothing beside a reference",
        ),
        pytest.param(
            "gemini",
            {
                **obj(n={"$ref": "#/$defs/N"}),
                "$defs": {"N": {"type": "object", "properties": {"n": {"$ref": "#/$defs/N", "title": "T"}}}},
            },
            {
                **obj(n={"$ref": "#/$defs/N"}),
                "$defs": {
                    "N": {
                        "type": "object",
                        "properties": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/N"}}, "title": "T"}},
                    }
                },
            },
            [("changed", "tool/$defs/N/properties/n"), ("dropped", "tool/$defs/N/properties/n/properties/n")],
            id="a circle is written out once",
        ),
        # https://ai.google.dev/api/caching#Schema
        pytest.param(
            "gemini openapi",
            REFERS,
            {"type": "object", "properties": {"a": STRING}, "required": ["a"]},
            [("dropped", "tool"), ("changed", "tool/properties/a")],
            id="openapi has no references",
        ),
        pytest.param(
            "gemini openapi",
            {"type": "object", "properties": {"a": {"type": ["string", "null"]}, "b": {"const": "x"}}},
            {"type": "object", "properties": {"a": {"type": "string", "nullable": True}, "b": {"enum": ["x"]}}},
            [("changed", "tool/properties/a"), ("changed", "tool/properties/b")],
            id="openapi says null otherwise",
        ),
        pytest.param(
            "gemini openapi",
            {"$schema": "s", "type": "integer", "exclusiveMinimum": 0, "enum": [1, 2]},
            {"type": "integer", "description": "(exclusiveMinimum: 0, enum: [1,2])"},
            [("dropped", "tool"), ("moved", "tool"), ("moved", "tool")],
            id="openapi knows few keywords",
        ),
        # https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
        pytest.param(
            "ollama",
            obj(a={"type": "string", "pattern": "[0-9]+"}),
            obj(a={"type": "string", "description": "(pattern: [0-9]+)"}),
            [("moved", "tool/properties/a")],
            id="llama.cpp wants anchors",
        ),
        # xAI: https://docs.x.ai/developers/model-capabilities/text/structured-outputs#rejected-schemas
        pytest.param("xai", obj(a=True), obj(a={}), [("changed", "tool/properties/a")], id="xai has no true"),
        pytest.param(
            "xai",
            obj(a={"type": "array", "items": [STRING]}),
            obj(a={"type": "array", "prefixItems": [STRING]}),
            [("changed", "tool/properties/a")],
            id="xai has prefixItems",
        ),
        pytest.param(
            "xai",
            obj(a={"type": "array", "contains": STRING, "minContains": 2}),
            obj(a={"type": "array", "contains": STRING, "description": "(minContains: 2)"}),
            [("moved", "tool/properties/a")],
            id="xai does not count what is contained",
        ),
        # Groq: https://console.groq.com/docs/structured-outputs
        pytest.param(
            "groq strict",
            {"type": "object", "properties": {"a": STRING}},
            obj(a={"type": ["string", "null"]}),
            [("changed", "tool"), ("changed", "tool/properties/a")],
            id="groq closes and requires",
        ),
        # Cerebras: https://inference-docs.cerebras.ai/capabilities/structured-outputs
        pytest.param(
            "cerebras strict",
            obj(a={"type": ["string", "null"]}),
            obj(a={"anyOf": [STRING, NULL]}),
            [("changed", "tool/properties/a")],
            id="cerebras has no lists of types",
        ),
        pytest.param(
            "cerebras strict",
            {**obj(a={"$ref": "#/definitions/A"}), "definitions": {"A": STRING}},
            REFERS,
            [("changed", "tool")],
            id="cerebras has $defs",
        ),
        # Fireworks: https://docs.fireworks.ai/structured-responses/structured-response-formatting#json-schema-support
        pytest.param("fireworks", UNION, obj(a={"anyOf": [STRING, INTEGER]}), [("changed", "tool/properties/a")], id="fireworks"),
        pytest.param(
            "fireworks",
            obj(a={"type": "string", "maxLength": 3}),
            obj(a={"type": "string", "description": "(maxLength: 3)"}),
            [("moved", "tool/properties/a")],
            id="fireworks has no lengths",
        ),
    ],
)
def test_what_a_vendor_does_not_take_is_said_otherwise(vendor: str, schema: Json, found: Json, listed: list[Any]) -> None:
    """The schema is the nearest the vendor takes, every difference is listed with its place, and the caller's is not touched."""
    given = copy.deepcopy(schema)

    assert (found, listed) == fit(schema, RULES[vendor])
    assert given == schema
    assert (found, []) == fit(found, RULES[vendor])


@pytest.mark.parametrize(
    ("vendor", "schema"),
    [
        ("openai strict", obj(a=STRING, b={"type": ["integer", "null"]}, c=obj(), d={"type": "array", "items": INTEGER})),
        ("openai strict", RECURSIVE),
        ("openai strict", {**obj(a={"type": "number", "minimum": 1, "multipleOf": 2}), "$schema": "s", "title": "T"}),
        ("openai strict", obj(next={"anyOf": [{"$ref": "#"}, NULL]})),
        ("openai tool", {"type": "object", "properties": {"a": {"oneOf": [STRING, INTEGER]}, "b": True}}),
        ("openai tool", {**RECURSIVE, "additionalProperties": {"minLength": 3}}),
        ("anthropic", {**REFERS, "title": "T", "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"enum": [1, None]}}}),
        (
            "anthropic",
            obj(a={"anyOf": [STRING, obj(x=STRING)], "default": "y"}, b={"type": "array", "items": {}, "minItems": 1})
            | {"properties": {"a": {"anyOf": [STRING, obj(x=STRING)], "default": "y"}}, "required": []},
        ),
        ("anthropic tool", RECURSIVE),
        ("anthropic tool", {"type": "object", "properties": {"n": {"minimum": 1, "oneOf": [{}]}}}),
        ("bedrock", UNION),
        ("bedrock tool", {"type": "object", "patternProperties": {"^x": {}}}),
        ("cohere", {**REFERS, "title": "T"}),
        ("cohere tool", {"type": "object", "properties": {"n": {"minimum": 1}}}),
        ("gemini", RECURSIVE),
        ("gemini", {"type": "array", "prefixItems": [STRING], "items": False}),
        (
            "gemini openapi",
            {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True}}, "propertyOrdering": ["a"]},
        ),
        ("mistral", {**RECURSIVE, "patternProperties": {"x": True}, "if": {}}),
        ("ollama", obj(a={"type": "string", "pattern": "^[0-9]+$"}, b={"oneOf": [STRING, INTEGER]})),
        ("xai", obj(a={"allOf": [{"type": "string"}, {"minLength": 1}]}, b={"type": "string", "format": "hostname"})),
        ("groq strict", {**REFERS, "$schema": "s"}),
        ("groq", {"type": "object", "properties": {"a": STRING}}),
        ("cerebras strict", obj(a={"type": "array", "prefixItems": [STRING], "items": False})),
        ("fireworks", RECURSIVE),
        ("vllm", {"type": "object", "properties": {"a": {"const": 1, "not": {}}}}),
    ],
)
def test_what_a_vendor_takes_goes_as_it_is(vendor: str, schema: Json) -> None:
    """The very object comes back, and nothing is listed."""
    found, listed = fit(schema, RULES[vendor])

    assert found is schema
    assert [] == listed


@pytest.mark.parametrize(
    ("vendor", "schema", "reason"),
    [
        ("openai strict", {"type": "array", "items": STRING}, "tool: the top of a schema must be an object here, not 'array'"),
        ("openai strict", {"anyOf": [obj(a=STRING), obj(b=STRING)]}, "put it in a property"),
        ("openai strict", {"type": "object"}, "tool: an object must name its properties here"),
        ("openai strict", obj(a={"type": "object", "additionalProperties": STRING}), "tool/properties/a: an object whose keys"),
        ("openai strict", obj(a={}), "tool/properties/a: a value of any type"),
        ("openai strict", obj(a={"type": "array"}), "tool/properties/a/items: a value of any type"),
        ("openai strict", obj(a={"allOf": [{"pattern": "a"}, {"pattern": "b"}]}), "cannot be written as one schema"),
        ("openai strict", obj(a={"type": "string", "oneOf": [{}], "anyOf": [{}]}), "there is one already"),
        ("openai strict", obj(a={"$ref": "#/$defs/B", "description": "d"}), "leads to nothing"),
        ("openai strict", obj(**{f"p{n}": STRING for n in range(5_001)}), "5001 properties, 5000 are taken"),
        ("openai strict", obj(a={"type": "string", "enum": [str(n) for n in range(1_001)]}), "1001 values of enums"),
        ("openai strict tool", FORMS, "`anyOf` at the top"),
        ("openai tool", {"anyOf": [STRING, INTEGER]}, "not all objects"),
        ("anthropic", RECURSIVE, "contains itself"),
        ("anthropic", obj(a=True), "tool/properties/a: a value of any type"),
        ("anthropic", obj(a={"enum": [{"x": 1}]}), "lists only"),
        ("anthropic", obj(a={"$ref": "https://x/y.json"}), "'https://x/y.json' leads out"),
        ("anthropic", obj([], **{f"p{n}": STRING for n in range(25)}), "25 optional properties, 24 are taken"),
        ("anthropic", obj(**{f"p{n}": {"type": ["string", "null"]} for n in range(17)}), "17 properties of several types"),
        ("anthropic strict tool", FORMS, "`anyOf` at the top"),
        ("bedrock", RECURSIVE, "contains itself"),
        ("cohere", {"type": "object", "properties": {"a": STRING}}, "must require at least one"),
        ("gemini openapi", RECURSIVE, "contains itself"),
        ("xai", RECURSIVE, "contains itself"),
        ("xai", obj(a=False), "`false` is not taken"),
        ("cerebras strict", obj(a={"type": "string", "description": "x" * 5_000}), "characters, 5000 are taken"),
        ("cerebras strict", RECURSIVE, "contains itself"),
    ],
)
def test_what_a_vendor_cannot_take_is_refused(vendor: str, schema: Json, reason: str) -> None:
    """Before anything is sent, with the place, the reason and the page that says so, and again the second time."""
    for _ in range(2):
        with pytest.raises(Unsupported, match=re.escape(reason)) as caught:
            fit(schema, RULES[vendor])
        assert "schema" == caught.value.feature
        assert RULES[vendor].source in str(caught.value)


def test_a_depth_of_objects() -> None:
    """Ten levels are taken by OpenAI, eleven are not."""
    schema: Json = obj()
    for _ in range(9):
        schema = obj(a=schema)

    assert (schema, []) == fit(schema, OPENAI.strict_output)
    with pytest.raises(Unsupported, match="11 levels"):
        fit(obj(a=schema), OPENAI.strict_output)


def test_a_bottomless_schema() -> None:
    """One that is nested beyond all reason is refused, and nothing breaks."""
    schema: Json = {"type": "string"}
    for _ in range(400):
        schema = obj(a=schema)

    with pytest.raises(Unsupported, match=r"levels|too deep"):
        fit(schema, OPENAI.strict_output)


def test_a_caller_may_forbid_changes() -> None:
    """A policy refuses what would be changed."""
    with pytest.raises(Unsupported, match="oneOf"):
        fit_schema(UNION, OPENAI.strict_output, report({"schema": "strict"}), "tool")
    with pytest.raises(Unsupported):
        fit_schema(UNION, OPENAI.strict_output, report("strict"), "tool")


def test_one_sentence_names_all_its_places() -> None:
    """The same change in many places is one adaptation."""
    listed = report()
    fit_schema(obj(a={"minLength": 1}, b={"minLength": 2}), SchemaRules(refused=("minLength",)), listed, "tools[0].parameters")

    assert [
        ("tools[0].parameters/properties/a", "`minLength` is not taken here: the description says it (also /properties/b)")
    ] == [(item.path, item.detail) for item in listed.adaptations]


def test_half_a_character_is_left_to_the_body() -> None:
    """Text that is no Unicode is refused where the whole body is written, not here."""
    schema = obj(a={"const": "\ud800"})

    assert schema is fit_schema(schema, OPENAI.strict_output, report(), "tool")


# --- what changes mean ---------------------------------------------------------------------------------------------------

NAMES = st.sampled_from("abc")
SCALARS = st.sampled_from([None, True, False, 0, 1, 2.5, -3, "", "a", "ab"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2), max_leaves=5
)
KINDS = st.sampled_from(["string", "number", "integer", "boolean", "null", "array", "object"])
SIZES = st.integers(0, 3)


def leaves() -> st.SearchStrategy[Any]:
    bounds = {
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(-2, 2),
        "minLength": SIZES,
        "maxLength": SIZES,
        "minItems": SIZES,
        "required": st.lists(NAMES, unique=True, max_size=2),
        "enum": st.lists(SCALARS, min_size=1, max_size=3),
        "const": SCALARS,
        "description": st.just("d"),
    }
    types = KINDS | st.lists(KINDS, min_size=1, max_size=3, unique=True)
    return st.booleans() | st.fixed_dictionaries(
        {}, optional={**bounds, "type": types, "$ref": st.sampled_from(["#/$defs/A", "#/$defs/B"])}
    )


def composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.lists(inner, min_size=1, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": KINDS | st.lists(KINDS, min_size=1, max_size=3, unique=True),
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "required": st.lists(NAMES, unique=True, max_size=2),
            "additionalProperties": inner,
            "items": inner | st.booleans(),
            "prefixItems": lists,
            "anyOf": lists,
            "oneOf": lists,
            "allOf": lists,
            "not": inner,
        },
    )


SIMPLE = st.sampled_from([{"type": "string"}, {"type": ["integer", "null"], "minimum": 0}, {"enum": ["a", 1]}, True])
SCHEMAS = st.builds(
    lambda top, first, second: {**(top if isinstance(top, dict) else {}), "$defs": {"A": first, "B": second}},
    st.recursive(leaves(), composed, max_leaves=6),
    SIMPLE,
    SIMPLE,
)

EQUAL = SchemaRules(const=False, type_lists="any_of", refs="inline", all_of=False, bare_arrays=False, definitions=False)
BARE = SchemaRules(refs="bare", booleans=False)
NARROW = SchemaRules(closed=True)
LOOSE = SchemaRules(
    one_of=False, refused=("minimum", "maximum", "minLength", "maxLength", "not", "required"), min_items=1, root="flat"
)


def validates(schema: Json, value: Any) -> bool:
    """Whether another implementation of JSON Schema takes a value."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema judges what a schema means")
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


def fitted(schema: Json, rules: SchemaRules) -> Json | None:
    """The schema that fits, None when it is refused."""
    try:
        return fit_schema(schema, rules, report(), "x")
    except Unsupported:
        return None


@given(SCHEMAS, st.lists(VALUES, max_size=8))
def test_another_spelling_means_the_same(schema: Json, values: list[Any]) -> None:
    """`const`, lists of types, references and `allOf` said otherwise allow the same values."""
    before = json.dumps(schema)
    for rules in (EQUAL, BARE):
        found = fitted(schema, rules)
        if found is not None:
            assert [validates(schema, value) for value in values] == [validates(found, value) for value in values]
            assert found == fitted(found, rules)
    assert before == json.dumps(schema)


@given(SCHEMAS, st.lists(VALUES, max_size=8))
def test_a_closed_schema_allows_less(schema: Json, values: list[Any]) -> None:
    """What an object that was closed allows, the caller's schema allows too, where nothing is negated or counted."""
    found = fitted(schema, NARROW)
    if found is not None and '"not"' not in json.dumps(schema) and '"oneOf"' not in json.dumps(schema):
        assert [] == [value for value in values if validates(found, value) and not validates(schema, value)]


@given(SCHEMAS, st.lists(VALUES, max_size=8))
def test_a_loosened_schema_allows_more(schema: Json, values: list[Any]) -> None:
    """Where constraints go into the description, every object the caller's schema allows is still allowed."""
    found = fitted(schema, LOOSE)
    if found is not None:
        objects = [value for value in values if isinstance(value, dict)]
        assert [] == [value for value in objects if validates(schema, value) and not validates(found, value)]


@given(SCHEMAS)
def test_fitting_ends(schema: Json) -> None:
    """For every vendor a schema fits, is refused, or becomes one that fits; nothing else is raised."""
    for rules in (*RULES.values(), AS_IS):
        found = fitted(schema, rules)
        if found is not None:
            assert found == fitted(found, rules)
