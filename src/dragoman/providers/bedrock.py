"""Amazon Bedrock, by its own Converse API and a Bedrock API key.

https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html

The host names a region. Set `BEDROCK_BASE_URL` for another than us-east-1:
`https://bedrock-runtime.eu-central-1.amazonaws.com`.
"""

from __future__ import annotations

from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "bedrock",
    "Amazon Bedrock",
    "https://bedrock-runtime.us-east-1.amazonaws.com",
    ("AWS_BEARER_TOKEN_BEDROCK",),
    "bedrock_converse",
    base_url_env=("BEDROCK_BASE_URL", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
    model="us.anthropic.claude-sonnet-4-6",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
)
