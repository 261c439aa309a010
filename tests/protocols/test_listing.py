"""What every list of models is read with: shapes, units and dates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.listing import (
    PER_MILLION,
    PER_TOKEN,
    Items,
    at,
    count,
    day,
    efforts,
    encode_list,
    modalities,
    money,
    price,
    read_list,
    source,
    text,
)
from dragoman.types.model import Price
from dragoman.types.response import Failure

TARGET = Target("acme", "openai_chat", "", "https://acme.example/v1", headers={"X-Team": "search"})


def test_a_list_is_asked_for_with_the_targets_headers() -> None:
    """GET, JSON wanted, and what the provider's file says goes along."""
    request = encode_list(TARGET, "https://acme.example/v1/models", {"version": "1"})

    assert ("GET", "https://acme.example/v1/models", b"") == (request.method, request.url, request.body)
    assert {"accept": "application/json", "version": "1", "x-team": "search"} == request.headers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'[{"id":"a"},7]', Items([{"id": "a"}], {}), id="bare"),
        pytest.param(b'{"data":[{"id":"a"}]}', Items([{"id": "a"}], {"data": [{"id": "a"}]}), id="first name"),
        pytest.param(b'{"models":[],"x":1.50}', Items([], {"models": [], "x": Decimal("1.50")}), id="second name"),
    ],
)
def test_a_list_is_read_wherever_it_stands(body: bytes, expected: Items) -> None:
    """Objects are kept, in order; fractions stay exact."""
    assert expected == read_list(body, "data", "models")


@pytest.mark.parametrize(
    ("body", "message", "reason"),
    [
        (b"<html>", "the list of models is not JSON", "decode"),
        (b'{"id":"a"}', "the answer is no list of models", "decode"),
        (b'"text"', "the answer is no list of models", "decode"),
        (b'{"data":{}}', "the answer is no list of models", "decode"),
        (b"[" * 100_000, "the list of models is not JSON", "decode"),
        (b'{"x":1e999999999999999999999}', "the list of models is not JSON", "decode"),
        (b'{"error":{"message":"No.","type":"t","code":7}}', "No.", None),
        (b'{"error":"No.","code":"c"}', "No.", None),
    ],
)
def test_what_is_no_list_is_a_failure(body: bytes, message: str, reason: str | None) -> None:
    """An error in an answer of good status is told as such; anything else says how it begins."""
    failure = read_list(body, "data")

    assert isinstance(failure, Failure)
    assert failure.message.startswith(message)
    assert reason == failure.reason


def test_a_stated_error_keeps_its_words() -> None:
    """Type and code are what the class of the error is made from."""
    failure = read_list(b'{"error":{"message":"No.","type":"t","code":7}}', "data")

    assert isinstance(failure, Failure)
    assert ("t", "7") == (failure.type, failure.code)


def test_a_list_may_be_left_out_where_a_wire_leaves_out_empty_ones() -> None:
    """An object without the list is an empty list there, and an error still an error."""
    assert Items([], {"x": 1}) == read_list(b'{"x":1}', "models", may_miss=True)
    assert isinstance(read_list(b'{"error":"No."}', "models", may_miss=True), Failure)
    assert isinstance(read_list(b'{"models":7}', "models", may_miss=True), Failure)
    assert isinstance(read_list(b"7", "models", may_miss=True), Failure)


def test_paths() -> None:
    """A path ends in nothing when any step of it does."""
    item = {"a": {"b": 0}, "c": "text"}

    assert [0, None, None, "text"] == [at(item, path) for path in ("a.b", "a.x", "c.d", "c")]


@pytest.mark.parametrize(("value", "expected"), [("a", "a"), ("", None), (" ", None), (7, None), (None, None)])
def test_text(value: Any, expected: str | None) -> None:
    """Empty text says nothing."""
    assert expected == text(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(8192, 8192), (Decimal("8192.0"), 8192), (0, None), (-1, None), (True, None), ("8192", None), (Decimal("0.5"), None)],
)
def test_counts(value: Any, expected: int | None) -> None:
    """Tokens are whole and more than none; zero is a vendor's word for unknown."""
    assert expected == count(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-07-24T00:00:00Z", "2026-07-24"),
        ("2026-07", "2026-07"),
        ("1970-01-01T00:00:00Z", None),
        ("soon", None),
        (1_784_851_200, "2026-07-24"),
        (0, None),
        (True, None),
        (10**15, None),
        (None, None),
    ],
)
def test_days(value: Any, expected: str | None) -> None:
    """Times of both spellings are days, and the epoch is none."""
    assert expected == day(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["TEXT", "file", "speech", "text", 7], ("text", "pdf", "audio")),
        ([], None),
        ("text", None),
    ],
)
def test_modalities(value: Any, expected: tuple[str, ...] | None) -> None:
    """A vendor's words in ours, once each."""
    assert expected == modalities(value)


def test_efforts_come_in_order() -> None:
    """Least first; a word nobody knows is kept behind the others."""
    assert ("low", "high", "max", "ultra") == efforts(["max", "ultra", "high", "low", "low"])


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("0.0000025", PER_TOKEN, "2.5"),
        (Decimal("0.30"), PER_MILLION, "0.3"),
        (30, PER_MILLION, "30"),
        (30000, Decimal("0.0001"), "3"),
        ("0", PER_TOKEN, "0"),
        ("-1", PER_TOKEN, None),  # "it depends", says OpenRouter's router
        ("2.5", PER_TOKEN, None),  # per million, so not what the field is for
        ("much", PER_TOKEN, None),
        ("NaN", PER_TOKEN, None),
        ("1e999999", PER_TOKEN, None),
        (True, PER_MILLION, None),
        (None, PER_MILLION, None),
    ],
)
def test_money(value: Any, unit: Decimal, expected: str | None) -> None:
    """Prices are exact, written plainly, and unknown where they cannot be prices of this unit."""
    found = money(value, unit)

    assert expected == (None if found is None else str(found))


def test_a_price_needs_an_amount() -> None:
    """No price is made of nothing, and a zero beside a real price is no free cache."""
    one, none = Decimal(1), Decimal(0)

    assert price(input=None, output=None, cache_read=one) is None
    assert Price(one, one) == price(input=one, output=one, cache_read=none, reasoning=none)
    assert Price(one, none, cache_read=one) == price(input=one, output=none, cache_read=one)
    assert Price(none, none, cache_read=none) == price(input=none, output=none, cache_read=none)


def test_the_source_is_named() -> None:
    """A fact from a list says whose list it was."""
    assert "acme's list of models" == source(TARGET)
