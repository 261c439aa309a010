"""Google's Gemini API of AI Studio: https://ai.google.dev/api/generate-content. The reference vendor of `gemini`."""

from __future__ import annotations

from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "gemini",
    "Google Gemini",
    "https://generativelanguage.googleapis.com/v1beta",
    # Google's own clients read both: https://ai.google.dev/gemini-api/docs/api-key
    ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "gemini",
    # The API takes a key in the URL too, where logs would show it: https://ai.google.dev/gemini-api/docs/api-key
    auth=Auth("x-goog-api-key", ""),
    base_url_env=("GEMINI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"),
    model="gemini-3.8-flash",
    docs="https://ai.google.dev/api/generate-content",
)
