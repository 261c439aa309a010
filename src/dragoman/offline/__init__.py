"""The embedded provider `offline`, model `eliza`: a real conversation partner of 1966 behind the same wire formats.

It needs no network and no key, and answers the same request with the same bytes for ever. Requests to it are encoded,
served, decoded, answered, encoded and decoded again like those to any other provider.
"""

from __future__ import annotations

from ..engine.serve import Served, serve
from ..transport.local import AsyncLocalTransport, Handler, LocalTransport
from ..wire.http import HttpRequest
from .answer import MODEL, answer

__all__ = ["MODEL", "answer", "async_transport", "handler", "transport"]


def handler() -> Handler:
    """A server of `eliza`, in every wire format, as a function."""

    def handle(request: HttpRequest) -> Served:
        return serve(request, answer)

    return handle


def transport() -> LocalTransport:
    """A transport to `eliza`."""
    return LocalTransport(handler())


def async_transport() -> AsyncLocalTransport:
    """A transport to `eliza`, for asyncio."""
    return AsyncLocalTransport(handler())
