"""Types and JSON, both ways: what schemas say, what they accept, and what comes back."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_types import OURS, SHARED, Case, Tree
from pydantic import TypeAdapter

from dragoman import errors
from dragoman.typed import Invalid, as_json, convert, convert_text, form_of, raw_form, schema_of

ALL = SHARED | OURS
# One JSON value of each kind, and the edges between kinds.
POOL: list[Any] = [
    *[None, True, False, 0, 1, 2, -1, 3, 5, 10, 1.0, 0.5, 1.5, -0.5, 1e300, 2**70],
    *["", "a", "b", "aa", "abcd", "red", "yes", "one", "1", "1.5", "true", "2026-01-31", "2026-01-31T09:30:00Z", "PT5400S"],
    *["09:30:00", "127.0.0.1", "3f2b8c1e-0d4a-4f6e-9a57-2c1d8e7b6a90", "AP8="],
    *[[], [1], ["a"], [1, "a"], [1, 2], [1, 2, 3], [None], [[]], [{}]],
    *[{}, {"a": 1}, {"a": "a"}, {"a": []}, {"1": "a"}, {"kind": "circle"}, {"kind": "circle", "radius": 1}, {"barks": 1}],
    *[{"x": 1, "y": 2}, {"value": 1}, {"title": "M"}, {"title": "M", "year": 1931}, {"item": 1}, {"item": "a"}],
]


def variations(value: Any) -> Iterator[Any]:
    """A value with one thing changed: a key left out or added, an item gone or doubled, any part replaced."""
    yield value
    if isinstance(value, dict):
        yield {**value, "unasked": 1}
        for key, item in value.items():
            yield {name: each for name, each in value.items() if name != key}
            for other in variations(item):
                yield {**value, key: other}
            for other in POOL[:20]:
                yield {**value, key: other}
    elif isinstance(value, list):
        yield [*value, *value]
        yield value[:-1]
        for index, item in enumerate(value):
            for other in (*variations(item), *POOL[:20]):
                yield [*value[:index], other, *value[index + 1 :]]


def candidates(case: Case) -> list[Any]:
    return [*POOL, *variations(case.json)]


def accepted(schema: dict[str, Any], values: list[Any]) -> list[Any]:
    validator = jsonschema.Draft202012Validator(schema)
    return [value for value in values if validator.is_valid(value)]


@pytest.mark.parametrize("name", SHARED)
def test_a_schema_accepts_what_pydantics_accepts(name: str) -> None:
    """For every type that both know, the same JSON values are instances."""
    case = SHARED[name]
    ours, theirs = schema_of(case.kind), TypeAdapter(case.kind).json_schema()
    values = candidates(case)

    assert case.json in accepted(ours, values)
    assert accepted(theirs, values) == accepted(ours, values)


def test_the_table_has_sixty_types() -> None:
    """The agreement is held over a wide field."""
    assert len(SHARED) >= 60


def plain(schema: Any) -> Any:
    """A schema without words that are not judged, its references followed one step, in one order."""
    if isinstance(schema, list):
        return sorted([plain(each) for each in schema], key=lambda each: json.dumps(each, sort_keys=True))
    if not isinstance(schema, dict):
        return schema
    found = {}
    for key, item in sorted(schema.items()):
        if key in ("title", "description", "discriminator"):
            continue
        key = "anyOf" if key == "oneOf" else key
        if key in ("properties", "$defs"):
            found[key] = {name: plain(each) for name, each in sorted(item.items())}
        elif key in ("default", "const", "prefixItems"):
            found[key] = [plain(each) for each in item] if key == "prefixItems" else item
        else:
            found[key] = plain(item)
    return {key: item for key, item in found.items() if (key, item) not in (("additionalProperties", True), ("items", {}))}


def inlined(schema: dict[str, Any]) -> Any:
    """A schema with references in place of what they name, as deep as it does not recur."""
    definitions = schema.get("$defs", {})

    def follow(each: Any, within: tuple[str, ...]) -> Any:
        if isinstance(each, list):
            return [follow(item, within) for item in each]
        if not isinstance(each, dict):
            return each
        if "$ref" in each:
            name = each["$ref"].rpartition("/")[2]
            if name in within:
                return {"again": len(within) - within.index(name)}
            return follow({**definitions[name], **{key: item for key, item in each.items() if key != "$ref"}}, (*within, name))
        return {key: follow(item, within) for key, item in each.items() if key != "$defs"}

    return plain(follow(schema, ()))


# The same instances in other words.
OTHER_WORDS = {
    "dict by word": "keys are strings, which need not be said",
    "literal of kinds": "we say of a constant's type what there is to say",
    "recursive alias": "a name at the top, and the depth at which it comes again",
    "recursive dataclass": "the top is no reference",
    "mutual dataclasses": "the top is no reference",
    "nested model": "the top is no reference",
}


@pytest.mark.parametrize("name", [name for name in SHARED if name not in OTHER_WORDS])
def test_a_schema_says_what_pydantics_says(name: str) -> None:
    """Titles, descriptions and order aside, the schemas are the same, defaults and formats included."""
    kind = SHARED[name].kind

    assert inlined(TypeAdapter(kind).json_schema()) == inlined(schema_of(kind))


@pytest.mark.parametrize("name", ALL)
def test_an_instance_goes_to_json_and_back(name: str) -> None:
    """What is written of a value is what the table says, and reads as an equal value."""
    case = ALL[name]

    assert case.json == as_json(case.instance)
    made = convert(case.json, case.kind)
    assert (type(case.instance), case.instance) == (type(made), made)
    assert case.instance == convert_text(json.dumps(case.json), case.kind)


# JSON Schema leaves these to formats, which it does not judge, and pydantic's models read their JSON as they like.
JUDGED_BEYOND = {
    *("decimal", "datetime", "date", "time", "timedelta", "uuid", "ip", "frozen dataclass", "dict by number", "bytes"),
    *("model", "nested model", "models in a list", "mixed classes", "string or date"),
}
# And these are read although the schema does not say so.
FORGIVEN = {
    "set": "an item twice",
    "frozen set": "an item twice",
    "dataclass of defaults": "null for an optional key",
    "keyword-only dataclass": "null for an optional key",
    "inherited dataclass": "null for an optional key",
    "recursive dataclass": "null for an optional key",
    "mutual dataclasses": "null for an optional key",
    "generic dataclass": "null for an optional key",
    "generic over two": "null for an optional key",
    "told apart by shape": "null for an optional key",
    "typed dict in parts": "null for an optional key",
    "typed dict with gaps": "null for an optional key",
    "inherited typed dict": "null for an optional key",
    "struct": "null for an optional key",
    "attrs": "null for an optional key",
    "named tuple": "an object of its names",
    "tagged structs": "null",
}


@pytest.mark.parametrize("name", [name for name in ALL if name not in JUDGED_BEYOND])
def test_what_the_schema_accepts_is_what_is_read(name: str) -> None:
    """A model that keeps to the schema is understood, and one that does not is told, but for what is forgiven."""
    case = ALL[name]
    schema = schema_of(case.kind)
    wrong = []
    for value in candidates(case):
        try:
            convert(value, case.kind)
        except Invalid:
            read = False
        else:
            read = True
        fits = bool(accepted(schema, [value]))
        if read != fits and not (read and name in FORGIVEN):
            wrong.append((value, "read" if read else "refused"))

    assert [] == wrong


def test_a_schema_is_valid_and_each_has_its_own() -> None:
    """Schemas keep to the draft they claim, and changing one changes no other."""
    for name, case in ALL.items():
        schema = schema_of(case.kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        before = copy.deepcopy(schema)
        schema.clear()

        assert before == schema_of(case.kind), name


def test_the_top_of_a_schema_is_no_reference() -> None:
    """Vendors want to see an object at the top, of recursive types too."""
    assert {
        "$defs": {
            "Tree": {
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                },
                "required": ["value"],
            }
        },
        "type": "object",
        "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
        "required": ["value"],
    } == schema_of(Tree)


def test_text_that_is_no_json_is_invalid() -> None:
    """What cannot be read at all is told with its beginning, at no great length."""
    with pytest.raises(Invalid, match=r"^\$: not JSON: ") as caught:
        convert_text("{" + "x" * 10_000, dict[str, int])

    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("kind", [Tree, Tree | list[Tree], SHARED["recursive alias"].kind])
def test_depth_is_no_way_to_break_a_reader(kind: Any) -> None:
    """A value nested beyond reason is a problem like any other."""
    text = '{"value":1,"children":[' * 100_000 + "]}" * 100_000
    deep: Any = []
    for _ in range(20_000):
        deep = {"value": 1, "children": [deep]}

    with pytest.raises(Invalid, match="nested"):
        convert_text(text, kind)
    with pytest.raises(Invalid, match="nested"):
        convert(deep, kind)


def test_a_form_is_read_once() -> None:
    """A class is remembered; its form reads as the functions do."""
    form = form_of(Tree)

    assert form is form_of(Tree)
    assert Tree(1) == form.convert({"value": 1}) == form.convert_text('{"value": 1}')
    assert schema_of(Tree) == form.schema


def test_names_of_the_caller_count() -> None:
    """Annotations that a module does not know may use names that the caller brings."""
    assert [Tree(1)] == form_of(list["Oak"], names={"Oak": Tree}).convert([{"value": 1}])  # type: ignore[name-defined]  # noqa: F821
    with pytest.raises(errors.UsageError, match="the type Elm is not known"):
        schema_of(list["Elm"])  # type: ignore[name-defined]  # noqa: F821


def test_a_schema_of_the_callers_reads_values_as_they_are() -> None:
    """A JSON Schema stands in for a type."""
    form = raw_form({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})

    assert {"a": 1, "b": 2} == form.convert({"a": 1, "b": 2})
    with pytest.raises(Invalid, match=r"^\$\.a: expected a whole number, got \"x\"$"):
        form.convert({"a": "x"})


KEYS = st.text(max_size=3) | st.sampled_from(
    sorted({key for case in ALL.values() if isinstance(case.json, dict) for key in case.json})
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(POOL),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(ANY_JSON)
@settings(max_examples=100)
def test_any_value_is_an_instance_or_invalid(value: Any) -> None:
    """Whatever a model writes, nothing else comes of it: no other exception, and no instance without a JSON form."""
    for case in ALL.values():
        form = form_of(case.kind)
        for read in (form.convert, raw_form(form.schema).convert):
            try:
                made = read(value)
            except Invalid as error:
                assert error.problems  # noqa: PT017 - both ends are right
            else:
                as_json(made)
