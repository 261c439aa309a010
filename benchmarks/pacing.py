"""The pacing server: a process of its own that keeps many streams going, each at the pace of a model that writes.

    python pacing.py WIRE/TAPE/DELIVERY...        prints its port, ends when its standard input is closed

`POST /WIRE/TAPE/DELIVERY/LEAST/...` is answered from the tape in that wire format; DELIVERY is `paced200`: an event each
200 ms. The period has a slot for each millisecond, and streams take slots in turn, so that 1,000 streams give five events
each millisecond however fast their client opened them, and an event rarely finds another one waiting.

Each text of a tape `stamped-N` begins with a mark, in whose place stands the time at which it was sent: nanoseconds of the
monotonic clock, which processes of one machine share. Formats with checksums have no room for that and are not paced.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from functools import partial

import tapes
from many import raise_limit
from server import chunk, head, whole
from wires import WIRES

__all__ = ["main"]

SLOT = 0.001
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_MARK = re.compile(tapes.MARK.encode() + rb"\d{3}")

Tape = tuple[bytes, list[bytes]]
"""The head of an answer, and its events."""


class Pace:
    """Streams that are on their way, in the slots of one period."""

    def __init__(self, period: int) -> None:
        self._slots: list[list[Connection]] = [[] for _ in range(period)]
        self._next = 0

    def join(self, stream: Connection) -> None:
        self._next = (self._next + 7) % len(self._slots)
        self._slots[self._next].append(stream)

    async def run(self) -> None:
        """Send what is due, for ever; late events leave at once."""
        began, turn = time.monotonic(), 0
        while True:
            turn += 1
            await asyncio.sleep(max(0.0, began + turn * SLOT - time.monotonic()))
            slot = self._slots[turn % len(self._slots)]
            slot[:] = [stream for stream in slot if stream.step()]


class Connection(asyncio.Protocol):
    """One connection of a client: requests in, one paced answer each out."""

    def __init__(self, answers: dict[str, Tape], paces: dict[str, Pace]) -> None:
        self._answers, self._paces = answers, paces
        self._heard = b""
        self._events: list[bytes] = []
        self._at = 0
        self._stamps: dict[bytes, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        top, blank, body = self._heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(top)
        if not blank or (len(body) < int(length[1]) if length else not body.endswith(b"0\r\n\r\n")):
            return
        self._heard = b""
        self._answer(top.split(b" ", 2)[1].decode())

    def _answer(self, path: str) -> None:
        wire, tape, delivery = path.split("/")[1:4]
        found = self._answers.get(f"{wire}/{tape}/{delivery}")
        if found is None:
            self._transport.write(whole(b'{"error":{"message":"no such tape"}}', b"404 Not Found")[0])
            return
        opening, self._events = found
        self._at = 0
        self._stamps = {}
        self._transport.write(opening)
        self._paces[delivery].join(self)

    def step(self) -> bool:
        """Send the next event; whether there are more."""
        if self._transport.is_closing():
            return False
        now = b"%019d" % time.monotonic_ns()
        stamps = self._stamps
        event = _MARK.sub(lambda mark: stamps.setdefault(mark[0], now), self._events[self._at])
        self._at += 1
        last = self._at == len(self._events)
        self._transport.write(chunk(event) + (chunk(b"") if last else b""))
        return not last


def prepare(wire: str, tape: str) -> Tape:
    """The answer of a tape in a wire format."""
    protocol = WIRES[wire].protocol
    opening = head(tapes.content_type(protocol), b"transfer-encoding: chunked")
    return opening, tapes.stream(protocol, tapes.parts(tape))


async def serve(names: list[str]) -> None:
    """Say the port, and answer until the standard input ends."""
    answers = {name: prepare(*name.split("/")[:2]) for name in names}
    paces = {delivery: Pace(int(delivery.removeprefix("paced"))) for delivery in {name.split("/")[2] for name in names}}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(Connection, answers, paces), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    running = [asyncio.create_task(pace.run()) for pace in paces.values()]
    await asyncio.to_thread(sys.stdin.read)
    for task in running:
        task.cancel()


def main(names: list[str]) -> None:
    """Serve these tapes until nobody listens."""
    raise_limit()
    asyncio.run(serve(names))


if __name__ == "__main__":
    main(sys.argv[1:])
