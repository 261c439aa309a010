"""Errors carry their facts everywhere."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from dragoman import errors
from dragoman.types import Response, assistant


def every_class() -> list[type[errors.DragomanError]]:
    return [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", every_class())
def test_errors_survive_pickling_and_copying(kind: type[errors.DragomanError]) -> None:
    """An error that crosses a process or a queue keeps every fact."""
    error = kind("no", provider="p", model="m", status=429, code="c", retry_after=1.5, partial=Response(assistant("half")))
    error.retryable = True

    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert (type(error), error.__dict__, str(error)) == (type(twin), twin.__dict__, str(twin))


def test_the_drawing_is_the_tree() -> None:
    """The outline in the module's docstring names every class under its real parent."""
    stack: list[str] = []
    drawn: dict[str, str | None] = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^([│├└─ ]*)(\w+)", line)
        if match and match[2] in errors.__all__:
            depth = len(match[1]) // 4
            drawn[match[2]] = stack[depth - 1] if depth else None
            stack[depth:] = [match[2]]

    assert {
        kind.__name__: kind.__base__.__name__ if kind is not errors.DragomanError else None  # type: ignore[union-attr]
        for kind in every_class()
    } == drawn


def test_the_message_says_where() -> None:
    """One line names provider, model, status and request."""
    error = errors.RateLimited("slow down", provider="p", model="m", status=429, request_id="r1")

    assert str(error) == "p/m: slow down (status 429, request r1)"
