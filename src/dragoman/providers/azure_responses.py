"""Azure OpenAI by its Responses API: https://learn.microsoft.com/en-us/azure/foundry/openai/how-to/responses.

The resource is yours; the model is the name of the deployment. What is said is OpenAI's own.
"""

from __future__ import annotations

from .base import Auth, Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "azure-responses",
    "Azure OpenAI (Responses)",
    "https://{host}/openai/v1",
    ("AZURE_OPENAI_API_KEY",),
    "openai_responses",
    # https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle: a key goes in a header of its own, a
    # Microsoft Entra token as a bearer.
    auth=Auth("api-key", ""),
    token_auth=Auth(),
    token_env=("AZURE_OPENAI_AD_TOKEN",),
    base_url_env=("AZURE_OPENAI_BASE_URL",),
    variables={
        "resource": Variable("the name of the Azure OpenAI resource", ("AZURE_OPENAI_RESOURCE", "AZURE_RESOURCE_NAME")),
        "host": Variable("the endpoint of the resource", ("AZURE_OPENAI_ENDPOINT",), "{resource}.openai.azure.com"),
    },
    docs="https://learn.microsoft.com/en-us/azure/foundry/openai/how-to/responses",
    catalog="azure",
)
