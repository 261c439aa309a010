"""Moonshot AI (Kimi), China: https://platform.moonshot.cn/docs/api/chat.

A key of the international host is not taken here, nor the other way round, so each has its own variable.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "moonshot-cn",
    "Moonshot AI (China)",
    "https://api.moonshot.cn/v1",
    ("MOONSHOT_CN_API_KEY",),
    dialect=ChatDialect(
        # https://platform.kimi.ai/docs/api/chat; unknown fields are ignored without a word there, so they are dropped
        # here, where the caller hears of it.
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
        # Fixed by the vendor for every kimi-* model: another value is refused or has no effect.
        drop=(
            "temperature",
            "top_p",
            "n",
            "presence_penalty",
            "frequency_penalty",
            "seed",
            "logprobs",
            "top_logprobs",
            "metadata",
            "service_tier",
            "modalities",
            "audio",
        ),
        # https://platform.kimi.ai/docs/guide/use-thinking-effort: Kimi K3 takes low, high and max, and always thinks.
        efforts={"none": "low", "minimal": "low", "medium": "high", "xhigh": "max"},
        # https://platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model: reasoning comes back with its tool calls.
        echo="tool_turns",
        echo_field="reasoning_content",
    ),
    base_url_env=("MOONSHOT_CN_BASE_URL",),
    model="kimi-k3",
    docs="https://platform.moonshot.cn/docs/api/chat",
)
