"""Vercel AI Gateway: https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vercel",
    "Vercel AI Gateway",
    "https://ai-gateway.vercel.sh/v1",
    ("AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
    dialect=ChatDialect(
        # https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions: many vendors behind OpenAI's API.
        system_role="system",
        cache_marks="none",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions/reasoning: OpenRouter's object, and
        # `reasoning_details` that come back as they were.
        reasoning_style="reasoning",
        echo="always",
        echo_field="reasoning",
        # What it bills is prompt, completion and reasoning: each count leaves the others out, and so does its total, as recorded
        # in
        # https://github.com/charmbracelet/fantasy/blob/main/providertests/testdata/TestVercelCommon/gemini-3-pro-preview/multi_tool.yaml
        reasoning_in_output=False,
        # Which vendors may answer: https://vercel.com/docs/ai-gateway/models-and-providers/provider-options
        routing_field="providerOptions",
    ),
    base_url_env=("AI_GATEWAY_BASE_URL",),
    model="openai/gpt-5.4",
    docs="https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions",
)
