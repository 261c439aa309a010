"""Trouble in this library's words: every low-level failure becomes one of these, with a message a person can act on.

A message names the host, never a path, a query or a header, so that it cannot carry a key. A failure that the same
request would meet again (an unknown name, an untrusted certificate) is not retryable; every other one is.
"""

from __future__ import annotations

from typing import Literal

from ..errors import Cancelled, ConnectionFailed, TimedOut, UsageError

__all__ = ["Kind", "Phase", "closed_here", "connection_failed", "not_installed", "timed_out"]

Kind = Literal["dns", "refused", "tls", "reset", "closed", "proxy", "pool", "other"]
Phase = Literal["connect", "first_byte", "idle"]

# What happened and what to do about it; `{}` is the host.
_SAYS: dict[Kind, tuple[str, str]] = {
    "dns": ("the name {} cannot be resolved", "check the base URL and the network"),
    "refused": ("{} refuses the connection", "check that the server runs and that the base URL has the right port"),
    "tls": (
        "no trusted connection to {}",
        "check the base URL and this machine's clock; a certificate authority of your own is added with SSL_CERT_FILE",
    ),
    "reset": ("the connection to {} was reset", "try again"),
    "closed": ("{} closed the connection before the end of its answer", "try again"),
    "proxy": ("{} cannot be reached through the proxy", "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"),
    "pool": ("no connection to {} is free", "raise max_connections, or send fewer requests at a time"),
    "other": ("the exchange with {} failed", "try again; if it stays, something between here and there is broken"),
}

_LATE: dict[Phase, tuple[str, str]] = {
    "connect": ("no connection to {} within {:g} seconds", "check the base URL and the network, or allow more time"),
    "first_byte": ("no answer from {} within {:g} seconds", "try again, or allow more time"),
    "idle": ("nothing more came from {} for {:g} seconds", "try again, or allow more time"),
}

_DETAIL_LIMIT = 200


def connection_failed(kind: Kind, where: str, detail: str = "", *, retryable: bool | None = None) -> ConnectionFailed:
    """The error for a connection that failed; `detail` is the reason in words, from a source that knows no secrets."""
    what, hint = _SAYS[kind]
    detail = " ".join(detail.split())[:_DETAIL_LIMIT].rstrip(".")
    error = ConnectionFailed(f"{what.format(where)}{': ' if detail else ''}{detail}; {hint}")
    error.kind = kind
    error.retryable = kind != "tls" if retryable is None else retryable
    return error


def timed_out(phase: Phase, where: str, seconds: float) -> TimedOut:
    """The error for a wait that took too long."""
    what, hint = _LATE[phase]
    error = TimedOut(f"{what.format(where, seconds)}; {hint}")
    error.phase = phase
    return error


def closed_here(where: str) -> Cancelled:
    """The error of a read whose body was closed by the caller, in another thread or task or before."""
    return Cancelled(f"the answer of {where} was closed here before its end")


def not_installed(library: str) -> UsageError:
    """The error for an HTTP library that is not there."""
    return UsageError(f"the HTTP library {library} is not installed; install it with: pip install {library}")
