"""vLLM on this machine by Responses: https://docs.vllm.ai/en/stable/serving/online_serving/."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vllm-responses",
    "vLLM on this machine (Responses)",
    "http://localhost:8000/v1",
    ("VLLM_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/responses/protocol.py: settings beyond
        # OpenAI's; the key for caching has no effect, there is no endpoint that counts. Responses are stored only where the
        # server is told to.
        count=False,
        also=("top_k", "stop", "seed", "presence_penalty", "frequency_penalty"),
        cache_key_field=None,
        cache_marks=False,
        drop=("service_tier",),
        # https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/responses/utils.py: reasoning is text, and an
        # encrypted item is refused.
        summaries=False,
        ask_encrypted=False,
        echo="always",
        lone_reasoning=True,
        system_role="system",  # what the models' templates know: https://docs.vllm.ai/en/stable/serving/online_serving/#chat-template
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
    ),
    key_required=False,
    base_url_env=("VLLM_BASE_URL",),
    docs="https://docs.vllm.ai/en/stable/serving/online_serving/",
)
