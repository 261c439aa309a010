"""Hugging Face by Responses (beta): https://huggingface.co/docs/inference-providers/guides/responses-api."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from ..protocols.tool_forms import Form
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "huggingface-responses",
    "Hugging Face Inference Providers (Responses)",
    "https://router.huggingface.co/v1",
    ("HF_TOKEN",),
    "openai_responses",
    ResponsesDialect(
        count=False,  # no endpoint that counts is documented: https://huggingface.co/docs/inference-providers/guides/responses-api
        # https://huggingface.co/docs/inference-providers/guides/responses-api: open models at many providers; only what all of
        # them take is sent.
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("service_tier",),
        system_role="system",
        developer_role=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        summaries=False,
        # https://huggingface.co/docs/inference-providers/guides/responses-api: open models think in text, which goes back as it
        # came.
        echo="always",
        lone_reasoning=True,
        # The only tool that it runs itself: https://huggingface.co/docs/inference-providers/guides/responses-api#remote-mcp-execution
        server_tools={
            "remote_mcp": (
                Form(
                    {"type": "mcp"},
                    {
                        "name": "server_label",
                        "url": "server_url",
                        "tools": "allowed_tools",
                        "approval": "require_approval",
                    },
                    always=("approval",),
                ),
            )
        },
        forced_tools=False,
    ),
    base_url_env=("HUGGINGFACE_BASE_URL",),
    docs="https://huggingface.co/docs/inference-providers/guides/responses-api",
    catalog="huggingface",
)
