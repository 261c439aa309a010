"""The vendor's count of a prompt: `POST /responses/input_tokens`, answered with `{"input_tokens": 18}`.

https://platform.openai.com/docs/api-reference/responses/input-tokens names the fields that are taken; llama.cpp's server
has the same path.
"""

from __future__ import annotations

import msgspec

from ...types.count import Count
from ...types.request import Request
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..counting import below, encode_counted, fields, read_count
from .dialect import REFERENCE, ResponsesDialect
from .encode_request import encode_request

__all__ = ["decode_count", "encode_count"]

_COUNTED = frozenset(
    {
        *("model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "truncation"),
        *("previous_response_id", "conversation", "personality"),
    }
)


def encode_count(request: Request, target: Target, report: Report) -> HttpRequest | None:
    """The request for a count; None where the dialect knows of none."""
    dialect = target.dialect if isinstance(target.dialect, ResponsesDialect) else REFERENCE
    if not dialect.count:
        return None
    http = encode_request(msgspec.structs.replace(request, stream=False), target, report)
    return encode_counted(http, below(http.url, "/input_tokens"), fields(http, _COUNTED))


def decode_count(body: bytes, target: Target) -> Count | Failure:
    """The count in an answer."""
    return read_count(body, "input_tokens")
