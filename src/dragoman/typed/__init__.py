"""Types to JSON Schema, and JSON back to their instances.

    from dataclasses import dataclass
    from dragoman.typed import convert, schema_of

    @dataclass
    class Person:
        name: str
        age: int | None = None

    schema_of(Person)                     # {"type": "object", "properties": {...}, "required": ["name"]}
    convert({"name": "Ada"}, Person)      # Person(name='Ada', age=None)
    convert({"nam": "Ada"}, Person)       # Invalid: $.nam: unknown key; did you mean "name"?

Any type that JSON can say: scalars, dates, enums, literals, unions, lists, tuples, sets, dicts, typed dictionaries, named
tuples, dataclasses, `msgspec.Struct`, attrs classes and pydantic models, generic, nested and recursive.
"""

from __future__ import annotations

from .front import Form, convert, convert_text, form_of, raw_form, schema_of
from .plain import as_json
from .problems import Invalid, Problem

__all__ = ["Form", "Invalid", "Problem", "as_json", "convert", "convert_text", "form_of", "raw_form", "schema_of"]
