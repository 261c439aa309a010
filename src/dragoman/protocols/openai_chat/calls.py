"""Which call a fragment of `tool_calls` belongs to.

OpenAI numbers calls by `index` and names them in their first fragment. In the wild the index is missing, always 0, or
shifted; ids are empty, missing, or repeated on every fragment; names are repeated too. So:

1. a known id names its call; an unknown id begins one, also on an index in use;
2. without an id, a fragment that names a tool begins a call, except where it only repeats the name of a call that is
   not yet complete;
3. else a known index names its call, and at last it is the call spoken of last.

A call without an id of its own gets one (`call_0`, ...; `function_call` for the old field), and `extra["synthetic_id"]`
says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ...types.content import Origin
from .blocks import OpenCall

__all__ = ["Calls", "text_of"]

_KNOWN = frozenset({"index", "id", "type", "function", "custom"})
_KNOWN_ABOUT = frozenset({"name", "arguments", "input"})
_EMPTY: dict[str, Any] = {}


def text_of(value: Any) -> str:
    """JSON text of what should have been text already: some servers send arguments as an object."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


class Calls:
    """The tool calls of one choice."""

    __slots__ = ("_by_id", "_choice", "_fresh_id", "_origin", "by_index", "last", "legacy", "opened")

    def __init__(self, choice: int, origin: Origin, fresh_id: Callable[[], str]) -> None:
        self._choice = choice
        self._origin = origin
        self._fresh_id = fresh_id
        self._by_id: dict[str, OpenCall] = {}
        self.by_index: dict[int, OpenCall] = {}
        self.last: OpenCall | None = None
        self.legacy: OpenCall | None = None
        self.opened: list[OpenCall] = []

    def take(self, fragment: dict[str, Any], *, whole: bool) -> tuple[OpenCall, str]:
        """The call of a fragment, begun where needed, and the argument text it adds; `whole` fragments are calls."""
        custom = fragment.get("type") == "custom" or ("function" not in fragment and "custom" in fragment)
        about = fragment.get("custom" if custom else "function")
        about = about if isinstance(about, dict) else _EMPTY
        name = about.get("name")
        name = name if isinstance(name, str) else ""
        arguments = text_of(about.get("input" if custom else "arguments"))
        id = fragment.get("id")
        id = id if isinstance(id, str) else ""
        index = fragment.get("index")
        index = index if type(index) is int else None
        call = None if whole else self._find(id, index, name, arguments)
        extra = _vendor_fields(fragment, about)
        if call is None:
            call = self._begin(id, index, custom=custom, extra=extra)
        elif extra:
            call.extra = {**call.extra, **extra}
        if name and not call.name:
            call.name = name
        self.last = call
        return call, arguments

    def take_legacy(self, fragment: dict[str, Any]) -> tuple[OpenCall, str]:
        """The same for the old `function_call` field, which holds one call without an id."""
        name = fragment.get("name")
        if self.legacy is None:
            id = f"function_call_{self._choice}" if self._choice else "function_call"
            self.legacy = self._begin(id, None, custom=False, extra={"function_call": True, "synthetic_id": True})
        if isinstance(name, str) and name and not self.legacy.name:
            self.legacy.name = name
        return self.legacy, text_of(fragment.get("arguments"))

    def _find(self, id: str, index: int | None, name: str, arguments: str) -> OpenCall | None:
        if id:
            call = self._by_id.get(id)
            if call is None:
                return self._adopt(id, index, name)
            other_slot = index is not None and call.slot is not None and index != call.slot
            return None if other_slot and _begins(call, name, arguments) else call
        call = self.last if index is None else self.by_index.get(index)
        if call is None:
            return None if name else self.last
        return None if _begins(call, name, arguments) else call

    def _adopt(self, id: str, index: int | None, name: str) -> OpenCall | None:
        """A call that began without an id and has no arguments yet takes the id that comes after."""
        call = None if index is None else self.by_index.get(index)
        if call is None or "synthetic_id" not in call.extra or call.size or name not in ("", call.name):
            return None
        call.id = id
        call.extra = {key: value for key, value in call.extra.items() if key != "synthetic_id"}
        self._by_id[id] = call
        return call

    def _begin(self, id: str, index: int | None, *, custom: bool, extra: dict[str, Any]) -> OpenCall:
        if not id or id in self._by_id:
            id = self._fresh_id()
            extra = {**extra, "synthetic_id": True}
        call = OpenCall(self._choice, self._origin, id, custom=custom, slot=index, extra=extra)
        self._by_id[id] = call
        if index is not None:
            self.by_index[index] = call
        self.opened.append(call)
        return call


def _begins(call: OpenCall, name: str, arguments: str) -> bool:
    """Whether a fragment that names a tool is another call, and not a repetition of the name of this one."""
    if not name:
        return False
    if call.name and name != call.name:
        return True
    return arguments.lstrip().startswith("{") and call.complete()


def _vendor_fields(fragment: dict[str, Any], about: dict[str, Any]) -> dict[str, Any]:
    """What this wire has no word for, on the call and on its function."""
    found = {key: value for key, value in fragment.items() if key not in _KNOWN and value is not None}
    kind = fragment.get("type")
    if isinstance(kind, str) and kind not in ("", "function", "custom"):
        found["type"] = kind
    if nested := {key: value for key, value in about.items() if key not in _KNOWN_ABOUT and value is not None}:
        found["function"] = nested
    return found
