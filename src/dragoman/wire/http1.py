"""HTTP/1.1 answers, by RFC 9112, from bytes as they come: the head, then the body without its framing.

Only what a client meets that sends one request at a time and never upgrades: content-length, chunked, and bodies that
end with the connection. Interim answers (1xx) are read over. Line ends may be bare LF, as real servers send them.
A body whose framing is damaged or ends too early is `BadAnswer`, never a short body.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .http import HttpHead, header_map
from .limits import HEAD_BYTES, LINE_BYTES

__all__ = ["AnswerParser", "BadAnswer"]

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: [^\r\n]*)?")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}\r")
_DIGITS = re.compile(rb"[0-9A-Fa-f]{1,15}")
_CRLF = b"\r\n"

_HEAD, _LENGTH, _CHUNKED, _TRAILERS, _UNTIL_CLOSE, _DONE = range(6)


class BadAnswer(ValueError):
    """What came is not a valid HTTP/1.1 answer, or ended before its end; `early` says the second."""

    def __init__(self, message: str, *, early: bool = False) -> None:
        super().__init__(message)
        self.early = early


class AnswerParser:
    """One answer. `head` is None until it has come; `done` when the body is complete; `reusable` when the connection
    may carry another request after it."""

    __slots__ = ("_bodiless", "_fault", "_gap", "_heads", "_left", "_rest", "_state", "head", "reusable")

    def __init__(self, method: str = "POST") -> None:
        self.head: HttpHead | None = None
        self.reusable = False
        self._bodiless = method == "HEAD"
        self._state = _HEAD
        self._rest = b""
        self._left = 0
        self._gap = 0
        self._heads = 0
        self._fault: BadAnswer | None = None

    @property
    def done(self) -> bool:
        """Whether the answer is complete."""
        return self._state == _DONE

    def feed(self, data: bytes) -> bytes:
        """Take bytes; return the body's bytes among them. Raises BadAnswer.

        What came together with the end of the head is given by the next call, `feed(b"")` if nothing else comes: a head
        is known although its body is damaged.
        """
        if self._fault is not None:
            raise self._fault
        if self._rest:
            data = self._rest + data
            self._rest = b""
        state = self._state
        if state == _HEAD:
            self._rest = self._read_head(data)
            return b""
        if state == _CHUNKED:
            return self._read_chunks(data)
        if state == _UNTIL_CLOSE:
            return data
        if state == _LENGTH:
            return self._read_length(data)
        if state == _TRAILERS:
            self._read_trailers(data)
        elif state == _DONE and data:
            self.reusable = False  # bytes after the end belong to nothing that was asked
        return b""

    def end(self) -> None:
        """The connection has ended. Raises BadAnswer when the answer had not."""
        if self._fault is not None:
            raise self._fault
        if self._state == _UNTIL_CLOSE:
            self._state = _DONE
        elif self._state != _DONE:
            raise BadAnswer("the connection ended before the answer did", early=True)

    def _read_head(self, data: bytes) -> bytes:
        while True:
            match = _HEAD_END.search(data)
            if match is None:
                if self._heads + len(data) > HEAD_BYTES:
                    raise BadAnswer(f"the head of the answer has more than {HEAD_BYTES:,} bytes")
                return data
            self._heads += match.end()
            if self._heads > HEAD_BYTES:
                raise BadAnswer(f"the head of the answer has more than {HEAD_BYTES:,} bytes")
            head, data = data[: match.start()], data[match.end() :]
            status_line, _, fields = head.partition(b"\n")
            line = _STATUS_LINE.fullmatch(status_line.rstrip(b"\r"))
            if line is None:
                raise BadAnswer("the answer does not begin like HTTP/1.1")
            status = int(line[2])
            if status == 101:
                raise BadAnswer("the server changes protocols, which was not asked for")
            if status >= 200:
                break
        headers = header_map(_fields(fields))
        self.head = HttpHead(status, headers)
        self._frame(status, headers, old=line[1] == b"0")
        return data

    def _frame(self, status: int, headers: dict[str, str], *, old: bool) -> None:
        """Decide how the body is framed (RFC 9112 §6.3)."""
        connection = headers.get("connection", "").lower()
        self.reusable = "close" not in connection and (not old or "keep-alive" in connection)
        coding = headers.get("transfer-encoding", "").lower().strip()
        length = headers.get("content-length")
        if self._bodiless or status in (204, 304):
            self._state = _DONE
        elif coding:
            if coding != "chunked":
                raise BadAnswer("the body's transfer-encoding is not chunked")
            self._state = _CHUNKED
            if length is not None:
                self.reusable = False  # a framing said twice is how requests are smuggled
        elif length is not None:
            sizes = {size.strip() for size in length.split(",")}
            size = sizes.pop()
            if sizes or not (size.isascii() and size.isdigit()):
                raise BadAnswer("the answer's content-length says several things, or nothing")
            self._left = int(size)
            self._state = _LENGTH if self._left else _DONE
        else:
            self._state = _UNTIL_CLOSE
            self.reusable = False

    def _read_length(self, data: bytes) -> bytes:
        if len(data) < self._left:
            self._left -= len(data)
            return data
        body = data[: self._left]
        self._state = _DONE
        if len(data) > self._left:
            self.reusable = False
        return body

    def _read_chunks(self, data: bytes) -> bytes:
        """What is sound before a damage is given first, and the damage said by the next call."""
        pieces: list[bytes] = []
        try:
            self._take_chunks(data, pieces)
        except BadAnswer as error:
            if not pieces:
                raise
            self._fault = error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _take_chunks(self, data: bytes, pieces: list[bytes]) -> None:
        position, size = 0, len(data)
        if self._left or self._gap:
            position = self._finish_chunk(data, pieces)
        while position < size:
            newline = data.find(b"\n", position)
            if newline < 0:
                if size - position > LINE_BYTES:
                    raise BadAnswer(f"the size of a chunk has more than {LINE_BYTES:,} bytes")
                self._rest = data[position:]
                break
            length = _chunk_size(data[position:newline])
            position = newline + 1
            if not length:
                self._state = _TRAILERS
                self._read_trailers(data[position:])
                break
            end = position + length
            if end + 2 > size:
                self._left, self._gap = length, 2
                self._finish_chunk(data[position:], pieces)
                break
            if data[end : end + 2] != _CRLF:
                raise BadAnswer("a chunk of the body is longer than it says")
            pieces.append(data[position:end])
            position = end + 2

    def _finish_chunk(self, data: bytes, pieces: list[bytes]) -> int:
        """Go on with a chunk that has begun; return the position after what is its own."""
        position = min(self._left, len(data))
        if position:
            pieces.append(data[:position])
            self._left -= position
        if not self._left:
            gap = data[position : position + self._gap]
            if not _CRLF[2 - self._gap :].startswith(gap):
                raise BadAnswer("a chunk of the body is longer than it says")
            self._gap -= len(gap)
            position += len(gap)
        return position

    def _read_trailers(self, data: bytes) -> None:
        """Read over the fields after the last chunk, to the empty line that ends them."""
        position = 0
        while True:
            newline = data.find(b"\n", position)
            if self._heads + (len(data) if newline < 0 else newline) > HEAD_BYTES:
                raise BadAnswer(f"the trailers have more than {HEAD_BYTES:,} bytes")
            if newline < 0:
                self._heads += position
                self._rest = data[position:]
                return
            if not data[position:newline].rstrip(b"\r"):
                self._state = _DONE
                if newline + 1 < len(data):
                    self.reusable = False
                return
            position = newline + 1


@lru_cache(maxsize=256)  # the chunks of a stream of small events have few sizes, and looking one up is a quarter of reading it
def _chunk_size(line: bytes) -> int:
    """The size in a chunk's first line, extensions and blanks read over. Raises BadAnswer."""
    if not _SIZE.fullmatch(line):
        line = line.partition(b";")[0].strip()
        if not _DIGITS.fullmatch(line):
            raise BadAnswer("the size of a chunk is not a number")
    return int(line, 16)


def _fields(block: bytes) -> list[tuple[str, str]]:
    fields = []
    for line in _FOLD.sub(b" ", block).split(b"\n"):
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            if not line.strip():
                continue
            raise BadAnswer("a header field of the answer is malformed")
        fields.append((name.decode("ascii"), value.strip(b" \t\r").decode("utf-8", "replace")))
    return fields
