"""Anthropic's models at Amazon Bedrock, by Anthropic's own API:
https://platform.claude.com/docs/en/build-with-claude/claude-in-amazon-bedrock. What is said is Anthropic's own."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import COMPUTER_BETA, REFERENCE, MessagesDialect
from .base import Provider, Signing, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "bedrock-messages",
    "Claude in Amazon Bedrock (Messages)",
    "https://bedrock-mantle.{region}.api.aws/anthropic",
    ("AWS_BEARER_TOKEN_BEDROCK",),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://platform.claude.com/docs/en/build-with-claude/claude-in-amazon-bedrock: Anthropic's own API, its rules for
        # schemas included.
        schemas=REFERENCE.schemas,
        thinking_alone=True,
        # The same page, "Features not supported": no server tools, no MCP connector, and the computer in its older form only.
        server_tools={"computer": COMPUTER_BETA},
    ),
    base_url_env=("ANTHROPIC_BEDROCK_MANTLE_BASE_URL",),
    variables={"region": Variable("the AWS region", ("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")},
    sources=("aws",),
    # The signing name is not that of the runtime endpoint: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html
    signing=Signing("bedrock-mantle"),
    docs="https://platform.claude.com/docs/en/build-with-claude/claude-in-amazon-bedrock",
    catalog="bedrock",
    # https://platform.claude.com/docs/en/build-with-claude/extended-thinking#thinking-encryption: signatures made on one of
    # Anthropic's API, Amazon Bedrock and Google Cloud are valid on the others.
    kin=("anthropic", "bedrock-anthropic", "vertex-anthropic"),
)
