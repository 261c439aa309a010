"""What an Ollama server has."""

from __future__ import annotations

from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.ollama_chat import PROTOCOL
from dragoman.types.model import Model, ReasoningStyle
from dragoman.types.response import Failure

TARGET = Target("ollama", "ollama_chat", "", "http://localhost:11434")
SAID = {"source": "ollama's list of models"}


def test_the_request() -> None:
    """One GET of the tags."""
    request = PROTOCOL.encode_models(TARGET)

    assert ("GET", "http://localhost:11434/api/tags") == (request.method, request.url)


def test_the_answer() -> None:
    """Names; where capabilities stand, they say yes and never no."""
    body = (
        b'{"models":[{"name":"qwen3:8b","model":"qwen3:8b","size":5,"details":{"family":"qwen3"}},{"name":"old:1b"},'
        b'{"model":"see","capabilities":["completion","vision","tools","thinking"]},{"details":{}}]}'
    )
    seeing = Model(
        *("ollama", "see"), **SAID, inputs=("text", "image"), outputs=("text",), tools=True, reasoning=ReasoningStyle()
    )

    page = ModelPage((Model("ollama", "qwen3:8b", **SAID), Model("ollama", "old:1b", **SAID), seeing))
    assert page == PROTOCOL.decode_models(body, TARGET)


def test_what_is_no_list() -> None:
    """A failure that says so."""
    assert isinstance(PROTOCOL.decode_models(b'{"error":"no"}', TARGET), Failure)
