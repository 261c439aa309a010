"""What is particular to pyreqwest; what the contract asks of it is tested with the contract.

Two of these tests state faults of the library that this module cannot mend: a version that mends them must be noticed.
"""

from __future__ import annotations

import gzip

import pytest
from fault_server import FaultServer, answering, whole
from rigs import ask

from dragoman.transport.pyreqwest import PyreqwestTransport, rounded_up


@pytest.mark.parametrize(
    ("seconds", "rounded"),
    [
        (10.0, 10.0),
        (10, 10),
        (9.87, 9.9),
        (0.1, 0.1),
        (0.123, 0.13),
        (3.0000001, 3.1),
        (123.4, 130.0),
        (0.0001, 0.0001),
        (0.0, 0.0),
    ],
)
def test_connecting_takes_two_digits(seconds: float, rounded: float) -> None:
    """The length of connecting is a setting of the client: it is rounded up, so that clients stay few."""
    assert rounded == pytest.approx(rounded_up(seconds))


def test_clients_are_few() -> None:
    """A client for each length of connecting, and not one for each call."""
    transport = PyreqwestTransport()
    with FaultServer(answering(whole(b"ok"))) as server:
        for connect in (5.0, 5.0, 4.9999, 4.991, 5):
            assert b"ok" == transport.send(ask(server.url), connect=connect).read()
        assert 1 == len(transport._clients)
    for number in range(50):
        transport._client(None, 1.0 + number / 10)
    assert len(transport._clients) <= 16


def test_a_header_beyond_ascii_hides_no_other() -> None:
    """pyreqwest refuses to give such a value: it is left out, and the others stay."""
    answer = whole(b"", x_before="1", x_city="Malmö", x_after="2")
    with FaultServer(answering(answer)) as server:
        headers = PyreqwestTransport().send(ask(server.url)).head.headers

    assert ("1", None, "2") == (headers["x-before"], headers.get("x-city"), headers["x-after"])


def test_only_the_first_of_two_packed_files() -> None:
    """A fault: RFC 1952 lets gzip files follow each other, and the second is lost in silence."""
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    with FaultServer(answering(whole(packed, content_encoding="gzip"))) as server:
        body = PyreqwestTransport().send(ask(server.url))
        assert [b"one ", b""] == [body.read(), body.read()]
