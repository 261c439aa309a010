"""The form of the answer: `text.format` (https://platform.openai.com/docs/api-reference/responses/create#text), or, where the
vendor has kept the field of Chat Completions, `response_format`."""

from __future__ import annotations

from ...types.request import Output
from ..base import Report
from ..json_schema import fit_schema
from .dialect import ResponsesDialect
from .json_text import Json

__all__ = ["say_output"]

_ANY_OBJECT: Json = {"type": "json_schema", "json_schema": {"name": "output", "schema": {"type": "object"}}}


def say_output(body: Json, output: Output, dialect: ResponsesDialect, report: Report) -> None:
    """Add the form of the answer to the body. What the vendor cannot be told is weakened and reported."""
    if dialect.output_field is None:
        if output.kind != "text":
            report.adapt("output", "dropped", "this provider cannot be told the form of the answer", "output")
        return
    format = _format(output, dialect, report)
    if dialect.output_field == "text":
        body["text"] = {"format": format}
    elif format["type"] == "json_object":
        report.adapt("output", "changed", "JSON of any form is asked for as an object of any form", "output")
        body["response_format"] = _ANY_OBJECT
    elif format["type"] != "text":
        kind = format.pop("type")
        body["response_format"] = {"type": kind, kind: format}


def _format(output: Output, dialect: ResponsesDialect, report: Report) -> Json:
    if output.kind != "json_schema":
        return {"type": output.kind, **output.extra}
    if not dialect.json_schema:
        report.adapt("output", "changed", "this provider has no schemas: the answer is asked to be JSON of any form", "output")
        return {"type": "json_object"}
    schema = output.schema
    if schema is not None:
        schema = fit_schema(schema, dialect.schemas.for_output(output.strict), report, "output.schema")
    fields = {"description": output.description, "schema": schema, "strict": output.strict}
    said = {name: value for name, value in fields.items() if value is not None}
    return {"type": "json_schema", "name": output.name, **said, **output.extra}
