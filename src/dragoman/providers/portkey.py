"""Portkey, a gateway to many vendors: https://portkey.ai/docs/api-reference/inference-api/headers.

Models are named `@provider/model`, by the providers of the account. Portkey's other headers (`x-portkey-config`, ...) go with a
call as `headers=`.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "portkey",
    "Portkey",
    "https://api.portkey.ai/v1",
    ("PORTKEY_API_KEY",),
    dialect=ChatDialect(
        # OpenAI's request, made into each vendor's: https://github.com/Portkey-AI/openapi/blob/master/openapi.yaml has no fields
        # for caching, and tools are functions. Most vendors' word is `system`, and the gateway makes it of `developer`, too:
        # https://github.com/Portkey-AI/gateway/blob/main/src/providers/open-ai-base/index.ts
        system_role="system",
        cache_key_field=None,
        cache_marks="none",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
    ),
    # https://portkey.ai/docs/api-reference/inference-api/headers: `authorization` is for the vendor's own key.
    auth=Auth("x-portkey-api-key", ""),
    base_url_env=("PORTKEY_BASE_URL",),
    docs="https://portkey.ai/docs/api-reference/inference-api/headers",
)
