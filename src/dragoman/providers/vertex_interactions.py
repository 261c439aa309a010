"""Google's Vertex AI in its Interactions form:
https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/capabilities/interactions/developer-guide.

Project and location are yours; the credentials are Google Cloud's, an access token stands where a key stands elsewhere.
"""

from __future__ import annotations

from ..protocols.gemini_interactions.dialect import InteractionsDialect
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vertex-interactions",
    "Google Vertex AI (Interactions)",
    # https://docs.cloud.google.com/gemini-enterprise-agent-platform/reference/rest/v1beta1/projects.locations.interactions/create
    "https://{host}/v1beta1/projects/{project}/locations/{location}",
    protocol="gemini_interactions",
    dialect=InteractionsDialect(
        # Models stand behind their publisher, and not in a list beside the interactions:
        # https://docs.cloud.google.com/gemini-enterprise-agent-platform/reference/rest/v1beta1/publishers.models/list
        lists_models=False,
        # `Tool` in https://docs.cloud.google.com/gemini-enterprise-agent-platform/reference/rest/v1beta1/projects.locations.interactions/create;
        # stores of files are "not supported in Vertex AI":
        # https://github.com/googleapis/python-genai/blob/main/google/genai/types.py
        server_tools=("web_search", "web_fetch", "code_execution", "computer", "remote_mcp"),
    ),
    token_env=("GOOGLE_VERTEX_ACCESS_TOKEN",),
    base_url_env=("GOOGLE_VERTEX_INTERACTIONS_BASE_URL",),
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
    # The form of steps and events this wire format is: https://ai.google.dev/gemini-api/docs/interactions-breaking-changes-may-2026
    headers={"api-revision": "2026-05-20"},
    sources=("google",),
    docs="https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/capabilities/interactions/developer-guide",
    catalog="vertex",
)
