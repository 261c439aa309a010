"""JSON values as text."""

from __future__ import annotations

from dragoman.protocols.openai_responses.json_text import dump


def test_values_are_written_without_blanks() -> None:
    """Arguments made of values are compact."""
    assert dump({"a": [1, "ü"]}) == '{"a":[1,"ü"]}'
