"""How one provider's or model's Messages API differs from Anthropic's own; the defaults are Anthropic.

Facts: https://platform.claude.com/docs/en/api/messages, https://platform.claude.com/docs/en/api/versioning and the
thinking pages below it. Where Anthropic's models differ among themselves the default is what its documentation
describes for the current generation, and a model that takes less gets its own value.
"""

from __future__ import annotations

import msgspec

__all__ = ["EFFORTS", "MessagesDialect", "is_modern"]

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
    | `betas` | words always sent in `anthropic-beta`, before those of the request |
    | `max_tokens` | sent when the request names no limit: the field is required here. No adaptation is reported for it |
    | `system_messages` | whether `system` messages may stand between other messages |
    | `cache` | whether `cache_control` marks are taken |
    | `prefill` | whether a conversation may end in an assistant message that ends in text |
    | `sampling` | whether `temperature`, `top_p` and `top_k` are taken |
    | `thinking` | the `thinking.type` words the model takes |
    | `efforts` | the `output_config.effort` words the model takes; empty where the field is unknown |
    | `signed_thinking` | whether a thinking block must carry a signature to be taken back |
    | `forced_tools` | whether `tool_choice` may be `any` or `tool` |
    | `structured_output` | whether `output_config.format` and `strict` on tools are taken |
    | `parallel_switch` | whether `disable_parallel_tool_use` is taken |
    | `images`, `documents` | whether such blocks are taken |
    """

    path: str = "/v1/messages"
    stream_path: str | None = None
    version: str | None = "2023-06-01"
    version_in_body: bool = False
    model_in_body: bool = True
    betas: tuple[str, ...] = ()
    max_tokens: int = 16_384
    system_messages: bool = True
    cache: bool = True
    prefill: bool = True
    sampling: bool = True
    thinking: tuple[str, ...] = THINKING
    efforts: tuple[str, ...] = EFFORTS
    signed_thinking: bool = True
    forced_tools: bool = True
    structured_output: bool = True
    parallel_switch: bool = True
    images: bool = True
    documents: bool = True


def is_modern(version: str | None) -> bool:
    """Whether an API version is 2026-10-21 or later: no sampling settings, no document in an assistant message, no cited
    text in a user message (https://platform.claude.com/docs/en/api/versioning)."""
    return version is not None and version[:2] == "20" and version >= "2026-10-21"
