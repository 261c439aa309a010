"""How one provider's Interactions API differs from the one of AI Studio; the defaults are AI Studio.

Facts: https://ai.google.dev/api/interactions-api. Vertex AI has the same resource under a project and a location: there the
base URL is `https://aiplatform.googleapis.com/v1beta1/projects/{project}/locations/{location}`
(https://docs.cloud.google.com/gemini-enterprise-agent-platform/reference/rest/v1beta1/projects.locations.interactions/create).
"""

from __future__ import annotations

import msgspec

from ..json_schema import Schemas

__all__ = ["InteractionsDialect"]


class InteractionsDialect(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One vendor's way of speaking Interactions."""

    path: str = "/interactions"
    """Appended to the base URL."""

    agents: tuple[str, ...] = ("deep-research-", "antigravity-", "code-mender-", "agents/")
    """Beginnings of the ids that name an agent: such a one goes into the field `agent`, and the request has no
    `generation_config` (https://ai.google.dev/gemini-api/docs/deep-research)."""

    schemas: Schemas = Schemas()
    """What is taken of JSON Schema in parameters of functions and in `response_format`."""

    result_media: bool = True
    """Whether a function's result may hold media; if not, they follow as the user's input, and it is reported."""

    server_tools: tuple[str, ...] = ("web_search", "web_fetch", "code_execution", "file_search", "computer", "remote_mcp")
    """The tools that the vendor has, by their neutral names; others are not offered."""

    labels: bool = True
    """Whether `labels` are taken, which is where `Request.metadata` goes; False drops and reports it."""

    lists_models: bool = True
    """Whether `GET {base_url}/models` lists the models."""
