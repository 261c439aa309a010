"""JSON Schema as each vendor takes it: rules as data, one function that fits a schema to them, and a list of what changed.

| module | what it is |
|---|---|
| `rules` | what a vendor takes, as data: a dialect holds `Schemas`, four `SchemaRules` |
| `fit` | the schema a vendor takes, with what had to change, or why there is none |
| `keywords` | one place of a schema: what is renamed, moved into the description or left out |
| `objects` | closed objects and required properties, as strict modes want them |
| `roots` | the top of a schema |
| `merge` | `allOf`: one schema that says what several say |
| `refs` | `$ref`: what it leads to, and whether it leads back |
| `limits` | sizes |
| `openapi` | the OpenAPI subset to JSON Schema |

Nothing here guesses: a keyword that no page of the vendor's says is refused goes as it is.
"""

from __future__ import annotations

from .fit import fit_schema
from .openapi import read_openapi
from .rules import AS_IS, Limits, SchemaRules, Schemas

__all__ = ["AS_IS", "Limits", "SchemaRules", "Schemas", "fit_schema", "read_openapi"]
