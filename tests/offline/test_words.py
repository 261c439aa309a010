"""Picking from what the user said."""

from __future__ import annotations

import pytest

from dragoman.offline.words import Words, keywords


@pytest.mark.parametrize(
    ("said", "name", "text"),
    [
        ('Find "blue whale" in Oslo', "animal", "blue whale"),
        ("Find “blue whale” in Oslo", "animal", "blue whale"),
        ("What is the weather in Oslo", "city", "Oslo"),
        ("What is the weather in New York now", "city", "New York"),
        ("what's the weather in oslo in fahrenheit", "city", "oslo"),
        ("Weather, city: bergen please", "city", "bergen"),
        ("the user name is ada.", "user_name", "ada"),
        ("Call userName ada", "userName", "ada"),
        ("Search for blue whales", "query", "Search for blue whales"),
        ('Search for "blue whales" there', "query", "blue whales"),
        ("weather tomorrow", "day", "tomorrow"),
        ("which city of the north is it, bergen", "city", "bergen"),
        ("", "city", ""),
    ],
)
def test_text_for_a_field(said: str, name: str, text: str) -> None:
    """What follows the field's name, what is quoted, a name, a place, the last word: the first there is."""
    assert text == Words(said).text(name)


def test_two_fields_get_two_things() -> None:
    """What one field has taken the next does not."""
    words = Words("From Oslo to Bergen")

    assert ["Oslo", "Bergen"] == [words.text("origin"), words.text("destination")]


def test_numbers_come_in_order() -> None:
    """Each number once, decimals and signs kept, words with digits not."""
    words = Words("mix 3 of B12 at -2.5 degrees")

    assert [3.0, -2.5, None] == [words.number(), words.number(), words.number()]


def test_a_choice_is_named_as_a_word() -> None:
    """An option counts when it stands alone, in any case."""
    words = Words("in Fahrenheit, not celsiusish")

    assert "fahrenheit" == words.choice(["celsius", "fahrenheit"])
    assert words.choice([None, "kelvin"]) is None


@pytest.mark.parametrize(("said", "flag"), [("do it", True), ("do not do it", False), ("without it", False)])
def test_yes_unless_no(said: str, flag: bool) -> None:
    """A switch is on unless the words deny something."""
    assert flag is Words(said).flag()


@pytest.mark.parametrize(
    ("format", "found"),
    [
        ("email", "ada@example.com"),
        ("uri", "https://example.com/a?b"),
        ("date", "2026-11-24"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
        ("ipv4", "192.0.2.7"),
        ("hostname", None),
    ],
)
def test_shapes_are_found(format: str, found: str | None) -> None:
    """Addresses, dates and the like are recognised by their shape."""
    said = "ada@example.com https://example.com/a?b 2026-11-24 123e4567-e89b-12d3-a456-426614174000 192.0.2.7"

    assert found == Words(said).shaped(format)


def test_a_reply_fills_every_text() -> None:
    """Where a reply is to be carried, it is what texts are made of."""
    words = Words("city Oslo", "My reply.")

    assert words.complete
    assert "My reply." == words.text("city")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("get_weather", ["weather"]),
        ("getWeatherNow", ["weather", "now"]),
        ("HTTPServer2", ["http", "server"]),
        ("Today's weather in a city.", ["today's", "weather", "city"]),
    ],
)
def test_keywords(text: str, expected: list[str]) -> None:
    """A name falls apart at its joints, and words that say little are left out."""
    assert expected == keywords(text)


def test_a_field_is_named_by_all_its_words() -> None:
    """`user_name` is spoken of by `user` and `name` together."""
    assert Words("the user has a name").names("user_name")
    assert not Words("the user").names("user_name")
    assert not Words("the a").names("a")
