"""Whether a schema can be held to in every vendor's strict mode."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["fits_strict"]

_SAID: Final = ("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref")


def fits_strict(schema: dict[str, Any]) -> bool:
    """False where a strict mode would refuse: free keys, values of any type, types that hold themselves."""
    return _fits(schema, schema.get("$defs", {}), ())


def _fits(schema: Any, definitions: dict[str, Any], within: tuple[str, ...]) -> bool:
    if not isinstance(schema, dict) or not any(word in schema for word in _SAID):
        return False
    if isinstance(reference := schema.get("$ref"), str):
        name = reference.rpartition("/")[2]
        return name not in within and name in definitions and _fits(definitions[name], definitions, (*within, name))
    if schema.get("type") == "object" and ("properties" not in schema or schema.get("additionalProperties", False) is not False):
        return False
    if schema.get("type") == "array" and "items" not in schema and "prefixItems" not in schema:
        return False
    inner = [*schema.get("properties", {}).values(), *schema.get("prefixItems", ())]
    inner += [each for word in ("anyOf", "oneOf", "allOf") for each in schema.get(word, ())]
    inner += [schema["items"]] if "items" in schema else []
    return all(_fits(each, definitions, within) for each in inner)
