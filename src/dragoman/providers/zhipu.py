"""Zhipu AI, the Chinese host of Z.ai's models: https://docs.bigmodel.cn/api-reference."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "zhipu",
    "Zhipu AI (China)",
    "https://open.bigmodel.cn/api/paas/v4",
    ("ZHIPU_API_KEY", "ZHIPUAI_API_KEY"),
    dialect=ChatDialect(
        # https://docs.bigmodel.cn/api-reference: what is not in it has no effect there.
        max_tokens_field="max_tokens",
        stream_options=False,  # usage comes unasked
        user_field="user_id",
        cache_key_field=None,
        cache_marks="none",
        names=False,
        drop=(
            "n",
            "seed",
            "presence_penalty",
            "frequency_penalty",
            "logprobs",
            "top_logprobs",
            "metadata",
            "service_tier",
            "modalities",
            "audio",
        ),
        # The same page: both lie between 0 and 1, and greedy sampling is `do_sample: false`, not a zero.
        clamp={"temperature": (0.01, 1.0), "top_p": (0.01, 1.0)},
        strict=False,
        parallel_tool_calls=False,
        custom_tools=False,
        tool_choices=("auto",),
        json_schema="json_object",
        system_role="system",
        developer_role=False,
        video_urls=True,
        # https://docs.bigmodel.cn/cn/guide/capabilities/thinking: a switch and, from GLM-5.2, an effort;
        # reasoning comes back with tool calls, and all of it where `clear_thinking` is false. The server leaves out what it does
        # not want.
        reasoning_style="thinking",
        echo="always",
        echo_field="reasoning_content",
    ),
    base_url_env=("ZHIPU_BASE_URL",),
    model="glm-5.2",
    docs="https://docs.bigmodel.cn/api-reference",
)
