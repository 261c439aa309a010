"""A request to its HTTP request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses import PROTOCOL, ResponsesDialect
from dragoman.protocols.openai_responses.encode_request import ENCRYPTED, LOGPROBS, encode_request
from dragoman.types import AudioOutput, Cache, Output, Reasoning, Request, Tool, user

Json = dict[str, Any]

CLOSED: Json = {"type": "object", "properties": {}, "additionalProperties": False}


class Route:
    """A routing value that names its own fields."""

    def body(self) -> Json:
        return {"provider": {"only": ["x"]}}


def test_everything_that_has_a_word(encode: Any) -> None:
    """Each setting in its field, and nothing else."""
    sent = encode(
        user("Hi"),
        system=(),
        max_tokens=99,
        temperature=0.5,
        top_p=0.9,
        top_logprobs=3,
        metadata={"a": "b"},
        service_tier="flex",
        user="ann",
        cache_key="k",
        cache=Cache("30m"),
        n=1,
        stream=True,
        reasoning=Reasoning("low", summary="auto", mode="pro", extra={"context": "all_turns"}),
        output=Output(CLOSED, "thing", True, "A thing"),
        headers={"X-Trace": "1"},
    )

    assert sent.body == {
        "model": "gpt-test",
        "text": {
            "format": {
                "type": "json_schema",
                "name": "thing",
                "description": "A thing",
                "schema": CLOSED,
                "strict": True,
            }
        },
        "reasoning": {"effort": "low", "summary": "auto", "mode": "pro", "context": "all_turns"},
        "max_output_tokens": 99,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_logprobs": 3,
        "metadata": {"a": "b"},
        "service_tier": "flex",
        "user": "ann",
        "prompt_cache_key": "k",
        "prompt_cache_options": {"ttl": "30m"},
        "stream": True,
        "input": [{"role": "user", "content": "Hi"}],
    }
    assert sent.reported == []
    assert sent.http.url == "https://api.openai.com/v1/responses"
    assert sent.http.headers == {"content-type": "application/json", "accept": "text/event-stream", "x-trace": "1"}


def test_the_input_stands_last(encode: Any) -> None:
    """A longer history gives a body that begins as the shorter one's did."""
    assert list(encode(user("Hi"), extra={"store": False}, tools=(Tool("f"),)).body)[-1] == "input"


def test_what_has_no_word_is_reported(encode: Any) -> None:
    """Settings of other wires."""
    fields: Json = {
        "top_k": 3,
        "stop": ("a",),
        "seed": 1,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.1,
        "n": 2,
        "modalities": ("text",),
        "audio": AudioOutput("alloy", "wav"),
        "routing": Route(),
    }
    sent = encode(user("Hi"), **fields)

    assert sent.reported == [(name, "dropped") for name in fields]
    assert set(sent.body) == {"model", "input"}


def test_dialects(encode: Any) -> None:
    """Other fields, fields that are always needed, and fields that are refused."""
    dialect = ResponsesDialect(
        path="/codex/responses",
        body={"store": False, "temperature": 1},
        also=("top_k",),
        drop=("max_output_tokens",),
        user_field=None,
        cache_key_field="session_id",
        cache_marks=False,
        routing_field="",
        json_schema=False,
        efforts={"minimal": "low"},
        summaries=False,
    )
    sent = encode(
        user("Hi"),
        dialect=dialect,
        temperature=0.5,
        top_k=3,
        max_tokens=9,
        user="ann",
        cache_key="k",
        cache=Cache("1h"),
        routing=Route(),
        output=Output({"type": "object"}),
        reasoning=Reasoning("minimal", summary="auto"),
    )

    assert sent.http.url.endswith("/v1/codex/responses")
    assert sent.body == {
        "model": "gpt-test",
        "text": {"format": {"type": "json_object"}},
        "reasoning": {"effort": "low"},
        "temperature": 0.5,
        "top_k": 3,
        "session_id": "k",
        "provider": {"only": ["x"]},
        "store": False,
        "include": [ENCRYPTED],
        "input": [{"role": "user", "content": "Hi"}],
    }
    assert sent.reported == [
        ("output", "changed"),
        ("reasoning", "changed"),
        ("reasoning", "dropped"),
        ("user", "dropped"),
        ("cache", "dropped"),
        ("max_output_tokens", "dropped"),
    ]


@pytest.mark.parametrize(
    ("reasoning", "expected", "reported"),
    [
        (Reasoning(mode="disabled"), {"effort": "none"}, []),
        (Reasoning(mode="enabled"), None, [("reasoning", "dropped")]),
        (Reasoning("high", mode="adaptive"), {"effort": "high"}, []),
        (Reasoning("high", budget=9), {"effort": "high"}, [("reasoning", "dropped")]),
        (Reasoning("high", summary="summarized"), {"effort": "high", "summary": "auto"}, []),
        (Reasoning("high", summary="omitted"), {"effort": "high"}, []),
    ],
)
def test_reasoning_in_the_words_of_other_wires(
    encode: Any, reasoning: Reasoning, expected: Json | None, reported: list[tuple[str, str]]
) -> None:
    """Switches and displays have their nearest word; a budget has none."""
    sent = encode(user("Hi"), reasoning=reasoning)

    assert sent.body.get("reasoning") == expected
    assert sent.reported == reported


def test_reasoning_is_asked_for_in_a_form_that_can_go_back(encode: Any) -> None:
    """Where nothing is stored the reasoning must come encrypted; nothing is asked for twice or of a model that does not think."""

    def include(**fields: Any) -> Any:
        return encode(user("Hi"), **fields).body.get("include")

    low = Reasoning("low")
    assert include(reasoning=low, extra={"store": False}) == [ENCRYPTED]
    assert include(reasoning=low, extra={"store": False, "include": ["x", ENCRYPTED]}) == ["x", ENCRYPTED]
    assert include(reasoning=low) is None
    assert include(extra={"store": False}) is None
    assert include(reasoning=Reasoning("none"), extra={"store": False}) is None
    assert include(reasoning=low, extra={"store": False}, dialect=ResponsesDialect(ask_encrypted=False)) is None
    assert include(logprobs=True, extra={"include": ["x"]}) == ["x", LOGPROBS]


def test_probabilities_that_a_vendor_cannot_be_asked_for(encode: Any) -> None:
    """The wish is left out with all that belongs to it, and listed."""
    sent = encode(user("Hi"), logprobs=True, top_logprobs=2, dialect=ResponsesDialect(logprobs=False))

    assert not {"include", "top_logprobs"} & sent.body.keys()
    assert sent.reported == [("logprobs", "dropped")]


def test_extra_wins_and_joins(encode: Any) -> None:
    """Field by field; objects are joined."""
    sent = encode(
        user("Hi"),
        output=Output(kind="json_object"),
        temperature=0.5,
        extra={"temperature": 1, "text": {"verbosity": "low"}, "input": "mine", "truncation": "auto"},
    )

    assert sent.body == {
        "model": "gpt-test",
        "text": {"format": {"type": "json_object"}, "verbosity": "low"},
        "temperature": 1,
        "input": "mine",
        "truncation": "auto",
    }


def test_a_request_without_messages_has_no_input(encode: Any) -> None:
    """A stored prompt, or a conversation that the server holds, needs none; an empty list would be refused."""
    assert encode(extra={"prompt": {"id": "pmpt_1"}}).body == {"model": "gpt-test", "prompt": {"id": "pmpt_1"}}


def test_a_query_stays_behind_the_path() -> None:
    """Azure's API version belongs to the base URL."""
    target = Target("azure", "openai_responses", "m", "https://x.openai.azure.com/openai?api-version=preview")

    sent = encode_request(Request("m", (user("Hi"),)), target, Report(target))
    assert sent.url == "https://x.openai.azure.com/openai/responses?api-version=preview"


def test_half_a_character_is_refused(encode: Any) -> None:
    """It cannot be sent, and nothing is cut off in silence."""
    with pytest.raises(Unsupported, match="surrogate"):
        encode(user("\ud83d"))


def test_encoding_is_deterministic(target: Target) -> None:
    """The same request is the same bytes."""
    request = Request("m", (user("Hi"),), tools=(Tool("f"),), metadata={"b": 1, "a": 2}, extra={"z": 1, "y": 2})

    assert len({PROTOCOL.encode_request(request, target, Report(target)).body for _ in range(3)}) == 1


def test_requests_fit_the_schema(encode: Any, schema_errors: Any) -> None:
    """OpenAI's own schema takes what is sent to OpenAI."""
    sent = encode(
        user("Hi"),
        system=(),
        tools=(Tool("f", "F", {"type": "object"}),),
        reasoning=Reasoning("low", summary="auto"),
        output=Output({"type": "object"}),
        max_tokens=99,
        cache=Cache("30m"),
        stream=True,
        extra={"store": False, "text": {"verbosity": "low"}},
    )

    assert schema_errors(sent.body, "CreateResponse") == []
    assert schema_errors(json.loads('{"input": 7}'), "CreateResponse") != []
