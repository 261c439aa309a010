"""Alibaba Cloud Model Studio (Qwen): https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions.

Keys are bound to a region, international or China (Beijing): one of the other region is answered with 401.
"""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.openai_chat.dialect import ChatDialect
from ..protocols.tool_forms import Form
from .base import Provider

__all__ = ["CHINA", "PROVIDER"]

PROVIDER = Provider(
    "dashscope",
    "Alibaba Cloud Model Studio",
    "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    ("DASHSCOPE_API_KEY",),
    dialect=ChatDialect(
        # What https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions lists; `tool_choice` has no
        # `required` there.
        max_tokens_field="max_tokens",
        user_field=None,
        cache_key_field=None,
        # https://www.alibabacloud.com/help/en/model-studio/context-cache: Anthropic's marks on content parts.
        cache_marks="cache_control",
        cache_lifetimes=("5m",),
        top_k=True,
        drop=("metadata", "service_tier"),
        custom_tools=False,
        tool_choices=("auto", "none", "tool"),
        system_role="system",
        developer_role=False,
        video_urls=True,
        # https://www.alibabacloud.com/help/en/model-studio/deep-thinking: a switch and a budget. What comes back is read only
        # where `preserve_thinking` asks for it.
        reasoning_style="enable_thinking",
        echo="always",
        echo_field="reasoning_content",
        server_tools={
            # https://www.alibabacloud.com/help/en/model-studio/web-search
            "web_search": (Form({"enable_search": True}, in_body=True),),
            # https://www.alibabacloud.com/help/en/model-studio/qwen-code-interpreter: while thinking, and streamed
            "code_execution": (Form({"enable_code_interpreter": True}, in_body=True),),
        },
    ),
    base_url_env=("DASHSCOPE_BASE_URL",),
    model="qwen3-max",
    docs="https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions",
)

CHINA = replace(
    PROVIDER,
    name="dashscope-cn",
    title="Alibaba Cloud Model Studio (China)",
    base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
    key_env=("DASHSCOPE_CN_API_KEY", "DASHSCOPE_API_KEY"),
    base_url_env=("DASHSCOPE_CN_BASE_URL",),
)
