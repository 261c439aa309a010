"""The replay server: a process of its own that answers with prepared bytes, so that its work is not measured.

    python server.py WIRE/TAPE/DELIVERY...        prints its port, ends when its standard input is closed

`POST /WIRE/TAPE/DELIVERY/LEAST/...` is answered from the tape in that wire format, whatever path follows; a request body
of fewer than LEAST bytes is refused, because a client that does not send everything is not to be measured.

| delivery | how |
|---|---|
| `burst` | all at once, an HTTP chunk for each event |
| `frag` | all at once, HTTP chunks of 1,370 bytes, which end anywhere |
| `single` | an event each 5 ms, so that each finds an idle client |
"""

from __future__ import annotations

import socket
import sys
import threading
import time

import tapes
from wires import WIRES

__all__ = ["main"]

FRAGMENT = 1370
PAUSE = 0.005

Answer = list[bytes]
"""What is written, write by write; with more than one write there is a pause before each."""


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def head(kind: bytes, more: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\ncontent-type: %b\r\nx-request-id: req_0001\r\n%b\r\n\r\n" % (status, kind, more)


def whole(body: bytes, status: bytes = b"200 OK") -> Answer:
    return [head(b"application/json", b"content-length: %d" % len(body), status) + body]


def prepare(wire: str, tape: str, delivery: str) -> Answer:
    """The bytes of an answer, HTTP included."""
    protocol = WIRES[wire].protocol
    parts = tapes.parts(tape)
    if tape.startswith("whole"):
        return whole(tapes.whole(protocol, parts))
    events = tapes.stream(protocol, parts)
    opening = head(tapes.content_type(protocol), b"transfer-encoding: chunked")
    if delivery == "single":
        return [opening, *map(chunk, events), chunk(b"")]
    if delivery == "frag":
        body = b"".join(events)
        events = [body[start : start + FRAGMENT] for start in range(0, len(body), FRAGMENT)]
    return [opening + b"".join(map(chunk, events)) + chunk(b"")]


def read_request(file: socket.SocketIO) -> tuple[str, int] | None:
    """The path of the next request and the size of its body; None when the client has gone."""
    line = file.readline()
    if not line:
        return None
    path = line.split()[1].decode()
    length, chunked = 0, False
    while (field := file.readline().strip().lower()) != b"":
        name, _, value = field.partition(b":")
        if name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            chunked = True
    if not chunked:
        file.read(length)
        return path, length
    while (size := int(file.readline(), 16)) > 0:
        file.read(size + 2)
        length += size
    file.readline()
    return path, length


def choose(answers: dict[tuple[str, str, str], Answer], path: str, size: int) -> Answer:
    """The answer to a request."""
    _, wire, tape, delivery, least, _ = path.split("/", 5)
    if size < int(least):
        return whole(b'{"error":{"message":"the body has only %d bytes"}}' % size, b"400 Bad Request")
    missing = whole(b'{"error":{"message":"no such tape"}}', b"404 Not Found")
    return answers.get((wire, tape, delivery), missing)


def serve(connection: socket.socket, answers: dict[tuple[str, str, str], Answer]) -> None:
    """Answer the requests of one connection until the client has gone."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with connection, connection.makefile("rb") as file:
            while (request := read_request(file)) is not None:
                writes = choose(answers, *request)
                for data in writes:
                    if len(writes) > 1:
                        time.sleep(PAUSE)
                    connection.sendall(data)
    except OSError:
        pass  # the client has gone: it measures what it likes


def main(names: list[str]) -> None:
    """Prepare the answers, say the port, and answer until nobody listens."""
    answers = {(wire, tape, delivery): prepare(wire, tape, delivery) for wire, tape, delivery in [n.split("/") for n in names]}
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, answers), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
