"""Credentials that are fetched, kept and renewed: pure flows of effects, the same for both faces.

A `Source` says how a credential is got. An `Access` is one client's way into one provider: it asks the source, keeps what
it gave until a minute before its end, and asks again when the provider refuses it. What is kept is one value that is
replaced whole, so that threads may renew it at once and none sees half of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from typing import Any

import msgspec

from ..errors import UsageError
from ..types.secret import Secret
from ..wire.http import HttpRequest
from .auth import Auth, AwsKeys, Signing, authorise
from .effects import Call, Effect, Wall
from .policy import Timeouts

__all__ = ["Access", "Function", "Given", "Grant", "Obtaining", "Source"]

_MARGIN_SECONDS = 60.0
"""A credential is renewed this long before its end: a request that takes it is under way when it ends."""

Obtaining = Generator[Effect, Any, "Grant"]


class Grant(msgspec.Struct, frozen=True):
    """A credential and what is known about it.

    `expires_at` is in Unix seconds, None for one that is good until it is refused. `auth` is the header it travels in, None
    for the provider's own; `headers` go with it. `base_url` is where it is good for, None for the provider's own place.
    """

    credential: Secret | AwsKeys | None
    expires_at: float | None = None
    auth: Auth | None = None
    headers: dict[str, str] = {}
    base_url: str | None = None

    def secrets(self) -> tuple[Secret, ...]:
        """What must not be seen in anything that is said about it."""
        held = self.credential
        if isinstance(held, AwsKeys):
            return held.parts()
        return (held,) if held is not None else ()


class Source(ABC):
    """Where a credential comes from. A source that keeps state is good for one client."""

    @abstractmethod
    def obtain(self, timeouts: Timeouts) -> Obtaining:
        """Get one. Raises the typed error that says why there is none."""

    def refused(self) -> None:
        """The last one was refused: what is kept of it is worth nothing."""
        return


class Given(Source):
    """A credential that the program or the environment holds."""

    def __init__(self, credential: Secret | AwsKeys | None, auth: Auth | None = None) -> None:
        self.grant = Grant(credential, auth=auth)

    def obtain(self, timeouts: Timeouts) -> Obtaining:
        """The credential itself."""
        return self.grant
        yield  # a generator without an effect


class Function(Source):
    """A function of the caller's, asked before every request; it keeps what it wants to keep.

    It gives text, a `Secret`, `AwsKeys`, None, or a `Grant`, which is kept until its end. `auth` is the header in which what
    it gives travels, where it is none with a header of its own.
    """

    def __init__(self, function: Callable[[], Any], auth: Auth | None = None) -> None:
        self._function = function
        self._auth = auth

    def obtain(self, timeouts: Timeouts) -> Obtaining:
        """What the function gives now."""
        given = yield Call(self._function, timeout=timeouts.first_byte, secret=True)
        if isinstance(given, Grant):
            return given
        if given is not None and not isinstance(given, Secret | AwsKeys):
            given = Secret(str(given))
        return Grant(given, 0.0, self._auth)


class Access:
    """One client's way into one provider, shared by its requests."""

    __slots__ = ("_grant", "_source", "auth", "base_url", "fixed", "region", "signing")

    def __init__(
        self, source: Source, auth: Auth | None = None, *, signing: Signing | None = None, region: str = "", base_url: str = ""
    ) -> None:
        """`auth` is the header of plain credentials, `signing` and `region` are for AWS credentials. `base_url` is what a
        grant's own place stands for in a request's URL; empty where the program has named another."""
        self._source = source
        self._grant: Grant | None = None
        self.fixed = source.grant if isinstance(source, Given) else None
        self.auth = auth if auth is not None else Auth()
        self.signing = signing
        self.region = region
        self.base_url = base_url

    def grant(self, timeouts: Timeouts) -> Obtaining:
        """The credential to use now: the kept one while it lasts, else a new one."""
        kept = self._grant
        if kept is not None:
            if kept.expires_at is None:
                return kept
            now: float = yield Wall()
            if now < kept.expires_at - _MARGIN_SECONDS:
                return kept
        self._grant = new = yield from self._source.obtain(timeouts)
        return new

    def renewed(self, refused: Grant, timeouts: Timeouts) -> Generator[Effect, Any, bool]:
        """Whether there is another credential in place of one that was refused; another request may have got it already."""
        if self.fixed is not None:
            return False
        if self._grant is refused:
            self._grant = None
            self._source.refused()
        new = yield from self.grant(timeouts)
        return new.credential != refused.credential

    def put_on(self, request: HttpRequest, grant: Grant) -> Generator[Effect, Any, HttpRequest]:
        """The request as it is sent with this credential. Raises UsageError when it cannot be."""
        url = request.url
        if grant.base_url is not None and self.base_url and url.startswith(self.base_url):
            url = grant.base_url + url[len(self.base_url) :]
        if grant.headers or url is not request.url:
            request = HttpRequest(request.method, url, {**request.headers, **grant.headers}, request.body)
        held = grant.credential
        if not isinstance(held, AwsKeys):
            return authorise(request, held, grant.auth if grant.auth is not None else self.auth)
        if self.signing is None:
            raise UsageError("AWS credentials are for providers at AWS: pass a key")
        from .sigv4 import sign  # its hashes are loaded when something is signed, and not before

        return sign(request, held, self.signing.service, self.region, (yield Wall()))
