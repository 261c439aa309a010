"""Perplexity: https://docs.perplexity.ai/api-reference/chat-completions-post."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from ..protocols.tool_forms import Form, Setting
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "perplexity",
    "Perplexity",
    "https://api.perplexity.ai",
    ("PERPLEXITY_API_KEY", "PPLX_API_KEY"),
    dialect=ChatDialect(
        # https://docs.perplexity.ai/api-reference/chat-completions-post: fields that are not there are not sent; choices of tools
        # are words, and files have a form of its own. Every chunk carries usage, unasked. The vendor's client says the same:
        # https://github.com/perplexityai/perplexity-py/blob/main/src/perplexity/types/chat/completion_create_params.py
        max_tokens_field="max_tokens",
        stream_options=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required"),
        files=False,
        input_audio=False,
        video_urls=True,
        top_k=True,
        system_role="system",
        developer_role=False,
        # `After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s)`:
        # https://docs.perplexity.ai/api-reference/chat-completions-post, `messages`.
        late_system=False,
        # https://docs.perplexity.ai/api-reference/chat-completions-post, `reasoning_effort`: minimal, low, medium and high.
        # Models without a field for reasoning write <think> tags:
        # https://docs.perplexity.ai/docs/sonar/models/sonar-reasoning-pro
        efforts={"none": "minimal", "xhigh": "high", "max": "high"},
        think_tags=True,
        # https://docs.perplexity.ai/api-reference/chat-completions-post: every model searches unasked, and is told how.
        server_tools={
            "web_search": (
                Form(
                    {},
                    {
                        "allowed_domains": "search_domain_filter",
                        "blocked_domains": Setting("search_domain_filter", prefix="-"),
                        "context": "web_search_options.search_context_size",
                        "vicinity.city": "web_search_options.user_location.city",
                        "vicinity.region": "web_search_options.user_location.region",
                        "vicinity.country": "web_search_options.user_location.country",
                        "vicinity.latitude": "web_search_options.user_location.latitude",
                        "vicinity.longitude": "web_search_options.user_location.longitude",
                    },
                    in_body=True,
                ),
            )
        },
    ),
    base_url_env=("PERPLEXITY_BASE_URL",),
    model="sonar",
    docs="https://docs.perplexity.ai/api-reference/chat-completions-post",
)
