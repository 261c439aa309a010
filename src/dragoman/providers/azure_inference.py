"""Models of many vendors at Microsoft Foundry, by the Azure AI model inference API:
https://learn.microsoft.com/en-us/rest/api/aifoundry/model-inference/get-chat-completions/get-chat-completions.

The model is the name of the deployment.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Auth, Provider, Variable

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "azure-inference",
    "Azure AI model inference",
    "https://{host}/models?api-version={api_version}",
    ("AZURE_INFERENCE_CREDENTIAL", "AZURE_AI_API_KEY"),
    dialect=ChatDialect(
        # What https://learn.microsoft.com/en-us/rest/api/aifoundry/model-inference/get-chat-completions/get-chat-completions
        # lists in its body.
        max_tokens_field="max_tokens",
        system_role="system",
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("n", "logprobs", "top_logprobs", "metadata", "service_tier", "parallel_tool_calls"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
    ),
    # The same page: a key goes in a header of its own, a Microsoft Entra token as a bearer.
    auth=Auth("api-key", ""),
    token_auth=Auth(),
    variables={
        "resource": Variable("the name of the Foundry resource", ("AZURE_AI_RESOURCE",)),
        "host": Variable("the endpoint of the resource", ("AZURE_INFERENCE_HOST",), "{resource}.services.ai.azure.com"),
        "api_version": Variable("the version of the API", ("AZURE_INFERENCE_API_VERSION",), "2024-05-01-preview"),
    },
    docs="https://learn.microsoft.com/en-us/rest/api/aifoundry/model-inference/get-chat-completions/get-chat-completions",
)
