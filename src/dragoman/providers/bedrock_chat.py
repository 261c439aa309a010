"""Amazon Bedrock by OpenAI's Chat Completions: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html.

Models of many vendors, in a format of their own or OpenAI's open ones; Claude is at `bedrock` and `bedrock-messages`.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider, Signing, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "bedrock-chat",
    "Amazon Bedrock (Chat Completions)",
    "https://bedrock-mantle.{region}.api.aws/v1",
    ("AWS_BEARER_TOKEN_BEDROCK",),
    dialect=ChatDialect(
        # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html: open models behind OpenAI's API;
        # only what such servers take is sent.
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Reasoning comes in the field `reasoning`.
        echo="tool_turns",
    ),
    base_url_env=("BEDROCK_MANTLE_BASE_URL",),
    variables={"region": Variable("the AWS region", ("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")},
    sources=("aws",),
    # The signing name is not that of the runtime endpoint.
    signing=Signing("bedrock-mantle"),
    docs="https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html",
    catalog="bedrock",
)
