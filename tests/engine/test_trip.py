"""What every trip shares; the policies themselves are tested where they are used, in `test_exchange` and `test_listing`."""

from __future__ import annotations

import pytest

from dragoman.engine.trip import Trip, request_id
from dragoman.protocols import load
from dragoman.protocols.base import Target


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "a", "cf-ray": "b"}, "a"),
        ({"cf-ray": "b"}, "b"),
        ({"x-amzn-requestid": "c"}, "c"),
        ({"date": "today"}, None),
    ],
)
def test_the_providers_name_for_a_request(headers: dict[str, str], expected: str | None) -> None:
    """The vendor's own header wins over that of the network in front of it."""
    assert expected == request_id(headers)


def test_a_trip_may_be_part_of_a_longer_one() -> None:
    """Its total deadline then counts from the beginning of that."""
    trip = Trip(Target("p", "openai_chat", "m", "https://h"), load("openai_chat"))
    trip.count_from(40.0)

    assert 2.0 == trip._since(42.0)
    assert not trip.delivered
