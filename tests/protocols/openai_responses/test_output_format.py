"""The form of the answer, where each vendor has it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.openai_responses import PROTOCOL, ResponsesDialect
from dragoman.types import Output, user

Json = dict[str, Any]

CLOSED: Json = {"type": "object", "properties": {}, "additionalProperties": False}
OF_CHAT = ResponsesDialect(output_field="response_format")


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            Output(CLOSED, "thing", True, "A thing"),
            {
                "type": "json_schema",
                "json_schema": {"name": "thing", "description": "A thing", "schema": CLOSED, "strict": True},
            },
        ),
        (Output(CLOSED), {"type": "json_schema", "json_schema": {"name": "output", "schema": CLOSED}}),
    ],
)
def test_the_field_of_chat_completions(encode: Callable[..., Any], output: Output, said: Json) -> None:
    """A vendor that has kept it gets it, and it is read as the same form."""
    sent = encode(user("Hi"), output=output, dialect=OF_CHAT)

    assert "text" not in sent.body
    assert sent.body["response_format"] == said
    assert sent.reported == []
    assert output == PROTOCOL.decode_request(sent.http).output


def test_json_of_any_form_is_an_object(encode: Callable[..., Any]) -> None:
    """Where there are only schemas, the widest is asked for and reported; text is what is said anyway."""
    sent = encode(user("Hi"), output=Output(kind="json_object"), dialect=OF_CHAT)

    assert sent.body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "output", "schema": {"type": "object"}},
    }
    assert sent.reported == [("output", "changed")]
    assert "response_format" not in encode(user("Hi"), output=Output(kind="text"), dialect=OF_CHAT).body


@pytest.mark.parametrize(("kind", "reported"), [("json_object", [("output", "dropped")]), ("text", [])])
def test_a_vendor_without_a_word_for_it(encode: Callable[..., Any], kind: str, reported: list[Any]) -> None:
    """The loss is reported; nothing is lost where text was asked for."""
    sent = encode(user("Hi"), output=Output(kind=kind), dialect=ResponsesDialect(output_field=None))

    assert sent.reported == reported
    assert {"text", "response_format"} & sent.body.keys() == set()


@pytest.mark.parametrize(
    "form", [{"type": "json_schema"}, {"type": "json_schema", "json_schema": "thing"}, {"type": "regex", "regex": "a+"}, "json"]
)
def test_a_form_without_a_word_stays_as_it_came(form: Any, encode: Callable[..., Any]) -> None:
    """What a client says there of another form is not read, and goes on as it is."""
    http = encode(user("Hi"), extra={"response_format": form}).http
    read = PROTOCOL.decode_request(http)

    assert read.output is None
    assert read.extra["response_format"] == form
    assert json.loads(http.body)["response_format"] == form
