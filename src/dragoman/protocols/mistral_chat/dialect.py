"""How a server of this wire differs from Mistral's own API; the default is that API."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..base import ToolIdRule
from ..json_schema import Schemas

__all__ = ["MistralDialect"]


class MistralDialect(msgspec.Struct, frozen=True):
    """What a server of this wire takes; the defaults are Mistral's own API as a whole, with all its models."""

    after_tools: Literal["assistant", "any"] = "assistant"
    """Who may speak after tool results. Many models refuse a user there with code 3230, `Unexpected role 'user' after role
    'tool'` (https://github.com/BerriAI/litellm/issues/17761): a short assistant message is put between. Some newer
    models take `any`."""

    schemas: Schemas = Schemas()
    """What is taken of JSON Schema. Mistral writes down no limits, and takes references, formats and `$schema`
    (https://docs.mistral.ai/capabilities/structured_output/custom)."""

    tool_ids: ToolIdRule | None = None
    """Ids of calls that the server takes where they are not Mistral's nine letters or digits."""

    server_tools: tuple[str, ...] = ("file_search",)
    """The tools that the vendor has, by their neutral names; others are not offered."""
