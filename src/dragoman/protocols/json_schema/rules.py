"""What one vendor takes of JSON Schema, as data. The defaults take everything.

A vendor's values stand in its dialect or provider file, each with the page it was read on in `source`. The specification:
https://json-schema.org/draft/2020-12.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["AS_IS", "Limits", "SchemaRules", "Schemas"]


class Limits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """Sizes a vendor refuses to go beyond; None is no limit. All are counted within one schema.

    | field | counts |
    |---|---|
    | `depth` | objects inside objects, the root being the first |
    | `properties` | properties of all objects |
    | `enum_values` | values of all enums |
    | `long_enum` | `(values, characters)`: how long the texts of one enum of more values than that may be together |
    | `text` | characters of property names, definition names and values of enums and consts |
    | `length` | characters of the schema as JSON |
    | `optional` | properties that are not required |
    | `unions` | properties that use `anyOf` or a list of types |
    """

    depth: int | None = None
    properties: int | None = None
    enum_values: int | None = None
    long_enum: tuple[int, int] | None = None
    text: int | None = None
    length: int | None = None
    optional: int | None = None
    unions: int | None = None


class SchemaRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """What a vendor takes. Hashable: what a schema becomes under the same rules is remembered."""

    source: str = ""
    """The page that says so."""

    root: Literal["any", "object", "flat", "plain"] = "any"
    """`object`: the top must say that it is an object. `plain`: and hold no `anyOf`, `oneOf`, `allOf`, `enum`, `const` or
    `not`; what cannot be merged away is refused. `flat`: the same, but alternatives become one object with the
    properties of all."""

    refused: tuple[str, ...] = ()
    """Keywords that are refused: left out, and what they say goes into the description."""

    only: tuple[str, ...] = ()
    """The only keywords that are known; every other is refused. Empty for no such list."""

    formats: tuple[str, ...] | None = None
    """The values of `format` that are known; None for any."""

    pattern: str | None = None
    """A regular expression that is found in every `pattern` that is refused."""

    min_items: int | None = None
    """The highest `minItems` that is known."""

    refs: Literal["any", "bare", "inline"] = "any"
    """`bare`: nothing may stand beside `$ref`, so what it leads to is put there. `inline`: there is no `$ref`."""

    recursion: bool = True
    """Whether a schema may contain itself."""

    definitions: bool = True
    """Whether `definitions` is known beside `$defs`."""

    one_of: bool = True
    """Whether `oneOf` is known; False makes it `anyOf`."""

    all_of: bool = True
    """Whether `allOf` is known; False merges it, and refuses what cannot be merged."""

    const: bool = True
    """Whether `const` is known; False makes it an `enum` of one."""

    type_lists: Literal["list", "any_of", "nullable"] = "list"
    """How several types are said: a list, an `anyOf`, or as in OpenAPI one type that is `nullable`."""

    enums: Literal["any", "scalars", "strings"] = "any"
    """Which values an `enum` may list: `scalars` refuses others, `strings` moves others into the description."""

    types: Literal["any", "implied", "said"] = "any"
    """Whether each place must say what it holds: `implied` by `enum` or `const`, or `said` by `type`. What says nothing
    is refused."""

    booleans: bool = True
    """Whether `true` and `false` are schemas; False makes `true` an empty one."""

    tuples: bool = True
    """Whether `items` may be a list, as before draft 2020-12; False makes it `prefixItems`."""

    bare_arrays: bool = True
    """Whether an array may leave out `items`; False adds an empty one."""

    bare_root: bool = True
    """Whether the top may leave out `properties`; False adds an empty object."""

    closed: bool = False
    """Whether every object must say `additionalProperties: false`."""

    required: bool = False
    """Whether every property must be required: the others may then be null."""

    some_required: bool = False
    """Whether every object must require at least one property."""

    limits: Limits = Limits()
    """Sizes beyond which a schema is refused."""


AS_IS = SchemaRules()
"""The rules of a vendor that takes everything, or whose limits nobody has written down."""


class Schemas(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, cache_hash=True):
    """The rules of one vendor for each place where a schema stands."""

    tools: SchemaRules = AS_IS
    strict_tools: SchemaRules = AS_IS
    output: SchemaRules = AS_IS
    strict_output: SchemaRules = AS_IS

    def for_tool(self, strict: bool | None) -> SchemaRules:
        """The rules for the parameters of a tool."""
        return self.strict_tools if strict else self.tools

    def for_output(self, strict: bool | None) -> SchemaRules:
        """The rules for the form of an answer."""
        return self.strict_output if strict else self.output
