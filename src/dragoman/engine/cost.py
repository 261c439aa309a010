"""Cost: what the provider bills, where it says so in the answer; else what the catalogue's prices make of the counts.

A sum is made only of counts and prices that are known: where one that is needed is missing, there is no cost. Three
silences are no missing count, because vendors leave out what did not happen: no word on tokens read from or written to a
cache (they are then within `input`, if there were any), and none on reasoning that is paid like the rest of the output.

Fees beside tokens (searches, running code, storage of a cache) are on a vendor's own bill and not in what is made here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ..types.model import Price
from ..types.response import Cost, Usage

__all__ = ["billed", "cost", "dearer_host", "service_tier"]

_USUAL = {"", "auto", "default", "on_demand", "standard", "standard_only", "unspecified"}
# https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType
_TRAFFIC = {"on_demand": "default", "on_demand_flex": "flex", "on_demand_priority": "priority"}
# Work that stays in one region costs more at these hosts, for the models that the catalogue says so of:
# https://platform.openai.com/docs/guides/your-data, https://cloud.google.com/vertex-ai/generative-ai/pricing
_DEARER_HOSTS = re.compile(
    r"https://((us|eu)\.api\.openai\.com|[a-z0-9-]+-aiplatform\.googleapis\.com|aiplatform\.(us|eu)\.rep\.)"
)

_READ = ("prompt_tokens_details", "input_tokens_details", "promptTokensDetails")
_WRITTEN = ("completion_tokens_details", "output_tokens_details", "candidatesTokensDetails")


def cost(
    usage: Usage,
    price: Price | None,
    *,
    service_tier: str | None = None,
    cache_ttl: str | None = None,
    at: float | None = None,
    regional: bool = False,
) -> Cost | None:
    """What an answer cost, None where that cannot be known.

    `service_tier` is the tier the work was done in, by the vendor's word; `cache_ttl` the lifetime that was asked for,
    which counts where the answer does not tell lifetimes apart; `at` seconds since 1970, for prices that change with
    the day or the hour; `regional` whether it was sent where work stays in one region.
    """
    if (bill := billed(usage)) is not None:
        return bill
    if price is None or usage.input is None or usage.output is None:
        return None
    factor = price.regional if regional or _kept_in_region(usage.raw) else Decimal(1)
    if price.times:
        price = _at(price, at)
    if price is not None and (tier := _word(service_tier)) not in _USUAL:
        price = price.services.get(tier)
    if price is None or factor is None:
        return None
    price = _sized(price, usage.input + (usage.cache_read or 0) + (usage.cache_write or 0))
    if usage.reasoning and "thinking" in price.services:
        price = price.services["thinking"]
    amount = _sum(_read(usage, price), _cached(usage, price, cache_ttl), _written(usage, price))
    return None if amount is None else Cost((amount * factor).scaleb(-6), "catalogue")


def billed(usage: Usage) -> Cost | None:
    """The vendor's own bill in USD, None when the answer states none.

    OpenRouter (and gateways like it) put `cost` into the usage object, in credits of one dollar
    (https://openrouter.ai/docs/use-cases/usage-accounting); Perplexity an object with `total_cost`.
    """
    stated: Any = usage.raw.get("cost")
    if isinstance(stated, dict):
        stated = stated.get("total_cost")
    if isinstance(stated, bool) or not isinstance(stated, int | float | str):
        return None
    try:
        amount = Decimal(str(stated))
    except InvalidOperation:
        return None
    return Cost(amount, "vendor") if amount.is_finite() else None


def service_tier(usage: Usage, extra: Mapping[str, Any], headers: Mapping[str, str], asked: str | None) -> str | None:
    """The tier that the work was done in, as the answer says; as was asked for where it says nothing.

    Anthropic says it in the usage (`service_tier`, and `speed` for its fast mode:
    https://platform.claude.com/docs/en/build-with-claude/fast-mode), Vertex there too (`trafficType`), OpenAI and those
    like it in the answer, Bedrock in the answer (`serviceTier`, `performanceConfig`), Gemini in a header
    (https://ai.google.dev/gemini-api/docs/priority-inference).
    """
    raw = usage.raw
    if raw.get("speed") == "fast":
        return "fast"
    if isinstance(traffic := raw.get("trafficType"), str):
        return _TRAFFIC.get(traffic.lower(), traffic)
    if isinstance(speed := extra.get("performanceConfig"), dict) and speed.get("latency") == "optimized":
        return "optimized"
    tier = extra.get("serviceTier")
    said = (raw.get("service_tier"), extra.get("service_tier"), tier.get("type") if isinstance(tier, dict) else tier)
    return next((word for word in (*said, headers.get("x-gemini-service-tier")) if isinstance(word, str)), asked)


def dearer_host(base_url: str) -> bool:
    """Whether this is a place where a vendor keeps the work in one region and may want more money for it."""
    return _DEARER_HOSTS.match(base_url) is not None and "/locations/global" not in base_url


def _word(tier: str | None) -> str:
    return (tier or "").lower().removeprefix("service_tier_")


def _kept_in_region(raw: Mapping[str, Any]) -> bool:
    """Anthropic: https://platform.claude.com/docs/en/build-with-claude/data-residency#pricing."""
    return raw.get("inference_geo") not in (None, "", "global", "not_available")


def _at(price: Price, at: float | None) -> Price | None:
    """The price at a time, None when that depends on a time that is not known."""
    if at is None:
        return None
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(at, UTC)
    day, clock = moment.date().isoformat(), f"{moment:%H:%M}"
    for other in reversed(price.times):
        days, _, hours = (other.when or "").partition(" ")
        if not hours:
            if days <= day:
                return other
        elif days[0] <= str(moment.isoweekday()) <= days[-1] and hours[:5] <= clock < hours[6:]:
            return other
    return price


def _sized(price: Price, prompt: int) -> Price:
    """The price for a prompt of so many tokens."""
    for tier in reversed(price.tiers):
        if tier.above is not None and prompt > tier.above:
            return tier
    return price


def _times(tokens: int, price: Decimal | None) -> Decimal | None:
    """Tokens at a price; none cost nothing at any price, and at an unknown one."""
    if not tokens:
        return Decimal(0)
    return None if price is None else tokens * price


def _sum(*amounts: Decimal | None) -> Decimal | None:
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _read(usage: Usage, price: Price) -> Decimal | None:
    """What was read afresh: text and pictures, and sound, which has a price of its own."""
    tokens = usage.input or 0
    sound = _counted("audio", usage.raw, *_READ)
    if sound and usage.cache_read:
        # Sound that was read from the cache has a price that no list has a place for.
        sound = sound if _counted("audio", usage.raw, "cacheTokensDetails") == 0 else None
        if sound is None:
            return None
    if sound is None and price.audio_input in (None, price.input):
        sound = 0  # nothing was said of modalities, and nothing hangs on it or nobody hears here
    if sound is None or sound > tokens:
        return None if tokens else Decimal(0)
    return _sum(_times(tokens - sound, price.input), _times(sound, price.audio_input))


def _cached(usage: Usage, price: Price, ttl: str | None) -> Decimal | None:
    """What was read from the cache and written to it."""
    written = usage.cache_write or 0
    hour = _for_an_hour(usage.raw)
    if hour is None:
        hour = written if ttl == "1h" else 0
    if hour > written:
        return None
    return _sum(
        _times(usage.cache_read or 0, price.cache_read),
        _times(written - hour, price.cache_write),
        _times(hour, price.cache_write_1h),
    )


def _written(usage: Usage, price: Price) -> Decimal | None:
    """What the model said: text, thoughts where they have a price of their own, and sound."""
    tokens, thoughts = usage.output or 0, 0
    if _counted("image", usage.raw, *_WRITTEN):
        return None  # pictures have a price of their own, which no list has a place for
    if price.reasoning is not None and tokens:
        if usage.reasoning is None:
            return None
        thoughts = usage.reasoning
    sound = _counted("audio", usage.raw, *_WRITTEN)
    if sound is None:
        if price.audio_output not in (None, price.output) and tokens:
            return None
        sound = 0
    if thoughts + sound > tokens:
        return None
    return _sum(
        _times(tokens - thoughts - sound, price.output),
        _times(thoughts, price.reasoning),
        _times(sound, price.audio_output),
    )


def _counted(what: str, raw: Mapping[str, Any], *names: str) -> int | None:
    """Tokens of one modality, in OpenAI's details or in Google's list; None when there are no details."""
    for name in names:
        details = raw.get(name)
        if isinstance(details, dict):
            count = details.get(f"{what}_tokens")
            return count if type(count) is int else 0
        if isinstance(details, list):
            parts = [one for one in details if isinstance(one, dict) and str(one.get("modality")).lower() == what]
            counts = [part.get("tokenCount", 0) for part in parts]
            return sum(count for count in counts if type(count) is int)
    return None


def _for_an_hour(raw: Mapping[str, Any]) -> int | None:
    """Tokens written to the cache for an hour, None where the answer does not tell lifetimes apart.

    Anthropic: https://platform.claude.com/docs/en/build-with-claude/prompt-caching#1-hour-cache-duration; Bedrock:
    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CacheDetail.html.
    """
    split = raw.get("cache_creation")
    if isinstance(split, dict):
        count = split.get("ephemeral_1h_input_tokens")
        return count if type(count) is int else 0
    if isinstance(details := raw.get("cacheDetails"), list):
        counts = [one.get("inputTokens") for one in details if isinstance(one, dict) and one.get("ttl") == "1h"]
        return sum(count for count in counts if type(count) is int)
    return None
