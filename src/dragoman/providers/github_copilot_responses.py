"""GitHub Copilot by Responses, which its newer models of OpenAI's need:
https://docs.github.com/en/copilot/how-tos/copilot-cli/set-up-copilot-cli/authenticate-copilot-cli.

The key is the OAuth token of a GitHub account with Copilot; it is exchanged for a token that is good for half an hour.
"""

from __future__ import annotations

from ..protocols.openai_responses.dialect import REFERENCE, ResponsesDialect
from .base import Auth, Provider, TokenExchange

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "github-copilot-responses",
    "GitHub Copilot (Responses)",
    "https://api.githubcopilot.com",
    ("COPILOT_GITHUB_TOKEN", "GITHUB_COPILOT_TOKEN"),
    "openai_responses",
    ResponsesDialect(
        count=False,  # no endpoint that counts is documented: https://github.com/microsoft/vscode-copilot-chat
        # https://github.com/microsoft/vscode-copilot-chat sends `store: false`: the service keeps nothing.
        body={"store": False},
        # OpenAI's own models, so OpenAI's limits on schemas: https://docs.github.com/en/copilot/reference/ai-models/supported-models
        schemas=REFERENCE.schemas,
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
    catalog="github-copilot",
)
