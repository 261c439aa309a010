"""LM Studio on this machine: https://lmstudio.ai/docs/developer/openai-compat/chat-completions."""

from __future__ import annotations

from ..protocols.json_schema.known import LLAMA_CPP
from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "lmstudio",
    "LM Studio",
    "http://localhost:1234/v1",
    ("LM_API_TOKEN",),
    dialect=ChatDialect(
        # Chat templates know `system`, and many of them only at the head: https://github.com/QwenLM/Qwen3.8/issues/244
        system_role="system",
        developer_role=False,
        late_system=False,
        # What https://lmstudio.ai/docs/developer/openai-compat/chat-completions does not list has no effect there.
        max_tokens_field="max_tokens",
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        top_k=True,
        drop=("n", "logprobs", "top_logprobs", "metadata", "service_tier", "modalities", "audio"),
        strict=False,
        parallel_tool_calls=False,
        custom_tools=False,
        # https://lmstudio.ai/docs/developer/openai-compat/tools: words only, no named tool.
        tool_choices=("auto", "none", "required"),
        # Reasoning stays in the answer as tags unless a setting of the application moves it: https://lmstudio.ai/blog/lmstudio-v0.3.9
        think_tags=True,
        # `Pattern must start with '^' and end with '$'`: llama.cpp makes the grammars of schemas here too.
        # https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
        schemas=LLAMA_CPP,
    ),
    key_required=False,
    base_url_env=("LMSTUDIO_BASE_URL",),
    docs="https://lmstudio.ai/docs/developer/openai-compat/chat-completions",
)
