"""Google's Vertex AI with an API key, without project and location:
https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/overview."""

from __future__ import annotations

from ..protocols.gemini.dialect import GeminiDialect
from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vertex-express",
    "Google Vertex AI, express mode",
    "https://aiplatform.googleapis.com/v1",
    ("GOOGLE_VERTEX_API_KEY",),
    "gemini",
    GeminiDialect(
        # https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference
        model_path="publishers/google/models/{model}",
    ),
    auth=Auth("x-goog-api-key", ""),
    model="gemini-3.8-flash",
    docs="https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
    catalog="vertex",
)
