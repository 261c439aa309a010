"""For tests of programs that use models: a provider that says what a test wrote down, a server for it, and recordings.

The names are bound on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .items import (
        block,
        call,
        delay,
        extra,
        fail,
        fault,
        finish,
        head,
        page,
        ping,
        raw,
        refuse,
        text,
        think,
        usage,
    )
    from .recordings import async_record, async_replay, record, replay
    from .script import FAULTS, Turn
    from .scripted import ScriptedProvider
    from .server import Server

__all__ = [
    "FAULTS",
    "ScriptedProvider",
    "Server",
    "Turn",
    "async_record",
    "async_replay",
    "block",
    "call",
    "delay",
    "extra",
    "fail",
    "fault",
    "finish",
    "head",
    "page",
    "ping",
    "raw",
    "record",
    "refuse",
    "replay",
    "text",
    "think",
    "usage",
]

_ELSEWHERE = {
    "FAULTS": "script",
    "ScriptedProvider": "scripted",
    "Server": "server",
    "Turn": "script",
    **dict.fromkeys(("async_record", "async_replay", "record", "replay"), "recordings"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_ELSEWHERE.get(name, 'items')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
