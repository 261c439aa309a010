"""The reference dialect is Anthropic, and versions are ordered."""

from __future__ import annotations

import pytest

from dragoman.protocols.anthropic_messages.dialect import BEDROCK, REFERENCE, MessagesDialect, is_modern


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
