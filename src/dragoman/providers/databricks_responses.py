"""Databricks by Responses: OpenAI's models as OpenAI has them, and a form of it for the models of all vendors.

The workspace is yours; the model is the name of the endpoint.
"""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import REFERENCE, ResponsesDialect
from .base import Provider, Variable

__all__ = ["OPEN", "PROVIDER"]

PROVIDER = Provider(
    "databricks-responses",
    "OpenAI at Databricks (Responses)",
    "https://{host}/serving-endpoints",
    ("DATABRICKS_TOKEN",),
    "openai_responses",
    # https://docs.databricks.com/aws/en/machine-learning/model-serving/query-openai-responses: requests go to OpenAI's models
    # as they are, with all parameters and tools; an endpoint that counts is not named.
    replace(REFERENCE, count=False),
    base_url_env=("DATABRICKS_BASE_URL",),
    variables={"host": Variable("the host of the workspace", ("DATABRICKS_HOST",))},
    docs="https://docs.databricks.com/aws/en/machine-learning/model-serving/query-openai-responses",
    catalog="databricks",
)

OPEN = replace(
    PROVIDER,
    name="databricks-open-responses",
    title="Databricks (Responses)",
    dialect=ResponsesDialect(
        # https://docs.databricks.com/aws/en/machine-learning/model-serving/query-open-responses-models: for every vendor's
        # models, with functions and reasoning, without state; `user` and `metadata` are ignored.
        path="/open-responses",
        count=False,
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("metadata", "service_tier"),
        logprobs=False,
        system_role="system",  # the word that the models behind it have in common
        developer_role=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        echo="always",
        lone_reasoning=True,
    ),
    docs="https://docs.databricks.com/aws/en/machine-learning/model-serving/query-open-responses-models",
)
