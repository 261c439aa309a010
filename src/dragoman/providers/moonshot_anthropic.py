"""Moonshot AI, Anthropic's format: https://platform.kimi.ai/docs/api/overview."""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["CHINA", "PROVIDER"]

PROVIDER = Provider(
    "moonshot-anthropic",
    "Moonshot AI, Anthropic's format",
    "https://api.moonshot.ai/anthropic",
    ("MOONSHOT_API_KEY", "KIMI_API_KEY"),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://platform.kimi.ai/docs/api/overview has the base URL. Efforts are those of
        # https://platform.kimi.ai/docs/guide/use-thinking-effort: Kimi K3 takes low, high and max, K2 a switch.
        system_messages=False,
        structured_output=False,
        thinking=("enabled", "disabled"),
        efforts=("low", "high", "max"),
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
    ),
    base_url_env=("MOONSHOT_ANTHROPIC_BASE_URL",),
    model="kimi-k3",
    docs="https://platform.kimi.ai/docs/api/overview",
    catalog="moonshot",
)

CHINA = replace(
    PROVIDER,
    name="moonshot-cn-anthropic",
    title="Moonshot AI (China), Anthropic's format",
    base_url="https://api.moonshot.cn/anthropic",
    key_env=("MOONSHOT_CN_API_KEY",),
    base_url_env=("MOONSHOT_CN_ANTHROPIC_BASE_URL",),
    model="kimi-k2.6",
    docs="https://platform.moonshot.cn/docs/guide/agent-support",
    catalog="moonshot-cn",
)
