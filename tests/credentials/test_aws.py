"""AWS credentials, of the environment and through botocore."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dragoman.credentials import aws
from dragoman.credentials.aws import AwsCredentials
from dragoman.engine.auth import AwsKeys
from dragoman.engine.effects import Call
from dragoman.engine.policy import Timeouts
from dragoman.errors import MissingKey

ENVIRON = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-0123"}


def obtained(source: AwsCredentials) -> Any:
    """What the source gives, and whether it had to ask outside."""
    flow = source.obtain(Timeouts())
    value, asked = None, False
    while True:
        try:
            effect = flow.send(value)
        except StopIteration as end:
            return end.value.credential, asked
        assert isinstance(effect, Call)
        assert effect.blocks
        value, asked = effect.function(), True


class Chain:
    """Stands for botocore: a chain that finds `keys`, and counts how often it is gone through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, keys: AwsKeys | None = None, error: str | None = None) -> None:
        self.sessions: list[str | None] = []
        root, session, trouble = (ModuleType(name) for name in ("botocore", "botocore.session", "botocore.exceptions"))

        class BotoCoreError(Exception):
            pass

        class Credentials:
            access_key = keys.access_key.reveal() if keys else ""
            secret_key = keys.secret_key.reveal() if keys else ""
            token = keys.session_token.reveal() if keys and keys.session_token else None

            def get_frozen_credentials(self) -> Credentials:
                return self

        def open_session(profile: str | None) -> Any:
            self.sessions.append(profile)

            class Session:
                def get_credentials(self) -> Credentials | None:
                    if error is not None:
                        raise BotoCoreError(error)
                    return Credentials() if keys is not None else None

            return Session()

        session.Session = open_session  # type: ignore[attr-defined]
        trouble.BotoCoreError = BotoCoreError  # type: ignore[attr-defined]
        for module in (root, session, trouble):
            monkeypatch.setitem(sys.modules, module.__name__, module)


def test_the_environment_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that stand there are taken as they are, with the session token where there is one."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    assert (AwsKeys("AKIDEXAMPLE", "secret-0123"), False) == obtained(AwsCredentials())

    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-0123")
    assert (AwsKeys("AKIDEXAMPLE", "secret-0123", "token-0123"), False) == obtained(AwsCredentials())


def test_a_profile_that_is_named_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with AWS's own tools."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    chain = Chain(monkeypatch, keys := AwsKeys("AKIDPROFILE", "other", "t"))

    assert (keys, True) == obtained(AwsCredentials("work"))
    assert ["work"] == chain.sessions


def test_the_chain_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore keeps and renews what it found; only after a refusal is it asked to look again."""
    chain = Chain(monkeypatch, AwsKeys("AKIDPROFILE", "other"))
    source = AwsCredentials()
    for _ in range(3):
        obtained(source)
    assert [None] == chain.sessions

    source.refused()
    obtained(source)
    assert [None, None] == chain.sessions


@pytest.mark.parametrize(
    ("error", "words"), [(None, "no AWS credentials were found"), ("the token is old", "cannot be had: the token is old")]
)
def test_a_chain_without_credentials(monkeypatch: pytest.MonkeyPatch, error: str | None, words: str) -> None:
    """Its own words are told."""
    Chain(monkeypatch, None, error)

    with pytest.raises(MissingKey, match=words):
        obtained(AwsCredentials())


def test_without_the_library_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "botocore.exceptions", None)

    with pytest.raises(MissingKey, match=r"dragoman\[aws\]"):
        obtained(AwsCredentials("work"))


def test_what_there_is_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of the environment, or whatever botocore may find; else nothing, which is said at once."""
    monkeypatch.setattr(aws, "find_spec", lambda name: None)
    assert (None, AwsCredentials) == (aws.usual({}), type(aws.usual(ENVIRON)))

    monkeypatch.setattr(aws, "find_spec", lambda name: object())
    assert isinstance(aws.usual({}), AwsCredentials)


@pytest.mark.parametrize(
    ("environ", "there"),
    [
        ({}, False),
        (ENVIRON, True),
        ({"AWS_ACCESS_KEY_ID": "a"}, False),
        ({"AWS_PROFILE": "w"}, True),
        ({"AWS_PROFILE": ""}, False),
    ],
)
def test_what_the_environment_says(environ: dict[str, str], there: bool) -> None:
    """Half a pair is none."""
    assert there == aws.said(environ)


def test_the_real_library_reads_a_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """botocore itself, with a file of credentials."""
    pytest.importorskip("botocore.session", reason="botocore is not installed")
    file = tmp_path / "credentials"
    file.write_text("[work]\naws_access_key_id = AKIDFILE\naws_secret_access_key = from-file\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    assert (AwsKeys("AKIDFILE", "from-file"), True) == obtained(AwsCredentials("work"))
    with pytest.raises(MissingKey, match="cannot be had"):
        obtained(AwsCredentials("nobody"))


def test_nothing_is_shown() -> None:
    """Neither source nor keys show a credential."""
    keys = AwsKeys("AKIDEXAMPLE", "secret-0123", "token-0123")

    assert "AwsKeys('***')" == repr(keys) == str(keys)
    assert ("AwsCredentials()", "AwsCredentials('work')") == (repr(AwsCredentials()), repr(AwsCredentials("work")))
