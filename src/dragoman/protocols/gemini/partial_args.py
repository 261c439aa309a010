"""Arguments of a call that come in pieces (`streamFunctionCallArguments`, Vertex AI only).

A piece names a place by a JSON path (`$.rows[0].name`) and holds a value for it; text with `willContinue` is continued by
the next piece of that place. https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from .answers import Json
from .decode_parts import compact

__all__ = ["PartialArgs"]

_STEP = re.compile(r"""\.([^.\[\]]+)|\[(\d{1,6})\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]""")
_ESCAPE = re.compile(r"\\(.)")


class _Pieces(list[str]):
    """Text that may go on."""


class PartialArgs:
    """The arguments of one call as they grow; pieces are joined once, at the end."""

    def __init__(self) -> None:
        self._value: Any = {}
        self._open: set[str] = set()
        self._given: list[Any] = []
        self._lost = False

    def take(self, pieces: Any) -> None:
        """Take the `partialArgs` of one part."""
        if type(pieces) is not list:
            return
        self._given += pieces
        for piece in pieces:
            if self._lost or type(piece) is not dict or not self._place(piece):
                self._lost = True

    def text(self, *, complete: bool) -> str:
        """The arguments as JSON text.

        Pieces that name no place in what came before them cannot be put together: then the text is the list of them,
        which no tool takes for its arguments. Arguments that are not `complete` lack their last brace, so that they
        do not parse.
        """
        if self._lost:
            return compact(self._given)
        text = compact(_joined(self._value))
        return text if complete else text[:-1]

    def _place(self, piece: Json) -> bool:
        path = piece.get("jsonPath")
        steps = _steps(path) if type(path) is str else None
        if not steps:
            return False
        values = [piece[name] for name in ("stringValue", "numberValue", "boolValue") if name in piece]
        value: Any = values[0] if values else None
        if not values and "nullValue" not in piece:
            return False
        holder: Any = self._value
        for step, following in pairwise(steps):
            fresh: Any = [] if type(following) is int else {}
            held = _at(holder, step, fresh)
            if held is None:
                return False
            holder = held
        assert type(path) is str
        return self._set(holder, steps[-1], path, value, piece.get("willContinue") is True)

    def _set(self, holder: Any, step: str | int, path: str, value: Any, goes_on: bool) -> bool:
        if type(value) is str:
            text = _Pieces([value])
            if path in self._open:
                begun = _at(holder, step, text)
                if type(begun) is not _Pieces:
                    return False
                if begun is not text:
                    begun.append(value)
                value = begun
            else:
                value = text
            (self._open.add if goes_on else self._open.discard)(path)
        if type(holder) is dict and type(step) is str:
            holder[step] = value
        elif type(holder) is list and type(step) is int and step <= len(holder):
            holder[step : step + 1] = [value]
        else:
            return False
        return True


def _at(holder: Any, step: str | int, fresh: Any) -> Any:
    """What stands at a place, put there when nothing does; None when the place cannot be."""
    if type(holder) is dict and type(step) is str:
        return holder.setdefault(step, fresh)
    if type(holder) is list and type(step) is int and step <= len(holder):
        if step == len(holder):
            holder.append(fresh)
        return holder[step]
    return None


def _steps(path: str) -> list[str | int] | None:
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    end = 1
    for found in _STEP.finditer(path, 1):
        if found.start() != end:
            return None
        end = found.end()
        name, index, single, double = found.groups()
        quoted = single if single is not None else double
        steps.append(int(index) if index is not None else name if name is not None else _ESCAPE.sub(r"\1", quoted))
    return steps if end == len(path) else None


def _joined(value: Any) -> Any:
    if type(value) is _Pieces:
        return "".join(value)
    if type(value) is dict:
        return {key: _joined(item) for key, item in value.items()}
    if type(value) is list:
        return [_joined(item) for item in value]
    return value
