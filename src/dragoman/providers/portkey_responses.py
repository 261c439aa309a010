"""Portkey by Responses, for the models of all vendors: https://portkey.ai/docs/api-reference/inference-api/responses/responses.

Models are named `@provider/model`, by the providers of the account. Portkey's other headers (`x-portkey-config`, ...) go with a
call as `headers=`.
"""

from __future__ import annotations

from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "portkey-responses",
    "Portkey (Responses)",
    "https://api.portkey.ai/v1",
    ("PORTKEY_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # https://portkey.ai/docs/api-reference/inference-api/responses/responses: OpenAI's request, made into each vendor's.
        # What only OpenAI's own models have a use for is not sent, and no endpoint that counts is named.
        count=False,
        cache_key_field=None,
        cache_marks=False,
        system_role="system",  # most vendors' word, as in `portkey`
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
    ),
    # https://portkey.ai/docs/api-reference/inference-api/headers: `authorization` is for the vendor's own key.
    auth=Auth("x-portkey-api-key", ""),
    base_url_env=("PORTKEY_BASE_URL",),
    docs="https://portkey.ai/docs/api-reference/inference-api/responses/responses",
)
