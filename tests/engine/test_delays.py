"""Times in every spelling."""

from __future__ import annotations

import pytest

from dragoman.engine.delays import headers_within, parse_moment, rate_limits, retry_after, wait_in_words
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


def test_the_other_sides_clock_counts() -> None:
    """A moment is reckoned from the `date` it came with: a clock that is an hour off changes no wait."""
    headers = {"date": "Fri, 15 Jan 2027 09:00:00 GMT", "retry-after": "Fri, 15 Jan 2027 09:00:10 GMT"}

    assert 10.0 == retry_after(headers, WALL)
    assert 10.0 == parse_moment("2027-01-15T09:00:10Z", WALL, headers["date"])
    assert 10.0 == parse_moment("1800000010", WALL, "no date at all")
    assert (RateLimit("requests", 9, 0, 5.0),) == rate_limits(
        {
            "date": headers["date"],
            "x-ratelimit-limit": "9",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": "1800003605",
        },
        WALL,
    )


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached. Please try again in 1m26.4s. Visit", 86.4),
        ("Please try again in 20ms.", 0.02),
        ("Please retry after 6 seconds. Please go here", 6.0),
        ("please try again after 1 seconds", 1.0),
        ("Please retry in 39.565889701s.", 39.565889701),
        ("Please wait 2 minutes before retrying", 120.0),
        ("Try again in 1 hour 5 minutes", 3900.0),
        ("Retry in 3m", 180.0),
        ("Please try again later", None),
        ("retry in 5 apples", None),
        ("Limit 3000, Used 5", None),
        ("try again in " + "9" * 400 + "s", None),
    ],
)
def test_the_wait_that_a_sentence_names(message: str, seconds: float | None) -> None:
    """Where no header says it, the message for people often does."""
    assert seconds == (pytest.approx(wait_in_words(message)) if seconds is not None else wait_in_words(message))


def test_headers_inside_a_body() -> None:
    """OpenRouter repeats those of the provider it asked; nothing else is taken for headers."""
    body = {"error": {"metadata": {"headers": {"X-RateLimit-Reset": "1800000021000", "X-RateLimit-Remaining": "0", "X": 1}}}}

    assert {"x-ratelimit-reset": "1800000021000", "x-ratelimit-remaining": "0"} == headers_within(body)
    assert 21.0 == retry_after(headers_within(body), WALL)
    assert all({} == headers_within(odd) for odd in (None, "text", [1], {"error": "x"}, {"error": {"metadata": {"headers": []}}}))


def test_the_draft_of_one_header_for_all() -> None:
    """`ratelimit: "name";r=remaining;t=seconds`, as the IETF writes it."""
    found = rate_limits({"ratelimit": '"burst";r=0;t=12, "day";r=90;t=4000;pk=:abc:'}, WALL)

    assert (RateLimit("burst", None, 0, 12.0), RateLimit("day", None, 90, 4000.0)) == found
    assert 12.0 == retry_after({"ratelimit": '"burst";r=0;t=12'}, WALL)
