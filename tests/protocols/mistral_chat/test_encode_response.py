"""A response as a whole answer."""

from __future__ import annotations

import json

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.mistral_chat.decode_response import decode_response
from dragoman.protocols.mistral_chat.encode_response import encode_response
from dragoman.types import Choice, Finish, Message, Response, Text, Usage

HI = Message("assistant", (Text("hi", logprobs=({"token": "hi"},)),))


def test_an_answer() -> None:
    """Its envelope, its message with vendor fields, its tokens, its end and its counts."""
    finish = Finish("context_window", "max", details={"logprobs": {"content": [{"token": "more"}]}})
    response = Response(
        HI, "c", "m", 7, finish, Usage(1, 2), extra={"tier": "a", "choices[0].message": {"note": "n"}, "choices[9].message": {}}
    )
    expected = {
        "id": "c",
        "object": "chat.completion",
        "created": 7,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "hi", "note": "n"},
                "finish_reason": "model_length",
                "raw_finish_reason": "max",
                "logprobs": {"content": [{"token": "hi"}, {"token": "more"}]},
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
        "tier": "a",
    }

    assert expected == json.loads(encode_response(response))


def test_all_choices_are_said(target: Target) -> None:
    """And read again; an end that is not known is a good one."""
    other = Message("assistant", (Text("ho"),))
    response = Response(HI, choices=(Choice(HI, Finish("stop", "stop")), Choice(other)))
    again = accumulate(decode_response(encode_response(response), target))

    assert ["hi", "ho"] == [choice.message.text for choice in again.choices]
    assert [Finish("stop", "stop"), Finish("stop")] == [
        None if choice.finish is None else Finish(choice.finish.reason, choice.finish.raw) for choice in again.choices
    ]
