"""GitHub Copilot: https://docs.github.com/en/copilot/how-tos/copilot-cli/set-up-copilot-cli/authenticate-copilot-cli.

The key is the OAuth token of a GitHub account with Copilot; it is exchanged for a token that is good for half an hour.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Auth, Provider, TokenExchange

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "github-copilot",
    "GitHub Copilot",
    "https://api.githubcopilot.com",
    ("COPILOT_GITHUB_TOKEN", "GITHUB_COPILOT_TOKEN"),
    dialect=ChatDialect(
        # Models of several vendors behind one API that is not documented: what VS Code's own extension sends it is sent.
        # https://github.com/microsoft/vscode-copilot-chat/blob/main/src/platform/networking/common/fetch.ts
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
    ),
    base_url_env=("GITHUB_COPILOT_BASE_URL",),
    # The exchange of VS Code's own extension (https://github.com/microsoft/vscode-copilot-chat): the answer says for how long
    # the token is good and which host it is good for. A token that begins with `tid=` is one already.
    exchange=TokenExchange(
        "https://api.github.com/copilot_internal/v2/token",
        Auth("authorization", "token "),
        {"editor-version": "vscode/1.107.0", "editor-plugin-version": "copilot-chat/0.35.0"},
        base_url=("endpoints", "api"),
        ready="tid=",
    ),
    # Requests without an editor and an integration that the service knows are refused. A request with pictures wants
    # `copilot-vision-request: true` beside them.
    # https://github.com/BerriAI/litellm/blob/main/litellm/llms/github_copilot/common_utils.py
    headers={
        "editor-version": "vscode/1.107.0",
        "editor-plugin-version": "copilot-chat/0.35.0",
        "copilot-integration-id": "vscode-chat",
        "openai-intent": "conversation-panel",
    },
    docs="https://docs.github.com/en/copilot/reference/ai-models/supported-models",
)
