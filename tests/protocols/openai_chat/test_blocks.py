"""Blocks under construction: when they need a final value."""

from __future__ import annotations

import pytest

from dragoman.protocols.openai_chat.blocks import OpenAudio, OpenCall, OpenText, OpenThinking
from dragoman.types import Audio, Base64, Citation, Origin, Refusal, Text, Thinking, ToolCall

ACME = Origin("openai_chat", "acme", "m")


def test_plain_words_need_no_final_value() -> None:
    """Start and deltas say all of a text and of a refusal."""
    text, refusal = OpenText(0, "text", ACME), OpenText(0, "refusal", ACME)
    text.pieces += ["a", "b"]

    assert (text.start, text.final(), refusal.start, refusal.final()) == (Text(""), None, Refusal(""), None)


def test_citations_need_an_origin() -> None:
    """Vendor data on a text makes its final value say whose it is."""
    text = OpenText(0, "text", ACME)
    text.pieces += ["a", "b"]
    text.logprobs.append({"token": "a"})
    text.citations.append(Citation("x"))

    assert text.final() == Text("ab", (Citation("x"),), ({"token": "a"},), origin=ACME)


def test_text_that_was_reasoning() -> None:
    """A text can end as thinking."""
    text = OpenText(0, "text", ACME)
    text.pieces.append("Hm")
    text.reasoning = True

    assert text.final() == Thinking(text="Hm", origin=ACME, extra={"field": "content", "lone_tag": True})


def test_thinking_without_objects_needs_no_final_value() -> None:
    """The field is said at the start."""
    thinking = OpenThinking(0, ACME, "reasoning")

    assert thinking.start == Thinking(origin=ACME, extra={"field": "reasoning"})
    assert thinking.final() is None


def test_a_call_says_what_came_late() -> None:
    """Fields that come after the start are in the final value, with all arguments."""
    call = OpenCall(0, ACME, "a", custom=False, slot=0, extra={})
    call.name = "f"
    assert call.start == ToolCall("a", "f")
    call.pieces += ["{", "}"]
    assert call.final() is None
    call.extra = {"late": 1}

    assert call.final() == ToolCall("a", "f", "{}", origin=ACME, extra={"late": 1})


@pytest.mark.parametrize(
    ("pieces", "complete"),
    [([], False), (['{"a":', "1}"], True), (['{"a":', "1"], False), (["[]"], False), (['{"a":}'], False), (["{}", " "], False)],
)
def test_complete_arguments(pieces: list[str], complete: bool) -> None:
    """One whole JSON object is complete."""
    call = OpenCall(0, ACME, "a", custom=False, slot=0, extra={})
    call.pieces += pieces

    assert call.complete() is complete


def test_looking_at_arguments_has_an_end() -> None:
    """After so many looks the answer is no, so that a stream stays linear."""
    call = OpenCall(0, ACME, "a", custom=False, slot=0, extra={})
    call.pieces.append("{}")

    assert [call.complete() for _ in range(20)] == [True] * 16 + [False] * 4


def test_free_text_is_never_complete() -> None:
    """Only JSON has an end."""
    call = OpenCall(0, ACME, "a", custom=True, slot=0, extra={})
    call.pieces.append("{}")

    assert not call.complete()


def test_sound_that_learns_its_expiry() -> None:
    """What is known at the start is said there, the rest at the end."""
    sound = OpenAudio(0, ACME, {"id": "s"})
    assert sound.start == Audio(Base64("audio/*", ""), origin=ACME, extra={"id": "s"})
    assert sound.final() is None
    sound.media.append("QUJD")
    sound.extra = {"id": "s", "expires_at": 9}

    assert sound.final() == Audio(Base64("audio/*", "QUJD"), origin=ACME, extra={"id": "s", "expires_at": 9})
