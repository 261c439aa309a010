"""Any other server that speaks Chat Completions: the user gives its base URL.

The dialect is the common ground of the vendors that are known: what one of them refuses or ignores is not sent.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "openai-compatible",
    "OpenAI-compatible server",
    None,
    ("OPENAI_COMPATIBLE_API_KEY",),
    dialect=ChatDialect(
        # The older word is the one nearly all take: https://docs.vllm.ai/en/stable/serving/openai_compatible_server,
        # https://lmstudio.ai/docs/developer/openai-compat/chat-completions, https://api-docs.deepseek.com
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        cache_key_field=None,
        cache_marks="none",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Servers without a reasoning parser leave tags in the answer; those with one that wants reasoning back
        # (https://api-docs.deepseek.com/guides/thinking_mode) want it with tool calls, in the field it came in.
        think_tags=True,
        echo="tool_turns",
    ),
    key_required=False,
    base_url_env=("OPENAI_COMPATIBLE_BASE_URL",),
)
