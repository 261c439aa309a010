"""Databricks foundation models: https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference.

The user gives the base URL, `https://WORKSPACE/serving-endpoints`; the model is the name of the endpoint.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "databricks",
    "Databricks",
    None,
    ("DATABRICKS_TOKEN",),
    dialect=ChatDialect(
        # What https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference#chat-request lists.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        top_k=True,
        parallel_tool_calls=False,
        # The same page: low, medium, high.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
    ),
    base_url_env=("DATABRICKS_BASE_URL",),
    docs="https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference",
)
