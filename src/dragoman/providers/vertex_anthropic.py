"""Anthropic's models at Google's Vertex AI: https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai.

Project and location are yours; the credentials are Google Cloud's, an access token stands where a key stands elsewhere.
"""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import REFERENCE, MessagesDialect, ToolForm
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vertex-anthropic",
    "Claude on Vertex AI",
    "https://{host}/v1/projects/{project}/locations/{location}",
    protocol="anthropic_messages",
    dialect=MessagesDialect(
        # https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai: the path names the model and whether the
        # answer streams, the body the version, by a word of its own.
        path="/publishers/anthropic/models/{model}:rawPredict",
        stream_path="/publishers/anthropic/models/{model}:streamRawPredict",
        count_path="/publishers/anthropic/models/count-tokens:rawPredict",
        version="vertex-2023-10-16",
        version_in_body=True,
        model_in_body=False,
        # The same models, so the same limits on schemas and on what may stand beside thinking:
        # https://platform.claude.com/docs/en/build-with-claude/extended-thinking
        schemas=REFERENCE.schemas,
        thinking_alone=True,
        # https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/claude/web-search: the first form
        # of the search; https://platform.claude.com/docs/en/agents-and-tools/tool-use/computer-use-tool#compatibility has the
        # computer here, and the first page names code execution, web fetch and the MCP connector as not supported.
        server_tools={
            "web_search": ToolForm("web_search_20250305"),
            "computer": REFERENCE.server_tools["computer"],
        },
    ),
    token_env=("GOOGLE_VERTEX_ACCESS_TOKEN",),
    base_url_env=("VERTEX_ANTHROPIC_BASE_URL",),
    variables={
        "project": Variable(
            "the Google Cloud project",
            ("ANTHROPIC_VERTEX_PROJECT_ID", "GOOGLE_CLOUD_PROJECT"),
            pattern=r"[A-Za-z0-9][A-Za-z0-9._:-]*",
        ),
        "location": Variable("the Google Cloud location", ("CLOUD_ML_REGION", "GOOGLE_CLOUD_LOCATION")),
        # The same page: the global endpoint and the two of whole continents have hosts of their own.
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
    docs="https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai",
    # https://platform.claude.com/docs/en/build-with-claude/extended-thinking#thinking-encryption: signatures made on one of
    # Anthropic's API, Amazon Bedrock and Google Cloud are valid on the others.
    kin=("anthropic", "bedrock-anthropic", "bedrock-messages"),
)
