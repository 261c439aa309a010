"""What the wires share about sending JSON: the headers, the bytes, and what of a body steers reasoning, for the response."""

from __future__ import annotations

from typing import Any

import msgspec

from ..types.request import Request
from ..wire.http import HttpRequest
from .base import Report, Target

__all__ = ["headers_for", "post_json"]

Json = dict[str, Any]


def headers_for(request: Request, target: Target, *, stream: str | None = "text/event-stream") -> dict[str, str]:
    """The headers of a request with a JSON body, those of target and request among them, the request's last.

    `stream` is the media type of streamed answers; None does not say what is accepted.
    """
    headers = {"content-type": "application/json"}
    if stream is not None:
        headers["accept"] = stream if request.stream else "application/json"
    for given in (target.headers, request.headers):
        for name, value in given.items():
            headers[name.lower()] = value
    return headers


def post_json(url: str, headers: dict[str, str], body: Json, report: Report, reasoning: tuple[str, ...]) -> HttpRequest:
    """The request, and in the report the fields that steer reasoning: `reasoning` are their paths, with dots.

    Raises Unsupported where the body cannot be said in UTF-8.
    """
    try:
        encoded = msgspec.json.encode(body)
    except UnicodeEncodeError:
        report.refuse("text", "the request holds text that is not Unicode: half of a surrogate pair")
        raise
    for path in reasoning:
        if (value := _at(body, path)) is not None:
            report.reasoning[path] = value
    return HttpRequest("POST", url, headers, encoded)


def _at(body: Any, path: str) -> Any:
    if "." not in path:
        return body.get(path)
    for name in path.split("."):
        if not isinstance(body, dict):
            return None
        body = body.get(name)
    return body
