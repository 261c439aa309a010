"""Whether a request body is one its vendor takes, strictly: by the vendor's published schema, or by its SDK's own types.

A schema is closed first: where it lists the fields of an object, no other field is taken. What is written for any value
(tool parameters, metadata) stays open.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["AMENDMENTS", "Amendment", "Check", "amend", "by_schema", "close", "find_specs"]

Json = dict[str, Any]
Check = Callable[[Json], list[str]]
"""What is wrong with a body, as sentences; nothing when it is taken."""

ROOT = Path(__file__).resolve().parents[2]


def find_specs() -> Path | None:
    """The folder of the vendors' published schemas, None where it is absent."""
    corpus = os.environ.get("DRAGOMAN_CORPUS")
    folder = (Path(corpus) if corpus else ROOT.parent / "shared" / "corpus").resolve().parent / "specs"
    return folder if folder.is_dir() else None


@cache
def by_schema(vendor: str, entry: str) -> Check | None:
    """A check by the entry point of a vendor's schema, None where the schemas are absent or nothing is here to read them."""
    folder = find_specs()
    try:
        import jsonschema_rs
    except ImportError:
        return None
    if folder is None:
        return None
    whose = (*_SAME.get(vendor, ()), vendor)
    document = json.loads((folder / f"{whose[0]}.schema.json").read_text("utf-8"))
    definitions = close(amend(document["$defs"], [change for name in whose for change in AMENDMENTS.get(name, ())]))
    validator = jsonschema_rs.Draft202012Validator({"$ref": f"#/$defs/{entry}", "$defs": definitions})

    def check(body: Json) -> list[str]:
        return [sentence for error in validator.iter_errors(body) for sentence in _innermost(error)]

    return check


def _innermost(error: Any) -> Iterator[str]:
    """What is wrong, in the branch of an alternative that comes nearest: the one whose errors lie deepest, then the fewest."""
    branches = [branch for branch in getattr(error.kind, "context", ()) or () if branch]
    if branches:
        nearest = min(branches, key=lambda branch: (-max(len(inner.instance_path) for inner in branch), len(branch)))
        for inner in nearest:
            yield from _innermost(inner)
        return
    yield f"{'/'.join(map(str, error.instance_path)) or 'the body'}: {error.message[:300]}"


class Amendment(NamedTuple):
    """What a published schema gets wrong, and where that can be seen.

    `place` is a definition, or a path of fields below one. `fields` are those it lacks, `optional` those it wrongly
    demands, `words` values that it lacks, by field. `other` are fields that hold something else there.
    """

    place: str
    reason: str
    fields: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    other: tuple[str, ...] = ()


_OLLAMA = "the server's own type: https://github.com/ollama/ollama/blob/main/api/types.go"
_TOOLS = "its own tools, each with its source in the vendor's file"
_AGENT = "perplexity.types.response_create_params and input_item_param 0.46"
_COPIES = "words of those who copied it, each with its source in that vendor's file"
AMENDMENTS: dict[str, tuple[Amendment, ...]] = {
    "anthropic": (
        Amendment(
            "InputMessage",
            "https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages",
            words=(("role", "system"),),
        ),
        Amendment("RequestToolUseBlock", "anthropic.types.ToolUseBlockParam 2.12", fields=("toolset_name",)),
        Amendment("RequestToolResultBlock", "anthropic.types.ToolResultBlockParam 2.12", fields=("toolset_name",)),
    ),
    "openai": (
        Amendment(
            "OutputTextContent",
            "answered 200 without them in recordings; optional in openai.types.responses.ResponseOutputTextParam",
            optional=("annotations", "logprobs"),
        ),
        Amendment(
            "ToolChoiceTypes",
            "forced so by https://github.com/openai/openai-agents-python/blob/main/src/agents/models/openai_responses.py",
            words=(("type", "web_search"),),
        ),
        Amendment("PromptCacheBreakpointParam", "openai.types.responses.response_input_text_param", fields=("ttl",)),
        Amendment("PromptCacheBreakpointConfig", "openai.types.responses.response_input_text_param", fields=("ttl",)),
    ),
    "compatible": (
        Amendment(
            "CreateChatCompletionRequest",
            _COPIES,
            fields=(
                "top_k",
                "thinking",
                "enable_thinking",
                "thinking_budget",
                "chat_template_kwargs",
                "reasoning",
                "reasoning_split",
            ),
        ),
        Amendment("ChatCompletionRequestMessageContentPartText", _COPIES, fields=("cache_control",)),
        Amendment("ChatCompletionRequestAssistantMessage", _COPIES, fields=("reasoning_content", "reasoning")),
    ),
    "dashscope": (Amendment("CreateChatCompletionRequest", _TOOLS, fields=("enable_search", "enable_code_interpreter")),),
    "perplexity": (
        Amendment("CreateChatCompletionRequest", _TOOLS, fields=("search_domain_filter",), other=("web_search_options",)),
    ),
    "venice": (Amendment("CreateChatCompletionRequest", _TOOLS, fields=("venice_parameters",)),),
    "writer": (Amendment("ChatCompletionTool", _TOOLS, words=(("type", "web_search"), ("type", "graph")), other=("function",)),),
    "zai": (
        Amendment("ChatCompletionTool", _TOOLS, fields=("web_search",), optional=("function",), words=(("type", "web_search"),)),
    ),
    "xai": (
        Amendment("WebSearchTool", _TOOLS, other=("filters",)),
        Amendment("CodeInterpreterTool", _TOOLS, optional=("container",)),
    ),
    "perplexity-agent": (
        Amendment("CreateResponse", _AGENT, fields=("response_format",)),
        Amendment("FunctionToolCall", _AGENT, fields=("thought_signature",)),
        Amendment("FunctionCallOutputItemParam", _AGENT, fields=("thought_signature",)),
        Amendment("WebSearchTool", _AGENT, other=("filters", "user_location")),
        Amendment("ComputerTool", _AGENT, words=(("type", "fetch_url"), ("type", "sandbox"))),
    ),
    "groq-responses": (Amendment("ComputerTool", _TOOLS, words=(("type", "browser_search"),)),),
    "dashscope-responses": (
        Amendment("ComputerTool", _TOOLS, words=(("type", "web_extractor"),)),
        Amendment("CodeInterpreterTool", _TOOLS, optional=("container",)),
    ),
    "volcengine-responses": (
        Amendment("FunctionTool", "volcenginesdkarkruntime.types.responses.FunctionToolParam 5.0", optional=("strict",)),
    ),
    "gemini": (
        Amendment("GenerateContentRequest", "it stands in the path", optional=("model",)),
        Amendment("GenerateContentRequest", "google.genai.types.GenerateContentConfig.service_tier", fields=("serviceTier",)),
        Amendment("FunctionDeclaration", "optional in google.genai.types.FunctionDeclaration", optional=("description",)),
        Amendment("ToolConfig", "google.genai.types.ToolConfig", fields=("includeServerSideToolInvocations",)),
        Amendment(
            "ComputerUse",
            "google.genai.types.Environment",
            words=(("environment", "ENVIRONMENT_DESKTOP"), ("environment", "ENVIRONMENT_MOBILE")),
        ),
    ),
    "mistral": (
        Amendment(
            "ChatCompletionRequest",
            "mistralai.client.models.ChatCompletionRequest 3.7, younger than the schema",
            fields=("logprobs", "top_logprobs", "top_k", "service_tier"),
            words=tuple([("reasoning_effort", word) for word in ("minimal", "low", "medium", "xhigh", "max")]),
        ),
        Amendment("ThinkChunk", "mistralai.client.models.ThinkChunk 3.7", fields=("signature",)),
        Amendment(
            "Tool",
            "mistralai.client.models.DocumentLibraryTool 3.7 is one, too",
            fields=("library_ids",),
            optional=("function",),
            other=("type",),
        ),
    ),
    "ollama": (
        Amendment("ChatMessage", _OLLAMA, fields=("thinking", "tool_name", "tool_call_id")),
        Amendment("ToolCall", _OLLAMA, fields=("id",)),
    ),
    "groq": (Amendment("CreateChatCompletionRequest", "answered 200 with it in recordings", fields=("stream_options",)),),
    "together": (
        Amendment("ToolChoice", "the shape of answers, used for requests too", optional=("id", "index")),
        Amendment(
            "ToolChoice.function",
            "a choice has no arguments: https://docs.together.ai/docs/function-calling",
            optional=("arguments",),
        ),
        Amendment("ChatCompletionAssistantMessageParam", "answers have it, and it may come back", fields=("reasoning_content",)),
    ),
}
"""By vendor. An amendment that its schema no longer needs is an error."""


_SAME = {
    "compatible": ("openai",),
    "xai": ("openai",),
    "groq-responses": ("openai",),
    "dashscope-responses": ("openai",),
    "perplexity-agent": ("openai",),
    "volcengine-responses": ("openai",),
    **dict.fromkeys(("dashscope", "perplexity", "venice", "writer", "zai"), ("openai", "compatible")),
}
"""Schemas that are another vendor's, amended once or twice."""


def amend(definitions: Json, amendments: Sequence[Amendment]) -> Json:
    """The definitions with what is known better. Raises KeyError for a place that is not there, ValueError for no news."""
    definitions = deepcopy(definitions)
    for place, _, fields, optional, words, other in amendments:
        name, *path = place.split(".")
        schema = definitions[name]
        for step in path:
            schema = schema["properties"][step]
        known, required = schema.setdefault("properties", {}), schema.get("required", [])
        if {*fields} & known.keys() or {*optional} - {*required} or any(word in known[name]["enum"] for name, word in words):
            raise ValueError(f"{place}: the schema has come to know this itself")
        known |= dict.fromkeys(fields, True)
        for field, word in words:
            known[field]["enum"].append(word)
        for field in other:
            next(part["properties"] for part in (schema, *schema.get("allOf", ())) if field in part.get("properties", ()))[
                field
            ] = True
        schema["required"] = [field for field in required if field not in optional]
    return definitions


_OPEN = "~open"


def close(definitions: Json) -> Json:
    """The definitions with every listed object closed.

    Each is there twice: closed, under its name, and open, for those that extend it by `allOf` and are closed as a whole.
    """
    definitions = {name: _this_draft(schema, name) for name, schema in definitions.items()}
    closed = {name: _close(schema) for name, schema in definitions.items()}
    opened = {name + _OPEN: _open(schema) for name, schema in definitions.items()}
    return {**closed, **opened}


def _this_draft(schema: Any, name: str) -> Any:
    """A schema in the words of draft 2020-12: the earlier draft's way to mean itself is a reference to the definition."""
    if isinstance(schema, list):
        return [_this_draft(item, name) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$recursiveRef" in schema:
        return {"$ref": f"#/$defs/{name}"}
    return {key: _this_draft(value, name) for key, value in schema.items() if key != "$recursiveAnchor"}


def _close(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    extended = "allOf" in schema or ("properties" in schema and ("anyOf" in schema or "oneOf" in schema))
    out = {key: _open(value) if extended and key in _COMBINE else _inside(key, value, _close) for key, value in schema.items()}
    if "additionalProperties" in schema:
        return out
    if extended:
        return {**out, "unevaluatedProperties": False} if _is_object(schema) else out
    return {**out, "additionalProperties": False} if schema.get("properties") else out


def _open(schema: Any) -> Any:
    """A schema whose own fields are not the only ones, with what lies deeper closed."""
    if isinstance(schema, list):
        return [_open(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: _open(value) if key in _COMBINE else _inside(key, value, _close) for key, value in schema.items()}
    if "$ref" in schema:
        out["$ref"] = schema["$ref"] + _OPEN
    if out.get("additionalProperties") is False:
        del out["additionalProperties"]
    return out


_COMBINE = ("allOf", "anyOf", "oneOf")
_BY_NAME = ("properties", "patternProperties", "$defs")
_SCHEMAS = ("items", "additionalProperties", "not", "contains", "if", "then", "else", "propertyNames")


def _inside(key: str, value: Any, step: Callable[[Any], Any]) -> Any:
    if key in _BY_NAME and isinstance(value, dict):
        return {name: step(schema) for name, schema in value.items()}
    if key in _SCHEMAS:
        return step(value)
    if key in (*_COMBINE, "prefixItems") and isinstance(value, list):
        return [step(schema) for schema in value]
    return value


def _is_object(schema: Json) -> bool:
    """Whether a schema that is put together is one of objects: strings and lists have no fields to close."""
    return "properties" in schema or schema.get("type") == "object" or "$ref" in str(schema.get("allOf"))
