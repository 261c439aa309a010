"""Open models at Google's Vertex AI: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis.

Models are named `publisher/model` (`meta/llama-4-maverick-17b-128e-instruct-maas`). Project and location are yours; the
credentials are Google Cloud's, an access token stands where a key stands elsewhere.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from ..protocols.tool_forms import Form
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vertex-chat",
    "Google Vertex AI (Chat Completions)",
    "https://{host}/v1/projects/{project}/locations/{location}/endpoints/openapi",
    dialect=ChatDialect(
        # What https://docs.cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview lists, where
        # `max_completion_tokens` is but an alias; of other vendors' models it says that they take less.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Reasoning of DeepSeek R1 is in <think> tags: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/capabilities/thinking
        think_tags=True,
        # https://docs.cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview: Google's own models take
        # `web_search_options`, without anything in it.
        server_tools={"web_search": (Form({"web_search_options": {}}, models="^google/", in_body=True),)},
    ),
    token_env=("GOOGLE_VERTEX_ACCESS_TOKEN",),
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
    docs="https://docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis",
)
