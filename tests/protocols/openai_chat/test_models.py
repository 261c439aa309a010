"""OpenAI's list of models, and where its dialects have theirs."""

from __future__ import annotations

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.openai_chat import PROTOCOL, ChatDialect
from dragoman.types.model import Model
from dragoman.types.response import Failure

TARGET = Target("acme", "openai_chat", "", "https://acme.example/v1")


@pytest.mark.parametrize(
    ("base_url", "dialect", "url"),
    [
        ("https://acme.example/v1", None, "https://acme.example/v1/models"),
        ("https://acme.example/v1?api-version=1", None, "https://acme.example/v1/models?api-version=1"),
        ("https://acme.example/v1", ChatDialect(models_path="/language-models"), "https://acme.example/v1/language-models"),
    ],
)
def test_the_request(base_url: str, dialect: ChatDialect | None, url: str) -> None:
    """One GET, where the dialect says."""
    request = PROTOCOL.encode_models(Target("acme", "openai_chat", "", base_url, dialect))

    assert ("GET", url, b"") == (request.method, request.url, request.body)


def test_a_vendor_without_a_list() -> None:
    """It is refused before anything is sent."""
    target = Target("acme", "openai_chat", "", "https://acme.example/v1", ChatDialect(models_path=None))

    with pytest.raises(Unsupported, match="acme has no list of models"):
        PROTOCOL.encode_models(target)


def test_the_answer() -> None:
    """One page, or what is wrong with it."""
    page = ModelPage((Model("acme", "m", source="acme's list of models"),))

    assert page == PROTOCOL.decode_models(b'{"object":"list","data":[{"id":"m","object":"model"}]}', TARGET)
    assert isinstance(PROTOCOL.decode_models(b"nothing", TARGET), Failure)
