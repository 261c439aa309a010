"""How one model or deployment differs from what the Converse API documents; the defaults are the documentation.

https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
"""

from __future__ import annotations

import msgspec

from ..json_schema import SchemaRules, Schemas
from ..json_schema.known import OBJECT

__all__ = ["SYSTEM_TOOLS", "ConverseDialect"]

SYSTEM_TOOLS = {"amazon": {"web_search": "nova_grounding", "code_execution": "nova_code_interpreter"}}
"""The tools a maker runs itself, by the maker's name in model ids and by the neutral name of the tool.

https://docs.aws.amazon.com/nova/latest/userguide/tool-built-in.html,
https://docs.aws.amazon.com/nova/latest/nova2-userguide/web-grounding.html
"""


# "If the schema contains unsupported features, Amazon Bedrock returns a 400 error immediately", for every model.
_STRICT = SchemaRules(
    source="https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html",
    closed=True,
    recursion=False,
    refused=(
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
        *("maxItems", "uniqueItems", "contains", "minContains", "maxContains"),
    ),
    min_items=1,
    formats=("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"),
    enums="scalars",
    # Its parts cannot each be closed.
    all_of=False,
)


class ConverseDialect(msgspec.Struct, frozen=True):
    """How a model or deployment differs. The defaults are the reference vendor, Amazon Bedrock.

    | field | meaning |
    |---|---|
    | `family` | the vendor of the model where its id does not name it (application profiles, imported models) |
    | `system_messages` | whether `system` may be a role inside `messages`; few models take it |
    | `cache` | whether `cachePoint` marks are taken |
    | `prefill` | whether a conversation may end in an assistant message |
    | `thinking` | the `thinking.type` words an Anthropic model takes |
    | `structured_output` | whether `outputConfig` and `strict` on tools are taken |
    | `schemas` | what is taken of JSON Schema |
    | `server_tools` | the names of the tools that a model's maker runs itself, by the maker and the neutral name |
    """

    family: str | None = None
    system_messages: bool = False
    cache: bool = True
    prefill: bool = True
    thinking: tuple[str, ...] = ("adaptive", "enabled", "disabled")
    structured_output: bool = True
    schemas: Schemas = Schemas(
        tools=OBJECT, strict_tools=msgspec.structs.replace(_STRICT, root="object"), output=_STRICT, strict_output=_STRICT
    )
    server_tools: dict[str, dict[str, str]] = msgspec.field(default_factory=lambda: SYSTEM_TOOLS)
