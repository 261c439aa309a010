"""A text for a regular expression."""

from __future__ import annotations

import re

import pytest

from dragoman.offline.pattern import matches, sample


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "abc",
        "^abc$",
        r"^\d{3}-\d{4}$",
        r"^[A-Z]{2,5}$",
        r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
        r"^(foo|bar)(\.baz)?$",
        r"^(?<year>\d{4})/(?P<month>0[1-9]|1[0-2])/(?:x|y)$",
        r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        r"^#[0-9a-fA-F]{6}$",
        r"^\+?[1-9]\d{1,14}$",
        r"^[\w.-]+$",
        r"^[-a]b$",
        r"^[]x]$",
        r"^[^\]-]$",
        r"^[\u0041-\u005a]\x41\t$",
        r"^a.c\.\*\\$",
        r"^(a(b(c)+)*)?$",
        r"\bword\b",
        r"^x{2,}?y+?z??$",
        r"^(\s|\S)\D\W$",
        r"^{}$",
        r"^\$[0-9]+(\.[0-9]{2})$",
        r"^v[0-9]+\.[0-9]+\.[0-9]+(?:-(?:alpha|beta))?$",
    ],
)
def test_the_sample_matches(pattern: str) -> None:
    """What comes out matches the pattern it was made from."""
    text = sample(pattern)

    assert text is not None
    assert matches(pattern, text)


def test_names_of_groups_are_read_in_both_spellings() -> None:
    """`(?<name>...)` is ECMA's way, `(?P<name>...)` Python's; what Python cannot read matches nothing."""
    assert matches("^(?<a>x)(?P<b>y)(?<!z)$", "xy")
    assert not matches(r"^\p{L}$", "x")


def test_a_sample_has_the_length_asked_for() -> None:
    """Open repetitions are drawn out until the text is long enough."""
    text = sample(r"^[a-z]+-\d*$", 40)

    assert text is not None
    assert 40 <= len(text) <= 42
    assert re.search(r"^[a-z]+-\d*$", text)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"(?=ab)ab", id="lookahead"),
        pytest.param(r"(?<!a)b", id="lookbehind"),
        pytest.param(r"(a)\1", id="back reference"),
        pytest.param(r"^\p{L}+$", id="Unicode property"),
        pytest.param(r"(ab", id="open group"),
        pytest.param(r"ab)", id="closed group"),
        pytest.param(r"[ab", id="open class"),
        pytest.param(r"a$b", id="never"),
    ],
)
def test_what_it_cannot_read_it_says(pattern: str) -> None:
    """No text rather than a wrong one."""
    assert sample(pattern) is None


def test_a_length_that_cannot_be_is_none() -> None:
    """A pattern without open repetitions does not grow, and one with them not beyond measure."""
    assert sample("^abc$", 4) is None
    assert sample("^a+$", 100_000) is None
