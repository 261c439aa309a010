"""Single values: what is read, what is forgiven, what is refused."""

from __future__ import annotations

import datetime
import enum
import ipaddress
import pathlib
import re
import uuid
import zoneinfo
from decimal import Decimal
from typing import Any, Literal

import pytest

from dragoman.typed import Invalid, convert, schema_of
from dragoman.typed.scalars import enum_choice

UTC = datetime.UTC

READ: list[tuple[Any, Any, Any]] = [
    (int, 3.0, 3),
    (int, 2**70, 2**70),
    (float, 3, 3.0),
    (Decimal, 3, Decimal(3)),
    (Decimal, 0.1, Decimal("0.1")),
    (Decimal, "1e3", Decimal("1e3")),
    (datetime.datetime, "2026-01-31T09:30:00+01:00", datetime.datetime(2026, 1, 31, 8, 30, tzinfo=UTC)),
    (datetime.datetime, "2026-01-31 09:30", datetime.datetime(2026, 1, 31, 9, 30)),
    (datetime.datetime, "2026-01-31", datetime.datetime(2026, 1, 31)),
    (datetime.time, "09:30", datetime.time(9, 30)),
    (datetime.timedelta, "P1DT2H", datetime.timedelta(days=1, hours=2)),
    (bytes, "_-8=", b"\xff\xef"),
    (bytes, "AP8", b"\x00\xff"),
    (bytes, "", b""),
    (uuid.UUID, "3F2B8C1E0D4A4F6E9A572C1D8E7B6A90", uuid.UUID("3f2b8c1e-0d4a-4f6e-9a57-2c1d8e7b6a90")),
    (pathlib.PurePosixPath, "a/b", pathlib.PurePosixPath("a/b")),
    (ipaddress.IPv4Network, "10.0.0.0/8", ipaddress.IPv4Network("10.0.0.0/8")),
    *[(zoneinfo.ZoneInfo, name, zoneinfo.ZoneInfo(name)) for name in sorted(zoneinfo.available_timezones())[:1]],
    (re.Pattern, "a+", re.compile("a+")),
    (re.Pattern[str], "a+", re.compile("a+")),
    (Literal[1, "1"], "1", "1"),
    (Literal[True], True, True),
]


@pytest.mark.parametrize(("kind", "value", "expected"), READ)
def test_values_that_json_writes_otherwise_are_read(kind: Any, value: Any, expected: Any) -> None:
    """Numbers, dates, bytes and the like come as what they are."""
    made = convert(value, kind)

    assert (type(expected), expected) == (type(made), made)


REFUSED: list[tuple[Any, Any]] = [
    (int, "3"),
    (int, True),
    (int, 1e400),
    (float, "NaN"),
    (float, True),
    (float, 10**400),
    (str, 1),
    (bool, 1),
    (Decimal, "NaN"),
    (Decimal, True),
    (datetime.datetime, "yesterday"),
    (datetime.datetime, 0),
    (datetime.date, "2026-02-30"),
    (datetime.date, "2026-01-31T09:30:00Z"),
    (datetime.timedelta, 90),
    (datetime.timedelta, "90 seconds"),
    (bytes, "not base64"),
    (bytes, "A"),
    (uuid.UUID, "3f2b8c1e"),
    (ipaddress.IPv6Address, "127.0.0.1"),
    (zoneinfo.ZoneInfo, "Europe/Nowhere"),
    (zoneinfo.ZoneInfo, "../../etc/passwd"),
    (re.Pattern, "("),
    (Literal[1], True),
    (Literal[True], 1),
    (Literal["1"], 1),
    (None, 0),
]


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_what_only_looks_like_it_is_refused(kind: Any, value: Any) -> None:
    """Nothing is guessed: a string is no number, a boolean neither."""
    with pytest.raises(Invalid, match=r"^\$: expected "):
        convert(value, kind)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (bytes, {"type": "string", "contentEncoding": "base64"}),
        (datetime.datetime, {"type": "string", "format": "date-time"}),
        (Literal["a"], {"type": "string", "const": "a"}),
        (Literal[1, 2], {"type": "integer", "enum": [1, 2]}),
        (Literal[1, "a", None], {"enum": [1, "a", None]}),
        (Any, {}),
        (None, {"type": "null"}),
    ],
)
def test_schemas_of_single_values(kind: Any, schema: dict[str, Any]) -> None:
    """Formats are named, constants are listed with their type."""
    assert schema == schema_of(kind)


def test_an_enumeration_needs_values_that_json_has() -> None:
    """Members stand for themselves by their values, and an enumeration of anything else is none here."""

    class Pairs(enum.Enum):
        ONE = (1, 2)

    class Empty(enum.Enum):
        pass

    assert enum_choice(Pairs, None) is None
    assert enum_choice(Empty, None) is None


def test_aliases_of_members_are_one_member() -> None:
    """Two names of one value are one choice."""

    class Unit(enum.Enum):
        KILO = "kg"
        KILOGRAM = "kg"  # noqa: PIE796 - the case in question
        GRAM = "g"

    assert {"type": "string", "enum": ["kg", "g"]} == schema_of(Unit)
    assert Unit.KILO is convert("kg", Unit)
