"""Claude at Databricks, in Anthropic's format:
https://docs.databricks.com/aws/en/machine-learning/model-serving/query-anthropic-messages.

The workspace is yours; the model is the name of the endpoint.
"""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import REFERENCE, MessagesDialect
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "databricks-messages",
    "Claude at Databricks",
    "https://{host}/serving-endpoints/anthropic",
    ("DATABRICKS_TOKEN",),
    "anthropic_messages",
    MessagesDialect(
        # https://docs.databricks.com/aws/en/machine-learning/model-serving/query-anthropic-messages: requests go to Claude as
        # they are, so Anthropic's limits on schemas hold. Which of its own tools run there it does not say.
        schemas=REFERENCE.schemas,
        thinking_alone=True,
        count_path=None,  # the same page names no endpoint that counts
    ),
    base_url_env=("DATABRICKS_MESSAGES_BASE_URL",),
    variables={"host": Variable("the host of the workspace", ("DATABRICKS_HOST",))},
    docs="https://docs.databricks.com/aws/en/machine-learning/model-serving/query-anthropic-messages",
    catalog="databricks",
)
