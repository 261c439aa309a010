"""Volcengine Ark (Doubao) by Responses: https://www.volcengine.com/docs/82379/1569618.

It can hold the conversation (`extra={"previous_response_id": ...}`), and stores what it says unless `store` is false.
"""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "volcengine-responses",
    "Volcengine Ark (Responses)",
    "https://ark.cn-beijing.volces.com/api/v3",
    ("ARK_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # The parameters and types of the vendor's own client: prompts are neither counted nor marked, and functions say
        # nothing of `strict` by themselves; a call's output is text.
        # https://github.com/volcengine/volcengine-python-sdk/tree/master/volcenginesdkarkruntime/types/responses
        count=False,
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("metadata", "top_logprobs"),
        logprobs=False,
        media_results=False,
        strict=None,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # minimal, low, medium or high:
        # https://github.com/volcengine/volcengine-python-sdk/blob/master/volcenginesdkarkruntime/types/shared/reasoning_effort.py
        efforts={"none": "minimal", "xhigh": "high", "max": "high"},
        summaries=False,
        ask_encrypted=False,
        echo="always",
        lone_reasoning=True,
    ),
    base_url_env=("VOLCENGINE_BASE_URL",),
    docs="https://www.volcengine.com/docs/82379/1569618",
    catalog="volcengine",
)
