"""Azure OpenAI, version 1 of its API: https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle.

The resource is yours; the model is the name of the deployment. What is said is OpenAI's own.
"""

from __future__ import annotations

from ..protocols.json_schema.known import OPENAI
from ..protocols.openai_chat.dialect import ChatDialect
from .base import Auth, Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "azure",
    "Azure OpenAI",
    "https://{host}/openai/v1",
    ("AZURE_OPENAI_API_KEY",),
    # The same models, the same limits on schemas. OpenAI's search models, which alone search on this wire, are not there:
    # https://learn.microsoft.com/en-us/azure/foundry/openai/how-to/web-search
    dialect=ChatDialect(schemas=OPENAI),
    # https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle: a key goes in a header of its own, a Microsoft
    # Entra token as a bearer.
    auth=Auth("api-key", ""),
    token_auth=Auth(),
    token_env=("AZURE_OPENAI_AD_TOKEN",),
    base_url_env=("AZURE_OPENAI_BASE_URL",),
    variables={
        "resource": Variable("the name of the Azure OpenAI resource", ("AZURE_OPENAI_RESOURCE", "AZURE_RESOURCE_NAME")),
        "host": Variable("the endpoint of the resource", ("AZURE_OPENAI_ENDPOINT",), "{resource}.openai.azure.com"),
    },
    docs="https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle",
)
