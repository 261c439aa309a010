"""Times in every spelling."""

from __future__ import annotations

import pytest

from dragoman.engine.delays import parse_moment, rate_limits, retry_after
from dragoman.types import RateLimit

WALL = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("6m0s", 360.0),
        ("12ms", 0.012),
        ("2m59.56s", 179.56),
        ("1h2m", 3720.0),
        ("1800000005", 5.0),
        ("1800000005000", 5.0),
        ("2027-01-15T08:00:10Z", 10.0),
        ("2027-01-15T10:00:10+02:00", 10.0),
        ("Fri, 15 Jan 2027 08:00:10 GMT", 10.0),
        ("Fri, 15 Jan 2021 08:00:10 GMT", 0.0),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("soon", None),
        ("2027-99-99T00:00:00Z", None),
    ],
)
def test_a_moment_in_every_spelling(text: str, seconds: float | None) -> None:
    """Seconds, durations, epochs and dates mean seconds from now; nonsense means nothing; the past is now."""
    assert seconds == (pytest.approx(parse_moment(text, WALL)) if seconds is not None else parse_moment(text, WALL))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "3", "retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "3"}, 3.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s", "x-ratelimit-remaining-requests": "9"}, 360.0),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "1s"}, None),
        (
            {"anthropic-ratelimit-input-tokens-remaining": "0", "anthropic-ratelimit-input-tokens-reset": "2027-01-15T08:00:10Z"},
            10.0,
        ),
    ],
)
def test_the_wish_of_the_provider(headers: dict[str, str], seconds: float | None) -> None:
    """Milliseconds win, then seconds or a date, then the reset of what is used up."""
    assert seconds == retry_after(headers, WALL)


def test_allowances_of_every_vendor() -> None:
    """OpenAI's, Anthropic's and the plain names are one form."""
    headers = {
        "x-ratelimit-limit-tokens": "30000",
        "x-ratelimit-remaining-tokens": "29900",
        "x-ratelimit-reset-tokens": "200ms",
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "content-type": "application/json",
    }

    assert (RateLimit("tokens", 30000, 29900, 0.2), RateLimit("requests", 50, 49)) == rate_limits(headers, WALL)
    assert (RateLimit("requests", 1, 0, 60.0),) == rate_limits(
        {"x-ratelimit-limit": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000060000"}, WALL
    )
