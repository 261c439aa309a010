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
        # What https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api lists, read second-hand, in
        # https://github.com/BerriAI/litellm/blob/main/litellm/llms/snowflake/chat/transformation.py.
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("seed", "metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Not documented for tools, says
        # https://github.com/pydantic/pydantic-ai/blob/main/pydantic_ai_slim/pydantic_ai/providers/snowflake.py.
        strict=False,
        # Claude is asked to think with OpenRouter's object, and its `reasoning_details` go back as they came, as recorded in
        # https://github.com/pydantic/pydantic-ai/blob/main/tests/models/cassettes/test_snowflake/test_snowflake_thinking.yaml
        reasoning_style="reasoning",
        echo="always",
    ),
    base_url_env=("SNOWFLAKE_BASE_URL",),
    variables={"account": Variable("the Snowflake account", ("SNOWFLAKE_ACCOUNT",))},
    docs="https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api",
)
