"""What Cohere takes of JSON Schema; all vendors speak this wire alike else.

https://docs.cohere.com/docs/structured-outputs#supported-schema-features has one list for answers and strict tools, and nothing
for other tools but that their parameters are an object.
"""

from __future__ import annotations

import msgspec

from ..json_schema import SchemaRules, Schemas
from ..json_schema.known import OBJECT

__all__ = ["CohereDialect"]

_HELD = SchemaRules(
    source="https://docs.cohere.com/docs/structured-outputs#unsupported-schema-features",
    # "The type in the top level schema must be object", "every object in the schema must have at least one required field".
    root="object",
    some_required=True,
    refused=("not", "maximum", "minimum", "minItems", "maxItems", "maxLength", "minLength", "uniqueItems"),
    all_of=False,
    one_of=False,
    formats=("date-time", "uuid", "date", "time"),
    # `^`, `$`, `?=` and `?!` are not supported.
    pattern=r"\^|\$|\?=|\?!",
)


class CohereDialect(msgspec.Struct, frozen=True):
    """How a server of this wire differs. The defaults are the reference vendor, Cohere.

    | field | meaning |
    |---|---|
    | `schemas` | what is taken of JSON Schema |
    """

    schemas: Schemas = Schemas(
        tools=OBJECT,
        strict_tools=msgspec.structs.replace(_HELD, some_required=False),
        output=_HELD,
        strict_output=_HELD,
    )
