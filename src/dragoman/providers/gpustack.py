"""GPUStack, a server of your own: https://docs.gpustack.ai/latest/user-guide/openai-compatible-apis.

The user gives the base URL, `http://HOST/v1`.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "gpustack",
    "GPUStack",
    None,
    ("GPUSTACK_API_KEY",),
    dialect=ChatDialect(
        # https://docs.gpustack.ai/latest/user-guide/openai-compatible-apis: vLLM and
        # its kin behind OpenAI's API; only what such servers take is sent.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        think_tags=True,
        echo="tool_turns",
    ),
    key_required=False,
    base_url_env=("GPUSTACK_BASE_URL",),
    docs="https://docs.gpustack.ai/latest/user-guide/openai-compatible-apis",
)
