"""OpenRouter: https://openrouter.ai/docs/api-reference, and its routing and attribution as values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec

from ..protocols.openai_chat.dialect import ChatDialect
from ..protocols.tool_forms import OPENROUTER
from .base import Provider

__all__ = ["PROVIDER", "Attribution", "MaxPrice", "OpenRouterRouting", "Percentiles", "Sort"]

PROVIDER = Provider(
    "openrouter",
    "OpenRouter",
    "https://openrouter.ai/api/v1",
    ("OPENROUTER_API_KEY",),
    dialect=ChatDialect(
        # https://openrouter.ai/docs/api/api-reference/chat/create-a-chat-completion: `system` is what the models behind it know,
        # and `developer` is taken too.
        system_role="system",
        # Media of all kinds, in results of tools too, and by URL: https://openrouter.ai/docs/guides/features/multimodal/overview
        tool_media=True,
        video_urls=True,
        document_urls=True,
        # https://openrouter.ai/docs/guides/best-practices/prompt-caching: Anthropic's marks, sticky by session.
        cache_marks="cache_control",
        cache_lifetimes=("5m", "1h"),
        cache_key_field="session_id",
        top_k=True,
        drop=("n",),  # in none of https://openrouter.ai/docs/api-reference/parameters
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        routing_field="",  # `OpenRouterRouting.body` names its own fields
        # https://openrouter.ai/docs/use-cases/reasoning-tokens: `reasoning_details` must come back as they were.
        reasoning_style="reasoning",
        echo="always",
        echo_field="reasoning",
        # For every model: https://openrouter.ai/docs/guides/features/server-tools/overview
        server_tools=OPENROUTER,
        # https://openrouter.ai/docs/api/api-reference/chat/create-a-chat-completion: `{type}` names one.
        forced_tools=True,
    ),
    base_url_env=("OPENROUTER_BASE_URL",),
    model="openrouter/auto",
    docs="https://openrouter.ai/docs/api/api-reference/chat/create-a-chat-completion",
)

Price = Decimal | int | float | str
By = Literal["price", "throughput", "latency", "exacto"] | str


class MaxPrice(msgspec.Struct, frozen=True, omit_defaults=True):
    """The most to pay, in US dollars: per million tokens (`prompt`, `completion`), else per request, image or unit."""

    prompt: Price | None = None
    completion: Price | None = None
    request: Price | None = None
    image: Price | None = None
    audio: Price | None = None

    def body(self) -> dict[str, str]:
        """The wire form: decimal text, as OpenRouter's schema wants prices."""
        prices = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: format(Decimal(str(price)), "f") for name, price in prices.items() if price is not None}


class Percentiles(msgspec.Struct, frozen=True, omit_defaults=True):
    """Cut-offs for percentiles of recent traffic: seconds of latency, or tokens per second of throughput."""

    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p99: float | None = None


class Sort(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order of endpoints: by what, and within each model (`partition="model"`) or over all of them (`"none"`)."""

    by: By | None = None
    partition: Literal["model", "none"] | str | None = None


class OpenRouterRouting(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which upstream providers OpenRouter may use, and which models next when one fails.

    The fields are those of https://openrouter.ai/docs/guides/routing/provider-routing under their own names; what is
    None or empty is not sent. `preferred_min_throughput` is in tokens per second, `preferred_max_latency` in seconds.
    `options` are upstream providers' own options by their slug. `models` is the ordered list of fallback models
    (https://openrouter.ai/docs/guides/routing/model-fallbacks).
    """

    order: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    allow_fallbacks: bool | None = None
    require_parameters: bool | None = None
    data_collection: Literal["allow", "deny"] | str | None = None
    zdr: bool | None = None
    enforce_distillable_text: bool | None = None
    quantizations: tuple[str, ...] = ()
    sort: By | Sort | None = None
    max_price: MaxPrice | None = None
    preferred_min_throughput: float | Percentiles | None = None
    preferred_max_latency: float | Percentiles | None = None
    options: dict[str, dict[str, Any]] = {}
    models: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """The body fields this adds: `provider` and `models`, each only when it says something."""
        provider: dict[str, Any] = msgspec.to_builtins(self)
        models = provider.pop("models", None)
        if self.max_price is not None:
            provider["max_price"] = self.max_price.body()
        body: dict[str, Any] = {"provider": provider} if provider else {}
        if models:
            body["models"] = models
        return body


class Attribution(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which application calls, for OpenRouter's rankings: https://openrouter.ai/docs/app-attribution.

    `url` identifies the application; without it `title` and `categories` have no effect.
    """

    url: str
    title: str | None = None
    categories: tuple[str, ...] = ()

    def headers(self) -> dict[str, str]:
        """The request headers that say it, for `headers=` of a call or of a configured provider."""
        headers = {"http-referer": self.url}
        if self.title is not None:
            headers["x-openrouter-title"] = self.title
        if self.categories:
            headers["x-openrouter-categories"] = ",".join(self.categories)
        return headers
