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
        # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions-mantle.html sends to OpenAI's reference;
        # the models are those of many vendors, which know the word `system`.
        system_role="system",
        # Caching is automatic: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
        cache_marks="none",
        # Tools of the open models are functions: https://github.com/openai/harmony/blob/main/docs/format.md
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Reasoning comes in `reasoning` and goes back in it with its tool calls:
        # https://cookbook.openai.com/articles/gpt-oss/handle-raw-cot
        echo="tool_turns",
    ),
    base_url_env=("BEDROCK_MANTLE_BASE_URL",),
    variables={"region": Variable("the AWS region", ("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")},
    sources=("aws",),
    # The signing name is not that of the runtime endpoint: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html
    signing=Signing("bedrock-mantle"),
    docs="https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html",
    catalog="bedrock",
)
