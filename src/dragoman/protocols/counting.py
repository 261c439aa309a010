"""What counting has in common on every wire: the request is the one that would be sent, its answer one number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from ..types.count import Count
from ..types.response import Failure
from ..wire.http import HttpRequest
from ..wire.json import read_json

__all__ = ["below", "encode_counted", "fields", "read_count"]

_CLIP = 200
_LARGEST = 10**12


def below(url: str, path: str) -> str:
    """A path below that of a URL; it goes before a query, which belongs to the base URL (Azure's `?api-version=`)."""
    url, mark, query = url.partition("?")
    return f"{url}{path}{mark}{query}"


def fields(http: HttpRequest, only: Collection[str]) -> dict[str, Any]:
    """The fields of an encoded request's body that an endpoint for counting takes, in their order."""
    return {name: value for name, value in msgspec.json.decode(http.body).items() if name in only}


def encode_counted(http: HttpRequest, url: str, body: Mapping[str, Any]) -> HttpRequest:
    """The request that asks for a count, with the headers of the one that is counted."""
    headers = {name: value for name, value in http.headers.items() if name != "accept"}
    return HttpRequest("POST", url, {**headers, "accept": "application/json"}, msgspec.json.encode(body))


def read_count(body: bytes, *path: str, exact: bool = True) -> Count | Failure:
    """The number at a path of an answer; a Failure that says so where none stands there.

    `exact` is False for a vendor that calls its own count an estimate.
    """
    try:
        value: Any = read_json(body)
    except ValueError as error:
        return _unreadable(body, f"the count of tokens is not JSON: {error}")
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if type(value) is not int or not 0 <= value < _LARGEST:
        return _unreadable(body, "the answer is no count of tokens")
    return Count(value, exact, 0.0 if exact else None, "vendor")


def _unreadable(body: bytes, why: str) -> Failure:
    said = " ".join(body[: 4 * _CLIP].decode("utf-8", "replace").split())[:_CLIP]
    return Failure(f"{why}; it begins with {said!r}", reason="decode", body=said)
