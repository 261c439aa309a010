"""The least a Python program can do on aiohttp: take what has arrived, cut it where events end, decode into small typed
structs, call back. It knows no error, no retry, no timeout, no checksum and no other vendor: it is a ruler, not a client.
Each wire format has its own in `limit_*.py`; this is the loop they share."""

from __future__ import annotations

from typing import Any

import aiohttp
import msgspec

__all__ = ["HEADERS", "MODEL", "Limit", "Struct"]

MODEL = "harbour-5"
HEADERS = {"authorization": "Bearer a-key-for-nobody", "content-type": "application/json"}


class Struct(msgspec.Struct, gc=False):
    """What is read of an event; the rest of it is passed over."""


class Limit:
    """One wire format: `path` and `stream_path`, where events end, `body`, `text` of a whole answer, `decode` of events."""

    asynchronous = True
    path: str
    stream_path: str = ""
    end = b"\n\n"

    def __init__(self, url: str) -> None:
        connector = aiohttp.TCPConnector(limit=0)  # as many connections as there are calls
        self._session = aiohttp.ClientSession(connector=connector, headers=HEADERS, timeout=aiohttp.ClientTimeout(total=None))
        self._url = url + self.path
        self._stream_url = url + (self.stream_path or self.path)

    def body(self, request: Any, stream: bool) -> bytes:
        raise NotImplementedError

    def text(self, body: bytes) -> str:
        raise NotImplementedError

    def decode(self, events: list[bytes], text: Any, thinking: Any, arguments: Any) -> None:
        raise NotImplementedError

    async def whole(self, request: Any) -> str:
        async with self._session.post(self._url, data=self.body(request, False)) as response:
            return self.text(await response.read())

    async def stream(self, request: Any, sink: Any) -> None:
        rest, end = b"", self.end
        async with self._session.post(self._stream_url, data=self.body(request, True)) as response:
            read = response.content.readany
            while data := await read():
                events = (rest + data).split(end)
                rest = events.pop()
                self.decode(events, sink.text, sink.thinking, sink.arguments)

    async def close(self) -> None:
        await self._session.close()
