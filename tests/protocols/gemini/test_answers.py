"""What frames and whole bodies share: counts, reasons, token probabilities, times, and where fields stand."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.gemini.answers import (
    ENDS,
    decode_finish,
    decode_logprobs,
    decode_time,
    decode_usage,
    encode_finish,
    encode_logprobs,
    encode_time,
    encode_usage,
    finish_word,
    split_extra,
)
from dragoman.types import Finish, Usage


def test_counts_do_not_overlap() -> None:
    """The prompt loses what was cached and gains what the vendor's tools said; thoughts are part of the output."""
    wire = {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 40,
        "toolUsePromptTokenCount": 5,
        "candidatesTokenCount": 7,
        "thoughtsTokenCount": 30,
        "totalTokenCount": 142,
    }
    usage = decode_usage(wire)

    assert usage == Usage(65, 37, 40, None, 30, wire)
    assert usage.total == 142
    assert encode_usage(usage) is wire


def test_counts_that_are_left_out() -> None:
    """Nothing known is None, which is not 0; thoughts alone are the output."""
    assert decode_usage({}) == Usage()
    assert decode_usage({"thoughtsTokenCount": 5}).output == 5
    assert decode_usage({"promptTokenCount": "3"}).input is None


def test_counts_of_other_wires_are_put_in_these_words() -> None:
    """What was cached is part of the prompt again, and thoughts stand apart."""
    usage = Usage(10, 20, 3, 2, 5, {"input_tokens": 10})

    assert encode_usage(usage) == {
        "promptTokenCount": 15,
        "cachedContentTokenCount": 3,
        "candidatesTokenCount": 15,
        "thoughtsTokenCount": 5,
        "totalTokenCount": 35,
    }
    assert encode_usage(Usage(output=2)) == {"candidatesTokenCount": 2}


@pytest.mark.parametrize(
    ("raw", "calls", "reason"),
    [
        ("STOP", False, "stop"),
        ("STOP", True, "tool_calls"),
        ("MAX_TOKENS", True, "length"),
        ("SAFETY", False, "content_filter"),
        ("MALFORMED_FUNCTION_CALL", False, "error"),
        ("CONTINUATION", False, "pause"),
        ("LANGUAGE", False, "other"),
        (None, True, "tool_calls"),
        (None, False, "stop"),
    ],
)
def test_reasons(raw: str | None, calls: bool, reason: str) -> None:
    """Each reason has its common word; calls with a plain stop wait for results."""
    assert decode_finish(raw, "why", calls) == Finish(reason, raw, details={"finishMessage": "why"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("finish", "word"),
    [
        *[(Finish(reason, raw), raw) for raw, reason in ENDS.items()],
        (Finish("other", "BRAND_NEW"), "BRAND_NEW"),
        (Finish("tool_calls", "tool_use"), "STOP"),
        (Finish("refusal", "refusal"), "SAFETY"),
        (Finish("length"), "MAX_TOKENS"),
        (Finish("other", "weird"), "OTHER"),
        (Finish("cancelled"), "OTHER"),
    ],
)
def test_reasons_are_said_in_the_vendors_words(finish: Finish, word: str) -> None:
    """The vendor's own word goes back, and another wire's is said in the nearest."""
    assert encode_finish(finish) == {"finishReason": word}


@pytest.mark.parametrize(
    ("value", "word"),
    [("STOP", "STOP"), (1, "STOP"), (10, "MALFORMED_FUNCTION_CALL"), (99, "99"), ("", None), (None, None), ({}, None)],
)
def test_reasons_by_number(value: Any, word: str | None) -> None:
    """Under numeric enumerations a reason is a number, which stands for its word."""
    assert finish_word(value) == word


def test_token_probabilities_come_in_pairs() -> None:
    """Each chosen token holds the others that were likely, and both lists come back."""
    wire = {
        "chosenCandidates": [{"token": "a", "logProbability": -0.1}, {"token": "b", "logProbability": -0.2}],
        "topCandidates": [{"candidates": [{"token": "a", "logProbability": -0.1}]}, {}],
    }
    tokens = decode_logprobs(wire)

    assert tokens is not None
    assert tokens[0] == {"token": "a", "logProbability": -0.1, "topCandidates": [{"token": "a", "logProbability": -0.1}]}
    assert encode_logprobs(tokens) == {**wire, "topCandidates": [wire["topCandidates"][0], {"candidates": []}]}
    assert decode_logprobs({"chosenCandidates": wire["chosenCandidates"]}) == tuple(wire["chosenCandidates"])


@pytest.mark.parametrize(
    "wire",
    [
        None,
        {},
        {"chosenCandidates": []},
        {"chosenCandidates": [1]},
        {"chosenCandidates": [{}], "topCandidates": []},
        {"chosenCandidates": [{}], "topCandidates": [1]},
        {"chosenCandidates": [{}], "logProbabilitySum": 1},
    ],
)
def test_token_probabilities_that_do_not_pair(wire: Any) -> None:
    """What cannot be told token by token stays a vendor field."""
    assert decode_logprobs(wire) is None


def test_token_probabilities_of_openai() -> None:
    """OpenAI's token objects are put in this wire's words."""
    tokens = [{"token": "a", "logprob": -1.0, "bytes": [97], "top_logprobs": [{"token": "b", "logprob": -2.0}]}]

    assert encode_logprobs(tokens) == {
        "chosenCandidates": [{"token": "a", "logProbability": -1.0}],
        "topCandidates": [{"candidates": [{"token": "b", "logProbability": -2.0}]}],
    }


def test_times() -> None:
    """Whole seconds are all of a time without fractions, and no calendar holds some numbers."""
    assert decode_time("2026-01-01T00:00:00Z") == (1767225600, True)
    assert decode_time("2026-01-01T00:00:00.25Z") == (1767225600, False)
    assert decode_time("2026-13-01T00:00:00Z") == (None, False)
    assert decode_time(None) == (None, True)
    assert encode_time(1767225600) == "2026-01-01T00:00:00Z"
    assert encode_time(10**15) is None


def test_fields_know_where_they_stand() -> None:
    """A field of a candidate finds its candidate again; what chunks say themselves is not said twice."""
    data = {"groundingMetadata": 1, "candidates[0].odd": 2, "candidates[2].groundingMetadata": 3, "top": 4, "responseId": 5}

    assert split_extra(data) == ({"top": 4}, {0: {"groundingMetadata": 1, "odd": 2}, 2: {"groundingMetadata": 3}})
