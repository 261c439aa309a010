"""Anthropic's list of models, and what other hosts of this wire answer with."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.anthropic_messages import PROTOCOL, MessagesDialect
from dragoman.protocols.base import ModelPage, Target
from dragoman.types.model import Model, ReasoningStyle
from dragoman.types.response import Failure

TARGET = Target("anthropic", "anthropic_messages", "", "https://api.anthropic.com")
SAID = {"source": "anthropic's list of models"}


def page(*items: dict[str, Any], **around: Any) -> ModelPage:
    found = PROTOCOL.decode_models(msgspec.json.encode({"data": items, **around}), TARGET)
    assert isinstance(found, ModelPage)
    return found


def test_the_request() -> None:
    """Pages as large as they may be, with the version that this wire demands."""
    request = PROTOCOL.encode_models(TARGET)

    assert ("GET", "https://api.anthropic.com/v1/models?limit=1000") == (request.method, request.url)
    assert "anthropic-version" in request.headers
    assert PROTOCOL.encode_models(TARGET, "a b").url.endswith("?limit=1000&after_id=a%20b")


def test_other_platforms_have_no_list_here() -> None:
    """Where another vendor's paths carry this wire, nothing is asked."""
    target = Target("v", "anthropic_messages", "", "https://h", MessagesDialect(path="/models/{model}:rawPredict"))

    with pytest.raises(Unsupported, match="v has no list of models"):
        PROTOCOL.encode_models(target)


def test_a_full_item() -> None:
    """Window, output, modalities, the ways to think, and both dates."""
    yes, no = {"supported": True}, {"supported": False}
    item = {
        "type": "model",
        "id": "claude-m",
        "display_name": "Claude M",
        "created_at": "2026-07-24T00:00:00Z",
        "retires_at": "2027-09-01T00:00:00Z",
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {
            "effort": {"supported": True, "max": yes, "low": yes, "xhigh": no},
            "image_input": yes,
            "pdf_input": no,
            "structured_outputs": yes,
            "thinking": {"supported": True, "types": {"enabled": no, "adaptive": yes}},
        },
    }
    expected = Model(
        *("anthropic", "claude-m", "Claude M", 1_000_000, 1_000_000, 128_000),
        **SAID,
        inputs=("text", "image"),
        schema=True,
        reasoning=ReasoningStyle(efforts=("low", "max"), adaptive=True),
        released="2026-07-24",
        retires="2027-09-01",
    )

    assert ModelPage((expected,)) == page(item, has_more=False, last_id="claude-m")


def test_an_old_item() -> None:
    """Before there were capabilities an item said a name and a day; the epoch stands for a day nobody knows."""
    item = {"type": "model", "id": "claude-m", "display_name": "M", "created_at": "1970-01-01T00:00:00Z"}

    assert ModelPage((Model("anthropic", "claude-m", "M", **SAID),)) == page(item)


def test_a_model_that_does_not_think() -> None:
    """No is no."""
    (model,) = page({"id": "m", "capabilities": {"thinking": {"supported": False}}}).models

    assert model.reasoning is False


def test_the_next_page() -> None:
    """It is asked for by the last id, where there is more."""
    assert "m" == page({"id": "m"}, has_more=True, last_id="m").after
    assert page({"id": "m"}, has_more=False, last_id="m").after is None
    assert page(has_more=True).after is None


def test_another_hosts_items() -> None:
    """A router with this wire answers with OpenAI's list, filled up."""
    assert ModelPage((Model("anthropic", "a/m", context=9000, **SAID),)) == page({"id": "a/m", "context_length": 9000})


def test_what_is_no_list() -> None:
    """An error in a good answer keeps its type."""
    failure = PROTOCOL.decode_models(b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}', TARGET)

    assert isinstance(failure, Failure)
    assert ("busy", "overloaded_error") == (failure.message, failure.type)


def test_recorded_lists(corpus: Path) -> None:
    """Recorded lists are read whole, old items and full ones."""
    with gzip.open(corpus / "dev" / "models.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [record for record in map(json.loads, lines) if record["provider"] == "anthropic"]
    good = [record["response"]["body"] for record in records if record["response"]["status"] == 200]
    for body in good:
        found = PROTOCOL.decode_models(body.encode(), TARGET)
        assert isinstance(found, ModelPage)
        items = json.loads(body)["data"]
        assert [(item["id"], item.get("max_tokens")) for item in items] == [
            (model.id, model.max_output) for model in found.models
        ]
        assert all(model.released for model in found.models)

    assert good
