"""Vercel AI Gateway by Responses: https://vercel.com/docs/ai-gateway/sdks-and-apis/responses."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vercel-responses",
    "Vercel AI Gateway (Responses)",
    "https://ai-gateway.vercel.sh/v1",
    ("AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
    "openai_responses",
    ResponsesDialect(
        # https://vercel.com/docs/ai-gateway/sdks-and-apis/responses: text, pictures, streams, functions, structured answers and
        # reasoning for the models of all vendors; what its pages do not name is not sent.
        count=False,
        cache_key_field=None,
        cache_marks=False,
        logprobs=False,
        system_role="system",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # The same pages, on reasoning: it goes back as it came, whatever vendor it is of.
        echo="always",
        lone_reasoning=True,
        # Which vendors may answer: https://vercel.com/docs/ai-gateway/models-and-providers/provider-options
        routing_field="providerOptions",
    ),
    base_url_env=("AI_GATEWAY_BASE_URL",),
    model="openai/gpt-5.4",
    docs="https://vercel.com/docs/ai-gateway/sdks-and-apis/responses",
    catalog="vercel",
)
