"""How one model or deployment differs from what the Converse API documents; the defaults are the documentation.

https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
"""

from __future__ import annotations

import msgspec

__all__ = ["ConverseDialect"]


class ConverseDialect(msgspec.Struct, frozen=True):
    """How a model or deployment differs. The defaults are the reference vendor, Amazon Bedrock.

    | field | meaning |
    |---|---|
    | `family` | the vendor of the model where its id does not name it (application profiles, imported models) |
    | `system_messages` | whether `system` may be a role inside `messages`; few models take it |
    | `cache` | whether `cachePoint` marks are taken |
    | `prefill` | whether a conversation may end in an assistant message |
    | `structured_output` | whether `outputConfig` and `strict` on tools are taken |
    """

    family: str | None = None
    system_messages: bool = False
    cache: bool = True
    prefill: bool = True
    structured_output: bool = True
