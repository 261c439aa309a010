"""What Vertex AI takes, by Google's own description of the service, which has a form of its own."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from strict import Check, close, find_specs

__all__ = ["by_discovery"]

Json = dict[str, Any]

_KNOWN_BETTER = {
    "GoogleCloudAiplatformV1FunctionCall": ("id",),  # google.genai.types.FunctionCall, and answers of Vertex AI
    "GoogleCloudAiplatformV1FunctionResponse": ("id",),
}


@cache
def by_discovery(entry: str) -> Check | None:
    """A check by one of the described messages; None where the description is absent or nothing is here to read it."""
    folder = find_specs()
    try:
        import jsonschema_rs
    except ImportError:
        return None
    if folder is None:
        return None
    document = json.loads((folder / "vertex.discovery-schemas.json").read_text("utf-8"))
    definitions = {name: _schema(schema) for name, schema in document["schemas"].items()}
    for name, fields in _KNOWN_BETTER.items():
        for field in fields:
            definitions[name]["properties"].setdefault(field, True)
    validator = jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{entry}", "$defs": close(definitions)})

    def check(body: Json) -> list[str]:
        return [f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in validator.iter_errors(body)]

    return check


def _schema(described: Json) -> Any:
    """A description as JSON Schema: what may be any value is open, and names of others are references."""
    if "$ref" in described:
        return {"$ref": f"#/$defs/{described['$ref']}"}
    if described.get("type") == "any":
        return True
    found = {key: value for key, value in described.items() if key in ("type", "enum")}
    if "properties" in described:
        found["properties"] = {name: _schema(field) for name, field in described["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(described.get(key), dict):
            found[key] = _schema(described[key])
    return found
