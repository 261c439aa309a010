"""Items of OpenAI's list, plain and filled up: each vendor's words end in our fields, and silence stays silence."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.openai_items import decode_openai_list, url_of
from dragoman.types.model import Model, Price, ReasoningStyle
from dragoman.types.response import Failure

TARGET = Target("acme", "openai_chat", "", "https://acme.example/v1")


def decode(item: dict[str, Any]) -> Model:
    page = decode_openai_list(msgspec.json.encode({"object": "list", "data": [item]}), TARGET)
    assert isinstance(page, ModelPage)
    (model,) = page.models
    return model


def model(**facts: Any) -> Model:
    return Model("acme", "m", source="acme's list of models", **facts)


def test_a_plain_item_says_a_name_and_nothing_else() -> None:
    """OpenAI's own items: `created` is not a release date, and everything unsaid is unknown."""
    plain = {"id": "m", "object": "model", "created": 1_700_000_000, "owned_by": "acme"}

    assert model() == decode(plain)
    assert model(retires="2027-01-06") == decode({**plain, "shutdown_date": "2027-01-06"})


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(
            {
                "name": "Acme: M",
                "context_length": 200_000,
                "architecture": {"input_modalities": ["text", "image", "file"], "output_modalities": ["text"]},
                "pricing": {
                    "prompt": "0.000003",
                    "completion": "0.000015",
                    "input_cache_read": "0.0000003",
                    "image": "0.0048",
                    "internal_reasoning": "0",
                },
                "top_provider": {"context_length": 200_000, "max_completion_tokens": 64_000},
                "supported_parameters": ["tools", "tool_choice", "reasoning", "temperature", "max_tokens"],
                "reasoning": {"mandatory": False, "supported_efforts": ["high", "low"], "supports_max_tokens": True},
                "knowledge_cutoff": "2026-01",
                "expiration_date": "2027-02-01",
            },
            {
                "name": "Acme: M",
                "context": 200_000,
                "max_output": 64_000,
                "inputs": ("text", "image", "pdf"),
                "outputs": ("text",),
                "price": Price(Decimal(3), Decimal(15), Decimal("0.3")),
                "tools": True,
                "schema": False,
                "reasoning": ReasoningStyle(always=False, efforts=("low", "high"), budget=(None, None)),
                "temperature": True,
                "knowledge": "2026-01",
                "retires": "2027-02-01",
            },
            id="openrouter",
        ),
        pytest.param(
            {
                "max_completion_tokens": 65_536,
                "supported_features": ["json_mode", "structured_outputs"],
                "supported_sampling_parameters": ["top_p"],
                "input_modalities": ["text"],
                "output_modalities": ["speech"],
                "pricing": {"prompt": "0.000022"},
            },
            {
                "max_output": 65_536,
                "inputs": ("text",),
                "outputs": ("audio",),  # and so the price is not one of tokens
                "tools": False,
                "schema": True,
                "reasoning": False,
                "temperature": False,
            },
            id="a host in openrouter's scheme",
        ),
        pytest.param(
            {
                "context_window": 128_000,
                "max_tokens": 16_384,
                "type": "language",
                "tags": ["tool-use", "vision", "file-input", "implicit-caching"],
                "released": 1_784_851_200,
                "pricing": {"input": "0.00000015", "output": "0.0000006", "input_cache_read": "0.000000075"},
            },
            {
                "context": 128_000,
                "max_output": 16_384,
                "outputs": ("text",),
                "inputs": ("text", "image", "pdf"),
                "tools": True,
                "caching": True,
                "released": "2026-07-24",
                "price": Price(Decimal("0.15"), Decimal("0.6"), Decimal("0.075")),
            },
            id="vercel",
        ),
        pytest.param(
            {
                "display_name": "M",
                "type": "chat",
                "context_length": 131_072,
                "pricing": {"hourly": 0, "input": 0.88, "output": 0.9, "cached_input": 0, "base": 0},
            },
            {"name": "M", "outputs": ("text",), "context": 131_072, "price": Price(Decimal("0.88"), Decimal("0.9"))},
            id="together",
        ),
        pytest.param(
            {
                "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
                "providers": [
                    {"status": "live", "context_length": 131_072, "supports_tools": True, "pricing": {"input": 1, "output": 2}},
                    {"status": "live", "context_length": 65_536, "supports_tools": True, "pricing": {"input": 1.0, "output": 2}},
                    {"status": "error", "context_length": 1, "supports_tools": False},
                ],
            },
            {
                "inputs": ("text",),
                "outputs": ("text",),
                "tools": True,  # context and schema differ or are unsaid
                "price": Price(Decimal(1), Decimal(2)),
            },
            id="hugging face",
        ),
        pytest.param(
            {
                "type": "text",
                "model_spec": {
                    "name": "M",
                    "availableContextTokens": 256_000,
                    "maxCompletionTokens": 8192,
                    "capabilities": {
                        "supportsFunctionCalling": False,
                        "supportsResponseSchema": True,
                        "supportsReasoning": True,
                        "supportsReasoningEffort": False,
                        "supportsVision": True,
                        "supportsVideoInput": False,
                    },
                    "pricing": {
                        "input": {"usd": 1.25, "diem": 9},
                        "output": {"usd": 10, "diem": 9},
                        "cache_input": {"usd": 0.125, "diem": 9},
                        "extended": {"context_token_threshold": 200_000, "input": {"usd": 2.5}, "output": {"usd": 15}},
                    },
                },
            },
            {
                "name": "M",
                "context": 256_000,
                "max_output": 8192,
                "inputs": ("text", "image"),
                "outputs": ("text",),
                "tools": False,
                "schema": True,
                "reasoning": ReasoningStyle(efforts=()),
                "price": Price(
                    Decimal("1.25"),
                    Decimal(10),
                    Decimal("0.125"),
                    tiers=(Price(Decimal("2.5"), Decimal(15), above=200_000),),
                ),
            },
            id="venice",
        ),
        pytest.param(
            {
                "name": "M",
                "capabilities": {
                    "type": "chat",
                    "limits": {"max_context_window_tokens": 264_000, "max_prompt_tokens": 200_000, "max_output_tokens": 64_000},
                    "supports": {
                        "tool_calls": True,
                        "parallel_tool_calls": True,
                        "vision": True,
                        "adaptive_thinking": True,
                        "reasoning_effort": ["low", "high"],
                        "min_thinking_budget": 1024,
                        "max_thinking_budget": 32_000,
                    },
                },
            },
            {
                "name": "M",
                "context": 264_000,
                "max_input": 200_000,
                "max_output": 64_000,
                "inputs": ("text", "image"),
                "outputs": ("text",),
                "tools": True,
                "parallel_tools": True,
                "reasoning": ReasoningStyle(efforts=("low", "high"), budget=(1024, 32_000), adaptive=True),
            },
            id="copilot",
        ),
        pytest.param(
            {
                "aliases": ["m-latest", "m"],
                "max_prompt_length": 256_000,
                "input_modalities": ["text", "image"],
                "output_modalities": ["text"],
                "prompt_text_token_price": 30_000,
                "cached_prompt_text_token_price": 7500,
                "completion_text_token_price": 150_000,
            },
            {
                "aliases": ("m-latest",),
                "context": 256_000,
                "inputs": ("text", "image"),
                "outputs": ("text",),
                "price": Price(Decimal(3), Decimal(15), Decimal("0.75")),
            },
            id="xai",
        ),
        pytest.param(
            {"context_length": 262_144, "supports_image_in": True, "supports_video_in": False, "supports_reasoning": True},
            {"context": 262_144, "inputs": ("text", "image"), "reasoning": ReasoningStyle()},
            id="moonshot",
        ),
        pytest.param({"max_model_len": 40_960, "root": "x", "parent": None}, {"context": 40_960}, id="vllm"),
        pytest.param({"meta": {"n_ctx": 4096, "n_ctx_train": 40_960}}, {"context": 4096}, id="llama.cpp"),
        pytest.param({"capabilities": {"type": "embeddings"}}, {"outputs": ("embedding",)}, id="embeddings"),
        pytest.param(
            {"capabilities": {"inference": True}, "deprecation": {"inference": 1_784_851_200}},
            {"retires": "2026-07-24"},
            id="azure",
        ),
        pytest.param(
            {"name": 7, "context_length": "big", "pricing": [], "providers": {}, "tags": "x", "aliases": None, "reasoning": "no"},
            {},
            id="words in the wrong places",
        ),
    ],
)
def test_what_vendors_add(item: dict[str, Any], expected: dict[str, Any]) -> None:
    """Limits, prices in dollars per million, modalities and capabilities, by each vendor's own words."""
    assert model(**expected) == decode({"id": "m", "object": "model", "created": 0, **item})


def test_shapes_of_the_list() -> None:
    """A bare array, `data` and `models` are lists; items without a name are none of it."""
    for body in (b'[{"id":"m"},{"object":"model"},null]', b'{"data":[{"id":"m"}]}', b'{"models":[{"id":"m"}]}'):
        assert ModelPage((model(),)) == decode_openai_list(body, TARGET)
    assert isinstance(decode_openai_list(b'{"error":{"message":"no"}}', TARGET), Failure)


def test_a_query_of_the_base_url_stays_behind_the_path() -> None:
    """Azure's version is a query."""
    assert "https://h/openai/models?api-version=1" == url_of("https://h/openai?api-version=1", "/models")


def recorded(corpus: Path) -> list[dict[str, Any]]:
    with gzip.open(corpus / "dev" / "models.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_recorded_lists(corpus: Path) -> None:
    """Every recorded list of this shape is read whole: as many models as items, each with its name and no absurd number."""
    seen = 0
    for record in recorded(corpus):
        body = record["response"].get("body") or ""
        if record["response"]["status"] != 200 or not isinstance(json.loads(body), dict):
            continue
        items = json.loads(body).get("data")
        if not isinstance(items, list):
            continue
        page = decode_openai_list(body.encode(), msgspec.structs.replace(TARGET, provider=record["provider"]))
        assert isinstance(page, ModelPage)
        assert [item["id"] for item in items] == [found.id for found in page.models]
        for found in page.models:
            assert found.context is None or 100 < found.context < 20_000_000
            assert found.price is None or found.price.input is None or 0 <= found.price.input < 1000
        seen += 1

    assert seen > 0
