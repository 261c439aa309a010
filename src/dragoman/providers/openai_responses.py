"""OpenAI by its Responses API: https://platform.openai.com/docs/api-reference/responses. The reference vendor of its wire."""

from __future__ import annotations

from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "openai-responses",
    "OpenAI (Responses)",
    "https://api.openai.com/v1",
    ("OPENAI_API_KEY",),
    protocol="openai_responses",
    base_url_env=("OPENAI_BASE_URL",),
    model="gpt-5.6",
    docs="https://platform.openai.com/docs/api-reference/responses",
    catalog="openai",
)
