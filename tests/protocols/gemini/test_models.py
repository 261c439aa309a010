"""Gemini's list of models, in pages."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.gemini import PROTOCOL, GeminiDialect
from dragoman.types.model import Model, ReasoningStyle
from dragoman.types.response import Failure

TARGET = Target("gemini", "gemini", "", "https://generativelanguage.googleapis.com/v1beta")
SAID = {"source": "gemini's list of models"}


def page(*items: dict[str, Any], **around: Any) -> ModelPage | Failure:
    return PROTOCOL.decode_models(msgspec.json.encode({"models": items, **around}), TARGET)


def test_the_request() -> None:
    """Pages as large as they may be; the token is quoted."""
    url = f"{TARGET.base_url}/models?pageSize=1000"

    assert ("GET", url) == (PROTOCOL.encode_models(TARGET).method, PROTOCOL.encode_models(TARGET).url)
    assert f"{url}&pageToken=a%2Fb" == PROTOCOL.encode_models(TARGET, "a/b").url


def test_vertex_has_no_list_here() -> None:
    """Its paths name publishers, and list nothing."""
    target = Target("vertex", "gemini", "", "https://h/v1", GeminiDialect(model_path="publishers/google/models/{model}"))

    with pytest.raises(Unsupported, match="vertex has no list of models"):
        PROTOCOL.encode_models(target)


def test_a_model_that_chats() -> None:
    """Both limits, thinking, caching, a temperature; which modalities it takes is not said."""
    item = {
        "name": "models/gemini-m",
        "displayName": "Gemini M",
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "createCachedContent"],
        "maxTemperature": 2,
        "thinking": True,
    }
    expected = Model(
        *("gemini", "gemini-m", "Gemini M"),
        **SAID,
        max_input=1_048_576,
        max_output=65_536,
        reasoning=ReasoningStyle(),
        temperature=True,
        caching=True,
    )

    assert ModelPage((expected,), "next") == page(item, nextPageToken="next")


def test_models_that_do_not_chat() -> None:
    """Methods tell what comes out, and a tuned model keeps the name of its collection."""
    embedding = {"name": "models/e", "outputTokenLimit": 1, "supportedGenerationMethods": ["embedContent"]}
    tuned = {"name": "tunedModels/t"}

    assert ModelPage(
        (Model("gemini", "e", max_output=1, outputs=("embedding",), **SAID), Model("gemini", "tunedModels/t", **SAID))
    ) == page(embedding, tuned)


def test_an_empty_page() -> None:
    """A list without entries is left out of this wire's JSON."""
    assert ModelPage(()) == PROTOCOL.decode_models(b"{}", TARGET)


def test_what_is_no_list() -> None:
    """An error is one in an answer of good status too."""
    assert isinstance(PROTOCOL.decode_models(b'{"error":{"code":400,"message":"no"}}', TARGET), Failure)


def test_recorded_lists(corpus: Path) -> None:
    """Recorded pages are read whole and lead to the next."""
    with gzip.open(corpus / "dev" / "models.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [record for record in map(json.loads, lines) if record["provider"] == "google"]
    good = [record["response"]["body"] for record in records if record["response"]["status"] == 200]
    for body in good:
        found = PROTOCOL.decode_models(body.encode(), TARGET)
        assert isinstance(found, ModelPage)
        items = json.loads(body)["models"]
        assert [item["name"] for item in items] == [f"models/{model.id}" for model in found.models]
        assert [item.get("inputTokenLimit") for item in items] == [model.max_input for model in found.models]
        assert json.loads(body).get("nextPageToken") == found.after

    assert good
