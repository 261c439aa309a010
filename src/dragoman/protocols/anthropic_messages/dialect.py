"""How one provider's or model's Messages API differs from Anthropic's own; the defaults are Anthropic.

Facts: https://platform.claude.com/docs/en/api/messages, https://platform.claude.com/docs/en/api/versioning and the
thinking pages below it. Where Anthropic's models differ among themselves the default is what its documentation
describes for the current generation, and a model that takes less gets its own value.
"""

from __future__ import annotations

import msgspec

from ..json_schema import Schemas
from ..json_schema.known import ANTHROPIC, OBJECT

__all__ = ["BEDROCK", "EFFORTS", "REFERENCE", "MessagesDialect", "is_modern"]

EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING = ("adaptive", "enabled", "disabled", "between_tools")


class MessagesDialect(msgspec.Struct, frozen=True):
    """How a vendor or model differs from Anthropic's Messages API. The defaults are Anthropic.

    | field | meaning |
    |---|---|
    | `path` | what follows the base URL; `{model}` in it stands for the model id (hosted variants) |
    | `stream_path` | the same for streamed answers where it is another one |
    | `version` | the `anthropic-version` header; None sends none |
    | `version_in_body` | send the version as the body field `anthropic_version` instead (Vertex AI, Bedrock) |
    | `model_in_body` | False where the model stands in the path only |
    | `stream_in_body` | False where the path alone says whether the answer streams (Bedrock) |
    | `betas` | words always sent in `anthropic-beta`, before those of the request |
    | `betas_in_body` | send the betas as the list `anthropic_beta` in the body instead (Bedrock) |
    | `max_tokens` | sent when the request names no limit: the field is required here. No adaptation is reported for it |
    | `max_output` | the most output tokens the model gives, which no limit made here exceeds; None where unknown |
    | `system_messages` | whether `system` messages may stand between other messages |
    | `count_path` | where prompts are counted, behind the base URL; None where they are not |
    | `cache` | whether `cache_control` marks are taken |
    | `prefill` | whether a conversation may end in an assistant message that ends in text |
    | `sampling` | whether `temperature`, `top_p` and `top_k` are taken |
    | `clamp` | bounds of these: a value outside is moved to the bound and reported |
    | `thinking` | the `thinking.type` words the model takes |
    | `efforts` | the `output_config.effort` words the model takes; empty where the field is unknown |
    | `needs_budget` | whether nothing but a budget makes the model think (Claude Opus 4.5 and older): one is added |
    | `thinking_alone` | whether thinking shuts out changed sampling and forced tools (Anthropic's own models) |
    | `signed_thinking` | whether a thinking block must carry a signature to be taken back |
    | `forced_tools` | whether `tool_choice` may be `any` or `tool` |
    | `structured_output` | whether `output_config.format` and `strict` on tools are taken |
    | `schemas` | what is taken of JSON Schema. One vendor's grammar says nothing of another's: a vendor that has limits names |
    | | them, and the default is what all servers of this wire share. Anthropic's are in `REFERENCE` |
    | `parallel_switch` | whether `disable_parallel_tool_use` is taken |
    | `images`, `documents` | whether such blocks are taken |
    """

    path: str = "/v1/messages"
    stream_path: str | None = None
    version: str | None = "2023-06-01"
    version_in_body: bool = False
    model_in_body: bool = True
    stream_in_body: bool = True
    betas: tuple[str, ...] = ()
    betas_in_body: bool = False
    max_tokens: int = 16_384
    max_output: int | None = None
    system_messages: bool = True
    count_path: str | None = "/v1/messages/count_tokens"
    cache: bool = True
    prefill: bool = True
    sampling: bool = True
    clamp: dict[str, tuple[float, float]] = msgspec.field(default_factory=lambda: {"temperature": (0.0, 1.0)})
    thinking: tuple[str, ...] = THINKING
    efforts: tuple[str, ...] = EFFORTS
    needs_budget: bool = False
    thinking_alone: bool = False
    signed_thinking: bool = True
    forced_tools: bool = True
    structured_output: bool = True
    schemas: Schemas = Schemas(tools=OBJECT, strict_tools=OBJECT)
    parallel_switch: bool = True
    images: bool = True
    documents: bool = True


def is_modern(version: str | None) -> bool:
    """Whether an API version is 2026-10-21 or later: no sampling settings, no document in an assistant message, no cited
    text in a user message (https://platform.claude.com/docs/en/api/versioning)."""
    return version is not None and version[:2] == "20" and version >= "2026-10-21"


REFERENCE = MessagesDialect(schemas=ANTHROPIC, thinking_alone=True)
"""Anthropic itself, and who hosts it unchanged: what a target without a dialect speaks."""

BEDROCK = MessagesDialect(
    path="/model/{model}/invoke",
    stream_path="/model/{model}/invoke-with-response-stream",
    version="bedrock-2023-05-31",
    version_in_body=True,
    model_in_body=False,
    stream_in_body=False,
    betas_in_body=True,
    count_path=None,
    schemas=ANTHROPIC,
    thinking_alone=True,
)
"""Amazon Bedrock's InvokeModel, where an answer that streams has another framing too: the wire `anthropic_bedrock`.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
"""
