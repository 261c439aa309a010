"""Azure OpenAI by the dated versions of its API: https://learn.microsoft.com/en-us/azure/foundry/openai/reference.

The deployment stands in the path and the version in the query; newer resources do without both (`azure`).
"""

from __future__ import annotations

from ..protocols.json_schema.known import OPENAI
from ..protocols.openai_chat.dialect import ChatDialect
from .base import Auth, Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "azure-classic",
    "Azure OpenAI (dated API versions)",
    "https://{host}/openai?api-version={api_version}",
    ("AZURE_OPENAI_API_KEY",),
    dialect=ChatDialect(
        # https://learn.microsoft.com/en-us/azure/foundry/openai/reference#chat-completions: the path names the deployment.
        path="/deployments/{model}/chat/completions",
        model_in_body=False,
        # https://learn.microsoft.com/en-us/azure/foundry/openai/how-to/structured-outputs: the same models, the same schemas.
        schemas=OPENAI,
    ),
    # https://learn.microsoft.com/en-us/azure/foundry/openai/reference: a key goes in a header of its own, a Microsoft Entra token
    # as a bearer.
    auth=Auth("api-key", ""),
    token_auth=Auth(),
    token_env=("AZURE_OPENAI_AD_TOKEN",),
    variables={
        "resource": Variable("the name of the Azure OpenAI resource", ("AZURE_OPENAI_RESOURCE", "AZURE_RESOURCE_NAME")),
        "host": Variable("the endpoint of the resource", ("AZURE_OPENAI_ENDPOINT",), "{resource}.openai.azure.com"),
        # The last version that is no preview: https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle
        "api_version": Variable("the version of the API", ("OPENAI_API_VERSION", "AZURE_OPENAI_API_VERSION"), "2024-10-21"),
    },
    docs="https://learn.microsoft.com/en-us/azure/foundry/openai/reference",
    catalog="azure",
)
