"""Venice: https://docs.venice.ai/api-reference/endpoint/chat/completions."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from ..protocols.tool_forms import Form
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "venice",
    "Venice",
    "https://api.venice.ai/api/v1",
    ("VENICE_API_KEY", "VENICE_AI_API_KEY"),
    dialect=ChatDialect(
        # What https://docs.venice.ai/api-reference/endpoint/chat/completions lists, and refuses beyond: `user` is discarded, a
        # mark for caching is one of parts and not of the request; files may be URLs. Its schema:
        # https://github.com/veniceai/api-docs/blob/main/swagger.yaml
        system_role="system",  # its own instructions stand before them; `developer` is taken too
        user_field=None,
        cache_marks="none",
        top_k=True,
        drop=("service_tier", "modalities", "audio", "logit_bias"),
        document_urls=True,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        video_urls=True,
        # https://docs.venice.ai/guides/features/reasoning-models: reasoning comes in `reasoning_content`, which assistant
        # messages have, too; that of older models is in <think> tags, which `venice_parameters.strip_thinking_response` would
        # take away: https://github.com/veniceai/api-docs/blob/main/swagger.yaml
        think_tags=True,
        echo="tool_turns",
        echo_field="reasoning_content",
        # https://docs.venice.ai/api-reference/endpoint/chat/completions, `venice_parameters`: the model decides whether to
        # search.
        server_tools={
            "web_search": (
                Form({"venice_parameters": {"enable_web_search": "auto", "enable_web_citations": True}}, in_body=True),
            )
        },
    ),
    base_url_env=("VENICE_BASE_URL",),
    model="zai-org-glm-5-2",
    docs="https://docs.venice.ai/api-reference/endpoint/chat/completions",
)
