"""What providers say about time: `retry-after` and rate-limit headers in all their spellings.

Sources: RFC 9110 §10.2.3 (seconds or HTTP date); OpenAI and Groq durations such as `6m0s` and `12ms`; Anthropic RFC
3339 times; OpenRouter epoch milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ..types.response import RateLimit

__all__ = ["parse_moment", "rate_limits", "retry_after"]

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|s|m|h|d))")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LIMIT_HEADER = re.compile(r"^(?:x-|anthropic-)?ratelimit-(?:(limit|remaining|reset)(?:-(.+))?|(.+?)-(limit|remaining|reset))$")
_EPOCH = 1_000_000_000.0


def parse_moment(value: str, wall: float) -> float | None:
    """Seconds from now that a header value means, never negative; None when it means nothing.

    Takes seconds (`1`, `0.5`), durations (`6m0s`, `12ms`), Unix seconds or milliseconds, HTTP dates and RFC 3339
    times. `wall` is the present in Unix seconds.
    """
    value = value.strip()
    try:
        number = float(value)
    except ValueError:
        return _parse_words(value, wall)
    if number != number or number in (float("inf"), float("-inf")) or number < 0:
        return None
    if number >= _EPOCH * 1000:
        return max(0.0, number / 1000 - wall)
    if number >= _EPOCH:
        return max(0.0, number - wall)
    return number


def _parse_words(value: str, wall: float) -> float | None:
    if value and _DURATION.sub("", value) == "":
        return sum(float(amount) * _UNITS[unit] for amount, unit in _DURATION.findall(value))
    try:
        moment = datetime.fromisoformat(value) if value[:1].isdigit() else _parse_http_date(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - wall)


def _parse_http_date(value: str) -> datetime:
    from email.utils import parsedate_to_datetime  # ten milliseconds of import for a rare spelling

    return parsedate_to_datetime(value)


def retry_after(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds the provider asks to wait, None when it does not say.

    `retry-after-ms` wins over `retry-after`; without both, the reset of an allowance that is used up counts.
    """
    if (text := headers.get("retry-after-ms")) is not None:
        milliseconds = parse_moment(text, wall)
        if milliseconds is not None:
            return milliseconds / 1000
    if (text := headers.get("retry-after")) is not None:
        seconds = parse_moment(text, wall)
        if seconds is not None:
            return seconds
    waits = [limit.reset for limit in rate_limits(headers, wall) if limit.remaining == 0 and limit.reset is not None]
    return max(waits, default=None)


def rate_limits(headers: Mapping[str, str], wall: float) -> tuple[RateLimit, ...]:
    """The allowances that the headers of an answer state, by name (`requests`, `tokens`, `input-tokens`, ...)."""
    found: dict[str, dict[str, str]] = {}
    for header, value in headers.items():
        if "ratelimit" in header and (match := _LIMIT_HEADER.match(header)):
            kind = match[1] or match[4]
            name = match[2] or match[3] or "requests"
            found.setdefault(name, {})[kind] = value
    return tuple(
        [
            RateLimit(
                name,
                _whole(values.get("limit")),
                _whole(values.get("remaining")),
                parse_moment(values["reset"], wall) if "reset" in values else None,
            )
            for name, values in found.items()
        ]
    )


def _whole(value: str | None) -> int | None:
    try:
        return int(float(value)) if value is not None else None
    except (ValueError, OverflowError):
        return None
