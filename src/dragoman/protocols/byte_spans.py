"""Places in a text that grows, counted in UTF-8 bytes by the vendor and in characters here.

A span can be asked for at any time, and costs the same however long the text is: runs of ASCII count alike, and of all else
the counts are kept in small steps.
"""

from __future__ import annotations

from bisect import bisect_right

__all__ = ["ByteText"]

_STEP = 512


class ByteText:
    """A text of which only the counts are kept."""

    __slots__ = ("_ascii", "_begins", "_places", "_runs", "characters", "size")

    def __init__(self) -> None:
        self.size = 0
        """How many bytes the text has."""
        self.characters = 0
        """How many characters it has."""
        self._ascii = True
        self._begins: list[int] = []
        self._places: list[int] = []
        self._runs: list[str] = []

    def add(self, text: str) -> None:
        """The text goes on."""
        if text.isascii():
            if not self._ascii:
                self._run("", len(text))
            self.size += len(text)
            self.characters += len(text)
            return
        if self._ascii:
            self._ascii = False
            self._run("", self.size, begins=0)
        for at in range(0, len(text), _STEP):
            run = text[at : at + _STEP]
            size = len(run.encode("utf-8", "surrogatepass"))
            self._run("" if size == len(run) else run, size)
            self.size += size
            self.characters += len(run)

    def _run(self, text: str, size: int, begins: int | None = None) -> None:
        if size:
            self._begins.append(self.size if begins is None else begins)
            self._places.append(self.characters if begins is None else begins)
            self._runs.append(text)

    def span(self, start: int | None, end: int | None) -> tuple[int | None, int | None]:
        """A span of bytes as one of characters; a place inside a character is moved to its beginning.

        Both are None where there is no end, or the span is not within the text.
        """
        first = 0 if start is None else start
        if end is None or not 0 <= first <= end <= self.size:
            return None, None
        return (None if start is None else self._character(first)), self._character(end)

    def _character(self, place: int) -> int:
        if self._ascii:
            return place
        at = bisect_right(self._begins, place) - 1
        rest, run = place - self._begins[at], self._runs[at]
        if run:
            data = run.encode("utf-8", "surrogatepass")
            while rest < len(data) and data[rest] & 0xC0 == 0x80:
                rest -= 1
            rest = len(data[:rest].decode("utf-8", "surrogatepass"))
        return self._places[at] + rest
