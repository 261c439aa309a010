"""A tool, and a toolbox that can be watched."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from dragoman import tool

__all__ = ["Box", "look"]


@tool
def look() -> str:
    """Look."""
    return "seen"


class Box:
    """A toolbox that notes what is done with it, and may wait before it is open, or break."""

    def __init__(self, name: str, noted: list[str], wait: threading.Event | None = None, broken: bool = False) -> None:
        self.name = name
        self.noted = noted
        self.wait = wait
        self.broken = broken
        self.opening, self.closed = threading.Event(), threading.Event()

    @contextmanager
    def opened(self) -> Iterator[list[Any]]:
        self.opening.set()
        if self.wait is not None:
            assert self.wait.wait(30)
        if self.broken:
            raise OSError("broken")
        self.noted.append(f"{self.name} opened")
        try:
            yield [look.named(f"look_{self.name}")]
        finally:
            self.noted.append(f"{self.name} closed")
            self.closed.set()

    @asynccontextmanager
    async def aopened(self) -> AsyncIterator[list[Any]]:
        with self.opened() as tools:
            yield tools
