"""A client meets the server of a row: either face, streamed or whole, over real sockets."""

from __future__ import annotations

import asyncio
import os
import pickle
import threading
from typing import Any
from unittest import mock

from fault_server import PATIENCE

from dragoman import AsyncClient, Client
from dragoman.engine.policy import Retry
from dragoman.errors import DragomanError
from dragoman.transport import native_parts
from dragoman.types import Event, TextDelta, user

from ..programs.stage import base_url
from ..programs.wires import reference
from .outcome import Outcome, failed, succeeded
from .places import Site
from .row import Row
from .speech import BEFORE, Speech

__all__ = ["FACES", "KEY", "meet"]

FACES = ("sync", "async")
KEY = "sk-marker-0123456789"
"""The key of every request here: it may never show up in an error."""

_ASKED = [user("How is the weather?")]


def meet(row: Row, name: str, face: str, streams: bool) -> Outcome:
    """What comes of a row on one wire format."""
    speech = Speech(name, streams)
    provider = reference(name)
    # The platform's roots prove nothing here, and reading them all is most of what a call over TLS costs.
    roots = mock.patch.object(native_parts, "_load_platform_roots", return_value=None)
    with row.place(row.serve(speech)) as site, mock.patch.dict(os.environ, site.environment), roots:
        settings: Any = {
            "providers": [provider],
            "base_urls": {provider.name: base_url(provider, site.root)},
            "keys": {provider.name: f"{provider.exchange.ready if provider.exchange else ''}{KEY}"},
            "retry": Retry(attempts=row.tries, base=0.0),
            "timeout": row.timeouts,
        }
        model = f"{provider.name}:a-model"
        if face == "sync":
            return _blocking(settings, model, row, streams, site)
        return asyncio.run(_asynchronous(settings, model, row, streams, site))


def _blocking(settings: dict[str, Any], model: str, row: Row, streams: bool, site: Site) -> Outcome:
    events: list[Event] = []
    with Client(**settings) as client:
        try:
            if not streams:
                return succeeded(client.chat(model, _ASKED), events, site.tries)
            with client.stream(model, _ASKED) as stream:
                for event in stream:
                    events.append(event)
                    if row.leaves and _leaves(row, stream, events):
                        break
            assert not row.leaves or _seen_gone(site)
            return succeeded(stream.response, events, site.tries)
        except DragomanError as error:
            check(error)
            assert not row.leaves or _seen_gone(site)
            return failed(error, events, site.tries)


async def _asynchronous(settings: dict[str, Any], model: str, row: Row, streams: bool, site: Site) -> Outcome:
    events: list[Event] = []
    async with AsyncClient(**settings) as client:
        try:
            if not streams:
                return succeeded(await client.chat(model, _ASKED), events, site.tries)
            async with client.stream(model, _ASKED) as stream:
                async for event in stream:
                    events.append(event)
                    if row.leaves and _leaves(row, stream, events):
                        break
            assert not row.leaves or await asyncio.to_thread(_seen_gone, site)
            return succeeded(stream.response, events, site.tries)
        except DragomanError as error:
            check(error)
            assert not row.leaves or await asyncio.to_thread(_seen_gone, site)
            return failed(error, events, site.tries)


def _leaves(row: Row, stream: Any, events: list[Event]) -> bool:
    """Whether the loop is to be left, after the words before `HERE`; a row that cancels does so then, in a thread."""
    if BEFORE != "".join([event.text for event in events if isinstance(event, TextDelta)]):
        return False
    if row.leaves == "cancel":
        threading.Thread(target=stream.cancel).start()
    return row.leaves == "break"


def _seen_gone(site: Site) -> bool:
    """Whether the server has seen the client go."""
    return site.servers[0].gone.wait(PATIENCE)


def check(error: DragomanError) -> None:
    """What holds of every error: it says where it happened and how often it was tried, in bounds, and keeps the key."""
    assert error.provider is not None
    assert "a-model" == error.model
    assert error.attempts
    assert 4000 > len(str(error))
    copy = pickle.loads(pickle.dumps(error))
    assert [type(error), str(error)] == [type(copy), str(copy)]
    for shown in (str(error), repr(error), repr(vars(error)), pickle.dumps(error).decode("latin-1")):
        assert KEY not in shown
    assert error.partial is None or error.partial.finish is None
