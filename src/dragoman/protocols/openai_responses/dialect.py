"""How one provider's Responses API differs from OpenAI's own; the defaults are OpenAI.

Facts: https://platform.openai.com/docs/api-reference/responses; what a vendor takes otherwise is said, with its link, in the
vendor's file.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from ..base import ToolIdRule
from ..json_schema import Schemas
from ..json_schema.known import OPENAI
from ..tool_forms import Form
from .server_tools import OPENAI as OPENAI_TOOLS

__all__ = ["REFERENCE", "ResponsesDialect"]


class ResponsesDialect(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One vendor's way of speaking Responses."""

    path: str = "/responses"
    """Appended to the base URL."""

    # --- fields of the request -------------------------------------------------------------------------------------

    body: dict[str, Any] = {}
    """Body fields every request of this vendor needs; typed fields and `Request.extra` win over them."""

    drop: tuple[str, ...] = ()
    """Top-level body fields the vendor refuses: dropped and reported."""

    also: tuple[str, ...] = ()
    """Settings beyond OpenAI's that are body fields of the same name here (`top_k`, `seed`, `presence_penalty`, ...)."""

    user_field: str | None = "user"
    """Where `Request.user` goes; None drops and reports it."""

    cache_key_field: str | None = "prompt_cache_key"
    """Where `Request.cache_key` goes; None drops and reports it."""

    count: bool = True
    """Whether prompts are counted at `{path}/input_tokens`."""

    cache_marks: bool = True
    """Whether parts take `prompt_cache_breakpoint` (and the request `prompt_cache_options`); False drops and reports them."""

    efforts: dict[str, str] = {}
    """Words of effort this vendor says differently (`{"minimal": "low"}`); a replaced word is reported."""

    logprobs: bool = True
    """Whether `include` may ask for token probabilities; False drops and reports that they were asked for."""

    summaries: bool = True
    """Whether `reasoning.summary` is taken; False drops and reports it."""

    output_field: Literal["text", "response_format"] | None = "text"
    """Where the form of the answer goes: into `text.format`, or as Chat Completions has it; None drops and reports it."""

    json_schema: bool = True
    """Whether `text.format` may be `json_schema`; False asks for JSON of any form and reports it."""

    schemas: Schemas = Schemas()
    """What is taken of JSON Schema. One vendor's grammar says nothing of another's: a vendor that has limits names them, and
    for one that does not schemas go as they are. OpenAI's are in `REFERENCE`."""

    routing_field: str | None = None
    """Where `Request.routing` goes: a body field, `""` to merge its fields into the body, None for nowhere."""

    # --- items -------------------------------------------------------------------------------------------------------

    instructions: bool = True
    """Whether the top-level `instructions` are taken; False sends them as the first message."""

    system_role: Literal["developer", "system"] = "developer"
    """The role of instructions that have to be sent as a message."""

    developer_role: bool = True
    """Whether the role `developer` is known; False sends such messages as `system` and reports it."""

    media_results: bool = True
    """Whether a call's output may be a list of parts; False sends its text, moves its media into a user message, and says so."""

    files: bool = True
    """Whether `input_file` parts are taken; False drops and reports them."""

    input_audio: bool = False
    """Whether `input_audio` parts are taken (OpenRouter): OpenAI's schema and SDK have text, images and files only."""

    typed_messages: bool = False
    """Whether messages must say that they are (`type: message`), which OpenAI infers from the role."""

    assistant_parts: bool = True
    """Whether the model's own messages may be parts (`output_text`); False sends their text."""

    items: dict[str, tuple[str, ...]] | None = None
    """The types of items that are taken, each with its fields; None for all. Others are left out and reported."""

    call_fields: tuple[str, ...] = ()
    """Fields of a call that its output has to repeat (`thought_signature`)."""

    # --- reasoning ---------------------------------------------------------------------------------------------------

    echo: Literal["stored", "always", "never"] = "stored"
    """Which of its own reasoning goes back: `stored` is what OpenAI can take up again, an item with encrypted content or, unless
    the request has `store: false`, with an id; `always` is every item; `never` is for vendors that ignore or refuse it."""

    lone_reasoning: bool = False
    """Whether a reasoning item may be the last of its turn. OpenAI answers 400 (`provided without its required following
    item`): it is dropped and reported."""

    ask_encrypted: bool = True
    """Whether a request with `store: false` that asks for reasoning also asks for `reasoning.encrypted_content`, without which
    the reasoning could not go back (https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items)."""

    # --- tools -------------------------------------------------------------------------------------------------------

    strict: bool | None = False
    """What a function says about `strict` where the request does not: OpenAI would rewrite a loose schema into a strict one
    unless told not to (https://platform.openai.com/docs/guides/function-calling#strict-mode). None says nothing."""

    custom_tools: bool = True
    """Whether free-text tools (`type: "custom"`) are known; False drops and reports them."""

    tool_choices: tuple[str, ...] = ("auto", "none", "required", "tool", "allowed")
    """What `tool_choice` can say: three words, `tool` for a named one, `allowed` for `allowed_tools`. What is missing is
    weakened and reported; `allowed` and `none` are kept by leaving tools out."""

    tool_ids: ToolIdRule | None = None
    """Which call ids the vendor takes, None for the wire's own rule."""

    hosted_custom: bool = False
    """Whether `custom_tool_call` items are calls of the vendor's own tools, which it answers itself, and not the caller's."""

    server_tools: dict[str, tuple[Form, ...]] = {}
    """What the vendor has of the tools that vendors run, by their neutral names (`web_search`, `remote_mcp`, ...): the first form
    that a model has counts. What is not there is not offered. OpenAI's are in `REFERENCE`."""

    forced_tools: bool = True
    """Whether `tool_choice` can name a tool that the vendor runs."""


REFERENCE: Final = ResponsesDialect(schemas=OPENAI, server_tools=dict(OPENAI_TOOLS))
"""OpenAI itself, and who hosts it unchanged: what a target without a dialect speaks."""
