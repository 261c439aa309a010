"""A request before it leaves: where it goes, and that nothing in it can break out of its place.

What is refused here is refused before any library sees it: HTTP libraries quote a header they dislike in their error,
and that header may be the key.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import UsageError
from ..version import __version__
from ..wire.http import HttpRequest

__all__ = ["USER_AGENT", "Route", "checked_headers", "route_to", "split_url"]

USER_AGENT = f"dragoman/{__version__}"

_ORIGIN = re.compile(r"(https?)://(\[[0-9a-fA-F:.]+\]|[^/?#@:\[\]]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\x21-\x7e]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_PORTS = {"http": 80, "https": 443}


class Route(NamedTuple):
    """Where a request goes. `where` is the host for messages, with the port where the URL has one."""

    secure: bool
    host: str
    port: int
    where: str


def split_url(url: str) -> tuple[str, str]:
    """A URL's origin, for `route_to`, and the target to ask it for. Raises UsageError when it holds what no URL may hold."""
    if _UNSAFE.search(url):
        raise UsageError(
            "the URL holds a space, a line break or a letter beyond ASCII, and was not sent: "
            "percent-encode it; check the base URL and the model name"
        )
    end = min((at for sign in "/?#" if (at := url.find(sign, url.find("://") + 3)) >= 0), default=len(url))
    target = url[end:].partition("#")[0]
    return url[:end], target if target[:1] == "/" else f"/{target}"


def route_to(origin: str) -> Route:
    """The route to an origin. Raises UsageError when it is none of `http` or `https`."""
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        if "@" in origin:
            raise UsageError("the URL holds a user name or password, and was not sent: give the credential as a key instead")
        raise UsageError("the URL is not of the form http(s)://host[:port]/path: check the base URL")
    scheme, host, port = match.groups()
    scheme, host = scheme.lower(), host.lower()
    number = int(port) if port else _PORTS[scheme]
    return Route(scheme == "https", host.strip("[]"), number, f"{host}:{port}" if port else host)


def checked_headers(request: HttpRequest) -> dict[str, str]:
    """The header fields to send: the request's own and a user agent.

    Raises UsageError on a name or value that HTTP cannot carry, and on a framing that contradicts the body.
    """
    if not _TOKEN.fullmatch(request.method):
        raise UsageError(f"{request.method[:20]!r} is not an HTTP method")
    headers = {"user-agent": USER_AGENT}
    for name, value in request.headers.items():
        if not _TOKEN.fullmatch(name):
            raise UsageError(f"the header name {name[:40]!r} holds a character that a header name may not hold")
        if not _VALUE.fullmatch(value):
            raise UsageError(
                f"the value of the header {name!r} holds a line break, a control character or a letter beyond ASCII, "
                "and was not sent: check the key or setting it comes from"
            )
        headers[name] = value.strip(" \t")
    if "transfer-encoding" in headers or headers.get("content-length", str(len(request.body))) != str(len(request.body)):
        raise UsageError("the headers contradict the length of the body: leave content-length and transfer-encoding out")
    return headers
