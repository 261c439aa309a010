"""Claude at Snowflake Cortex, in Anthropic's format: https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api.

The account is yours (`ORGANISATION-ACCOUNT`); the key is a programmatic access token.
"""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import REFERENCE, MessagesDialect
from .base import Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "snowflake-messages",
    "Claude at Snowflake Cortex",
    "https://{account}.snowflakecomputing.com/api/v2/cortex",
    ("SNOWFLAKE_PAT", "SNOWFLAKE_CORTEX_PAT"),
    "anthropic_messages",
    MessagesDialect(
        # https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api: Claude only, and Anthropic's own fields, so
        # its limits on schemas hold. Which of its own tools run there it does not say.
        schemas=REFERENCE.schemas,
        thinking_alone=True,
        count_path=None,  # the same page names no endpoint that counts
    ),
    base_url_env=("SNOWFLAKE_MESSAGES_BASE_URL",),
    variables={"account": Variable("the Snowflake account", ("SNOWFLAKE_ACCOUNT",))},
    docs="https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api",
    catalog="snowflake",
)
