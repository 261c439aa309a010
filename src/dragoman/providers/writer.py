"""Writer: https://dev.writer.com/api-reference/completion-api/chat-completion."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from ..protocols.tool_forms import Form
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "writer",
    "Writer",
    "https://api.writer.com/v1",
    ("WRITER_API_KEY",),
    dialect=ChatDialect(
        # The path, the parameters and the roles of the vendor's client; parts are text and pictures, functions have no `strict`,
        # and nothing asks for reasoning: https://github.com/writer/writer-python/blob/main/src/writerai/types/chat_chat_params.py
        path="/chat",
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        strict=False,
        parallel_tool_calls=False,
        files=False,
        input_audio=False,
        reasoning_style="none",
        server_tools={
            # https://dev.writer.com/home/web-search-tool
            "web_search": (
                Form(
                    {"type": "web_search", "function": {"include_domains": [], "exclude_domains": []}},
                    {"allowed_domains": "function.include_domains", "blocked_domains": "function.exclude_domains"},
                ),
            ),
            # https://dev.writer.com/home/kg-chat: its stores are graphs
            "file_search": (
                Form({"type": "graph", "function": {"graph_ids": [], "subqueries": False}}, {"stores": "function.graph_ids"}),
            ),
        },
    ),
    base_url_env=("WRITER_BASE_URL",),
    model="palmyra-x5",
    docs="https://dev.writer.com/api-reference/completion-api/chat-completion",
)
