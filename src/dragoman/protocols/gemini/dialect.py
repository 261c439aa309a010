"""How one provider's `generateContent` differs from the Gemini API of AI Studio; the defaults are AI Studio.

Facts: https://ai.google.dev/api/generate-content, https://ai.google.dev/gemini-api/docs/thinking and
https://ai.google.dev/gemini-api/docs/thought-signatures.
"""

from __future__ import annotations

import msgspec

from ..json_schema import SchemaRules, Schemas

__all__ = ["OPENAPI", "SERVER_TOOLS", "SKIP_SIGNATURE", "GeminiDialect"]

SKIP_SIGNATURE = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
"""The documented signature of a call that no Gemini model made: base64 of `skip_thought_signature_validator`
(https://ai.google.dev/gemini-api/docs/thought-signatures)."""

SERVER_TOOLS = ("web_search", "web_fetch", "code_execution", "file_search", "computer", "remote_mcp")
"""All that AI Studio has: https://ai.google.dev/gemini-api/docs/tools, and `mcpServers` of
https://ai.google.dev/api/caching#Tool."""

_ANSWERS = SchemaRules(
    # "If `$ref` is set on a sub-schema, no other properties, except for than those starting as a `$`, may be set." What is not
    # in the list there of supported properties has no effect.
    source="https://ai.google.dev/api/generate-content#FIELDS.response_json_schema",
    refs="bare",
)

OPENAPI = SchemaRules(
    # An unknown field gives a 400: `Unknown name "additionalProperties" at '...': Cannot find field`.
    source="https://ai.google.dev/api/caching#Schema",
    only=(
        *("type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems", "properties", "required"),
        *("minProperties", "maxProperties", "minLength", "maxLength", "pattern", "example", "anyOf", "propertyOrdering"),
        *("default", "items", "minimum", "maximum"),
    ),
    refs="inline",
    recursion=False,
    all_of=False,
    one_of=False,
    const=False,
    type_lists="nullable",
    enums="strings",
    booleans=False,
)
"""What the older fields take, which are messages of their own and no JSON Schema."""


class GeminiDialect(msgspec.Struct, frozen=True):
    """How a vendor or model differs from AI Studio's Gemini API. The defaults are AI Studio.

    | field | meaning |
    |---|---|
    | `model_path` | what stands between the base URL and `:generateContent`; Vertex has `publishers/google/models/{model}` |
    | `thinking_budgets` | beginnings of the ids of models that take `thinkingBudget` and no `thinkingLevel` |
    | `schema_or_tools` | beginnings of the ids of models that take a schema for the answer or tools, not both |
    | `json_schema` | whether schemas go as JSON Schema (`parametersJsonSchema`, `responseJsonSchema`); if not, in the older |
    | | fields of the OpenAPI subset |
    | `schemas` | what is taken of JSON Schema where it goes as such |
    | `foreign_signature` | the signature for calls of other models, which Gemini 3 refuses without; None sends none |
    | `result_media` | whether `functionResponse.parts` may hold media (Gemini 3 on); else they stand behind the results |
    | `media_resolution` | whether parts take `mediaResolution` |
    | `server_tools` | the tools that the vendor has, by their neutral names; others are not offered |
    | `search_settings` | what a web search can be told: `blocked_domains` (`googleSearch.excludeDomains`), `vicinity` |
    | `rag_stores` | whether files are searched in corpora of Vertex AI's RAG Engine, and not in `fileSearchStores` |
    | `shows_tools` | whether `toolConfig.includeServerSideToolInvocations` is known, without which functions and the vendor's |
    | | own tools cannot stand in one request |
    """

    model_path: str = "models/{model}"
    thinking_budgets: tuple[str, ...] = ("gemini-1", "gemini-2", "gemini-robotics-er-1.5")
    schema_or_tools: tuple[str, ...] = ("gemini-1", "gemini-2")
    json_schema: bool = True
    schemas: Schemas = Schemas(output=_ANSWERS, strict_output=_ANSWERS)
    foreign_signature: str | None = SKIP_SIGNATURE
    result_media: bool = True
    media_resolution: bool = True
    server_tools: tuple[str, ...] = SERVER_TOOLS
    search_settings: tuple[str, ...] = ()
    rag_stores: bool = False
    shows_tools: bool = True
