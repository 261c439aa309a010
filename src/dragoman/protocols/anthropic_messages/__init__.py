"""Anthropic's Messages API, from both sides (https://platform.claude.com/docs/en/api/messages)."""

from __future__ import annotations

from ...types.count import Count
from ...types.events import Event
from ...types.request import Request
from ...types.response import Failure, Response
from ...wire.http import HttpHead, HttpRequest
from ..base import CacheRules, HttpReply, ModelPage, Protocol, Report, Target, ToolIdRule
from .caching import caching
from .count import decode_count, encode_count
from .decode_request import decode_request
from .decode_response import decode_response
from .decode_stream import MessagesDecoder
from .dialect import MessagesDialect
from .encode_request import encode_request
from .encode_response import encode_response
from .encode_stream import MessagesEncoder
from .errors import decode_failure, encode_failure
from .models import decode_models, encode_models

__all__ = ["PROTOCOL", "AnthropicMessages", "MessagesDialect"]


class AnthropicMessages(Protocol):
    """The Messages wire format: server-sent events, an API version in a header, typed blocks."""

    name = "anthropic_messages"
    framing = "sse"
    tool_ids = ToolIdRule(r"[a-zA-Z0-9_-]+", 30, prefix="toolu_")

    def encode_request(self, request: Request, target: Target, report: Report) -> HttpRequest:
        """See `encode_request.py`."""
        return encode_request(request, target, report)

    def stream_decoder(self, target: Target) -> MessagesDecoder:
        """See `decode_stream.py`."""
        return MessagesDecoder(target.origin())

    def decode_response(self, body: bytes, target: Target) -> list[Event]:
        """See `decode_response.py`."""
        return decode_response(body, target.origin())

    def decode_failure(self, head: HttpHead, body: bytes, target: Target) -> Failure:
        """See `errors.py`."""
        return decode_failure(head, body)

    def decode_request(self, request: HttpRequest) -> Request:
        """See `decode_request.py`."""
        return decode_request(request)

    def stream_encoder(self, request: Request) -> MessagesEncoder:
        """See `encode_stream.py`."""
        return MessagesEncoder(request.model)

    def encode_response(self, response: Response, request: Request) -> bytes:
        """See `encode_response.py`."""
        return encode_response(response, request.model)

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
        """`POST .../messages`, whatever stands before it."""
        return method.upper() == "POST" and path.partition("?")[0].rstrip("/").endswith("/messages")


PROTOCOL = AnthropicMessages()
