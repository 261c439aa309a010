"""Moonshot AI (Kimi): https://platform.kimi.ai/docs/api/chat, and https://platform.moonshot.cn/docs/api/chat in China.

A key of one host is not taken by the other, so each has its own variable.
"""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["CHINA", "PROVIDER"]

_UNLISTED = ("seed", "logprobs", "top_logprobs", "metadata", "service_tier", "modalities", "audio")

PROVIDER = Provider(
    "moonshot",
    "Moonshot AI",
    "https://api.moonshot.ai/v1",
    ("MOONSHOT_API_KEY", "KIMI_API_KEY"),
    dialect=ChatDialect(
        count="estimate",  # an endpoint estimates prompts: https://platform.moonshot.cn/docs/api/misc
        # https://platform.kimi.ai/docs/api/chat; unknown fields are ignored without a word there, so they are dropped
        # here, where the caller hears of it. An answer may be JSON, and keeps to no schema.
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        parallel_tool_calls=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        strict=False,
        json_schema="json_object",
        video_urls=True,
        # Fixed by the vendor for every kimi-* model, so another value is refused or has no effect: https://platform.kimi.ai/docs/api/chat
        drop=("temperature", "top_p", "n", "presence_penalty", "frequency_penalty", *_UNLISTED),
        # https://platform.kimi.ai/docs/guide/use-thinking-effort: Kimi K3 takes low, high and max, and always thinks.
        efforts={"none": "low", "minimal": "low", "medium": "high", "xhigh": "max"},
        # https://platform.kimi.ai/docs/api/chat: models before it are switched, `thinking: {type}`, and take no levels.
        switch_style="thinking",
        # No server tools: calls of the built-in `$web_search` come to the caller, who has to answer with their own arguments:
        # https://platform.kimi.ai/docs/guide/use-web-search
        # https://platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model: reasoning comes back with its tool calls.
        echo="tool_turns",
        echo_field="reasoning_content",
    ),
    base_url_env=("MOONSHOT_BASE_URL",),
    model="kimi-k3",
    docs="https://platform.kimi.ai/docs/api/chat",
)

CHINA = replace(
    PROVIDER,
    name="moonshot-cn",
    title="Moonshot AI (China)",
    base_url="https://api.moonshot.cn/v1",
    key_env=("MOONSHOT_CN_API_KEY",),
    base_url_env=("MOONSHOT_CN_BASE_URL",),
    model="kimi-k2.6",
    docs="https://platform.moonshot.cn/docs/api/chat",
)
