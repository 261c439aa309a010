"""Azure OpenAI, version 1 of its API: https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle.

The user gives the base URL, `https://RESOURCE.openai.azure.com/openai/v1`; the model is the name of the deployment. What is
said is OpenAI's own.
"""

from __future__ import annotations

from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "azure",
    "Azure OpenAI",
    None,
    ("AZURE_OPENAI_API_KEY",),
    # The same page: a key goes in a header of its own, a Microsoft Entra token as a bearer.
    auth=Auth("api-key", ""),
    base_url_env=("AZURE_OPENAI_BASE_URL",),
    docs="https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle",
)
