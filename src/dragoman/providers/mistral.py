"""Mistral: https://docs.mistral.ai/api/endpoint/chat."""

from __future__ import annotations

from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "mistral",
    "Mistral",
    "https://api.mistral.ai/v1",
    ("MISTRAL_API_KEY",),
    protocol="mistral_chat",
    base_url_env=("MISTRAL_BASE_URL",),
    model="mistral-medium-latest",
    docs="https://docs.mistral.ai/api/endpoint/chat",
)
