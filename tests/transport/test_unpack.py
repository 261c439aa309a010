"""Packed bodies: unpacked as they come, and never taken for whole when they are not."""

from __future__ import annotations

import gzip
import random
import threading
import zlib

import pytest
from fault_server import PATIENCE, STREAM, FaultServer, Peer, answering, chunked, head, whole
from rigs import RigTransport, ask

from dragoman.errors import ConnectionFailed
from dragoman.transport.unpack import Damaged, Unpacker

PACKED = {
    "gzip": (gzip.compress(b"hello"), b"hello"),
    "x-gzip": (gzip.compress(b"hello"), b"hello"),
    "deflate": (zlib.compress(b"hello"), b"hello"),
    "br": (b"\x0b\x02\x80hello\x03", b"hello"),
    "zstd": (b"\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello", b"hello"),
}


def test_what_is_offered_is_unpacked(transport: RigTransport) -> None:
    """F35: every coding the request offers is taken off the answer, and the head does not speak of it any more."""
    with FaultServer(answering(whole(b"ok"))) as server:
        transport.get(ask(server.url))
    offered = [coding.strip() for coding in server.received[0].headers["accept-encoding"].split(",")]
    assert {"gzip", "deflate"} <= set(offered)
    for coding in offered:
        packed, plain = PACKED[coding]
        with FaultServer(answering(whole(packed, content_encoding=coding))) as server:
            answer, body = transport.get(ask(server.url))
        assert (plain, False, False) == (body, "content-encoding" in answer.headers, "content-length" in answer.headers)


@pytest.mark.parametrize("bits", [pytest.param(31, id="gzip"), pytest.param(15, id="deflate")])
def test_packed_pieces_are_given_as_they_are_flushed(transport: RigTransport, bits: int) -> None:
    """F35: a flushed event does not wait for the next one."""
    packer = zlib.compressobj(wbits=bits)
    events = [b"data: %d\n\n" % number for number in range(3)]
    packed = [packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH) for event in events]
    turns = threading.Semaphore(0)

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(head(**STREAM, content_encoding="gzip" if bits == 31 else "deflate"))
        for piece in chunked(packed, end=False):
            turns.acquire(timeout=PATIENCE)
            peer.send(piece)
        peer.send(*chunked([packer.flush()]))

    with FaultServer(handler) as server:
        body = transport.send(ask(server.url))
        for event in events:
            turns.release()
            assert event == body.read()
        assert b"" == body.read()


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(gzip.compress(b"x" * 1000)[:-9], id="cut"),
        pytest.param(gzip.compress(random.Random(2).randbytes(500))[:100] + b"\0" * 400, id="damaged"),
        pytest.param(b"not packed at all", id="not packed"),
    ],
)
def test_a_damaged_packed_body(transport: RigTransport, packed: bytes) -> None:
    """F35: a body that cannot be unpacked is a failure of the exchange, never a short answer."""
    with FaultServer(answering(whole(packed, content_encoding="gzip"))) as server, pytest.raises(ConnectionFailed) as caught:
        transport.get(ask(server.url))

    assert ("other", True) == (caught.value.kind, caught.value.retryable)


def unpacked(coding: str, *pieces: bytes) -> bytes:
    unpacker = Unpacker(coding)
    found = []
    for piece in pieces:
        unpacker.feed(piece)
        while data := unpacker.piece():
            found.append(data)
    unpacker.close()
    return b"".join(found)


PLAIN = b"data: na\xc3\xafve\n\n" * 50
RAW = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        pytest.param("gzip", gzip.compress(PLAIN), id="gzip"),
        pytest.param("GZIP ", gzip.compress(PLAIN), id="spelt otherwise"),
        pytest.param("gzip", gzip.compress(PLAIN[:99]) + gzip.compress(PLAIN[99:]), id="two files in a row"),
        pytest.param("deflate", zlib.compress(PLAIN), id="deflate"),
        pytest.param("deflate", RAW.compress(PLAIN) + RAW.flush(), id="deflate without its frame"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_any_cut_unpacks_to_the_same(coding: str, packed: bytes, size: int) -> None:
    """However the network cuts it."""
    assert PLAIN == unpacked(coding, *(packed[at : at + size] for at in range(0, len(packed), size)))


def test_an_empty_packed_body_is_empty() -> None:
    """A server may announce a coding and then send nothing."""
    assert b"" == unpacked("gzip")


def test_a_piece_has_a_limit() -> None:
    """A small packed body cannot fill the memory at once."""
    unpacker = Unpacker("gzip")
    unpacker.feed(gzip.compress(bytes(5 << 20)))

    assert 1 << 20 == len(unpacker.piece())


def test_a_coding_that_was_not_asked_for() -> None:
    """It is named, and nothing is guessed."""
    with pytest.raises(Damaged, match="'br', which was not asked for"):
        Unpacker("br")
