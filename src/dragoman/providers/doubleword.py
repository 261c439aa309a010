"""Doubleword: https://docs.doubleword.ai/inference-api."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "doubleword",
    "Doubleword",
    "https://api.doubleword.ai/v1",
    ("DOUBLEWORD_API_KEY",),
    dialect=ChatDialect(
        # What the server's own description of its API has, `max_tokens` and four roles:
        # https://github.com/doublewordai/control-layer/blob/main/dwctl/src/openapi/extra_types.rs
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        # What its router knows, functions only, and passes on beyond that (`top_k`):
        # https://github.com/doublewordai/control-layer/blob/main/onwards/src/strict/schemas/chat_completions.rs
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        top_k=True,
        # https://github.com/doublewordai/control-layer/blob/main/onwards/src/strict/schemas/chat_completions.rs: whatever a
        # server calls its reasoning becomes `reasoning_content`; with tool calls it goes back, as recorded in
        # https://github.com/0xPlaygrounds/rig/blob/main/tests/cassettes/doubleword/tools/optional_argument.yaml
        echo="tool_turns",
        echo_field="reasoning_content",
    ),
    base_url_env=("DOUBLEWORD_BASE_URL",),
    model="zai-org/GLM-5.3",
    docs="https://docs.doubleword.ai/inference-api",
)
