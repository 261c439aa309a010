"""The conventions' names, from facts alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dragoman.errors import Overloaded
from dragoman.observe.attributes import PROVIDERS, answered, base, error_type, settings
from dragoman.providers import all_providers
from dragoman.types import Finish, Message, Output, Request, Response, Usage, user
from dragoman.types.response import Choice
from dragoman.wire.http import HttpRequest

NOTHING = Message("assistant", ())


def asked(url: str = "https://api.openai.com/v1/x", **facts: Any) -> Any:
    return SimpleNamespace(
        **{"provider": "openai", "protocol": "openai_chat", "model": "m", "http": HttpRequest("POST", url)} | facts
    )


def test_wires_of_one_vendor_have_one_name() -> None:
    """Who asks a vendor in another wire format finds the same provider, and every name in the table is a provider's."""
    known = {provider.name: provider for provider in all_providers()}
    vendors = {name: PROVIDERS.get(name, name) for name in known}
    # Claude in Microsoft's Foundry is listed as Anthropic's, and sold by Microsoft.
    own = {name: vendor for name, vendor in vendors.items() if known[name].catalog and name != "foundry"}

    assert {name: vendors[known[name].catalog or ""] for name in own} == own
    assert set(PROVIDERS) <= set(known)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("https://api.openai.com/v1?key=secret", ("api.openai.com", 443)),
        ("http://127.0.0.1:8000/v1", ("127.0.0.1", 8000)),
        ("http://[::1]/v1", ("::1", 80)),
        ("local://offline/v1", (None, None)),
    ],
)
def test_a_server_is_a_host_and_a_port(url: str, server: tuple[str | None, int | None]) -> None:
    """The usual port where the URL has none, and neither for what is no server."""
    found = base(asked(url))

    assert server == (found.get("server.address"), found.get("server.port"))
    assert "secret" not in str(found)


def test_who_is_not_listed_keeps_its_name() -> None:
    """A provider of the program's own, too."""
    assert "my-own" == base(asked(provider="my-own"))["gen_ai.provider.name"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({}, None),
        ({"output": Output({})}, "json"),
        ({"output": Output(kind="json_object")}, "json"),
        ({"output": Output(kind="text")}, "text"),
        ({"modalities": ("text",)}, "text"),
        ({"modalities": ("text", "audio")}, "speech"),
        ({"modalities": ("image", "text")}, "image"),
        ({"modalities": ("smell",)}, None),
    ],
)
def test_the_kind_of_output_asked_for(said: dict[str, Any], kind: str | None) -> None:
    """In the conventions' words, and nothing where the request does not say."""
    assert kind == settings(Request("m", (user("x"),), **said)).get("gen_ai.output.type")


@pytest.mark.parametrize(
    ("extra", "name"), [({"conversation": "c1"}, "c1"), ({"conversation": {"id": "c1"}}, "c1"), ({"conversation": 7}, None)]
)
def test_a_conversation_that_the_provider_keeps_has_its_name(extra: dict[str, Any], name: str | None) -> None:
    """However it is said."""
    assert name == settings(Request("m", (user("x"),), extra=extra)).get("gen_ai.conversation.id")


def test_a_request_that_says_nothing_has_no_settings() -> None:
    """Defaults are the provider's."""
    assert {} == settings(Request("m", (user("x"),), n=1)) == settings(None)


@pytest.mark.parametrize(
    ("usage", "total"),
    [(Usage(input=5), 5), (Usage(input=5, cache_read=20, cache_write=3), 28), (Usage(cache_read=20), None), (Usage(input=0), 0)],
)
def test_input_tokens_include_the_cache(usage: Usage, total: int | None) -> None:
    """As the conventions count; what is unknown is left out, and is not 0."""
    assert total == answered(Response(NOTHING, usage=usage)).get("gen_ai.usage.input_tokens")


def test_every_answer_has_its_reason() -> None:
    """Several answers have several, in their order."""
    ends = [Finish("tool_calls", "tool_use"), Finish("length")]
    choices = tuple([Choice(NOTHING, end) for end in ends])

    assert ["tool_call", "length"] == answered(Response(NOTHING, finish=ends[0], choices=choices))[
        "gen_ai.response.finish_reasons"
    ]
    assert {} == answered(Response(NOTHING)) == answered(None)


def test_an_error_is_named_by_its_class() -> None:
    """Never by its message."""
    assert ("Overloaded", "KeyError", None) == (error_type(Overloaded("x")), error_type(KeyError("x")), error_type(None))
