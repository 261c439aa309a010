"""Z.ai (GLM): https://docs.z.ai/api-reference/llm/chat-completion.

The coding plan has another base URL, https://api.z.ai/api/coding/paas/v4 (https://docs.z.ai/devpack/overview): give it in
`ZAI_BASE_URL`. `zhipu` is the Chinese host: https://docs.bigmodel.cn/api-reference.
"""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.openai_chat.dialect import ChatDialect
from ..protocols.tool_forms import Form, Setting
from .base import Provider

__all__ = ["CHINA", "PROVIDER"]

# The engine has to be named; it looks at one domain or at all: https://docs.z.ai/guides/tools/web-search
_SEARCH = Form(
    {"type": "web_search", "web_search": {"enable": True, "search_engine": "search-prime", "search_result": True}},
    {
        "allowed_domains": Setting("web_search.search_domain_filter", one=True),
        "context": Setting("web_search.content_size", words=("medium", "high")),
    },
)

PROVIDER = Provider(
    "zai",
    "Z.ai",
    "https://api.z.ai/api/paas/v4",
    ("ZAI_API_KEY",),
    dialect=ChatDialect(
        # https://docs.z.ai/api-reference/llm/chat-completion: what is not in it has no effect there.
        max_tokens_field="max_tokens",
        stream_options=False,  # usage comes unasked
        user_field="user_id",
        cache_key_field=None,
        cache_marks="none",
        names=False,
        drop=(
            "n",
            "seed",
            "presence_penalty",
            "frequency_penalty",
            "logprobs",
            "top_logprobs",
            "metadata",
            "service_tier",
            "modalities",
            "audio",
        ),
        # https://docs.z.ai/api-reference/llm/chat-completion: both lie between 0 and 1, and greedy sampling is `do_sample:
        # false`, not a zero. The choice of tools is `auto`, and an answer is JSON without a schema.
        clamp={"temperature": (0.01, 1.0), "top_p": (0.01, 1.0)},
        strict=False,
        parallel_tool_calls=False,
        custom_tools=False,
        tool_choices=("auto",),
        json_schema="json_object",
        system_role="system",
        developer_role=False,
        video_urls=True,
        # https://docs.z.ai/guides/capabilities/thinking-mode: a switch and, from GLM-5.2, an effort;
        # reasoning comes back with tool calls, and all of it where `clear_thinking` is false. The server leaves out what it does
        # not want.
        reasoning_style="thinking",
        echo="always",
        echo_field="reasoning_content",
        # A search of its own: https://docs.z.ai/guides/tools/web-search
        server_tools={"web_search": (_SEARCH,)},
    ),
    base_url_env=("ZAI_BASE_URL",),
    model="glm-5.2",
    docs="https://docs.z.ai/api-reference/llm/chat-completion",
)

_ENGINE = {"type": "web_search", "web_search": {"enable": True, "search_engine": "search_std", "search_result": True}}

CHINA = replace(
    PROVIDER,
    name="zhipu",
    title="Zhipu AI (China)",
    # https://docs.bigmodel.cn/cn/guide/tools/web-search: other engines
    dialect=replace(PROVIDER.dialect, server_tools={"web_search": (replace(_SEARCH, base=_ENGINE),)}),
    base_url="https://open.bigmodel.cn/api/paas/v4",
    key_env=("ZHIPU_API_KEY", "ZHIPUAI_API_KEY"),
    base_url_env=("ZHIPU_BASE_URL",),
    docs="https://docs.bigmodel.cn/api-reference",
)
