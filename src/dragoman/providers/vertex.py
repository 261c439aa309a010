"""Google's Vertex AI: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference.

Project and location are yours; the credentials are Google Cloud's, an access token stands where a key stands elsewhere.
`vertex-express` is the same with an API key.
"""

from __future__ import annotations

from ..protocols.gemini.dialect import GeminiDialect
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vertex",
    "Google Vertex AI",
    "https://{host}/v1/projects/{project}/locations/{location}",
    protocol="gemini",
    dialect=GeminiDialect(
        # Models stand behind their publisher: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
        model_path="publishers/google/models/{model}",
        # Fields of `Tool` in https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/Tool: there are no
        # `fileSearch` and `mcpServers`.
        server_tools=("web_search", "web_fetch", "code_execution", "file_search", "computer"),
        # A search may exclude domains, and be made local by coordinates:
        # https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/grounding/grounding-with-google-search
        search_settings=("blocked_domains", "vicinity"),
        # Files are searched in corpora: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/rag-api-v1
        rag_stores=True,
        # `include_server_side_tool_invocations` "is not supported in Vertex AI":
        # https://github.com/googleapis/python-genai/blob/main/google/genai/types.py
        shows_tools=False,
    ),
    token_env=("GOOGLE_VERTEX_ACCESS_TOKEN",),
    base_url_env=("GOOGLE_VERTEX_BASE_URL",),
    variables={
        "project": Variable(
            "the Google Cloud project",
            ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"),
            pattern=r"[A-Za-z0-9][A-Za-z0-9._:-]*",
        ),
        "location": Variable("the Google Cloud location", ("GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION"), "global"),
        # https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/locations: the global endpoint and the two of whole
        # continents have hosts of their own.
        "host": Variable(
            "the host of Vertex AI",
            default="{location}-aiplatform.googleapis.com",
            of="location",
            cases={
                "global": "aiplatform.googleapis.com",
                "us": "aiplatform.us.rep.googleapis.com",
                "eu": "aiplatform.eu.rep.googleapis.com",
            },
        ),
    },
    sources=("google",),
    docs="https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
)
