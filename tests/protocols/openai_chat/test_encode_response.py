"""A response to a whole answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.openai_chat import ChatDialect
from dragoman.protocols.openai_chat.decode_response import decode_response
from dragoman.protocols.openai_chat.encode_response import encode_response
from dragoman.types import (
    Audio,
    Base64,
    Choice,
    Citation,
    Finish,
    Image,
    Message,
    Opaque,
    Origin,
    Refusal,
    Response,
    ServerToolCall,
    Text,
    Thinking,
    ToolCall,
    Usage,
)

ACME = Origin("openai_chat", "acme", "m")
RAW = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 2}}
DETAILS = [{"type": "reasoning.text", "text": "Hm", "index": 0}]
SOUND = {"id": "s", "expires_at": 9}
PART = {"type": "thinking", "thinking": "Hm"}


def answer(*content: Any, **fields: Any) -> Response:
    finish = fields.pop("finish", Finish("stop", "stop"))
    return Response(Message("assistant", content, origin=ACME), "c1", "m", 7, finish, provider="acme", **fields)


def test_a_whole_answer() -> None:
    """The fields OpenAI gives, in its form."""
    raw = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}

    body = json.loads(encode_response(answer(Text("Hi"), usage=Usage(3, 2, raw=raw), extra={"service_tier": "flex"})))

    message = {"role": "assistant", "content": "Hi", "refusal": None}
    assert body == {
        "id": "c1",
        "object": "chat.completion",
        "created": 7,
        "model": "m",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": raw,
        "service_tier": "flex",
    }


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(answer(), id="nothing"),
        pytest.param(answer(finish=Finish("stop")), id="no word for the end"),
        pytest.param(
            answer(
                Thinking(text="Hm", origin=ACME, extra={"field": "reasoning", "reasoning_details": DETAILS}),
                Text("Yes", (Citation("url_citation", "u", "t", start=0, end=2, raw=RAW),), ({"token": "Yes"},), origin=ACME),
                Refusal("No", ({"token": "No"},)),
                finish=Finish("refusal", "stop", details={"seed": 1, "logprobs": {"other": [1]}}),
            ),
            id="words",
        ),
        pytest.param(
            answer(
                ToolCall("a", "f", "{}", origin=ACME, extra={"extra_content": 1}),
                ToolCall("b", "sh", "ls", custom=True),
                ToolCall("call_0", "g", "{}", origin=ACME, extra={"synthetic_id": True}),
                Opaque({"type": "search"}, origin=ACME, extra={"field": "tool_calls"}),
                finish=Finish("tool_calls", "stop"),
            ),
            id="calls",
        ),
        pytest.param(
            answer(
                ToolCall("function_call", "f", "{}", origin=ACME, extra={"function_call": True, "synthetic_id": True}),
                finish=Finish("tool_calls", "function_call"),
            ),
            id="the old function call",
        ),
        pytest.param(
            answer(
                Text("See"),
                Audio(Base64("audio/*", "QUJD"), "Hey", origin=ACME, extra=SOUND),
                Image(Base64("image/png", "QUJD"), origin=ACME, extra={"field": "images"}),
            ),
            id="sound and pictures",
        ),
        pytest.param(
            answer(Thinking(text="Hm", origin=ACME, extra={"field": "parts", "parts": [PART]}), Text("Yes")),
            id="reasoning parts",
        ),
        pytest.param(answer(Text("Yes"), Opaque({"type": "hologram"}, origin=ACME), Text("No")), id="unknown parts"),
        pytest.param(answer(Text("x"), extra={"y": 1, "choices[0].message": {"note": "n"}}), id="vendor fields"),
    ],
)
def test_a_decoder_finds_the_same_response(response: Response) -> None:
    """All that a whole answer can say comes back as it was."""
    target = Target("acme", "openai_chat", "m")

    assert accumulate(decode_response(encode_response(response), target), ACME) == response


def test_think_tags_come_back() -> None:
    """Reasoning that stood between tags is said between tags."""
    response = answer(Thinking(text="Hm", origin=ACME, extra={"field": "content", "before": " "}), Text("Yes"))
    target = Target("acme", "openai_chat", "m", dialect=ChatDialect(think_tags=True))

    body = encode_response(response)

    assert json.loads(body)["choices"][0]["message"]["content"] == " <think>Hm</think>Yes"
    assert accumulate(decode_response(body, target), ACME) == response


def test_alternatives() -> None:
    """Each choice has its message, its end and its fields."""
    messages = [Message("assistant", (Text(text),), origin=ACME) for text in "ab"]
    choices = (Choice(messages[0], Finish("stop", "stop")), Choice(messages[1], None))
    extra = {"choices[1].message": {"note": "n"}, "choices[9].message": {"lost": 1}}

    body = json.loads(encode_response(Response(messages[0], choices=choices, extra=extra)))

    said = [(choice["message"]["content"], choice["finish_reason"]) for choice in body["choices"]]
    assert said == [("a", "stop"), ("b", None)]
    assert body["choices"][1]["message"]["note"] == "n"
    assert (body["id"], body["model"], body["created"]) == ("", "", 0)


def test_another_wires_answer() -> None:
    """Thinking is told in the field most clients know; what has no place here is left out."""
    foreign = Origin("anthropic_messages", "anthropic")
    response = Response(
        Message(
            "assistant",
            (
                Thinking(text="Hm", signature="sig", origin=foreign),
                Thinking(text="m", origin=foreign),
                ServerToolCall("s", "search", origin=foreign),
                Text("Yes"),
                Text("!"),
                Opaque({"type": "x"}, origin=foreign),
            ),
        ),
        finish=Finish("stop", "end_turn"),
    )

    choice = json.loads(encode_response(response))["choices"][0]

    assert choice["message"] == {"role": "assistant", "content": "Yes!", "refusal": None, "reasoning_content": "Hmm"}
    assert choice["finish_reason"] == "end_turn"


def test_places_of_citations_are_those_of_the_message() -> None:
    """What stands before a text in the content counts, tags too."""
    thought = Thinking(text="Hm", origin=ACME, extra={"field": "content"})
    cited = Text("two", (Citation("page", "u", "t", start=0, end=3),))

    body = json.loads(encode_response(answer(thought, Text("One "), cited)))

    message = body["choices"][0]["message"]
    about = message["annotations"][0]["url_citation"]
    assert message["content"][about["start_index"] : about["end_index"]] == "two"
