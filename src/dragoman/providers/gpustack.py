"""GPUStack, a server of your own: https://docs.gpustack.ai/latest/integrations/inference-apis.

The user gives the base URL, `http://HOST/v1`.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "gpustack",
    "GPUStack",
    None,
    ("GPUSTACK_API_KEY",),
    dialect=ChatDialect(
        # https://docs.gpustack.ai/latest/user-guide/built-in-inference-backends: vLLM, SGLang and their kin answer. Of `user`,
        # caching, `metadata` and sound as an answer vLLM makes nothing, tools are functions, and there is `top_k`:
        # https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py
        system_role="system",
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        top_k=True,
        # https://docs.vllm.ai/en/stable/features/reasoning_outputs: without a reasoning parser <think> tags stay in the answer.
        think_tags=True,
        # Reasoning goes back with its tool calls, in the field it came in, as recorded in
        # https://github.com/crmne/ruby_llm/blob/main/spec/fixtures/vcr_cassettes/chat_function_calling_gpustack_qwen3_can_use_tools_without_parameters.yml
        echo="tool_turns",
    ),
    key_required=False,
    base_url_env=("GPUSTACK_BASE_URL",),
    docs="https://docs.gpustack.ai/latest/integrations/inference-apis",
)
