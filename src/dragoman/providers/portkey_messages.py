"""Portkey, Anthropic's format for the models of all vendors: https://portkey.ai/docs/product/ai-gateway/messages-api.

Models are named `@provider/model`, by the providers of the account. Portkey's other headers (`x-portkey-config`, ...) go with a
call as `headers=`.
"""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "portkey-messages",
    "Portkey, Anthropic's format",
    "https://api.portkey.ai",
    ("PORTKEY_API_KEY",),
    "anthropic_messages",
    MessagesDialect(
        # https://portkey.ai/docs/product/ai-gateway/messages-api: Anthropic's request, made into each vendor's, with marks of
        # cached prefixes and thinking; only what all of them take is sent.
        system_messages=False,
        thinking=("enabled", "disabled"),
        efforts=(),
        structured_output=False,
        count_path=None,  # the same page names no endpoint that counts
    ),
    # https://portkey.ai/docs/api-reference/inference-api/headers: `authorization` is for the vendor's own key.
    auth=Auth("x-portkey-api-key", ""),
    base_url_env=("PORTKEY_MESSAGES_BASE_URL",),
    docs="https://portkey.ai/docs/product/ai-gateway/messages-api",
)
