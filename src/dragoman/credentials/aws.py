"""AWS credentials: those of the environment as they stand there, and the rest of Amazon's chain through botocore.

https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html. Profiles, single sign-on, assumed roles and
the credentials of machines and containers need the extra `dragoman[aws]`; it gives credentials only, requests are signed
by `engine/sigv4.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from threading import Lock
from typing import Any

from ..engine.auth import AwsKeys
from ..engine.credentials import Grant, Obtaining, Source
from ..engine.effects import Call
from ..engine.policy import Timeouts
from ..errors import MissingKey

__all__ = ["ADVICE", "AwsCredentials", "said", "usual"]

ADVICE = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or install dragoman[aws] for profiles, single sign-on and the roles of "
    "machines"
)

_NAMED = (
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
"""Variables that say where else credentials are (the page above)."""


class AwsCredentials(Source):
    """The credentials that AWS's own tools would take: of the environment, else of its chain; `profile` names a profile.

    botocore keeps them and renews them; it is asked before every request, which costs microseconds while they are good.
    """

    def __init__(self, profile: str | None = None) -> None:
        self.profile = profile
        self._lock = Lock()
        self._held: Any = None

    def __repr__(self) -> str:
        return f"AwsCredentials({self.profile!r})" if self.profile else "AwsCredentials()"

    def obtain(self, timeouts: Timeouts) -> Obtaining:
        """The credentials as they are now. Raises MissingKey when there are none."""
        keys = None if self.profile is not None else _of_environment(os.environ)
        if keys is None:
            keys = yield Call(self._ask, blocks=True)
        return Grant(keys, 0.0)

    def refused(self) -> None:
        """The chain is gone through anew: a profile may have changed on disk."""
        with self._lock:
            self._held = None

    def _ask(self) -> AwsKeys:
        try:
            from botocore.exceptions import BotoCoreError
            from botocore.session import Session
        except ImportError as error:
            raise MissingKey(f"AWS credentials beyond the environment need botocore: {ADVICE}") from error
        with self._lock:
            try:
                if self._held is None:
                    self._held = Session(profile=self.profile).get_credentials()
                frozen = None if self._held is None else self._held.get_frozen_credentials()
            except BotoCoreError as error:
                raise MissingKey(f"the AWS credentials cannot be had: {error}") from error
        if frozen is None:
            raise MissingKey(f"no AWS credentials were found: {ADVICE}")
        return AwsKeys(frozen.access_key, frozen.secret_key, frozen.token)


def usual(environ: Mapping[str, str]) -> AwsCredentials | None:
    """What to take where no key is given; None when there is nothing in the environment and no botocore to ask."""
    return AwsCredentials() if _of_environment(environ) is not None or find_spec("botocore") is not None else None


def said(environ: Mapping[str, str]) -> bool:
    """Whether the environment holds credentials, or names a place that does."""
    return _of_environment(environ) is not None or any(environ.get(name) for name in _NAMED)


def _of_environment(environ: Mapping[str, str]) -> AwsKeys | None:
    access_key, secret_key = environ.get("AWS_ACCESS_KEY_ID", "").strip(), environ.get("AWS_SECRET_ACCESS_KEY", "").strip()
    if not access_key or not secret_key:
        return None
    return AwsKeys(access_key, secret_key, environ.get("AWS_SESSION_TOKEN", "").strip() or None)
