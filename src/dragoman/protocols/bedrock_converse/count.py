"""The service's count of a prompt (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html).

`POST /model/{id}/count-tokens` takes what of a Converse request makes the prompt, for foundation models only: an inference
profile is counted as the model behind it.
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from ...types.count import Count
from ...types.request import Request
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..counting import encode_counted, fields, read_count
from .encode_request import encode_request
from .wire import foundation

__all__ = ["decode_count", "encode_count"]

_COUNTED = frozenset({"messages", "system", "toolConfig", "additionalModelRequestFields"})


def encode_count(request: Request, target: Target, report: Report) -> HttpRequest:
    """The request for a count."""
    http = encode_request(msgspec.structs.replace(request, stream=False), target, report)
    model = quote(foundation(target.model or request.model), safe="")
    return encode_counted(http, f"{target.base_url}/model/{model}/count-tokens", {"input": {"converse": fields(http, _COUNTED)}})


def decode_count(body: bytes, target: Target) -> Count | Failure:
    """The count in an answer."""
    return read_count(body, "inputTokens")
