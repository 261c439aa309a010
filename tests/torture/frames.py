"""Streamed bodies taken apart into frames, and frames changed or made: by framing, since the wires share three of them."""

from __future__ import annotations

import json
import re
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any
from zlib import crc32

__all__ = ["change", "change_json", "frame", "garble", "jsons", "split"]

_PRELUDE = struct.Struct(">III")
_BLOCK = re.compile(rb".*?\n\n", re.DOTALL)
_DATA = re.compile(rb"^data: (.*)$", re.MULTILINE)

Change = Callable[[bytes], bytes]


def split(framing: str, data: bytes) -> list[bytes]:
    """The frames of a body, each with everything that ends it."""
    match framing:
        case "sse":
            return _BLOCK.findall(data)
        case "ndjson":
            return data.splitlines(keepends=True)
    found = []
    while data:
        length = _PRELUDE.unpack_from(data)[0]
        found.append(data[:length])
        data = data[length:]
    return found


def change(framing: str, data: bytes, how: Change) -> bytes:
    """One frame with its payload changed; checksums and lengths are right again. `data: [DONE]` stays as it is."""
    match framing:
        case "sse":
            return _DATA.sub(lambda match: b"data: " + (match[1] if match[1] == b"[DONE]" else how(match[1])), data)
        case "ndjson":
            return how(data.rstrip(b"\n")) + b"\n"
    _, size, _ = _PRELUDE.unpack_from(data)
    headers, payload = data[_PRELUDE.size : _PRELUDE.size + size], data[_PRELUDE.size + size : -4]
    return _message(headers, _inside(payload, how))


def change_json(framing: str, data: bytes, how: Callable[[Any], Any]) -> bytes:
    """One frame with its JSON changed."""
    return change(
        framing, data, lambda payload: json.dumps(how(json.loads(payload)), ensure_ascii=False, separators=(",", ":")).encode()
    )


def garble(framing: str, data: bytes, old: bytes, new: bytes) -> bytes:
    """One frame with the first `old` of its payload replaced; raises AssertionError where there is none."""

    def how(payload: bytes) -> bytes:
        assert old in payload, payload
        return payload.replace(old, new, 1)

    return change(framing, data, how)


def jsons(framing: str, data: bytes) -> list[Any]:
    """What the frames of a body say."""
    found: list[Any] = []
    for each in split(framing, data):
        change(framing, each, lambda payload: [found.append(json.loads(payload)), payload][1])
    return found


def frame(framing: str, name: str, value: Any) -> bytes:
    """One frame of a server's own; `name` is its kind where the framing has one."""
    payload = json.dumps(value, ensure_ascii=False).encode()
    match framing:
        case "sse":
            return (f"event: {name}\n".encode() if name else b"") + b"data: " + payload + b"\n\n"
        case "ndjson":
            return payload + b"\n"
    words = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        [
            bytes([len(word)]) + word.encode() + b"\x07" + struct.pack(">H", len(text)) + text.encode()
            for word, text in words.items()
        ]
    )
    return _message(headers, payload)


def _inside(payload: bytes, how: Change) -> bytes:
    """Bedrock carries another wire's JSON in base64: what is meant is the JSON inside."""
    if not payload.startswith(b'{"bytes":'):
        return how(payload)
    return json.dumps({"bytes": b64encode(how(b64decode(json.loads(payload)["bytes"]))).decode()}).encode()


def _message(headers: bytes, payload: bytes) -> bytes:
    lengths = struct.pack(">II", _PRELUDE.size + len(headers) + len(payload) + 4, len(headers))
    said = lengths + struct.pack(">I", crc32(lengths)) + headers + payload
    return said + struct.pack(">I", crc32(said))
