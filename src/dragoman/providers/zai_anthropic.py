"""Z.ai, Anthropic's format: https://docs.z.ai/devpack/tool/claude."""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["CHINA", "PROVIDER"]

PROVIDER = Provider(
    "zai-anthropic",
    "Z.ai, Anthropic's format",
    "https://api.z.ai/api/anthropic",
    ("ZAI_API_KEY",),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://docs.z.ai/devpack/tool/claude names the base URL and no fields: only Anthropic's older ones are sent, thinking
        # without efforts and signatures.
        system_messages=False,
        thinking=("enabled", "disabled"),
        efforts=(),
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
        structured_output=False,
    ),
    base_url_env=("ZAI_ANTHROPIC_BASE_URL",),
    model="glm-5.2",
    docs="https://docs.z.ai/devpack/tool/claude",
    catalog="zai",
)

CHINA = replace(
    PROVIDER,
    name="zhipu-anthropic",
    title="Zhipu AI (China), Anthropic's format",
    base_url="https://open.bigmodel.cn/api/anthropic",
    key_env=("ZHIPU_API_KEY", "ZHIPUAI_API_KEY"),
    base_url_env=("ZHIPU_ANTHROPIC_BASE_URL",),
    docs="https://docs.bigmodel.cn/cn/guide/develop/claude/introduction",
    catalog="zhipu",
)
