"""The list of models of AI Studio, as a target of this wire asks for it."""

from __future__ import annotations

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.gemini_interactions import PROTOCOL, InteractionsDialect
from dragoman.types.model import Model, ReasoningStyle
from dragoman.types.response import Failure

TARGET = Target("acme", "gemini_interactions", "", "https://acme.example/v1beta")


def test_the_request_names_a_page() -> None:
    """One GET beside `/interactions`, in large pages."""
    assert PROTOCOL.encode_models(TARGET).url == "https://acme.example/v1beta/models?pageSize=1000"
    assert PROTOCOL.encode_models(TARGET, "a/b").url.endswith("&pageToken=a%2Fb")


def test_the_answer_states_limits() -> None:
    """What the list says of a model, and where the next page is."""
    body = (
        b'{"models":[{"name":"models/g","displayName":"G","inputTokenLimit":10,"outputTokenLimit":5,"thinking":true},'
        b'{"name":"models/h"},{"odd":1}],"nextPageToken":"p"}'
    )
    source = "acme's list of models"

    assert PROTOCOL.decode_models(body, TARGET) == ModelPage(
        (
            Model("acme", "g", "G", max_input=10, max_output=5, reasoning=ReasoningStyle(), source=source),
            Model("acme", "h", source=source),
        ),
        "p",
    )
    assert PROTOCOL.decode_models(b"{}", TARGET) == ModelPage(())
    assert isinstance(PROTOCOL.decode_models(b'{"error":{"message":"no"}}', TARGET), Failure)


def test_where_there_is_no_list() -> None:
    """A dialect without one refuses before anything is sent."""
    target = Target("v", "gemini_interactions", "", "https://v.test", InteractionsDialect(lists_models=False))

    with pytest.raises(Unsupported, match="no list of models"):
        PROTOCOL.encode_models(target)
