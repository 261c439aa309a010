"""OpenAI's list of models, as the Responses API has it too."""

from __future__ import annotations

from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.openai_responses import PROTOCOL
from dragoman.types.model import Model
from dragoman.types.response import Failure

TARGET = Target("acme", "openai_responses", "", "https://acme.example/v1")


def test_the_request() -> None:
    """One GET beside `/responses`."""
    request = PROTOCOL.encode_models(TARGET)

    assert ("GET", "https://acme.example/v1/models") == (request.method, request.url)


def test_the_answer() -> None:
    """One page, or what is wrong with it."""
    page = ModelPage((Model("acme", "m", source="acme's list of models"),))

    assert page == PROTOCOL.decode_models(b'{"object":"list","data":[{"id":"m","object":"model"}]}', TARGET)
    assert isinstance(PROTOCOL.decode_models(b"{}", TARGET), Failure)
