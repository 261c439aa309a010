"""Arguments as text and as the object the wire takes."""

from __future__ import annotations

import pytest

from dragoman.protocols.gemini_interactions.json_text import MALFORMED, arguments_object, arguments_text, dump


@pytest.mark.parametrize("text", ['{"a":1}', "{}", '{"a":{"b":[1,2.5,null]}}', "{oops", "[1]", '"x"'])
def test_argument_text_survives_as_an_object(text: str) -> None:
    """What is no JSON object is wrapped, and unwrapped again."""
    assert text == arguments_text(arguments_object(text))


def test_what_is_wrapped() -> None:
    """Free text has its field, malformed text another; no text is no argument."""
    assert arguments_object("x = 1", custom=True) == {"input": "x = 1"}
    assert arguments_object("{oops") == {MALFORMED: "{oops"}
    assert arguments_object(" ") == {}


def test_values_are_compact() -> None:
    """Arguments that are missing are an empty object; text stays text."""
    assert (arguments_text(None), arguments_text("raw"), arguments_text({"a": 1})) == ("{}", "raw", '{"a":1}')
    assert dump({"é": [1]}) == '{"é":[1]}'
