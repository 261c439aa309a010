"""For tests of programs that use models: a provider that says what a test wrote down, and a server for it.

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
    from .script import FAULTS, Turn
    from .scripted import ScriptedProvider
    from .server import Server

__all__ = [
    "FAULTS",
    "ScriptedProvider",
    "Server",
    "Turn",
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
    "refuse",
    "text",
    "think",
    "usage",
]

_ELSEWHERE = {"FAULTS": "script", "ScriptedProvider": "scripted", "Server": "server", "Turn": "script"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_ELSEWHERE.get(name, 'items')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
