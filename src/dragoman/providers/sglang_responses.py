"""SGLang on this machine by Responses: https://docs.sglang.io/docs/basic_usage/openai_api."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "sglang-responses",
    "SGLang on this machine (Responses)",
    "http://localhost:30000/v1",
    ("SGLANG_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/entrypoints/openai/protocol.py (`ResponsesRequest`):
        # settings beyond OpenAI's, no caching, no endpoint that counts.
        count=False,
        also=("top_k", "stop", "presence_penalty", "frequency_penalty"),
        cache_key_field=None,
        cache_marks=False,
        # https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/entrypoints/openai/serving_responses.py: text and
        # images; reasoning is text.
        files=False,
        ask_encrypted=False,
        echo="always",
        lone_reasoning=True,
        system_role="system",  # what the models' templates know
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
    ),
    key_required=False,
    base_url_env=("SGLANG_BASE_URL",),
    docs="https://docs.sglang.io/docs/basic_usage/openai_api",
)
