"""llama.cpp's server on this machine: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md."""

from __future__ import annotations

from ..protocols.json_schema.known import LLAMA_CPP
from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "llamacpp",
    "llama.cpp",
    "http://localhost:8080/v1",
    ("LLAMACPP_API_KEY",),
    dialect=ChatDialect(
        # The server counts what its chat template makes of a request:
        # https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
        count="input_tokens",
        # Chat templates know `system`, and many of them only at the head: https://github.com/QwenLM/Qwen3.8/issues/244
        system_role="system",
        developer_role=False,
        late_system=False,
        # Unknown fields are ignored without a word by
        # https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md, so they are dropped here.
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        top_k=True,
        custom_tools=False,
        tool_choices=("auto", "none", "required"),
        # https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md, `chat_template_kwargs`, `reasoning_format`:
        # with `none` the tags of reasoning stay in the answer; `reasoning_content` is an input field, too.
        reasoning_style="chat_template_kwargs",
        think_tags=True,
        echo="always",
        echo_field="reasoning_content",
        # Every schema becomes a grammar: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
        schemas=LLAMA_CPP,
    ),
    key_required=False,
    base_url_env=("LLAMACPP_BASE_URL",),
    docs="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
)
