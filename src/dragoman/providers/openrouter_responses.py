"""OpenRouter by its Responses API, which keeps no state: https://openrouter.ai/docs/api-reference/responses-api/overview.

`providers.openrouter` has the values for routing and attribution; they are the same here.
"""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from ..protocols.tool_forms import OPENROUTER
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "openrouter-responses",
    "OpenRouter (Responses)",
    "https://openrouter.ai/api/v1",
    ("OPENROUTER_API_KEY",),
    protocol="openai_responses",
    dialect=ResponsesDialect(
        # What the request schema of https://openrouter.ai/docs/api/api-reference/responses/create-responses has: no endpoint that
        # counts, settings beyond OpenAI's, sound; `system` is what the models behind it know, and `developer` is taken too.
        count=False,
        system_role="system",
        also=("top_k", "presence_penalty", "frequency_penalty", "modalities"),
        logprobs=False,  # `include` has no word for them there
        input_audio=True,
        routing_field="",  # `OpenRouterRouting.body` names its own fields
        # https://openrouter.ai/docs/api/reference/responses/reasoning: nothing is stored, so reasoning of any model goes back as
        # it came, text or encrypted.
        echo="always",
        lone_reasoning=True,  # it may list reasoning behind the message that it led to
        # Other vendors' call ids come as they are: https://openrouter.ai/docs/api/reference/responses/tool-calling
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # For every model: https://openrouter.ai/docs/guides/features/server-tools/overview
        server_tools=OPENROUTER,
        # https://openrouter.ai/docs/api/api-reference/responses/create-responses: `tool_choice` does not name them.
        forced_tools=False,
    ),
    base_url_env=("OPENROUTER_BASE_URL",),
    model="openrouter/auto",
    docs="https://openrouter.ai/docs/api-reference/responses-api/overview",
    catalog="openrouter",
)
