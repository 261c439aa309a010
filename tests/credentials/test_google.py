"""Google's application default credentials, with google-auth itself and a token server of this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from dragoman import errors
from dragoman.credentials import google as home
from dragoman.credentials.google import GoogleCredentials
from dragoman.engine.auth import Auth
from dragoman.engine.credentials import Grant
from dragoman.engine.effects import Call
from dragoman.engine.policy import Timeouts
from dragoman.testing import Server
from dragoman.types import Secret
from dragoman.wire.http import HttpHead, HttpRequest

oauth = pytest.importorskip("google.oauth2.credentials", reason="google-auth is not installed")


class Reply(NamedTuple):
    head: HttpHead
    chunks: Iterator[bytes]


class Google:
    """A token server: answers with `status` and numbered tokens, and remembers what it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[HttpRequest] = []

    def __call__(self, request: HttpRequest) -> Reply:
        self.asked.append(request)
        told: dict[str, Any] = {"access_token": f"ya29.{len(self.asked)}", "expires_in": 3600, "token_type": "Bearer"}
        if self.status != 200:
            told = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return Reply(HttpHead(self.status, {"content-type": "application/json"}), iter([json.dumps(told).encode()]))


def own_credentials(url: str) -> Any:
    """Those of a person, as google-auth holds them."""
    return oauth.Credentials(None, "1//refresh-0123456789", client_id="id", client_secret="secret", token_uri=url)


def service_account(url: str) -> dict[str, str]:
    """The file of a service account, with a key of its own."""
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    forms = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    pem = rsa.generate_private_key(65537, 2048).private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    return {"type": "service_account", "client_email": "a@b.example", "private_key": pem.decode(), "token_uri": url}


def obtained(source: GoogleCredentials) -> Grant:
    effect = next(source.obtain(Timeouts()))
    assert isinstance(effect, Call)
    assert effect.blocks
    grant: Grant = effect.function()
    return grant


def test_a_token_of_the_default_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file that the environment names; the token's end is known, and who pays is said in a header."""
    google = Google()
    with Server(google) as server:
        file = tmp_path / "adc.json"
        file.write_text(json.dumps(service_account(f"{server.url}/token")))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "mine")
        monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "payer")
        source = GoogleCredentials()
        first, second = obtained(source), obtained(source)

    assert (Secret("ya29.1"), Secret("ya29.2")) == (first.credential, second.credential)
    assert (Auth(), {"x-goog-user-project": "payer"}) == (first.auth, first.headers)
    assert first.expires_at is not None
    assert timedelta(minutes=50) < datetime.fromtimestamp(first.expires_at, UTC) - datetime.now(UTC) < timedelta(hours=2)
    assert ["/token", "/token"] == [urlsplit(request.url).path for request in google.asked]


def test_credentials_of_ones_own() -> None:
    """An object of google-auth's, such as a service account's, instead of the default."""
    with Server(Google()) as server:
        own = own_credentials(server.url)

        assert Secret("ya29.1") == obtained(GoogleCredentials(own)).credential


def test_a_refusal_is_a_failed_authentication() -> None:
    """What Google says is told, and no secret of ours."""
    with Server(Google(400)) as server:
        own = own_credentials(server.url)
        with pytest.raises(errors.AuthenticationFailed, match="expired or revoked") as caught:
            obtained(GoogleCredentials(own))
    assert "refresh-0123456789" not in str(caught.value)


def test_a_server_out_of_reach_is_a_failed_connection() -> None:
    """Which may be tried again."""
    with Server(Google()) as server:
        url = server.url
    own = own_credentials(url)

    with pytest.raises(errors.ConnectionFailed, match="could not be asked for a token") as caught:
        obtained(GoogleCredentials(own))
    assert caught.value.retryable


def test_no_credentials_say_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that is named and not there."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))

    with pytest.raises(errors.MissingKey, match="gcloud auth application-default login"):
        obtained(GoogleCredentials())


def test_without_the_library_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "google.auth", None)

    with pytest.raises(errors.MissingKey, match=r"dragoman\[google\]"):
        obtained(GoogleCredentials())


def test_what_there_is_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials, where the library is there to find them."""
    assert isinstance(home.usual({}), GoogleCredentials)
    assert (False, True) == (home.said({}), home.said({"GOOGLE_APPLICATION_CREDENTIALS": "f"}))

    monkeypatch.setattr(home, "find_spec", lambda name: None)
    assert home.usual({}) is None


def test_nothing_is_shown() -> None:
    """The representation shows no credential."""
    own = oauth.Credentials("ya29.token")

    assert "GoogleCredentials()" == repr(GoogleCredentials(own))
