"""Snowflake Cortex: https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api.

The account is yours (`ORGANISATION-ACCOUNT`); the key is a programmatic access token.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "snowflake",
    "Snowflake Cortex",
    "https://{account}.snowflakecomputing.com/api/v2/cortex/v1",
    ("SNOWFLAKE_PAT", "SNOWFLAKE_CORTEX_PAT"),
    dialect=ChatDialect(
        # https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api: `max_tokens` is the older word; what its
        # table does not list is not sent.
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("seed", "metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Thinking is asked for with OpenRouter's object, and its `reasoning_details` come back as they were.
        reasoning_style="reasoning",
        echo="always",
    ),
    base_url_env=("SNOWFLAKE_BASE_URL",),
    variables={"account": Variable("the Snowflake account", ("SNOWFLAKE_ACCOUNT",))},
    docs="https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api",
)
