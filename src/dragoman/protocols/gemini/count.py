"""The vendor's count of a prompt: `POST .../models/{model}:countTokens` (https://ai.google.dev/api/tokens).

AI Studio takes the whole request in `generateContentRequest`, with the model named in it. Vertex AI takes some of its fields
beside each other (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens): what was put into
a cached content is not among them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.count import Count
from ...types.request import Request
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..counting import encode_counted, fields, read_count
from .dialect import GeminiDialect
from .encode_request import encode_request

__all__ = ["decode_count", "encode_count"]

_REFERENCE = GeminiDialect()
_VERTEX = frozenset({"contents", "systemInstruction", "tools", "generationConfig"})


def encode_count(request: Request, target: Target, report: Report) -> HttpRequest:
    """The request for a count."""
    dialect = target.dialect if isinstance(target.dialect, GeminiDialect) else _REFERENCE
    http = encode_request(msgspec.structs.replace(request, stream=False), target, report)
    url = http.url.removesuffix(":generateContent")
    if dialect.model_path != _REFERENCE.model_path:
        return encode_counted(http, f"{url}:countTokens", fields(http, _VERTEX))
    whole: dict[str, Any] = msgspec.json.decode(http.body)
    named = {"model": url.removeprefix(f"{target.base_url}/"), **whole}
    return encode_counted(http, f"{url}:countTokens", {"generateContentRequest": named})


def decode_count(body: bytes, target: Target) -> Count | Failure:
    """The count in an answer."""
    return read_count(body, "totalTokens")
