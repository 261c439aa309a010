"""OpenAI: https://platform.openai.com/docs/api-reference/chat. The reference vendor of `openai_chat`."""

from __future__ import annotations

from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "openai",
    "OpenAI",
    "https://api.openai.com/v1",
    ("OPENAI_API_KEY",),
    base_url_env=("OPENAI_BASE_URL",),
    model="gpt-5.6",
    docs="https://platform.openai.com/docs/api-reference/chat",
)
