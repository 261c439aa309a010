"""Google's application default credentials, through its library google-auth (the extra `dragoman[google]`).

https://cloud.google.com/docs/authentication/application-default-credentials: the file that `GOOGLE_APPLICATION_CREDENTIALS`
names, what `gcloud auth application-default login` has left, or the account of the machine. The library finds and renews
them; its requests go out through our own transport, by the same proxies and roots of trust as all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from importlib.util import find_spec
from threading import Lock
from typing import Any

from ..engine.auth import Auth
from ..engine.credentials import Grant, Obtaining, Source
from ..engine.effects import Call
from ..engine.policy import Timeouts
from ..errors import AuthenticationFailed, ConnectionFailed, MissingKey, TransportError
from ..types.secret import Secret
from ..wire.http import HttpHead, HttpRequest

__all__ = ["ADVICE", "GoogleCredentials", "said", "usual"]

ADVICE = "install dragoman[google] and run `gcloud auth application-default login`, or pass an access token"

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_PATIENCE = 30.0


class GoogleCredentials(Source):
    """Access tokens of Google Cloud: those of the application default credentials, or of a credentials object of
    google-auth's. A token is kept until a minute before its end.
    """

    def __init__(self, credentials: Any = None, *, scopes: tuple[str, ...] = _SCOPES) -> None:
        self._credentials = credentials
        self._scopes = scopes
        self._lock = Lock()

    def __repr__(self) -> str:
        return "GoogleCredentials()"

    def obtain(self, timeouts: Timeouts) -> Obtaining:
        """A new access token. Raises MissingKey without credentials, AuthenticationFailed when Google refuses them, and
        ConnectionFailed when it cannot be reached."""
        grant: Grant = yield Call(self._renew, blocks=True)
        return grant

    def _renew(self) -> Grant:
        try:
            import google.auth
            from google.auth import exceptions
        except ImportError as error:
            raise MissingKey(f"Google credentials need google-auth: {ADVICE}") from error
        from ..transport import open_transport

        transport = open_transport(None)
        try:
            with self._lock:
                request: Any = _Errand(transport)
                if self._credentials is None:
                    self._credentials, _ = google.auth.default(scopes=self._scopes, request=request)
                held = self._credentials
                held.refresh(request)
                token, expiry, project = held.token, held.expiry, getattr(held, "quota_project_id", None)
        except exceptions.TransportError as error:
            raise ConnectionFailed(f"Google could not be asked for a token: {error.__cause__ or error}") from error
        except exceptions.RefreshError as error:
            raise AuthenticationFailed(f"Google gave no token: {error.args[0] if error.args else error}") from error
        except exceptions.GoogleAuthError as error:
            raise MissingKey(f"no Google credentials: {error}; {ADVICE}") from error
        finally:
            transport.close()
        expires_at = None if expiry is None else expiry.replace(tzinfo=UTC).timestamp()
        # https://cloud.google.com/docs/quotas/set-quota-project: whom the requests of a person's credentials are billed to.
        return Grant(Secret(token), expires_at, Auth(), {"x-goog-user-project": project} if project else {})


class _Answer:
    """An answer as google-auth reads one (`google.auth.transport.Response`)."""

    def __init__(self, head: HttpHead, data: bytes) -> None:
        self.status = head.status
        self.headers = head.headers
        self.data = data


class _Errand:
    """google-auth's requests by our transport (`google.auth.transport.Request`)."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> _Answer:
        from google.auth import exceptions

        sent = body.encode() if isinstance(body, str) else body or b""
        named = {name.lower(): value for name, value in (headers or {}).items()}
        limit = timeout if timeout is not None else _PATIENCE
        try:
            answer = self._transport.send(HttpRequest(method, url, named, sent, True), connect=limit, first_byte=limit)
            data = b""
            while chunk := answer.read(limit):
                data += chunk
        except TransportError as error:
            trouble: Any = exceptions.TransportError
            raise trouble(error) from error
        return _Answer(answer.head, data)


def usual(environ: Mapping[str, str]) -> GoogleCredentials | None:
    """What to take where no key is given; None without google-auth."""
    return GoogleCredentials() if _installed() else None


def said(environ: Mapping[str, str]) -> bool:
    """Whether the environment names credentials."""
    return bool(environ.get("GOOGLE_APPLICATION_CREDENTIALS"))


def _installed() -> bool:
    try:
        return find_spec("google.auth") is not None
    except ModuleNotFoundError:  # the namespace above it
        return False
