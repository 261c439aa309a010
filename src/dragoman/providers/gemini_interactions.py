"""Google's Gemini API of AI Studio in its Interactions form: https://ai.google.dev/gemini-api/docs/interactions. The reference
vendor of `gemini_interactions`; `gemini` is the same vendor by `generateContent`."""

from __future__ import annotations

from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "gemini-interactions",
    "Google Gemini (Interactions)",
    "https://generativelanguage.googleapis.com/v1beta",
    # Google's own clients read both: https://ai.google.dev/gemini-api/docs/api-key
    ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "gemini_interactions",
    # The API takes a key in the URL too, where logs would show it: https://ai.google.dev/gemini-api/docs/api-key
    auth=Auth("x-goog-api-key", ""),
    base_url_env=("GEMINI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"),
    # The form of steps and events this wire format is: https://ai.google.dev/gemini-api/docs/interactions-breaking-changes-may-2026
    headers={"api-revision": "2026-05-20"},
    model="gemini-3.8-flash",
    docs="https://ai.google.dev/api/interactions-api",
    catalog="gemini",
)
