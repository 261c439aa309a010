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
        # Models stand behind their publisher:
        # https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference
        model_path="publishers/google/models/{model}",
        # Fields of `Tool` in https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/Tool, but for
        # those that need a project: corpora of the RAG Engine are named by it.
        server_tools=("web_search", "web_fetch", "code_execution", "computer"),
        # A search may exclude domains, and be made local by coordinates:
        # https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/grounding/grounding-with-google-search
        search_settings=("blocked_domains", "vicinity"),
        # `include_server_side_tool_invocations` "is not supported in Vertex AI":
        # https://github.com/googleapis/python-genai/blob/main/google/genai/types.py
        shows_tools=False,
    ),
    # The API takes a key in the URL too, where logs would show it: https://ai.google.dev/gemini-api/docs/api-key
    auth=Auth("x-goog-api-key", ""),
    model="gemini-3.8-flash",
    docs="https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
    catalog="vertex",
)
