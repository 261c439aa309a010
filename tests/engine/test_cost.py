"""What an answer cost: the vendor's bill, or counts at the prices of a list, each sum here made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from dragoman.engine.cost import billed, cost, dearer_host, service_tier
from dragoman.protocols.anthropic_messages.answers import decode_usage as anthropic
from dragoman.protocols.bedrock_converse.answers import decode_usage as bedrock
from dragoman.protocols.gemini.answers import decode_usage as gemini
from dragoman.protocols.openai_chat.dialect import ChatDialect
from dragoman.protocols.openai_chat.wire import decode_usage
from dragoman.types import Cost, Usage
from dragoman.types.model import Price


def price(**amounts: Any) -> Price:
    """A price from dollars as one reads them."""
    return Price(
        **{name: Decimal(value) if isinstance(value, str) and name != "when" else value for name, value in amounts.items()}
    )


def chat(prompt: int, completion: int, **more: Any) -> Usage:
    """What an OpenAI-like answer says of its tokens."""
    return decode_usage({"prompt_tokens": prompt, "completion_tokens": completion, **more}, ChatDialect())


OPENAI = price(
    input="4",
    output="20",
    cache_read="0.4",
    cache_write="5",
    tiers=(price(input="8", output="30", cache_read="0.8", cache_write="10", above=272_000),),
    services={
        "flex": price(
            input="2",
            output="10",
            cache_read="0.2",
            cache_write="2.5",
            tiers=(price(input="4", output="15", cache_read="0.4", cache_write="5", above=272_000),),
        )
    },
)
ANTHROPIC = price(
    input="3",
    output="15",
    cache_read="0.3",
    cache_write="3.75",
    cache_write_1h="6",
    services={"fast": price(input="6", output="30", cache_read="0.6", cache_write="7.5", cache_write_1h="12")},
    regional=Decimal("1.1"),
)
GEMINI = price(
    input="1.25", output="10", cache_read="0.125", tiers=(price(input="2.5", output="15", cache_read="0.25", above=200_000),)
)
GEMINI_FLASH = price(input="0.3", output="2.5", cache_read="0.03", audio_input="1")
DEEPSEEK = price(
    input="1.32",
    output="3.96",
    cache_read="0.044",
    times=(
        price(input="0.66", output="1.98", cache_read="0.022", when="1-5 10:00-24:00"),
        price(input="0.66", output="1.98", cache_read="0.022", when="6-7 00:00-24:00"),
    ),
)
SOUND = price(input="2.5", output="10", audio_input="40", audio_output="80")
RESEARCH = price(input="2", output="8", reasoning="3")
QWEN = price(input="0.4", output="1.2", services={"thinking": price(input="0.4", output="4")})

PEAK = datetime(2026, 11, 24, 8, 30, tzinfo=UTC).timestamp()  # a Tuesday
EVENING = datetime(2026, 11, 24, 23, 59, tzinfo=UTC).timestamp()
SUNDAY = datetime(2026, 11, 29, 8, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("usage", "listed", "said", "dollars"),
    [
        pytest.param(
            # 1,000 * 4 + 3,000 * 0.4 + 500 * 20
            chat(4_000, 500, prompt_tokens_details={"cached_tokens": 3_000}),
            OPENAI,
            {},
            "0.0152",
            id="openai: some of the prompt was cached",
        ),
        pytest.param(
            # 2,000 * 4 + 1,000 * 0.4 + 1,000 * 5 + 100 * 20
            chat(4_000, 100, prompt_tokens_details={"cached_tokens": 1_000, "cache_write_tokens": 1_000}),
            OPENAI,
            {},
            "0.0154",
            id="openai: some was written to the cache",
        ),
        pytest.param(chat(272_000, 0), OPENAI, {}, "1.088", id="openai: a prompt of just the size"),
        pytest.param(
            # 200,001 * 8 + 72,000 * 0.8 + 10 * 30: the whole prompt counts, the cached part too
            chat(272_001, 10, prompt_tokens_details={"cached_tokens": 72_000}),
            OPENAI,
            {},
            "1.657908",
            id="openai: a long prompt",
        ),
        pytest.param(chat(1_000, 100), OPENAI, {"service_tier": "flex"}, "0.003", id="openai: flex"),
        pytest.param(chat(300_000, 100), OPENAI, {"service_tier": "flex"}, "1.2015", id="openai: flex, a long prompt"),
        pytest.param(chat(1_000, 100), OPENAI, {"service_tier": "default"}, "0.006", id="openai: the usual tier"),
        pytest.param(chat(1_000, 100), OPENAI, {"service_tier": "scale"}, None, id="openai: a tier without a price"),
        pytest.param(
            # 100 * 3 + 5,000 * 0.3 + 2,000 * 3.75 + 1,000 * 6 + 400 * 15
            anthropic(
                {
                    "input_tokens": 100,
                    "cache_read_input_tokens": 5_000,
                    "cache_creation_input_tokens": 3_000,
                    "cache_creation": {"ephemeral_5m_input_tokens": 2_000, "ephemeral_1h_input_tokens": 1_000},
                    "output_tokens": 400,
                }
            ),
            ANTHROPIC,
            {},
            "0.0213",
            id="anthropic: read, written for five minutes and for an hour",
        ),
        pytest.param(
            anthropic({"input_tokens": 0, "cache_creation_input_tokens": 1_000, "output_tokens": 0}),
            ANTHROPIC,
            {},
            "0.00375",
            id="anthropic: lifetimes are not told apart",
        ),
        pytest.param(
            anthropic({"input_tokens": 0, "cache_creation_input_tokens": 1_000, "output_tokens": 0}),
            ANTHROPIC,
            {"cache_ttl": "1h"},
            "0.006",
            id="anthropic: they are not, and an hour was asked for",
        ),
        pytest.param(
            anthropic({"input_tokens": 1_000, "output_tokens": 100, "inference_geo": "us"}),
            ANTHROPIC,
            {},
            "0.00495",
            id="anthropic: kept in one country",
        ),
        pytest.param(
            anthropic({"input_tokens": 1_000, "output_tokens": 100, "inference_geo": "global"}),
            ANTHROPIC,
            {},
            "0.0045",
            id="anthropic: anywhere",
        ),
        pytest.param(
            anthropic({"input_tokens": 1_000, "output_tokens": 100}),
            ANTHROPIC,
            {"service_tier": "fast"},
            "0.009",
            id="anthropic: fast",
        ),
        pytest.param(
            # 10 * 3 + 700 * 3.75 + 300 * 6 + 20 * 15
            bedrock(
                {
                    "inputTokens": 10,
                    "outputTokens": 20,
                    "cacheWriteInputTokens": 1_000,
                    "cacheDetails": [{"ttl": "1h", "inputTokens": 300}, {"ttl": "5m", "inputTokens": 700}],
                }
            ),
            ANTHROPIC,
            {},
            "0.004755",
            id="bedrock: lifetimes in a list",
        ),
        pytest.param(
            # 1,000 * 1.25 + (50 + 450) * 10
            gemini({"promptTokenCount": 1_000, "candidatesTokenCount": 50, "thoughtsTokenCount": 450}),
            GEMINI,
            {},
            "0.00625",
            id="gemini: thoughts are output",
        ),
        pytest.param(
            # 150,000 * 2.5 + 60,000 * 0.25 + 100 * 15
            gemini({"promptTokenCount": 210_000, "cachedContentTokenCount": 60_000, "candidatesTokenCount": 100}),
            GEMINI,
            {},
            "0.3915",
            id="gemini: over 200k",
        ),
        pytest.param(
            # 200 * 0.3 + 800 * 1 + 10 * 2.5
            gemini(
                {
                    "promptTokenCount": 1_000,
                    "candidatesTokenCount": 10,
                    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 200}, {"modality": "AUDIO", "tokenCount": 800}],
                }
            ),
            GEMINI_FLASH,
            {},
            "0.000885",
            id="gemini: sound costs more than text",
        ),
        pytest.param(
            gemini({"promptTokenCount": 1_000, "candidatesTokenCount": 10}),
            GEMINI_FLASH,
            {},
            None,
            id="gemini: how much of it was sound is not said",
        ),
        pytest.param(
            # 20 * 2.5 + 80 * 40 + 30 * 10 + 70 * 80
            chat(
                100,
                100,
                prompt_tokens_details={"audio_tokens": 80, "text_tokens": 20},
                completion_tokens_details={"audio_tokens": 70, "text_tokens": 30},
            ),
            SOUND,
            {},
            "0.00915",
            id="openai: sound in and out",
        ),
        pytest.param(
            chat(100, 10, prompt_tokens_details={"audio_tokens": 80}), OPENAI, {}, None, id="sound in, at an unknown price"
        ),
        pytest.param(
            chat(100, 10, completion_tokens_details={"audio_tokens": 5}), OPENAI, {}, None, id="sound out, at an unknown price"
        ),
        pytest.param(
            # 20 * 0.3 + 80 * 1 + 100 * 0.03 + 10 * 2.5: none of the cached part was sound
            gemini(
                {
                    "promptTokenCount": 200,
                    "cachedContentTokenCount": 100,
                    "candidatesTokenCount": 10,
                    "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 80}],
                    "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 100}],
                }
            ),
            GEMINI_FLASH,
            {},
            "0.000114",
            id="gemini: sound beside cached text",
        ),
        pytest.param(
            gemini(
                {
                    "promptTokenCount": 200,
                    "cachedContentTokenCount": 100,
                    "candidatesTokenCount": 10,
                    "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 80}],
                }
            ),
            GEMINI_FLASH,
            {},
            None,
            id="gemini: how much of the cached part was sound is not said",
        ),
        pytest.param(
            # 200 * 1.32 + 800 * 0.044 + 100 * 3.96
            chat(1_000, 100, prompt_cache_hit_tokens=800, prompt_cache_miss_tokens=200),
            DEEPSEEK,
            {"at": PEAK},
            "0.0006952",
            id="deepseek: by day",
        ),
        pytest.param(chat(1_000, 100), DEEPSEEK, {"at": EVENING}, "0.000858", id="deepseek: in the evening"),
        pytest.param(chat(1_000, 100), DEEPSEEK, {"at": SUNDAY}, "0.000858", id="deepseek: on a Sunday"),
        pytest.param(chat(1_000, 100), DEEPSEEK, {}, None, id="deepseek: at an unknown time"),
        pytest.param(
            # 100 * 2 + 20 * 8 + 80 * 3
            chat(100, 100, completion_tokens_details={"reasoning_tokens": 80}),
            RESEARCH,
            {},
            "0.0006",
            id="reasoning has its own price",
        ),
        pytest.param(chat(100, 100), RESEARCH, {}, None, id="reasoning has, and is not counted"),
        pytest.param(
            chat(100, 100, completion_tokens_details={"reasoning_tokens": 80}),
            QWEN,
            {},
            "0.00044",
            id="thinking makes all of it dearer",
        ),
        pytest.param(chat(100, 100), QWEN, {}, "0.00016", id="it did not think"),
        pytest.param(
            chat(100, 100, prompt_tokens_details={"cached_tokens": 50}),
            price(input="1", output="2"),
            {},
            None,
            id="cached, at an unknown price",
        ),
        pytest.param(
            chat(100, 100, prompt_tokens_details={"cached_tokens": 0}),
            price(input="1", output="2"),
            {},
            "0.0003",
            id="an unknown price of nothing",
        ),
        pytest.param(
            chat(5, 1_300, completion_tokens_details={"image_tokens": 1_290}),
            OPENAI,
            {},
            None,
            id="a picture, at an unknown price",
        ),
        pytest.param(
            gemini(
                {
                    "promptTokenCount": 5,
                    "candidatesTokenCount": 1_300,
                    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1_290}],
                }
            ),
            GEMINI,
            {},
            None,
            id="gemini: a picture",
        ),
        pytest.param(Usage(None, 5), OPENAI, {}, None, id="the prompt is not counted"),
        pytest.param(Usage(5, None), OPENAI, {}, None, id="the answer is not counted"),
        pytest.param(chat(5, 5), None, {}, None, id="an unknown model"),
        pytest.param(chat(5, 5), price(input="0", output="0"), {}, "0", id="free"),
        pytest.param(
            anthropic({"input_tokens": 5, "output_tokens": 5, "inference_geo": "us"}),
            price(input="1", output="1"),
            {},
            None,
            id="kept in one country, which costs an unknown amount more",
        ),
    ],
)
def test_a_bill(usage: Usage, listed: Price | None, said: dict[str, Any], dollars: str | None) -> None:
    """Counts at prices give the vendor's sum to the last digit; what is missing gives none."""
    assert (Cost(Decimal(dollars), "catalogue") if dollars is not None else None) == cost(usage, listed, **said)


def test_the_vendors_bill_goes_before_the_list() -> None:
    """OpenRouter says what it took: that is the cost, whatever a list would make of the counts."""
    usage = chat(1_000, 100, cost=0.00123)

    assert Cost(Decimal("0.00123"), "vendor") == cost(usage, OPENAI)


def test_a_price_that_is_announced_holds_from_its_day_on() -> None:
    """A list that is older than a change of prices knows both sides of it."""
    listed = price(input="1", output="1", times=(price(input="2", output="2", when="2027-01-01"),))
    before = datetime(2026, 12, 31, 23, 59, tzinfo=UTC).timestamp()
    after = datetime(2027, 1, 1, tzinfo=UTC).timestamp()

    assert [Decimal(1), Decimal(2)] == [bill(chat(1_000_000, 0), listed, at=at) for at in (before, after)]


def bill(usage: Usage, listed: Price, **said: Any) -> Decimal | None:
    found = cost(usage, listed, **said)
    return found.amount if found is not None else None


@pytest.mark.parametrize(
    ("raw", "extra", "headers", "asked", "tier"),
    [
        pytest.param({}, {}, {}, None, None, id="no word"),
        pytest.param({}, {}, {}, "flex", "flex", id="as asked"),
        pytest.param({}, {"service_tier": "default"}, {}, "priority", "default", id="openai did otherwise"),
        pytest.param({"service_tier": "batch"}, {}, {}, None, "batch", id="anthropic"),
        pytest.param({"service_tier": "standard", "speed": "fast"}, {}, {}, None, "fast", id="anthropic, fast"),
        pytest.param({}, {"serviceTier": {"type": "priority"}}, {}, None, "priority", id="bedrock"),
        pytest.param({}, {"performanceConfig": {"latency": "optimized"}}, {}, None, "optimized", id="bedrock, quick"),
        pytest.param({}, {}, {"x-gemini-service-tier": "standard"}, "priority", "standard", id="gemini stepped down"),
        pytest.param({"trafficType": "ON_DEMAND_FLEX"}, {}, {}, None, "flex", id="vertex"),
        pytest.param({"trafficType": "ON_DEMAND"}, {}, {}, "flex", "default", id="vertex did otherwise"),
        pytest.param({"trafficType": "PROVISIONED_THROUGHPUT"}, {}, {}, None, "PROVISIONED_THROUGHPUT", id="vertex, paid ahead"),
    ],
)
def test_the_tier_is_the_one_the_answer_names(
    raw: dict[str, Any], extra: dict[str, Any], headers: dict[str, str], asked: str | None, tier: str | None
) -> None:
    """A vendor may do the work in another tier than was asked for, and says so in its own place."""
    assert tier == service_tier(Usage(raw=raw), extra, headers, asked)


@pytest.mark.parametrize(
    ("url", "dearer"),
    [
        ("https://api.openai.com/v1", False),
        ("https://eu.api.openai.com/v1", True),
        ("https://aiplatform.googleapis.com/v1/projects/p/locations/global", False),
        ("https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1", True),
        ("https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu", True),
        ("https://api.anthropic.com", False),
    ],
)
def test_hosts_of_one_region_are_known(url: str, dearer: bool) -> None:
    """Where work stays in one region, some models cost more."""
    assert dearer == dearer_host(url)


def test_a_region_costs_its_share_more() -> None:
    """The factor is on the whole sum."""
    assert Decimal("0.00495") == bill(anthropic({"input_tokens": 1_000, "output_tokens": 100}), ANTHROPIC, regional=True)


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ({"cost": 0.000125}, "0.000125"),
        ({"cost": {"total_cost": 0.006}}, "0.006"),
        ({"cost": 0}, "0"),
        ({}, None),
        ({"cost": None}, None),
        ({"cost": True}, None),
        ({"cost": "much"}, None),
        ({"cost": "nan"}, None),
    ],
)
def test_a_stated_bill_is_taken_as_it_stands(raw: dict[str, Any], amount: str | None) -> None:
    """The amount is exact; what is no amount is no bill."""
    assert (Cost(Decimal(amount), "vendor") if amount is not None else None) == billed(Usage(raw=raw))
