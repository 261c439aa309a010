"""References: what they lead to, and whether they lead back."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.json_schema.refs import cycle, external, places, rebuilt, resolve

ROOT: dict[str, Any] = {
    "$defs": {"a/b": {"type": "string"}, "c~d": {"items": [{"const": 1}]}, "é x": True},
    "properties": {"p": {"anyOf": [{"type": "null"}, False]}},
    "additionalProperties": False,
    "enum": [{"$ref": "#/nowhere"}],
}


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("#", ROOT),
        ("#/$defs/a~1b", {"type": "string"}),
        ("#/$defs/c~0d/items/0", {"const": 1}),
        ("#/$defs/%C3%A9%20x", True),
        ("#/properties/p/anyOf/1", False),
    ],
)
def test_a_pointer_leads_to_a_place(reference: str, found: Any) -> None:
    """Steps are unescaped, and a number is a place in a list."""
    assert found == resolve(ROOT, reference)


@pytest.mark.parametrize("reference", ["#/$defs/x", "#/properties/p/anyOf/2", "#/enum/x", "#anchor", "other.json", ""])
def test_a_pointer_to_nothing(reference: str) -> None:
    """What is not in the document, and an anchor, is a LookupError."""
    with pytest.raises(LookupError):
        resolve(ROOT, reference)


def test_places_are_schemas_only() -> None:
    """Schemas inside a schema, with their pointers; values are none, whatever they look like."""
    assert ["$defs/a~1b", "$defs/c~0d", "$defs/é x", "properties/p", "additionalProperties"] == [at for at, _ in places(ROOT)]
    assert ["items/0"] == [at for at, _ in places(ROOT["$defs"]["c~d"])]


def test_rebuilding_visits_every_place() -> None:
    """Each schema inside is replaced, and the rest stays."""
    seen: list[str] = []

    def visit(inner: Any, at: str) -> Any:
        seen.append(at)
        return {"seen": inner}

    found = rebuilt(ROOT, visit)

    assert [at for at, _ in places(ROOT)] == seen
    assert ({"seen": False}, ROOT["enum"]) == (found["additionalProperties"], found["enum"])


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}}, None),
        ({"items": {"$ref": "#/$defs/A"}, "not": {"$ref": "#/$defs/A"}, "$defs": {"A": {}}}, None),
        ({"items": {"$ref": "#"}}, "#"),
        ({"properties": {"next": {"$ref": "#/properties/next"}}}, "#/properties/next"),
        ({"$defs": {"A": {"items": {"$ref": "#/$defs/B"}}, "B": {"items": {"$ref": "#/$defs/A"}}}}, "#/$defs/B"),
        ({"properties": {"$ref": {"type": "string"}}}, None),
        ({"$ref": "gone"}, None),
    ],
)
def test_a_schema_that_contains_itself(schema: dict[str, Any], found: str | None) -> None:
    """A reference back is found, by whatever way; two to one place are no circle."""
    assert found == cycle(schema)


def test_a_chain_of_references_is_walked_once() -> None:
    """Definitions that each name the next twice do not multiply."""
    names = {f"D{n}": {"anyOf": [{"$ref": f"#/$defs/D{n + 1}"}] * 2} for n in range(60)}

    assert cycle({"$ref": "#/$defs/D0", "$defs": {**names, "D60": {}}}) is None


def test_a_reference_that_leads_away() -> None:
    """The first that is not in the document."""
    assert "https://x/y" == external({"items": {"$ref": "https://x/y"}})
    assert external({"items": {"$ref": "#"}, "additionalProperties": True}) is None
