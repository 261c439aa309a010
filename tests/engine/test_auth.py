"""Credentials on the wire."""

from __future__ import annotations

import pytest

from dragoman.engine.auth import Auth, AwsKeys, authorise
from dragoman.errors import UsageError
from dragoman.types import Secret
from dragoman.wire.http import HttpRequest

REQUEST = HttpRequest("POST", "https://x/y", {"a": "b"}, b"{}")


def test_the_header_is_the_vendors() -> None:
    """A bearer token by default, a bare header where the vendor wants one, nothing without a key."""
    assert authorise(REQUEST, Secret("k"), Auth()).headers == {"a": "b", "authorization": "Bearer k"}
    assert authorise(REQUEST, Secret("k"), Auth("x-api-key", "")).headers == {"a": "b", "x-api-key": "k"}
    assert REQUEST is authorise(REQUEST, None, Auth())


@pytest.mark.parametrize("key", ["a\r\nx: y", "a\nb", "käse", "a\x00"])
def test_a_key_cannot_smuggle_headers(key: str) -> None:
    """Line breaks and other characters no header carries are refused, without showing the key."""
    with pytest.raises(UsageError, match="no HTTP header") as caught:
        authorise(REQUEST, Secret(key), Auth())
    assert key not in str(caught.value)


def test_aws_credentials_are_secrets() -> None:
    """Text becomes a secret, equal ones are equal, and none is shown."""
    keys = AwsKeys("AKID", Secret("s"), "t")

    assert (Secret("AKID"), Secret("s"), Secret("t")) == (keys.access_key, keys.secret_key, keys.session_token)
    assert keys == AwsKeys(Secret("AKID"), "s", "t")
    assert hash(keys) == hash(AwsKeys("AKID", "s", "t"))
    assert keys != AwsKeys("AKID", "s")
    assert "AwsKeys('***')" == repr(keys)
