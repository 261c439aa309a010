"""Anthropic's models at Microsoft Foundry: https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry.

The resource is yours; the model is the name of the deployment. What is said is Anthropic's own.
"""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import COMPUTER_BETA, REFERENCE, MessagesDialect, ToolForm
from .base import Auth, Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "foundry",
    "Claude in Microsoft Foundry",
    "https://{resource}.services.ai.azure.com/anthropic",
    ("ANTHROPIC_FOUNDRY_API_KEY",),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry: Anthropic's own API, its rules for
        # schemas included.
        schemas=REFERENCE.schemas,
        thinking_alone=True,
        # The same page: deployments hosted on Anthropic have the server tools and the MCP connector, files are in beta there; the
        # toolset of the computer is not there, its older form is.
        server_tools={
            **REFERENCE.server_tools,
            "code_execution": ToolForm("code_execution_20260521", betas=("files-api-2025-04-14",)),
            "computer": COMPUTER_BETA,
        },
    ),
    # https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry: a key in `api-key` or `x-api-key`, a
    # Microsoft Entra token as a bearer.
    auth=Auth("x-api-key", ""),
    token_auth=Auth(),
    base_url_env=("ANTHROPIC_FOUNDRY_BASE_URL",),
    variables={"resource": Variable("the name of the Foundry resource", ("ANTHROPIC_FOUNDRY_RESOURCE",))},
    docs="https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry",
    catalog="anthropic",
)
