"""What providers say about time: `retry-after` and rate-limit headers in all their spellings.

Sources: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 (seconds or an HTTP date); durations such as `6m0s` and `12ms` of
https://platform.openai.com/docs/guides/rate-limits and https://console.groq.com/docs/rate-limits; RFC 3339 times of
https://platform.claude.com/docs/en/api/rate-limits; milliseconds since 1970 of https://openrouter.ai/docs/api/reference/limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..types.response import RateLimit

__all__ = ["headers_within", "parse_moment", "rate_limits", "retry_after", "wait_in_words"]

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|s|m|h|d))")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DRAFT = {"r": "remaining", "t": "reset"}
_LIMIT_HEADER = re.compile(r"^(?:x-|anthropic-)?ratelimit-(?:(limit|remaining|reset)(?:-(.+))?|(.+?)-(limit|remaining|reset))$")
_EPOCH = 1_000_000_000.0
_ONE = r"\d+(?:\.\d+)?\s*(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)\b"
_ONE_OF_SEVERAL = _ONE.removesuffix(r"\b")
_WORDED = re.compile(
    rf"(?:(?:try|retry)(?: again)?|wait)(?: (?:in|after|for|at least))* ((?:{_ONE_OF_SEVERAL}[\s,]*)*{_ONE})", re.IGNORECASE
)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)", re.IGNORECASE)
_SHORT = {
    **dict.fromkeys(("millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("second", "seconds", "sec", "secs"), "s"),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), "m"),
    **dict.fromkeys(("hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
}
# https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/: `"name";r=remaining;t=seconds`, a list of them.
_DRAFT_ITEM = re.compile(r'"([^"]*)"((?:\s*;\s*[a-z]+=[^;,]*)*)')
_DRAFT_PARAMETER = re.compile(r";\s*([a-z]+)=([^;,\s]+)")


def parse_moment(value: str, wall: float, date: str | None = None) -> float | None:
    """Seconds from now that a header value means, never negative; None when it means nothing.

    Takes seconds (`1`, `0.5`), durations (`6m0s`, `12ms`), Unix seconds or milliseconds, HTTP dates and RFC 3339
    times. `wall` is the present in Unix seconds; `date` is the `date` header that came with the value, by which the other
    side reckons: its clock and ours may differ.
    """
    value = value.strip()
    try:
        number = float(value)
    except ValueError:
        return _parse_words(value, wall, date)
    if number != number or number in (float("inf"), float("-inf")) or number < 0:
        return None
    if number >= _EPOCH * 1000:
        return max(0.0, number / 1000 - _present(wall, date))
    if number >= _EPOCH:
        return max(0.0, number - _present(wall, date))
    return number


def _parse_words(value: str, wall: float, date: str | None) -> float | None:
    if value and _DURATION.sub("", value) == "":
        seconds = sum(float(amount) * _UNITS[unit] for amount, unit in _DURATION.findall(value))
        return seconds if seconds < _EPOCH else None
    try:
        moment = datetime.fromisoformat(value) if value[:1].isdigit() else _parse_http_date(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - _present(wall, date))


def _present(wall: float, date: str | None) -> float:
    """The present by the other side's clock, where it tells it; else by ours."""
    try:
        return _parse_http_date(date).timestamp() if date else wall
    except (ValueError, TypeError, OverflowError):
        return wall


def _parse_http_date(value: str) -> datetime:
    from email.utils import parsedate_to_datetime  # ten milliseconds of import for a rare spelling

    return parsedate_to_datetime(value)


def wait_in_words(message: str) -> float | None:
    """Seconds to wait that a message for people names: `Please try again in 1m26.4s`, `retry after 6 seconds`."""
    found = _WORDED.search(message)
    if found is None:
        return None
    seconds = sum([float(amount) * _UNITS[_SHORT.get(unit.lower(), unit.lower())] for amount, unit in _AMOUNT.findall(found[1])])
    return seconds if seconds < _EPOCH else None


def headers_within(body: Any) -> dict[str, str]:
    """The headers of the provider it asked, which OpenRouter repeats in its error object (`error.metadata.headers`)."""
    for name in ("error", "metadata", "headers"):
        body = body.get(name) if isinstance(body, dict) else None
    pairs = body.items() if isinstance(body, dict) else ()
    return {name.lower(): value for name, value in pairs if isinstance(value, str)}


def retry_after(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds the provider asks to wait, None when it does not say.

    `retry-after-ms` wins over `retry-after`; without both, the reset of an allowance that is used up counts.
    """
    date = headers.get("date")
    if (text := headers.get("retry-after-ms")) is not None:
        milliseconds = parse_moment(text, wall, date)
        if milliseconds is not None:
            return milliseconds / 1000
    if (text := headers.get("retry-after")) is not None:
        seconds = parse_moment(text, wall, date)
        if seconds is not None:
            return seconds
    waits = [limit.reset for limit in rate_limits(headers, wall) if limit.remaining == 0 and limit.reset is not None]
    return max(waits, default=None)


def rate_limits(headers: Mapping[str, str], wall: float) -> tuple[RateLimit, ...]:
    """The allowances that the headers of an answer state, by name (`requests`, `tokens`, `input-tokens`, ...)."""
    found: dict[str, dict[str, str]] = {}
    date = headers.get("date")
    for header, value in headers.items():
        if "ratelimit" in header and (match := _LIMIT_HEADER.match(header)):
            kind = match[1] or match[4]
            name = match[2] or match[3] or "requests"
            found.setdefault(name, {})[kind] = value
        elif header == "ratelimit":
            for item, parameters in _DRAFT_ITEM.findall(value):
                said = dict(_DRAFT_PARAMETER.findall(parameters))
                found[item] = {_DRAFT[name]: said[name] for name in _DRAFT if name in said}
    return tuple(
        [
            RateLimit(
                name,
                _whole(values.get("limit")),
                _whole(values.get("remaining")),
                parse_moment(values["reset"], wall, date) if "reset" in values else None,
            )
            for name, values in found.items()
        ]
    )


def _whole(value: str | None) -> int | None:
    try:
        return int(float(value)) if value is not None else None
    except (ValueError, OverflowError):
        return None
