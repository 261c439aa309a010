"""Amazon Bedrock's Converse API, from both sides.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

from ...types.count import Count
from ...types.events import Event
from ...types.request import Request
from ...types.response import Failure, Response
from ...wire.http import HttpHead, HttpRequest
from ..base import CacheRules, HttpReply, ModelPage, Protocol, Report, Target, ToolIdRule
from .caching import caching
from .count import decode_count, encode_count
from .decode_request import PATH, decode_request
from .decode_response import decode_response
from .decode_stream import ConverseDecoder
from .dialect import ConverseDialect
from .encode_request import encode_request
from .encode_response import encode_response
from .encode_stream import ConverseEncoder
from .errors import decode_failure, encode_failure
from .models import decode_models, encode_models

__all__ = ["PROTOCOL", "BedrockConverse", "ConverseDialect"]


class BedrockConverse(Protocol):
    """The Converse wire format: the model in the path, blocks as unions, streams as binary messages."""

    name = "bedrock_converse"
    framing = "eventstream"
    tool_ids = ToolIdRule(r"[a-zA-Z0-9_.:-]{1,64}", 30, prefix="tooluse_")
    uncounted = ("support counting tokens",)

    def encode_request(self, request: Request, target: Target, report: Report) -> HttpRequest:
        """See `encode_request.py`."""
        return encode_request(request, target, report)

    def stream_decoder(self, target: Target) -> ConverseDecoder:
        """See `decode_stream.py`."""
        return ConverseDecoder(target.origin())

    def decode_response(self, body: bytes, target: Target) -> list[Event]:
        """See `decode_response.py`."""
        return decode_response(body, target.origin())

    def decode_failure(self, head: HttpHead, body: bytes, target: Target) -> Failure:
        """See `errors.py`."""
        return decode_failure(head, body)

    def decode_request(self, request: HttpRequest) -> Request:
        """See `decode_request.py`."""
        return decode_request(request)

    def stream_encoder(self, request: Request) -> ConverseEncoder:
        """See `encode_stream.py`."""
        return ConverseEncoder()

    def encode_response(self, response: Response, request: Request) -> bytes:
        """See `encode_response.py`."""
        return encode_response(response)

    def encode_failure(self, failure: Failure) -> HttpReply:
        """See `errors.py`."""
        return encode_failure(failure)

    def encode_models(self, target: Target, after: str | None = None) -> HttpRequest:
        return encode_models(target, after)

    def decode_models(self, body: bytes, target: Target) -> ModelPage | Failure:
        return decode_models(body, target)

    def encode_count(self, request: Request, target: Target, report: Report) -> HttpRequest | None:
        return encode_count(request, target, report)

    def decode_count(self, body: bytes, target: Target) -> Count | Failure:
        return decode_count(body, target)

    def caching(self, target: Target) -> CacheRules:
        return caching(target)

    def serves(self, method: str, path: str) -> bool:
        """`POST .../model/{modelId}/converse` and `/converse-stream`, whatever stands before it."""
        return method.upper() == "POST" and bool(PATH.fullmatch(path.partition("?")[0][_start(path) :]))


def _start(path: str) -> int:
    return max(path.find("/model/"), 0)


PROTOCOL = BedrockConverse()
