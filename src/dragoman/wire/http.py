"""HTTP as values: what a transport is given and what it gives back, whatever library carries it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

__all__ = ["HttpHead", "HttpRequest", "header_map"]


class HttpRequest(msgspec.Struct, frozen=True):
    """One request: header names are lower case, `body` is complete. Its representation hides header values and body,
    which may hold credentials. `private` is one whose answer is a credential: nobody writes it down."""

    method: str
    url: str
    headers: dict[str, str] = {}
    body: bytes = b""
    private: bool = False

    def __repr__(self) -> str:
        return f"HttpRequest({self.method!r}, {self.url!r}, headers={list(self.headers)}, body={len(self.body)} bytes)"


class HttpHead(msgspec.Struct, frozen=True):
    """The beginning of an answer: its status and headers, names lower case."""

    status: int
    headers: dict[str, str] = {}

    @property
    def media_type(self) -> str:
        """The content type without parameters, lower case, empty when unsaid."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def header_map(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers as one mapping with lower-case names; repeated ones are joined by `, ` as RFC 9110 §5.3 allows."""
    headers: dict[str, str] = {}
    for name, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
        name = name.lower()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
