"""Volcengine Ark (Doubao): https://www.volcengine.com/docs/82379/1494384.

A model is a model id or the id of an inference endpoint (`ep-...`).
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "volcengine",
    "Volcengine Ark",
    "https://ark.cn-beijing.volces.com/api/v3",
    ("ARK_API_KEY",),
    dialect=ChatDialect(
        # https://www.volcengine.com/docs/82379/1494384
        max_tokens_field="max_tokens",
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("n", "seed", "metadata", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        video_urls=True,
        # https://www.volcengine.com/docs/82379/1449737: a switch, and minimal, low, medium or high. Thinking models
        # behind it (Kimi, DeepSeek) want their reasoning back with tool calls.
        reasoning_style="thinking",
        efforts={"xhigh": "high", "max": "high"},
        echo="tool_turns",
        echo_field="reasoning_content",
    ),
    base_url_env=("VOLCENGINE_BASE_URL",),
    docs="https://www.volcengine.com/docs/82379/1494384",
)
