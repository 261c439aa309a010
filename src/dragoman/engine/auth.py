"""Credentials on the wire: which header carries one, put on at the moment of sending and nowhere before."""

from __future__ import annotations

import msgspec

from ..errors import UsageError
from ..types.secret import Secret
from ..wire.http import HttpRequest

__all__ = ["Auth", "AwsKeys", "Signing", "TokenExchange", "authorise", "can_travel"]


class Auth(msgspec.Struct, frozen=True):
    """The header a credential travels in: `authorization: Bearer KEY` unless the vendor wants another."""

    header: str = "authorization"
    prefix: str = "Bearer "


class Signing(msgspec.Struct, frozen=True):
    """For whom requests are signed with AWS credentials: the service's signing name, and which variable of the base URL
    holds the region."""

    service: str
    region: str = "region"


class TokenExchange(msgspec.Struct, frozen=True):
    """Where and how a provider exchanges tokens: `GET url` with the long-lived token, answered with JSON.

    `token`, `expires_at` (Unix seconds) and `base_url` are the paths of the answer's fields, the last two where they are
    there. `ready` is how a token begins that is a short-lived one already.
    """

    url: str
    auth: Auth = Auth()
    headers: dict[str, str] = {}
    token: tuple[str, ...] = ("token",)
    expires_at: tuple[str, ...] = ("expires_at",)
    base_url: tuple[str, ...] = ()
    ready: str | None = None


class AwsKeys:
    """AWS credentials, with which requests are signed: an access key, its secret and, with temporary ones, a session token.

    They are kept as `Secret`s and show a mask.
    """

    __slots__ = ("access_key", "secret_key", "session_token")

    def __init__(self, access_key: str | Secret, secret_key: str | Secret, session_token: str | Secret | None = None) -> None:
        self.access_key = _secret(access_key)
        self.secret_key = _secret(secret_key)
        self.session_token = None if session_token is None else _secret(session_token)

    def parts(self) -> tuple[Secret, ...]:
        """The two or three of them, the longest secrets first."""
        token = () if self.session_token is None else (self.session_token,)
        return (*token, self.secret_key, self.access_key)

    def __repr__(self) -> str:
        return "AwsKeys('***')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AwsKeys) and self.parts() == other.parts()

    def __hash__(self) -> int:
        return hash(self.parts())


def authorise(request: HttpRequest, secret: Secret | None, auth: Auth) -> HttpRequest:
    """The request with its credential; unchanged without one.

    Raises UsageError when the credential holds characters that a header cannot carry.
    """
    if not secret:
        return request
    if not can_travel(secret):
        raise UsageError(
            "the key holds characters that no HTTP header can carry: look for a line break or a blank pasted with it"
        )
    return HttpRequest(request.method, request.url, {**request.headers, auth.header: auth.prefix + secret.reveal()}, request.body)


def can_travel(secret: Secret) -> bool:
    """Whether a header can carry a credential. It is held in no variable of a frame that raises: crash reports have those."""
    value = secret.reveal()
    return value.isascii() and value.isprintable()


def _secret(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)
