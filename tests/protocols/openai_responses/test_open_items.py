"""Blocks under construction."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.openai_responses.open_items import OpenBlock, OpenItem, stripped
from dragoman.types import (
    ArgumentsDelta,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Opaque,
    Refusal,
    RefusalDelta,
    ServerToolCall,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
)

CITED = Citation("url_citation", "https://a", raw={"url": "https://a"})


def completed(block: Any, pieces: list[str], final: Any) -> list[Event]:
    opened = OpenBlock(4, block)
    opened.pieces += pieces
    out: list[Event] = []
    opened.complete(final, out)
    return out


@pytest.mark.parametrize(
    ("block", "pieces", "final", "expected"),
    [
        pytest.param(Text(""), ["a", "b"], Text("ab"), [BlockStop(4)], id="deltas said all"),
        pytest.param(Text(""), ["a", "b"], None, [BlockStop(4)], id="nothing more was said"),
        pytest.param(Text(""), ["a"], Text("abc"), [TextDelta(4, "bc"), BlockStop(4)], id="the rest of a text"),
        pytest.param(
            Text(""),
            [],
            Text("a", citations=(CITED,), logprobs=({"token": "a"},)),
            [TextDelta(4, "a", ({"token": "a"},)), CitationDelta(4, CITED), BlockStop(4)],
            id="a text without deltas",
        ),
        pytest.param(Text(""), ["ax"], Text("abc"), [BlockStop(4, Text("abc"))], id="another text"),
        pytest.param(Refusal(""), ["N"], Refusal("No"), [RefusalDelta(4, "o"), BlockStop(4)], id="the rest of a refusal"),
        pytest.param(
            Thinking(),
            ["H"],
            Thinking("Hm", encrypted="x"),
            [ThinkingDelta(4, "m"), BlockStop(4, Thinking("Hm", encrypted="x"))],
            id="reasoning with its encrypted form",
        ),
        pytest.param(
            ToolCall("c", "f"), [], ToolCall("c", "f", "{}"), [ArgumentsDelta(4, "{}"), BlockStop(4)], id="arguments at once"
        ),
        pytest.param(
            ToolCall("a", "f"), ["{}"], ToolCall("b", "f", "{}"), [BlockStop(4, ToolCall("b", "f", "{}"))], id="another id"
        ),
        pytest.param(
            ServerToolCall("s", "web"),
            [],
            ServerToolCall("s", "web", "{}"),
            [BlockStop(4, ServerToolCall("s", "web", "{}"))],
            id="a server's call in the end",
        ),
        pytest.param(Opaque({"a": 1}), [], Opaque({"a": 2}), [BlockStop(4, Opaque({"a": 2}))], id="an unknown item"),
        pytest.param(Text(""), ["a"], Refusal("a"), [BlockStop(4, Refusal("a"))], id="another kind"),
    ],
)
def test_the_final_value_counts(block: Any, pieces: list[str], final: Any, expected: list[Event]) -> None:
    """What it says beyond the deltas is given as one; what it says otherwise stands in the stop."""
    assert completed(block, pieces, final) == expected


def test_a_part_as_its_deltas_left_it() -> None:
    """For items that end without saying their parts whole."""
    text, refusal, odd = OpenBlock(0, Text("")), OpenBlock(1, Refusal("")), OpenBlock(2, Opaque({"type": "odd"}))
    text.pieces.append("a")
    text.citations.append(CITED)
    refusal.pieces.append("No")

    assert text.as_part() == {"type": "output_text", "text": "a", "annotations": [{"url": "https://a"}], "logprobs": []}
    assert refusal.as_part() == {"type": "refusal", "refusal": "No"}
    assert odd.as_part() == {"type": "odd"}
    text.final = {"type": "output_text", "text": "whole"}
    assert text.as_part() == {"type": "output_text", "text": "whole"}


def test_a_part_opens_empty() -> None:
    """Words, citations and probabilities come in deltas."""
    assert stripped(Text("a", citations=(CITED,), logprobs=({},), extra={"k": 1})) == Text("", extra={"k": 1})
    assert stripped(Refusal("a", logprobs=({},))) == Refusal("")
    assert stripped(Opaque({})) == Opaque({})


def test_an_item_begins_without_blocks() -> None:
    """Parts are opened one by one."""
    assert OpenItem("message", "msg_1", {}).blocks == {}
