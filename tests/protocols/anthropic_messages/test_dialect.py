"""The reference dialect is Anthropic, and versions are ordered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.anthropic_messages.dialect import BEDROCK, REFERENCE, MessagesDialect, is_modern
from dragoman.types import Base64, Image, Tool, ToolChoice, Url, user


def test_the_defaults_are_anthropic() -> None:
    """A dialect without arguments is what Anthropic's own endpoint takes."""
    dialect = MessagesDialect()

    assert ("/v1/messages", "2023-06-01", True) == (dialect.path, dialect.version, dialect.signed_thinking)


def test_bedrock_says_in_path_and_body_what_others_say_in_body_and_headers() -> None:
    """The path names the model and whether the answer streams; the version is a field with the platform's own word."""
    assert ["{model}" in (path or "") for path in (BEDROCK.path, BEDROCK.stream_path)] == [True, True]
    assert (True, True, False, False) == (
        BEDROCK.version_in_body,
        BEDROCK.betas_in_body,
        BEDROCK.model_in_body,
        BEDROCK.stream_in_body,
    )
    assert BEDROCK.schemas == REFERENCE.schemas


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2023-06-01", False), ("2026-10-21", True), ("2027-01-01", True), ("vertex-2023-10-16", False), (None, False)],
)
def test_versions_from_october_2026_are_modern(version: str | None, expected: bool) -> None:
    """Only dated versions from 2026-10-21 on have its restrictions."""
    assert expected == is_modern(version)


def test_pictures_by_url_may_not_be_taken(encode: Callable[..., Any]) -> None:
    """The call is refused before it is sent; the same picture as data is not."""
    dialect = MessagesDialect(image_urls=False)

    with pytest.raises(Unsupported, match="not by URL"):
        encode(user(Image(Url("https://a.example/b.png"))), dialect=dialect)
    assert encode(user(Image(Base64("image/png", b"x"))), dialect=dialect).reported == []
    assert encode(user(Image(Url("https://a.example/b.png")))).reported == []


def test_a_vendor_that_cannot_forbid_tools_is_offered_none(encode: Callable[..., Any]) -> None:
    """What `none` asks for is kept, and the change is listed."""
    forbidden = {"tools": (Tool("f"),), "tool_choice": ToolChoice("none")}
    sent = encode(user("Hi"), dialect=MessagesDialect(forbids_tools=False), **forbidden)

    assert {"tools", "tool_choice"} & sent.body.keys() == set()
    assert sent.reported == [("tool_choice", "changed")]
    assert encode(user("Hi"), **forbidden).body["tool_choice"] == {"type": "none"}


def test_fields_that_have_no_effect_are_dropped(encode: Callable[..., Any]) -> None:
    """Who asks, and how fast it is to be: left out and listed where the vendor passes over them."""
    sent = encode(user("Hi"), dialect=MessagesDialect(users=False, tiers=False), user="ann", service_tier="auto")

    assert {"metadata", "service_tier"} & sent.body.keys() == set()
    assert sent.reported == [("user", "dropped"), ("service_tier", "dropped")]
