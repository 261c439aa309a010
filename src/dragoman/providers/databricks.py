"""Databricks foundation models: https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference.

The workspace is yours; the model is the name of the endpoint.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "databricks",
    "Databricks",
    "https://{host}/serving-endpoints",
    ("DATABRICKS_TOKEN",),
    dialect=ChatDialect(
        # What https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference#chat-request lists, read
        # second-hand, in https://github.com/BerriAI/litellm/blob/main/litellm/llms/databricks/chat/transformation.py.
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
        # https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference, `reasoning_effort`: low,
        # medium, high.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
    ),
    base_url_env=("DATABRICKS_BASE_URL",),
    variables={"host": Variable("the host of the workspace", ("DATABRICKS_HOST",))},
    docs="https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference",
)
