"""Alibaba Cloud Model Studio by Responses: https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-responses.

Keys are bound to a region, international or China (Beijing): one of the other region is answered with 401.
"""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from ..protocols.tool_forms import Form
from .base import Provider

__all__ = ["CHINA", "PROVIDER"]

PROVIDER = Provider(
    "dashscope-responses",
    "Alibaba Cloud Model Studio (Responses)",
    "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    ("DASHSCOPE_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-responses: `instructions` are not supported,
        # and parameters that are not listed have no effect, so they are dropped here, where the caller hears of it. Text and
        # images.
        count=False,
        instructions=False,
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("metadata", "service_tier", "top_logprobs"),
        logprobs=False,
        ask_encrypted=False,
        files=False,
        custom_tools=False,
        tool_choices=("auto", "none", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # The same page, `reasoning.effort`: none, minimal, low, medium and high.
        efforts={"xhigh": "high", "max": "high"},
        summaries=False,
        echo="always",
        lone_reasoning=True,
        server_tools={
            # https://www.alibabacloud.com/help/en/model-studio/web-search
            "web_search": (Form({"type": "web_search"}),),
            # https://www.alibabacloud.com/help/en/model-studio/web-extractor: beside `web_search` only
            "web_fetch": (Form({"type": "web_extractor"}),),
            # https://www.alibabacloud.com/help/en/model-studio/qwen-code-interpreter
            "code_execution": (Form({"type": "code_interpreter"}),),
        },
        forced_tools=False,
    ),
    base_url_env=("DASHSCOPE_BASE_URL",),
    model="qwen3-max",
    docs="https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-responses",
    catalog="dashscope",
)

CHINA = replace(
    PROVIDER,
    name="dashscope-cn-responses",
    title="Alibaba Cloud Model Studio (China, Responses)",
    base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
    key_env=("DASHSCOPE_CN_API_KEY", "DASHSCOPE_API_KEY"),
    base_url_env=("DASHSCOPE_CN_BASE_URL",),
    catalog="dashscope-cn",
)
