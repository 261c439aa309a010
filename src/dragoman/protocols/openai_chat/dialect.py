"""How one vendor's Chat Completions differs from OpenAI's: a frozen value whose defaults are OpenAI itself.

A vendor says only how it differs. Fields that only concern reading are few: the decoder looks in every place where
any known vendor puts usage, errors and reasoning, because a gateway may answer in another vendor's shape.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from ..base import ToolIdRule
from ..json_schema import Schemas
from ..json_schema.known import OPENAI
from ..tool_forms import Form
from .server_tools import OPENAI as OPENAI_TOOLS

__all__ = ["REFERENCE", "CacheMarks", "ChatDialect", "Count", "Echo", "JsonSchema", "ReasoningStyle"]

ReasoningStyle = Literal["reasoning_effort", "reasoning", "thinking", "enable_thinking", "chat_template_kwargs", "none"]
"""How a request says how much to think.

| style | body | who |
|---|---|---|
| `reasoning_effort` | `reasoning_effort: WORD` | OpenAI, Groq, xAI, Cerebras, Perplexity, vLLM, Kimi K3 |
| `reasoning` | `reasoning: {effort, max_tokens, enabled, summary, exclude}` | OpenRouter, Vercel, Together |
| `thinking` | `thinking: {type, budget_tokens}` and `reasoning_effort` beside it | DeepSeek, Z.ai, Kimi K2, MiniMax, Fireworks |
| `enable_thinking` | `enable_thinking: bool, thinking_budget: int` | DashScope |
| `chat_template_kwargs` | `chat_template_kwargs: {enable_thinking: bool}`, `reasoning_effort` | NIM, SGLang, llama.cpp |
| `none` | nothing: dropped and reported | |
"""

Echo = Literal["never", "tool_turns", "always"]
"""On which assistant messages the model's own reasoning goes back: none, those with tool calls, or all."""

CacheMarks = Literal["none", "prompt_cache_breakpoint", "cache_control"]
"""How a content part is marked as the end of a cached prefix (OpenAI's field, or Anthropic's kept by a relay)."""

Count = Literal["none", "input_tokens", "tokenize", "estimate"]
"""Whose endpoint counts prompts: nobody's, llama.cpp's, vLLM's, or Moonshot's."""

JsonSchema = Literal["json_schema", "json_object", "json_object_schema", "none"]
"""How far `response_format` goes: OpenAI's `json_schema`; `json_object` only (the schema is dropped and reported);
llama.cpp's `{type: "json_object", schema: {...}}`; or no `response_format` at all."""


class ChatDialect(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One vendor's (or one model family's) way of speaking Chat Completions."""

    path: str = "/chat/completions"
    """Appended to the base URL; `{model}` in it stands for the model (Azure's deployments)."""

    model_in_body: bool = True
    """Whether the body names the model; False where the path alone does (Azure's deployments)."""

    models_path: str | None = "/models"
    """Where the list of models is, behind the base URL; None where there is none."""

    # --- fields of the request -------------------------------------------------------------------------------------

    max_tokens_field: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    """Where `Request.max_tokens` goes. OpenAI's reasoning models reject `max_tokens`; many vendors know only that."""

    stream_options: bool = True
    """Whether a streamed request may carry `stream_options: {include_usage: true}`; False where it is rejected."""

    user_field: str | None = "user"
    """Where `Request.user` goes; None drops and reports it."""

    cache_key_field: str | None = "prompt_cache_key"
    """Where `Request.cache_key` goes (OpenRouter: `session_id`); None drops and reports it."""

    cache_marks: CacheMarks = "prompt_cache_breakpoint"
    """How `Block.cache` is said; `Request.cache` follows it (`prompt_cache_options`, top-level `cache_control`)."""

    cache_lifetimes: tuple[str, ...] = ("30m",)
    """The vendor's words for how long a marked prompt is kept, shortest first; the first is meant where none is said."""

    count: Count = "none"
    """Where prompts are counted (see `count.py`)."""

    top_k: bool = False
    """Whether `top_k` is a body field (vLLM, SGLang, llama.cpp, OpenRouter, Together, Fireworks)."""

    json_schema: JsonSchema = "json_schema"
    """How a structured `Request.output` is asked for."""

    schema_beside_tools: bool = True
    """Whether a request may have a schema for the answer and tools. Groq refuses it, SGLang passes the schema over."""

    schemas: Schemas = Schemas()
    """What is taken of JSON Schema. One vendor's grammar says nothing of another's: a vendor that has limits names them, and
    for one that does not schemas go as they are. OpenAI's are in `REFERENCE`."""

    routing_field: str | None = None
    """Where `Request.routing` goes: a body field (`provider`), `""` to merge its fields into the body, None for nowhere."""

    body: dict[str, Any] = {}
    """Body fields every request of this vendor needs; typed fields and `Request.extra` win over them."""

    drop: tuple[str, ...] = ()
    """Top-level body fields the vendor refuses (`seed`, `n`, `logit_bias`, ...): dropped and reported."""

    clamp: dict[str, tuple[float, float]] = {}
    """Bounds of numeric body fields (`{"temperature": (0.01, 1.0)}`): a value outside is moved to the bound and reported."""

    # --- messages ----------------------------------------------------------------------------------------------------

    system_role: Literal["developer", "system"] = "developer"
    """The role that instructions are sent with, those of `Request.system` and of system messages alike: OpenAI asks
    not to mix the two words in one request."""

    developer_role: bool = True
    """Whether the role `developer` is known; False sends such messages as `system` and reports it."""

    late_system: bool = True
    """Whether a system message may stand after other messages; False moves it to the head and reports it."""

    names: bool = True
    """Whether messages may carry `name`; False drops and reports it."""

    content_arrays: bool = True
    """Whether `content` may be a list of text parts; False joins them by a blank line and reports it."""

    tool_content_arrays: bool = True
    """The same for `tool` messages (DeepInfra wants a string there)."""

    tool_media: bool = False
    """Whether `tool` messages take images and files; False moves them into a user message after all results."""

    null_content: bool = True
    """Whether an assistant message of tool calls alone may have `content: null`; False sends an empty string."""

    files: bool = True
    """Whether `{type: "file"}` parts are known; False drops and reports documents that are not text."""

    input_audio: bool = True
    """Whether `{type: "input_audio"}` parts are known; False drops and reports sound given as data."""

    audio_urls: bool = False
    """Whether `{type: "audio_url"}` parts are known (vLLM, SGLang); False drops and reports sound given by URL."""

    video_urls: bool = False
    """Whether `{type: "video_url"}` parts are known (OpenRouter, DashScope, Moonshot, Z.ai, vLLM, SGLang)."""

    document_urls: bool = False
    """Whether `file.file_data` may be a web URL (OpenRouter)."""

    # --- tools -------------------------------------------------------------------------------------------------------

    tool_choices: tuple[str, ...] = ("auto", "none", "required", "tool", "allowed")
    """What `tool_choice` can say: OpenAI's three words, `tool` for a named one, `allowed` for `allowed_tools`.
    What is missing is weakened and reported; `allowed` and `none` are kept by leaving tools out."""

    strict: bool = True
    """Whether a tool may carry `strict`; False drops and reports it (Moonshot)."""

    parallel_tool_calls: bool = True
    """Whether `parallel_tool_calls` is known; False drops and reports it."""

    custom_tools: bool = True
    """Whether free-text tools (`type: "custom"`) are known; False drops and reports them."""

    tool_ids: ToolIdRule | None = None
    """Which call ids the vendor takes, None for the wire's own rule."""

    server_tools: dict[str, tuple[Form, ...]] = {}
    """What the vendor has of the tools that vendors run, by their neutral names (`web_search`, `code_execution`, ...): the first
    form that a model has counts. What is not there is not offered. OpenAI's are in `REFERENCE`."""

    forced_tools: bool = False
    """Whether `tool_choice` can name a tool that the vendor runs, as `{type}` (OpenRouter)."""

    cumulative_arguments: bool = False
    """Argument pieces repeat what came before them (older MiniMax, some Qwen gateways): only the new end is taken."""

    # --- reasoning ---------------------------------------------------------------------------------------------------

    reasoning_style: ReasoningStyle = "reasoning_effort"
    """How `Request.reasoning` is said."""

    switch_style: ReasoningStyle | None = None
    """The style for models that are switched on and off where it is another than for those that take levels."""

    thinking_on: str = "enabled"
    """What `thinking.type` says for thinking where the request says how much and not how (MiniMax: `adaptive`)."""

    efforts: dict[str, str] = {}
    """Words of effort this vendor says differently (`{"minimal": "low"}`); a replaced word is reported."""

    thinking_fields: tuple[str, ...] = ("reasoning_content", "reasoning", "reasoning_text")
    """Where reasoning stands in answers, first non-empty wins; `reasoning_details` is always read beside them."""

    think_tags: bool = False
    """Whether reasoning may come as `<think>...</think>` inside `content`, also without its opening tag."""

    echo: Echo = "never"
    """When reasoning goes back to its own provider. OpenAI has no field for it."""

    echo_field: str | None = None
    """The field it goes back in; None for the one it came in (`content` puts `<think>` tags back into the text)."""

    echo_details: bool = True
    """Whether a kept `reasoning_details` list goes back, unmodified and in order (OpenRouter, MiniMax)."""

    echo_filler: str | None = None
    """Sent in `echo_field` where a message must have reasoning and has none: DeepSeek answers 400 without it and takes a
    single space."""

    # --- answers -----------------------------------------------------------------------------------------------------

    reasoning_in_output: bool | None = None
    """Whether `completion_tokens` include reasoning tokens; None reads it from the totals (xAI counts them apart)."""

    finish_reasons: dict[str, str] = {}
    """The vendor's own finish words beyond the common table, by the common word they mean."""


REFERENCE: Final = ChatDialect(schemas=OPENAI, server_tools=dict(OPENAI_TOOLS))
"""OpenAI itself, and who hosts it unchanged: what a target without a dialect speaks."""
