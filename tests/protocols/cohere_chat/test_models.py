"""Cohere's list of models, in pages."""

from __future__ import annotations

import msgspec

from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.cohere_chat import PROTOCOL
from dragoman.types.model import Model, ReasoningStyle
from dragoman.types.response import Failure

TARGET = Target("cohere", "cohere_chat", "", "https://api.cohere.com")
SAID = {"source": "cohere's list of models"}


def test_the_request() -> None:
    """Models that chat, in pages as large as they may be."""
    url = "https://api.cohere.com/v1/models?endpoint=chat&page_size=1000"

    assert ("GET", url) == (PROTOCOL.encode_models(TARGET).method, PROTOCOL.encode_models(TARGET).url)
    assert f"{url}&page_token=a%3D" == PROTOCOL.encode_models(TARGET, "a=").url


def test_the_answer() -> None:
    """The window is a fraction in the JSON; features tell the rest, where there are any."""
    items = [
        {
            "name": "c",
            "endpoints": ["chat"],
            "context_length": 256000.0,
            "features": ["tools", "json_schema", "vision", "reasoning"],
        },
        {"name": "d", "endpoints": ["chat"], "features": ["json_mode"]},
        {"name": "e", "endpoints": None, "features": None},
        {"endpoints": ["chat"]},
    ]
    page = PROTOCOL.decode_models(msgspec.json.encode({"models": items, "next_page_token": "n"}), TARGET)

    full = Model(
        *("cohere", "c"),
        **SAID,
        context=256_000,
        inputs=("text", "image"),
        outputs=("text",),
        tools=True,
        schema=True,
        reasoning=ReasoningStyle(),
    )
    plain = Model("cohere", "d", **SAID, outputs=("text",), tools=False, schema=False)
    assert ModelPage((full, plain, Model("cohere", "e", **SAID)), "n") == page


def test_the_last_page() -> None:
    """It has no token, or an empty one."""
    for body in (b'{"models":[]}', b'{"models":[],"next_page_token":""}'):
        assert ModelPage(()) == PROTOCOL.decode_models(body, TARGET)


def test_what_is_no_list() -> None:
    """A failure that says so."""
    assert isinstance(PROTOCOL.decode_models(b'{"message":"no"}', TARGET), Failure)
