"""Amazon Bedrock by its own Converse API: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.

A Bedrock API key (https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html), or AWS credentials, with which
requests are signed. The region is us-east-1 where nothing says another.
"""

from __future__ import annotations

from .base import Provider, Signing, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "bedrock",
    "Amazon Bedrock",
    "https://bedrock-runtime.{region}.amazonaws.com",
    ("AWS_BEARER_TOKEN_BEDROCK",),
    "bedrock_converse",
    base_url_env=("BEDROCK_BASE_URL", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
    variables={"region": Variable("the AWS region", ("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")},
    sources=("aws",),
    # The signing name is shorter than the host's: https://docs.aws.amazon.com/general/latest/gr/bedrock.html
    signing=Signing("bedrock"),
    model="us.anthropic.claude-sonnet-4-6",
    docs="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
)
