"""Results and failures, as the model is told them."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from typing import Any

import msgspec
import pydantic
import pytest

from dragoman import Audio, Base64, Document, Image, Text, ToolCall, ToolResult, Url
from dragoman.tools import ToolError, ToolOutcome, to_blocks
from dragoman.tools.results import failure


@dataclass
class Weather:
    sky: str
    degrees: float


class Model(pydantic.BaseModel):
    a: int


PICTURE = Image(Url("https://example.com/a.png"))
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ()),
        ("sunny", (Text("sunny"),)),
        ("", (Text(""),)),
        (3, (Text("3"),)),
        (True, (Text("true"),)),
        ({"a": [1, None]}, (Text('{"a":[1,null]}'),)),
        ([], (Text("[]"),)),
        (["a", "b"], (Text('["a","b"]'),)),
        (Weather("clear", 21.0), (Text('{"sky":"clear","degrees":21.0}'),)),
        ([Model(a=1)], (Text('[{"a":1}]'),)),
        ({"grün": {1}}, (Text('{"grün":[1]}'),)),
        (PICTURE, (PICTURE,)),
        (["a picture", PICTURE, {"a": 1}, None], (Text("a picture"), PICTURE, Text('{"a":1}'))),
        ((PICTURE, [PICTURE]), (PICTURE, PICTURE)),
        (ToolResult("1", (Text("a"),)), (Text("a"),)),
        (PNG, (Image(Base64("image/png", "iVBORw0KGgoAAAAAAAAAAA==")),)),
        (b"RIFF\0\0\0\0WEBPVP8 ", (Image(Base64("image/webp", "UklGRgAAAABXRUJQVlA4IA==")),)),
        (bytearray(b"%PDF-1.7"), (Document(Base64("application/pdf", "JVBERi0xLjc=")),)),
        ([PNG, Audio(Url("a"))], (Image(Base64("image/png", "iVBORw0KGgoAAAAAAAAAAA==")), Audio(Url("a")))),
    ],
)
def test_results_become_content(value: Any, expected: tuple[Any, ...]) -> None:
    """Text, JSON, blocks and files of known kinds."""
    assert expected == to_blocks(value)


@pytest.mark.parametrize("value", [object(), b"RIFF\0\0\0\0WAVE", b"anything", to_blocks, {"a": object()}])
def test_what_cannot_be_told_raises(value: Any) -> None:
    """Nothing is told by its `repr`."""
    with pytest.raises(TypeError):
        to_blocks(value)


def test_an_outcome_answers_its_call() -> None:
    """Content, error mark, id and name are those of the call."""
    call = ToolCall("7", "weather", "{}")

    assert ToolResult("7", (Text("a"), PICTURE), False, "weather") == ToolOutcome((Text("a"), PICTURE)).result(call)
    assert ToolOutcome((Text("no"),), "denied").result(call).is_error
    assert "ab" == ToolOutcome((Text("a"), PICTURE, Text("b"))).text


def test_a_tool_error_says_its_own_words() -> None:
    """Strings and blocks reach the model under every policy, and survive copies."""
    error = ToolError("no such city: ", Text("Osol"), PICTURE)

    assert "no such city: Osol" == str(error)
    for policy in ("show", "hide", "raise"):
        outcome = failure(error, policy)  # type: ignore[arg-type]
        assert ("failed", error.content, error) == (outcome.kind, outcome.content, outcome.error)
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (error.content, str(error)) == (twin.content, str(twin))


def test_exceptions_are_told_by_policy() -> None:
    """Class and message, or that the tool failed, or they leave the call; never a traceback, never at length."""
    error = ValueError("bad\n" + "x" * 10_000)

    assert failure(error, "show").text.startswith("ValueError: bad\nxxx")
    assert 1000 == len(failure(error, "show").text)
    assert "KeyError" == failure(KeyError(), "show").text
    assert "The tool failed." == failure(error, "hide").text
    assert error is failure(error, "hide").error
    with pytest.raises(ValueError, match="bad"):
        failure(error, "raise")


def test_outcomes_keep_the_value_for_the_program() -> None:
    """What the function gave is there, beside what the model is told."""
    outcome = ToolOutcome(to_blocks({"a": 1}), "ok", {"a": 1})

    assert ({"a": 1}, False) == (outcome.value, outcome.is_error)
    assert {"a": 1} == msgspec.json.decode(outcome.text)
