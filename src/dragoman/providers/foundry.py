"""Anthropic's models at Microsoft Foundry: https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry.

The resource is yours; the model is the name of the deployment. What is said is Anthropic's own.
"""

from __future__ import annotations

from .base import Auth, Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "foundry",
    "Claude in Microsoft Foundry",
    "https://{resource}.services.ai.azure.com/anthropic",
    ("ANTHROPIC_FOUNDRY_API_KEY",),
    "anthropic_messages",
    # The same page: a key in `api-key` or `x-api-key`, a Microsoft Entra token as a bearer.
    auth=Auth("x-api-key", ""),
    token_auth=Auth(),
    base_url_env=("ANTHROPIC_FOUNDRY_BASE_URL",),
    variables={"resource": Variable("the name of the Foundry resource", ("ANTHROPIC_FOUNDRY_RESOURCE",))},
    docs="https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry",
    catalog="anthropic",
)
