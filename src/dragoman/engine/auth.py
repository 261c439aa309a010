"""Credentials on the wire: which header carries one, put on at the moment of sending and nowhere before."""

from __future__ import annotations

import msgspec

from ..errors import UsageError
from ..types.secret import Secret
from ..wire.http import HttpRequest

__all__ = ["Auth", "authorise"]


class Auth(msgspec.Struct, frozen=True):
    """The header a credential travels in: `authorization: Bearer KEY` unless the vendor wants another."""

    header: str = "authorization"
    prefix: str = "Bearer "


def authorise(request: HttpRequest, secret: Secret | None, auth: Auth) -> HttpRequest:
    """The request with its credential; unchanged without one.

    Raises UsageError when the credential holds characters that a header cannot carry.
    """
    if not secret:
        return request
    value = secret.reveal()
    if not value.isascii() or not value.isprintable():
        raise UsageError(
            "the key holds characters that no HTTP header can carry: look for a line break or a blank pasted with it"
        )
    return HttpRequest(request.method, request.url, {**request.headers, auth.header: auth.prefix + value}, request.body)
