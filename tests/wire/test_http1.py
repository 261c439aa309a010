"""HTTP/1.1 answers come out the same however they are cut, and damage is never a short body."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.wire.http1 import AnswerParser, BadAnswer

OK = b"HTTP/1.1 200 OK\r\n"
CASES: dict[str, tuple[bytes, int, bytes, bool]] = {
    "length": (OK + b"Content-Length: 5\r\nA: 1\r\n\r\nhello", 200, b"hello", True),
    "empty": (OK + b"content-length: 0\r\n\r\n", 200, b"", True),
    "chunks": (OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", 200, b"hello!", True),
    "extensions and trailers": (
        OK + b"Transfer-Encoding: Chunked\r\n\r\n5;x=y\r\nhello\r\n 1 \r\n!\r\n000\r\nX: 1\r\n\r\n",
        200,
        b"hello!",
        True,
    ),
    "chunk of line ends": (OK + b"transfer-encoding: chunked\r\n\r\n4\r\n\r\n\r\n\r\n0\r\n\r\n", 200, b"\r\n\r\n", True),
    "until close": (OK + b"\r\nhello", 200, b"hello", False),
    "close asked": (OK + b"connection: close\r\ncontent-length: 2\r\n\r\nhi", 200, b"hi", False),
    "old": (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi", 200, b"hi", False),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n" + OK + b"content-length: 2\r\n\r\nhi",
        200,
        b"hi",
        True,
    ),
    "no content": (b"HTTP/1.1 204\r\n\r\n", 204, b"", True),
    "bare line feeds": (b"HTTP/1.1 404 Not Found\ncontent-length: 2\n\nno", 404, b"no", True),
    "folded field": (OK + b"a: 1\r\n 2\r\ncontent-length: 2\r\n\r\nhi", 200, b"hi", True),
    "equal lengths": (OK + b"content-length: 2\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi", True),
    "both framings": (OK + b"content-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 200, b"hi", False),
    "something after the end": (OK + b"content-length: 2\r\n\r\nhi there", 200, b"hi", False),
}


def read(data: bytes, size: int) -> tuple[int, bytes, bool]:
    parser = AnswerParser()
    body = b"".join([parser.feed(data[at : at + size]) for at in range(0, len(data), size)])
    body += parser.feed(b"")
    parser.end()
    assert parser.head is not None
    return parser.head.status, body, parser.reusable


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
@pytest.mark.parametrize("name", CASES)
def test_every_framing_in_every_cut(name: str, size: int) -> None:
    """Status, body and whether the connection may be used again do not depend on the cut."""
    data, *expected = CASES[name]

    assert tuple(expected) == read(data, size)


def test_fields_are_folded_to_lower_case_and_joined() -> None:
    """What came twice is one list."""
    parser = AnswerParser()
    parser.feed(OK + b"X-A: 1\r\nx-a:  2 \r\ncontent-length: 0\r\n\r\n")

    assert {"x-a": "1, 2", "content-length": "0"} == parser.head.headers  # type: ignore[union-attr]


def test_an_answer_to_head_has_no_body() -> None:
    """Its length speaks of what was not sent."""
    parser = AnswerParser("HEAD")
    parser.feed(OK + b"content-length: 5\r\n\r\n")

    assert parser.done


@pytest.mark.parametrize("size", [1, 4096])
@pytest.mark.parametrize(
    "data",
    [
        OK + b"content-length: 5\r\n\r\nhel",
        OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhel",
        OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        OK[:-4],
        b"",
    ],
)
def test_an_end_too_early_is_not_an_end(data: bytes, size: int) -> None:
    """A body that is cut is damage, not a shorter body."""
    with pytest.raises(BadAnswer) as caught:
        read(data, size)
    assert caught.value.early


@pytest.mark.parametrize("size", [1, 4096])
@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
        OK + b"content-length: 5, 6\r\n\r\nhello",
        OK + b"content-length: five\r\n\r\n",
        OK + b"content-length: -1\r\n\r\n",
        OK + b"transfer-encoding: gzip, chunked\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"bad name: x\r\n\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\nxyz\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n" + b"1" * 20 + b"\r\n",
    ],
)
def test_what_is_no_answer_is_refused(data: bytes, size: int) -> None:
    """Damage is said, and is not an early end."""
    with pytest.raises(BadAnswer) as caught:
        read(data, size)
    assert not caught.value.early


@pytest.mark.parametrize(
    ("endless", "bound"),
    [
        (OK + b"a: " + b"x" * 300_000, "the head of the answer has more than 262,144 bytes"),
        (b"HTTP/1.1 100 Go on\r\n\r\n" * 20_000, "the head of the answer has more than 262,144 bytes"),
        (OK + b"transfer-encoding: chunked\r\n\r\n" + b"1;" + b"x" * 20_000, "the size of a chunk has more than 16,384 bytes"),
        (OK + b"transfer-encoding: chunked\r\n\r\n0\r\n" + b"x" * 300_000, "the trailers have more than 262,144 bytes"),
        (OK + b"transfer-encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * 50_000, "the trailers have more than 262,144 bytes"),
    ],
)
@pytest.mark.parametrize("size", [997, 10**6])
def test_what_has_no_end_is_bounded(endless: bytes, bound: str, size: int) -> None:
    """Heads, interim answers, size lines and trailers do not fill memory, and it is said which bound they broke."""
    with pytest.raises(BadAnswer, match=bound):
        read(endless, size)


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=6), st.integers(1, 9))
def test_any_chunks_in_any_cut(chunks: list[bytes], size: int) -> None:
    """Whatever is in the chunks, the body is what was put into them."""
    framed = b"".join([b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks])
    data = OK + b"transfer-encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"

    assert (200, b"".join(chunks), True) == read(data, size)


@given(st.binary(max_size=80), st.integers(1, 9))
def test_any_bytes_are_an_answer_or_a_bad_one(data: bytes, size: int) -> None:
    """Nothing else is ever raised."""
    for start in (b"", OK, OK + b"transfer-encoding: chunked\r\n\r\n"):
        try:
            read(start + data, size)
        except BadAnswer:
            continue
