"""A response as a whole body."""

from __future__ import annotations

import json
from typing import Any

from dragoman.protocols.gemini.encode_response import encode_response
from dragoman.types import Choice, Citation, Finish, Message, Opaque, Origin, Response, Text, Thinking, Usage

AWAY = Origin("openai_chat", "openai", "gpt")


def said(response: Response) -> Any:
    return json.loads(encode_response(response))


def test_everything_has_its_place() -> None:
    """Candidates with their own fields, counts, and what heads the answer."""
    first = Message("assistant", (Thinking("t"), Thinking(""), Text("a"), Text("")))
    second = Message("assistant", ())
    response = Response(
        first,
        "r",
        "m",
        0,
        Finish("stop", "STOP"),
        Usage(3),
        choices=(Choice(first, Finish("stop", "STOP")), Choice(second, None)),
        extra={"avgLogprobs": -1, "candidates[1].odd": 2, "top": 3},
    )

    assert said(response) == {
        "candidates": [
            {
                "content": {"parts": [{"text": "t", "thought": True}, {"text": "a"}], "role": "model"},
                "finishReason": "STOP",
                "index": 0,
                "avgLogprobs": -1,
            },
            {"content": {"role": "model"}, "index": 1, "odd": 2},
        ],
        "usageMetadata": {"promptTokenCount": 3},
        "modelVersion": "m",
        "responseId": "r",
        "createTime": "1970-01-01T00:00:00Z",
        "top": 3,
    }
    assert said(Response(second)) == {"candidates": [{"content": {"role": "model"}, "index": 0}]}


def test_answers_of_other_wires() -> None:
    """Citations become grounding, token probabilities this wire's, and vendor data stays out."""
    text = Text(
        "abc",
        citations=(Citation("url_citation", "https://a", start=1, end=2),),
        logprobs=({"token": "abc", "logprob": -1.0},),
        extra={"annotations": []},
        origin=AWAY,
    )
    (candidate,) = said(Response(Message("assistant", (text, Opaque({"x": 1}, origin=AWAY)))))["candidates"]

    assert candidate["content"]["parts"] == [{"text": "abc"}]
    assert candidate["groundingMetadata"]["groundingSupports"][0]["segment"] == {"startIndex": 1, "endIndex": 2, "text": "b"}
    assert candidate["logprobsResult"] == {"chosenCandidates": [{"token": "abc", "logProbability": -1.0}]}
