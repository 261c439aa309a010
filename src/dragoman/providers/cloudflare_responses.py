"""Cloudflare Workers AI by Responses, for OpenAI's open models:
https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility.
"""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "cloudflare-responses",
    "Cloudflare Workers AI (Responses)",
    "https://api.cloudflare.com/client/v4/accounts/{account}/ai/v1",
    ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"),
    "openai_responses",
    ResponsesDialect(
        # https://developers.cloudflare.com/workers-ai/models/gpt-oss-120b: `input`, `reasoning.effort` of low, medium and
        # high, and `reasoning.summary`. The page on compatibility names no others, so what belongs to OpenAI's own service is
        # not sent.
        count=False,
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("metadata", "service_tier", "top_logprobs"),
        logprobs=False,
        ask_encrypted=False,
        files=False,
        media_results=False,
        system_role="system",
        developer_role=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        efforts={"none": "low", "minimal": "low", "xhigh": "high", "max": "high"},
        echo="always",
        lone_reasoning=True,
    ),
    base_url_env=("CLOUDFLARE_BASE_URL",),
    variables={"account": Variable("the id of the Cloudflare account", ("CLOUDFLARE_ACCOUNT_ID",))},
    model="@cf/openai/gpt-oss-120b",
    docs="https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility",
    catalog="cloudflare",
)
