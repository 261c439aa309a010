"""I/O: the only place where an HTTP library is imported, one module each, and only when a transport is opened.

`docs/transports.md` says how the two libraries behave under faults, and why the default is what it is.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import UsageError

if TYPE_CHECKING:
    from .base import AsyncTransport, Transport

__all__ = ["DEFAULT", "open_async_transport", "open_transport"]

DEFAULT = "native"

# Where the blocking and the asyncio class are, by the name a caller gives. The native ones are apart, because importing
# asyncio is a good part of what a short blocking program costs.
_CLASSES = {
    "native": ("native.NativeTransport", "anative.AsyncNativeTransport"),
    "httpx2": ("httpx2.Httpx2Transport", "httpx2.AsyncHttpx2Transport"),
    "pyreqwest": ("pyreqwest.PyreqwestTransport", "pyreqwest.AsyncPyreqwestTransport"),
}


def open_transport(name: str | None = None) -> Transport:
    """A blocking transport over the named library, the default one if None.

    Raises UsageError when the name is unknown or the library is not installed.
    """
    transport: Transport = _class(name, 0)()
    return transport


def open_async_transport(name: str | None = None) -> AsyncTransport:
    """As `open_transport`, for asyncio."""
    transport: AsyncTransport = _class(name, 1)()
    return transport


def _class(name: str | None, face: int) -> Any:
    name = name or DEFAULT
    names = _CLASSES.get(name)
    if names is None:
        raise UsageError(f"unknown transport {name!r}; known: {', '.join(_CLASSES)}")
    module, _, kind = names[face].partition(".")
    return getattr(import_module(f".{module}", __name__), kind)
