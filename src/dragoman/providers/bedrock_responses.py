"""Amazon Bedrock by OpenAI's Responses: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html.

The open models (`openai.gpt-oss-120b`) are here, OpenAI's closed ones at `bedrock-openai`.
"""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider, Signing, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "bedrock-responses",
    "Amazon Bedrock (Responses)",
    "https://bedrock-mantle.{region}.api.aws/v1",
    ("AWS_BEARER_TOKEN_BEDROCK",),
    "openai_responses",
    ResponsesDialect(
        count=False,  # no endpoint that counts is documented: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html
        # https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html: open models behind OpenAI's API; their
        # reasoning is text, not encrypted, and goes back as it came.
        system_role="system",
        developer_role=False,
        cache_marks=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        echo="always",
        lone_reasoning=True,
    ),
    base_url_env=("BEDROCK_MANTLE_BASE_URL",),
    variables={"region": Variable("the AWS region", ("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")},
    sources=("aws",),
    # The signing name is not that of the runtime endpoint: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html
    signing=Signing("bedrock-mantle"),
    docs="https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html",
    catalog="bedrock",
)
