"""Which proxy a request takes, by the environment variables that other programs obey too.

`HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` name proxies, in capitals or not (the small spelling wins), and `NO_PROXY`
lists what goes without: `*`, a host or domain (`example.com` takes its subdomains with it), an address, a network
(`10.0.0.0/8`), each with a port or without. `HTTP_PROXY` in capitals is not believed inside a CGI program, where the
caller sets it (https://httpoxy.org). Beyond what others do, this machine itself is never reached through a proxy.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import UsageError
from ..types.secret import Secret
from .outgoing import Route

__all__ = ["Proxies", "Proxy", "is_loopback"]

_SCHEMES = ("http", "https", "socks5", "socks5h")


class Proxy(NamedTuple):
    """One proxy. Its URL may hold a password; `where` is its host and port, for messages."""

    url: Secret
    where: str
    scheme: str


class Proxies:
    """The proxies of an environment, read once."""

    __slots__ = ("_all", "_http", "_https", "_without")

    def __init__(self, environment: Mapping[str, str]) -> None:
        def read(name: str) -> str:
            return (environment.get(name.lower()) or environment.get(name) or "").strip()

        http = environment.get("http_proxy", "") if "REQUEST_METHOD" in environment else read("HTTP_PROXY")
        self._http = _proxy("HTTP_PROXY", http)
        self._https = _proxy("HTTPS_PROXY", read("HTTPS_PROXY"))
        self._all = _proxy("ALL_PROXY", read("ALL_PROXY"))
        self._without = [entry for entry in read("NO_PROXY").lower().replace(",", " ").split() if entry]

    def for_route(self, route: Route) -> Proxy | None:
        """The proxy for a route, None to go there directly."""
        proxy = (self._https if route.secure else self._http) or self._all
        if proxy is None or is_loopback(route.host) or any(_covers(entry, route) for entry in self._without):
            return None
        return proxy


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _proxy(variable: str, url: str) -> Proxy | None:
    if not url:
        return None
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest, url = "http", url, f"http://{url}"
    if scheme.lower() not in _SCHEMES:
        raise UsageError(f"{variable} is a proxy of an unknown kind; known: {', '.join(_SCHEMES)}")
    where = rest.partition("/")[0].rpartition("@")[2]
    if not where:
        raise UsageError(f"{variable} names no host")
    return Proxy(Secret(url), where, scheme.lower())


def _covers(entry: str, route: Route) -> bool:
    """Whether one entry of `NO_PROXY` covers a route."""
    if entry == "*":
        return True
    if "/" in entry:
        address = _address(route.host)
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    host, _, port = entry.rpartition(":") if entry.count(":") == 1 or entry.startswith("[") else (entry, "", "")
    if port.isdigit():
        if int(port) != route.port:
            return False
    else:
        host = entry
    host = host.strip("[]").removeprefix("*").lstrip(".")
    return route.host == host or (_address(route.host) is None and route.host.endswith(f".{host}"))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
