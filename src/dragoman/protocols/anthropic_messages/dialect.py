"""How one provider's or model's Messages API differs from Anthropic's own; the defaults are Anthropic.

Facts: https://platform.claude.com/docs/en/api/messages, https://platform.claude.com/docs/en/api/versioning and the
thinking pages below it. Where Anthropic's models differ among themselves the default is what its documentation
describes for the current generation, and a model that takes less gets its own value.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..json_schema import Schemas
from ..json_schema.known import ANTHROPIC, OBJECT

__all__ = ["BEDROCK", "COMPUTER_BETA", "EFFORTS", "REFERENCE", "MessagesDialect", "ToolForm", "is_modern"]

EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING = ("adaptive", "enabled", "disabled", "between_tools")


class ToolForm(msgspec.Struct, frozen=True):
    """In which form a vendor takes one of its own tools.

    `type` is its dated type; `fields` are said with it unless the caller names a type; `betas` are what it needs in
    `anthropic-beta`. For MCP servers the type is `mcp_toolset`, or `tool_configuration` for the older form without toolsets.
    """

    type: str
    fields: dict[str, Any] = {}
    betas: tuple[str, ...] = ()


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
    | `image_urls` | whether a picture may be named by its URL |
    | `forbids_tools` | whether `tool_choice` may be `none`; where not, the tools are left out |
    | `users`, `tiers` | whether `metadata.user_id` and `service_tier` are taken |
    | `server_tools` | the vendor's own tools by their neutral names (`web_search`, `remote_mcp`), and how each is asked for. |
    | | One vendor's servers say nothing of another's: the default has none, and Anthropic's are in `REFERENCE` |
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
    image_urls: bool = True
    forbids_tools: bool = True
    users: bool = True
    tiers: bool = True
    server_tools: dict[str, ToolForm] = {}


def is_modern(version: str | None) -> bool:
    """Whether an API version is 2026-10-21 or later: no sampling settings, no document in an assistant message, no cited
    text in a user message (https://platform.claude.com/docs/en/api/versioning)."""
    return version is not None and version[:2] == "20" and version >= "2026-10-21"


_DIRECT = {"allowed_callers": ["direct"]}
"""Called by the model itself. Left out, the newer web tools are called from code that the model writes, which models without
programmatic tool calling refuse with status 400, and which needs the container again when a turn was paused
(https://platform.claude.com/docs/en/agents-and-tools/tool-use/server-tools#zdr-and-allowed-callers)."""

COMPUTER_BETA = ToolForm("computer_20251124")
"""Computer use where the toolset, its stable form, is not: every model since Opus 4.5 takes it there
(https://platform.claude.com/docs/en/agents-and-tools/tool-use/computer-use-tool#earlier-tool-versions)."""

# The newest types that need no beta: https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-reference; MCP servers
# are behind a beta: https://platform.claude.com/docs/en/agents-and-tools/mcp-connector.
_TOOLS = {
    "web_search": ToolForm("web_search_20260318", _DIRECT),
    "web_fetch": ToolForm("web_fetch_20260318", _DIRECT),
    "code_execution": ToolForm("code_execution_20260521"),
    "computer": ToolForm("computer_toolset_20260801"),
    "remote_mcp": ToolForm("mcp_toolset", betas=("mcp-client-2025-11-20",)),
}

REFERENCE = MessagesDialect(schemas=ANTHROPIC, thinking_alone=True, server_tools=_TOOLS)
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
    # https://platform.claude.com/docs/en/build-with-claude/claude-on-amazon-bedrock-legacy#features-not-supported
    server_tools={"computer": COMPUTER_BETA},
)
"""Amazon Bedrock's InvokeModel, where an answer that streams has another framing too: the wire `anthropic_bedrock`.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html
"""
