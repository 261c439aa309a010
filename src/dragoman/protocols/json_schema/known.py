"""Rules that more than one wire or provider shares. What only one provider says stands in its own file.

Each value names the page it was read on, and nothing is in it that was not read somewhere: where a vendor's page does not say
what becomes of a keyword, the keyword is sent.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from .rules import Limits, SchemaRules, Schemas

__all__ = ["ANTHROPIC", "LLAMA_CPP", "OBJECT", "OPENAI", "XAI"]

# `Invalid schema for function: schema must have type 'object'`: https://github.com/langchain-ai/langchainjs/issues/9804. It names
# no page where it is reported, because it is nobody's alone.
OBJECT: Final = SchemaRules(root="object")
"""Arguments must be said to be an object: the one rule that nearly every vendor of tools has."""

_OPENAI_STRICT: Final = SchemaRules(
    source="https://platform.openai.com/docs/guides/structured-outputs#supported-schemas",
    root="plain",
    closed=True,
    required=True,
    # "Composition: allOf, not, dependentRequired, dependentSchemas, if, then, else" are not supported.
    all_of=False,
    # `'oneOf' is not permitted`: https://github.com/can1357/oh-my-pi/issues/920
    one_of=False,
    # `uniqueItems` is refused: https://github.com/mastra-ai/mastra/issues/23321
    refused=("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "uniqueItems"),
    # `'uri' is not a valid format`: https://github.com/can1357/oh-my-pi/issues/206
    formats=("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"),
    # OpenAI's own client writes a reference out where something stands beside it.
    refs="bare",
    types="said",
    booleans=False,
    bare_arrays=False,
    limits=Limits(depth=10, properties=5_000, text=120_000, enum_values=1_000, long_enum=(250, 15_000)),
)

OPENAI: Final = Schemas(
    tools=SchemaRules(
        # `schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level`, without
        # strict mode too: https://github.com/langchain-ai/langchainjs/issues/9804. In the same check: `array schema
        # missing items` and `object schema missing properties`.
        source="https://platform.openai.com/docs/guides/function-calling",
        root="flat",
        bare_arrays=False,
        bare_root=False,
    ),
    strict_tools=replace(_OPENAI_STRICT, bare_root=False),
    strict_output=_OPENAI_STRICT,
)
"""OpenAI, in both of its wires, and what is hosted by Azure."""

_ANTHROPIC_STRICT: Final = SchemaRules(
    source="https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations",
    closed=True,
    recursion=False,
    # "Numerical constraints", "string constraints" and "array constraints beyond minItems of 0 or 1" give a 400. The rest
    # is what Anthropic's own client moves into the description.
    refused=(
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
        *("maxItems", "uniqueItems", "contains", "minContains", "maxContains", "prefixItems", "unevaluatedItems"),
        *("minProperties", "maxProperties", "propertyNames", "dependentRequired", "dependentSchemas"),
        *("not", "if", "then", "else", "unevaluatedProperties"),
    ),
    min_items=1,
    formats=("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"),
    # Lookaround, references to groups and word boundaries.
    pattern=r"\(\?[=!<]|\\[bB1-9]",
    enums="scalars",
    # `allOf` with a reference in it is not supported, and its parts cannot each be closed.
    all_of=False,
    # Anthropic's own client writes `oneOf` as `anyOf`, and refuses what has no type.
    one_of=False,
    types="implied",
    booleans=False,
    # Of all strict schemas of a request together; here each is held against them alone.
    limits=Limits(optional=24, unions=16),
)

ANTHROPIC: Final = Schemas(
    # `input_schema does not support oneOf, allOf, or anyOf at the top level`:
    # https://github.com/anthropics/claude-code/issues/5973
    tools=SchemaRules(source="https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools", root="flat"),
    strict_tools=replace(_ANTHROPIC_STRICT, root="plain"),
    output=_ANTHROPIC_STRICT,
    strict_output=_ANTHROPIC_STRICT,
)
"""Claude, by Anthropic itself, on Vertex AI and on Bedrock."""

_XAI: Final = SchemaRules(
    source="https://docs.x.ai/developers/model-capabilities/text/structured-outputs#rejected-schemas",
    booleans=False,
    refused=("maxContains", "minContains"),
    tuples=False,
    recursion=False,
    # Lookaround, inline modifiers, references to groups, word boundaries and classes of Unicode.
    pattern=r"\(\?[^:]|\\[bBpPk1-9]",
)

XAI: Final = Schemas(tools=_XAI, strict_tools=_XAI, output=_XAI, strict_output=_XAI)
"""xAI, where tools and answers are always held to their schemas, in both of its wires."""

_LLAMA: Final = SchemaRules(
    # `Pattern must start with '^' and end with '$'`, and what its expressions do not know: lookaround, and classes beyond
    # digits and letters of one's own.
    source="https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md#json-schemas--gbnf",
    pattern=r"^[^^]|[^$]$|^.?$|\(\?|\\[sSbBwWpPk1-9]",
)

LLAMA_CPP: Final = Schemas(tools=_LLAMA, strict_tools=_LLAMA, output=_LLAMA, strict_output=_LLAMA)
"""llama.cpp, which makes a grammar of every schema, and what is built on it."""
