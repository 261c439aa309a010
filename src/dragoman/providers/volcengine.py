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
        # The parameters and types of the vendor's own client: no `seed` and no caching, functions only, and `video_url` parts.
        # https://github.com/volcengine/volcengine-python-sdk/blob/master/volcenginesdkarkruntime/resources/chat/completions.py
        cache_key_field=None,
        cache_marks="none",
        drop=("seed", "metadata", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        video_urls=True,
        # A switch (`thinking`), and minimal, low, medium or high:
        # https://github.com/volcengine/volcengine-python-sdk/blob/master/volcenginesdkarkruntime/types/shared/reasoning_effort.py
        reasoning_style="thinking",
        efforts={"xhigh": "high", "max": "high"},
        # https://www.volcengine.com/docs/82379/1494384, `messages.reasoning_content`: DeepSeek V3.2 and Doubao Seed from 1.8 on
        # take their reasoning back.
        echo="tool_turns",
        echo_field="reasoning_content",
    ),
    base_url_env=("VOLCENGINE_BASE_URL",),
    docs="https://www.volcengine.com/docs/82379/1494384",
)
