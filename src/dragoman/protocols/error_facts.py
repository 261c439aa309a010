"""What the wires share about reading errors: sentences of validation errors, and a status that is said inside a 200 answer."""

from __future__ import annotations

from typing import Any

__all__ = ["problem", "status_of"]


def problem(item: Any) -> str:
    """One validation error in FastAPI's form, `{"loc": [...], "msg": ...}`: where, and what.

    https://fastapi.tiangolo.com/tutorial/handling-errors/#override-request-validation-exceptions
    """
    if not isinstance(item, dict):
        return str(item)
    steps = item.get("loc")
    where = ".".join([str(step) for step in steps]) if isinstance(steps, list) else ""
    return f"{where}: {item.get('msg')}" if where else str(item.get("msg"))


def status_of(*values: Any) -> int | None:
    """The first of these that is the HTTP status of an error."""
    return next((value for value in values if type(value) is int and 400 <= value < 600), None)
