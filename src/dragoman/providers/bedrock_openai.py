"""OpenAI's own models at Amazon Bedrock, by Responses: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html.

`openai.gpt-5.5` and its kin have a path of their own and speak OpenAI's dialect; the open models are at `bedrock-responses`.
"""

from __future__ import annotations

from ..protocols.openai_responses.dialect import REFERENCE, ResponsesDialect
from .base import Provider, Signing, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "bedrock-openai",
    "OpenAI on Amazon Bedrock",
    "https://bedrock-mantle.{region}.api.aws/openai/v1",
    ("AWS_BEARER_TOKEN_BEDROCK",),
    "openai_responses",
    # OpenAI's models, so OpenAI's limits on schemas; which of OpenAI's own tools run there is not documented:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html
    ResponsesDialect(schemas=REFERENCE.schemas),
    base_url_env=("AWS_BEDROCK_BASE_URL",),
    variables={"region": Variable("the AWS region", ("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")},
    sources=("aws",),
    # The signing name is not that of the runtime endpoint: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html
    signing=Signing("bedrock-mantle"),
    docs="https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html",
    catalog="bedrock",
)
