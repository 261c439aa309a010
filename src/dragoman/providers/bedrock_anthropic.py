"""Anthropic's models at Amazon Bedrock, by InvokeModel, whose bodies are Anthropic's own:
https://platform.claude.com/docs/en/build-with-claude/claude-on-amazon-bedrock.

What is said is Anthropic's API with Bedrock's paths, framing and errors. `bedrock-messages` is the newer endpoint without these.
"""

from __future__ import annotations

from .base import Provider, Signing, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "bedrock-anthropic",
    "Claude in Amazon Bedrock (InvokeModel)",
    "https://bedrock-runtime.{region}.amazonaws.com",
    ("AWS_BEARER_TOKEN_BEDROCK",),
    "anthropic_bedrock",
    base_url_env=("ANTHROPIC_BEDROCK_BASE_URL",),
    variables={"region": Variable("the AWS region", ("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")},
    sources=("aws",),
    # The signing name is shorter than the host's: https://docs.aws.amazon.com/general/latest/gr/bedrock.html
    signing=Signing("bedrock"),
    model="us.anthropic.claude-sonnet-4-6",
    docs="https://platform.claude.com/docs/en/build-with-claude/claude-on-amazon-bedrock",
    catalog="bedrock",
    # https://platform.claude.com/docs/en/build-with-claude/extended-thinking#thinking-encryption: signatures made on one of
    # Anthropic's API, Amazon Bedrock and Google Cloud are valid on the others.
    kin=("anthropic", "bedrock-messages", "vertex-anthropic"),
)
