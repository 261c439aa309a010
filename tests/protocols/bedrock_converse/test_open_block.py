"""What the deltas of an open block lead to."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.bedrock_converse.open_block import Kind, OpenBlock, join_base64
from dragoman.types import Base64, Block, Image, Opaque, ServerToolResult, Text, Thinking


@pytest.mark.parametrize(
    ("kind", "block", "deltas", "expected"),
    [
        pytest.param("text", Text(""), [{"new": 1}], None, id="text takes none"),
        pytest.param("result", ServerToolResult("i", "k"), [], None, id="nothing came"),
        pytest.param(
            "result",
            ServerToolResult("i", "k"),
            [{"toolResult": [{"text": "a"}]}, {"toolResult": [{"json": {}}]}, {"new": 1}],
            ServerToolResult("i", "k", [{"text": "a"}, {"json": {}}]),
            id="results are listed",
        ),
        pytest.param("result", ServerToolResult("i", "k"), [{"new": 1}], None, id="no result among them"),
        pytest.param(
            "image",
            Image(Base64("image/png", "")),
            [{"image": {"source": {"bytes": "AA=="}}}, {"image": {"source": {"bytes": "AQ=="}}}, {"image": {"error": {}}}],
            Image(Base64("image/png", "AAE=")),
            id="pieces of a picture",
        ),
        pytest.param(
            "redacted",
            Thinking(encrypted="AA=="),
            [{"reasoningContent": {"redactedContent": "AQ=="}}, {"reasoningContent": "?"}],
            Thinking(encrypted="AAE="),
            id="pieces of redacted reasoning",
        ),
        pytest.param(
            "opaque",
            Opaque({"a": {"t": "x", "l": [1], "n": 1}}),
            [{"a": {"t": "y", "l": [2], "n": 2}}, {"b": None}],
            Opaque({"a": {"t": "xy", "l": [1, 2], "n": 2}, "b": None}),
            id="an unknown block",
        ),
    ],
)
def test_the_final_block(kind: Kind, block: Block, deltas: list[dict[str, Any]], expected: Block | None) -> None:
    """Deltas without an event of their own end up in the block's final value."""
    entry = OpenBlock(0, kind, block)
    for delta in deltas:
        entry.take(delta)

    assert entry.final() == expected


def test_base64_in_pieces() -> None:
    """Pieces may end in padding; what is no base64 is joined as it is."""
    assert join_base64([]) == ""
    assert join_base64(["", "AA=="]) == "AA=="
    assert join_base64(["AAE=", "AgM="]) == "AAECAw=="
    assert join_base64(["A", "é"]) == "Aé"
