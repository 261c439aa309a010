"""The wire format as one object (https://platform.openai.com/docs/api-reference/chat)."""

from __future__ import annotations

from ...types.count import Count
from ...types.events import Event
from ...types.request import Request
from ...types.response import Failure, Response
from ...wire.http import HttpHead, HttpRequest
from ..base import CacheRules, Decoder, Encoder, HttpReply, ModelPage, Protocol, Report, Target, ToolIdRule
from .caching import caching
from .count import decode_count, encode_count
from .decode_request import decode_request
from .decode_response import decode_response
from .decode_stream import StreamDecoder
from .dialect import ChatDialect
from .encode_request import encode_request
from .encode_response import encode_response
from .encode_stream import StreamEncoder
from .errors import decode_failure, encode_failure
from .models import decode_models, encode_models

__all__ = ["PROTOCOL", "OpenAIChat"]


class OpenAIChat(Protocol):
    """Chat Completions: `POST {base_url}/chat/completions`, server-sent events that end in `[DONE]`."""

    name = "openai_chat"
    # OpenAI refuses longer ids; which characters it takes is not written down, and it takes other vendors'.
    tool_ids = ToolIdRule(r"\S{1,40}", 29, prefix="call_")

    def encode_request(self, request: Request, target: Target, report: Report) -> HttpRequest:
        return encode_request(request, target, report)

    def stream_decoder(self, target: Target) -> Decoder:
        return StreamDecoder(target)

    def decode_response(self, body: bytes, target: Target) -> list[Event]:
        return decode_response(body, target)

    def decode_failure(self, head: HttpHead, body: bytes, target: Target) -> Failure:
        return decode_failure(head, body)

    def decode_request(self, request: HttpRequest) -> Request:
        return decode_request(request)

    def stream_encoder(self, request: Request) -> Encoder:
        return StreamEncoder(request)

    def encode_response(self, response: Response, request: Request) -> bytes:
        return encode_response(response)

    def encode_failure(self, failure: Failure) -> HttpReply:
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

    def schema_beside_tools(self, target: Target) -> bool:
        """As the vendor says, in `ChatDialect.schema_beside_tools`."""
        return not isinstance(target.dialect, ChatDialect) or target.dialect.schema_beside_tools

    def serves(self, method: str, path: str) -> bool:
        return method.upper() == "POST" and path.partition("?")[0].rstrip("/").endswith("/chat/completions")


PROTOCOL = OpenAIChat()
