"""Cloudflare Workers AI: https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility.

The account is yours.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "cloudflare",
    "Cloudflare Workers AI",
    "https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1",
    ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"),
    dialect=ChatDialect(
        # https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility: each model has a schema of its own,
        # and what those of all have in common is sent, `max_tokens` and `top_k` of older ones among it:
        # https://github.com/cloudflare/cloudflare-docs/tree/production/src/content/workers-ai-models
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        top_k=True,
        # DeepSeek R1 and QwQ think in <think> tags: https://github.com/deepseek-ai/DeepSeek-R1#usage-recommendations
        think_tags=True,
    ),
    base_url_env=("CLOUDFLARE_BASE_URL",),
    variables={"account": Variable("the id of the Cloudflare account", ("CLOUDFLARE_ACCOUNT_ID",))},
    docs="https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility",
)
