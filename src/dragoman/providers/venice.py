"""Venice: https://docs.venice.ai/api-reference/endpoint/chat/completions."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "venice",
    "Venice",
    "https://api.venice.ai/api/v1",
    ("VENICE_API_KEY", "VENICE_AI_API_KEY"),
    dialect=ChatDialect(
        # What https://docs.venice.ai/api-reference/endpoint/chat/completions lists.
        system_role="system",  # its own instructions stand before them; `developer` is taken too
        cache_marks="none",
        top_k=True,
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        video_urls=True,
        # https://docs.venice.ai/guides/features/reasoning-models: in `reasoning_content`, older models in <think> tags.
        think_tags=True,
        echo="tool_turns",
        echo_field="reasoning_content",
    ),
    base_url_env=("VENICE_BASE_URL",),
    model="zai-org-glm-5-2",
    docs="https://docs.venice.ai/api-reference/endpoint/chat/completions",
)
