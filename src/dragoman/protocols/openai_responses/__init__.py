"""OpenAI's Responses API and the vendors that speak it: https://platform.openai.com/docs/api-reference/responses."""

from __future__ import annotations

from .dialect import ResponsesDialect
from .protocol import PROTOCOL, OpenAIResponses

__all__ = ["PROTOCOL", "OpenAIResponses", "ResponsesDialect"]
