"""Where a secret could show: in what a value prints, holds and encodes to, and in what a crash report takes of an error."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import traceback
from collections.abc import Iterator
from types import FrameType, FunctionType, MethodType, ModuleType
from typing import Any

import msgspec

__all__ = ["held", "shown", "shown_by_error"]

_SHUT = (FunctionType, MethodType, ModuleType, type)


def held(value: Any, *, depth: int = 12) -> Iterator[str]:
    """Every piece of text that can be reached from a value by its attributes and items, as a debugger shows them."""
    seen: set[int] = set()
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        item, level = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, bytes | bytearray | memoryview):
            yield bytes(item).decode("utf-8", "replace")
        elif level < depth and id(item) not in seen and not isinstance(item, _SHUT):
            seen.add(id(item))
            waiting += [(inner, level + 1) for inner in _inside(item)]


def _inside(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        yield from item.keys()
        yield from item.values()
    elif isinstance(item, list | tuple | set | frozenset):
        yield from item
    yield from getattr(item, "__dict__", {}).values()
    for kind in type(item).__mro__:
        for name in getattr(kind, "__slots__", ()):
            name = f"_{kind.__name__.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name
            if name not in ("__dict__", "__weakref__"):
                yield getattr(item, name, None)


def shown(value: Any) -> Iterator[str]:
    """What a value prints and what copies and codecs make of it; those that refuse it make nothing."""
    yield str(value)
    yield repr(value)
    yield f"{value}"
    yield repr(getattr(value, "__dict__", ""))
    for make in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, msgspec.json.encode, msgspec.to_builtins, _as_dict):
        try:
            made = make(value)  # type: ignore[operator]
        except (TypeError, ValueError, AttributeError, pickle.PicklingError, RecursionError):
            continue
        yield made.decode("utf-8", "replace") if isinstance(made, bytes) else repr(made)


def _as_dict(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value._asdict() if hasattr(value, "_asdict") else msgspec.structs.asdict(value)


def shown_by_error(error: BaseException) -> Iterator[str]:
    """What an error shows, and what a crash reporter takes of it: the variables of every frame, of its causes too."""
    told: set[int] = set()
    while True:
        told.add(id(error))
        yield from shown(error)
        yield from held(vars(error))
        yield "".join(traceback.format_exception(error))
        for frame in _frames(error):
            for name, value in list(frame.f_locals.items()):
                if name not in _TESTS_OWN and not frame.f_code.co_filename.startswith(_TESTS):
                    yield f"{frame.f_code.co_filename}:{frame.f_lineno} {name} = {value!r}"
        following = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if following is None or id(following) in told:
            return
        error = following


_TESTS = __file__.rpartition("support")[0]
_TESTS_OWN = frozenset({"__builtins__"})


def _frames(error: BaseException) -> Iterator[FrameType]:
    step = error.__traceback__
    while step is not None:
        yield step.tb_frame
        step = step.tb_next
