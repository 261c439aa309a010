"""Mistral's list of models."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec

from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.mistral_chat import PROTOCOL
from dragoman.types.model import Model
from dragoman.types.response import Failure

TARGET = Target("mistral", "mistral_chat", "", "https://api.mistral.ai/v1")
ITEM = {
    "id": "m-latest",
    "object": "model",
    "created": 1_767_220_880,
    "capabilities": {"completion_chat": True, "function_calling": True, "vision": True, "audio": False},
    "name": "m-2508",
    "max_context_length": 131_072,
    "aliases": ["m-2508", "m"],
    "deprecation": "2026-01-31T12:00:00Z",
    "type": "base",
}


def test_the_request() -> None:
    """One GET."""
    request = PROTOCOL.encode_models(TARGET)

    assert ("GET", "https://api.mistral.ai/v1/models") == (request.method, request.url)


def test_the_answer() -> None:
    """Limits, capabilities, other names and the last day; what chats answers with text, what does not says nothing of it."""
    items = [ITEM, {"id": "e", "capabilities": {"completion_chat": False, "function_calling": False, "vision": False}}]
    page = PROTOCOL.decode_models(msgspec.json.encode({"object": "list", "data": items}), TARGET)

    said = {"source": "mistral's list of models"}
    chat = Model(
        *("mistral", "m-latest", "m-2508", 131_072),
        **said,
        inputs=("text", "image"),
        outputs=("text",),
        tools=True,
        aliases=("m-2508", "m"),
        retires="2026-01-31",
    )
    assert ModelPage((chat, Model("mistral", "e", **said, inputs=("text",), tools=False))) == page


def test_what_is_no_list() -> None:
    """A failure that says so."""
    assert isinstance(PROTOCOL.decode_models(b'{"object":"error","message":"no"}', TARGET), Failure)


def test_recorded_lists(corpus: Path) -> None:
    """A recorded list is read whole, and the models that Mistral says chat are the ones with text."""
    with gzip.open(corpus / "dev" / "models.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [record for record in map(json.loads, lines) if record["provider"] == "mistral"]
    for record in records:
        items = json.loads(record["response"]["body"])["data"]
        page = PROTOCOL.decode_models(record["response"]["body"].encode(), TARGET)
        assert isinstance(page, ModelPage)
        assert [item["id"] for item in items] == [model.id for model in page.models]
        chats = [item["id"] for item in items if item["capabilities"]["completion_chat"]]
        assert chats == [model.id for model in page.models if model.outputs == ("text",)]
        assert [item["max_context_length"] for item in items] == [model.context for model in page.models]

    assert records
