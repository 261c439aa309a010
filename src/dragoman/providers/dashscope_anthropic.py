"""Alibaba Cloud Model Studio, Anthropic's format: https://www.alibabacloud.com/help/en/model-studio/anthropic-api-messages.

Keys are bound to a region, international or China (Beijing): one of the other region is answered with 401.
"""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["CHINA", "PROVIDER"]

PROVIDER = Provider(
    "dashscope-anthropic",
    "Alibaba Cloud Model Studio, Anthropic's format",
    "https://dashscope-intl.aliyuncs.com/apps/anthropic",
    ("DASHSCOPE_API_KEY",),
    "anthropic_messages",
    MessagesDialect(
        # https://www.alibabacloud.com/help/en/model-studio/anthropic-api-messages: thinking is switched with a budget, for
        # the models that have it; only Anthropic's older fields are sent.
        system_messages=False,
        cache=False,
        tiers=False,
        thinking=("enabled", "disabled"),
        efforts=(),
        structured_output=False,
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
    ),
    base_url_env=("DASHSCOPE_ANTHROPIC_BASE_URL",),
    model="qwen3-max",
    docs="https://www.alibabacloud.com/help/en/model-studio/anthropic-api-messages",
    catalog="dashscope",
)

CHINA = replace(
    PROVIDER,
    name="dashscope-cn-anthropic",
    title="Alibaba Cloud Model Studio (China), Anthropic's format",
    base_url="https://dashscope.aliyuncs.com/apps/anthropic",
    key_env=("DASHSCOPE_CN_API_KEY", "DASHSCOPE_API_KEY"),
    base_url_env=("DASHSCOPE_CN_ANTHROPIC_BASE_URL",),
    docs="https://help.aliyun.com/en/model-studio/anthropic-api-messages",
    catalog="dashscope-cn",
)
