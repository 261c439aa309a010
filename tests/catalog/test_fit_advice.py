"""What a refusal says can be done."""

from __future__ import annotations

import pytest

from dragoman.catalog.fit_advice import advise
from dragoman.errors import Unsupported
from dragoman.types.model import Model

BLIND = Model("own", "blind", inputs=("text",), tools=False)
OTHERS = [
    BLIND,
    Model("own", "old", inputs=("text", "image"), released="2024-01-02", tools=True),
    Model("own", "new", inputs=("text", "image"), released="2026-01-02"),
    Model("own", "undated", inputs=("image",)),
    Model("own", "newer", inputs=("text", "image"), released="2026-05", tools=True),
    Model("own", "unknown"),
]


def refusal(feature: str | None) -> Unsupported:
    error = Unsupported("blind cannot")
    error.feature = feature
    return error


def test_a_refusal_names_models_that_can_and_how_to_correct_the_catalogue() -> None:
    """The newest three that are known to take it, and the value that would be right."""
    assert (
        "blind cannot. Models of own that can: newer, new, old and 1 more. If the catalogue of 2026-11-20 is wrong about "
        "this model, say so: models=[Model('own', 'blind', inputs=('text', 'image'))]"
    ) == advise(refusal("image"), BLIND, OTHERS, "2026-11-20")


def test_what_the_program_itself_said_is_not_questioned() -> None:
    """A program that names its models knows where they are named."""
    assert "blind cannot. Models of own that can: newer, old" == advise(refusal("tools"), BLIND, OTHERS, None)
    assert "blind cannot" == advise(refusal("video"), BLIND, OTHERS, None)


@pytest.mark.parametrize(
    ("feature", "correction"),
    [
        ("document", "inputs=('text', 'pdf')"),
        ("top_k", "temperature=True"),
        ("tool_choice", "forced_tools=True"),
        ("parallel_tools", "parallel_tools=True"),
        ("output", "schema=True"),
        ("system_message", "system_midway=True"),
        ("cache", "caching=True"),
        ("prefill", "prefill=True"),
        ("reasoning", "reasoning=True"),
        ("max_tokens", "max_output=..."),
        ("modalities", "outputs=(...)"),
        (None, "..."),
    ],
)
def test_each_feature_has_its_field(feature: str | None, correction: str) -> None:
    """The correction can be copied."""
    said = advise(refusal(feature), BLIND, [], "2026-11-20")

    assert said.endswith(f"models=[Model('own', 'blind', {correction})]")
