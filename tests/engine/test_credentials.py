"""Credentials that are fetched, kept and renewed; the test is the world."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from dragoman.engine.auth import Auth, AwsKeys, Signing
from dragoman.engine.credentials import Access, Function, Given, Grant, Obtaining, Source
from dragoman.engine.effects import Call, Wall
from dragoman.engine.policy import Timeouts
from dragoman.errors import UsageError
from dragoman.types import Secret
from dragoman.wire.http import HttpRequest

REQUEST = HttpRequest("POST", "https://h.example/v1/chat", {"a": "b"}, b"{}")
LIMITS = Timeouts()


def play(flow: Generator[Any, Any, Any], clock: float = 1000.0) -> Any:
    """What a flow gives in a world where it is `clock`."""
    value: Any = None
    while True:
        try:
            effect = flow.send(value)
        except StopIteration as end:
            return end.value
        value = clock if isinstance(effect, Wall) else effect.function()


class Tokens(Source):
    """Numbers its tokens, and lets each live for `life` seconds from 1000."""

    def __init__(self, life: float | None = 3600.0) -> None:
        self.life = life
        self.given = 0
        self.told = 0

    def obtain(self, timeouts: Timeouts) -> Obtaining:
        self.given += 1
        now: float = yield Wall()
        return Grant(Secret(f"token-{self.given}"), None if self.life is None else now + self.life)

    def refused(self) -> None:
        self.told += 1


@pytest.mark.parametrize(
    ("life", "moment", "tokens"), [(3600.0, 1000.0 + 3539, 1), (3600.0, 1000.0 + 3540, 2), (None, 1e12, 1), (30.0, 1000.0, 2)]
)
def test_a_token_is_kept_until_a_minute_before_its_end(life: float | None, moment: float, tokens: int) -> None:
    """Then a new one is got; one without an end is kept for good."""
    access = Access(source := Tokens(life))
    first = play(access.grant(LIMITS))
    second = play(access.grant(LIMITS), moment)

    assert (tokens, tokens == 1) == (source.given, first is second)


def test_a_refused_token_is_replaced_once_for_all_who_hold_it() -> None:
    """The first request that is refused renews it, the others take what is new."""
    access = Access(source := Tokens())
    old = play(access.grant(LIMITS))

    assert play(access.renewed(old, LIMITS))
    assert play(access.renewed(old, LIMITS))
    assert (2, 1) == (source.given, source.told)
    assert Secret("token-2") == play(access.grant(LIMITS)).credential


def test_the_same_credential_again_is_none() -> None:
    """A program that prints the same key, and a key that was given, are not worth another try."""
    constant = Access(Function(lambda: "same"))
    grant = play(constant.grant(LIMITS))
    fixed = Access(Given(Secret("k")))

    assert not play(constant.renewed(grant, LIMITS))
    assert fixed.fixed is not None
    assert not play(fixed.renewed(fixed.fixed, LIMITS))


def test_two_requests_may_renew_at_once() -> None:
    """Flows that overlap each end with a whole token, and the last one is kept."""
    access = Access(source := Tokens())
    first, second = access.grant(LIMITS), access.grant(LIMITS)
    assert isinstance(next(first), Wall)
    assert isinstance(next(second), Wall)
    ends = []
    for flow in (first, second):
        with pytest.raises(StopIteration) as end:
            flow.send(1000.0)
        ends.append(end.value.value.credential)

    assert [Secret("token-2"), Secret("token-2")] == ends
    assert 2 == source.given
    assert Secret("token-2") == play(access.grant(LIMITS)).credential


@pytest.mark.parametrize(
    ("given", "held", "auth"),
    [
        ("text", Secret("text"), Auth("token-header", "")),
        (Secret("s"), Secret("s"), Auth("token-header", "")),
        (None, None, Auth("token-header", "")),
        (AwsKeys("a", "b"), AwsKeys("a", "b"), Auth("token-header", "")),
        (Grant(Secret("g"), 5000.0, Auth("own", "")), Secret("g"), Auth("own", "")),
    ],
)
def test_what_functions_give(given: Any, held: Any, auth: Auth) -> None:
    """Text, secrets, AWS credentials, nothing, or a grant that says more; the header is the one for tokens."""
    grant = play(Function(lambda: given, Auth("token-header", "")).obtain(LIMITS))

    assert (held, auth) == (grant.credential, grant.auth)


def test_a_function_is_asked_every_time_unless_it_says_how_long() -> None:
    """It keeps what it wants to keep, or gives a grant with an end."""
    calls: list[str] = []
    plain = Access(Function(lambda: calls.append("plain") or "k"))
    lasting = Access(Function(lambda: calls.append("lasting") or Grant(Secret("k"), 9000.0)))
    for access in (plain, plain, lasting, lasting):
        play(access.grant(LIMITS))

    assert ["plain", "plain", "lasting"] == calls
    assert isinstance(next(plain.grant(LIMITS)), Wall | Call)


@pytest.mark.parametrize(
    ("grant", "base_url", "url", "headers"),
    [
        (Grant(Secret("k")), "https://h.example/v1", "https://h.example/v1/chat", {"a": "b", "x-key": "k"}),
        (Grant(None), "", "https://h.example/v1/chat", {"a": "b"}),
        (
            Grant(Secret("k"), None, Auth(), {"x-project": "p"}, "https://other.example"),
            "https://h.example/v1",
            "https://other.example/chat",
            {"a": "b", "x-project": "p", "authorization": "Bearer k"},
        ),
        (Grant(Secret("k"), base_url="https://other.example"), "", "https://h.example/v1/chat", {"a": "b", "x-key": "k"}),
    ],
)
def test_a_grant_on_a_request(grant: Grant, base_url: str, url: str, headers: dict[str, str]) -> None:
    """Its header, what goes with it, and its own place, unless the program has named one."""
    access = Access(Given(None), Auth("x-key", ""), base_url=base_url)
    sent = play(access.put_on(REQUEST, grant))

    assert (url, headers) == (sent.url, sent.headers)


def test_aws_credentials_sign() -> None:
    """The moment is the world's; only a provider at AWS takes them."""
    grant = Grant(AwsKeys("AKID", "secret"))
    access = Access(Given(None), signing=Signing("bedrock"), region="eu-west-1")
    sent = play(access.put_on(REQUEST, grant), 1_440_938_160.0)

    assert "Credential=AKID/20150830/eu-west-1/bedrock/aws4_request" in sent.headers["authorization"]
    with pytest.raises(UsageError, match="providers at AWS"):
        play(Access(Given(None)).put_on(REQUEST, grant))


def test_what_a_grant_hides() -> None:
    """Every part of a credential is a secret, and its representation shows none."""
    grant = Grant(AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI", "session-token"))

    assert {"AKIDEXAMPLE", "wJalrXUtnFEMI", "session-token"} == {secret.reveal() for secret in grant.secrets()}
    assert not any(word in repr(grant) for word in ("AKIDEXAMPLE", "wJalrXUtnFEMI", "session-token"))
    assert ((Secret("k"),), ()) == (Grant(Secret("k")).secrets(), Grant(None).secrets())
