"""Cohere's chat, version 2 (https://docs.cohere.com/reference/chat): `POST {base_url}/v2/chat`, server-sent events."""

from __future__ import annotations

from ...types.events import Event
from ...types.request import Request
from ...types.response import Failure, Response
from ...wire.http import HttpHead, HttpRequest
from ..base import Decoder, Encoder, HttpReply, ModelPage, Protocol, Report, Target
from .decode_request import decode_request
from .decode_response import decode_response
from .decode_stream import StreamDecoder
from .encode_request import encode_request
from .encode_response import encode_response
from .encode_stream import StreamEncoder
from .errors import decode_failure, encode_failure
from .models import decode_models, encode_models

__all__ = ["PROTOCOL", "CohereChat"]


class CohereChat(Protocol):
    """Cohere's own wire format. Ids of calls may be anything, so none is rewritten; all vendors speak it alike."""

    name = "cohere_chat"

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
        return StreamEncoder()

    def encode_response(self, response: Response, request: Request) -> bytes:
        return encode_response(response)

    def encode_failure(self, failure: Failure) -> HttpReply:
        return encode_failure(failure)

    def encode_models(self, target: Target, after: str | None = None) -> HttpRequest:
        return encode_models(target, after)

    def decode_models(self, body: bytes, target: Target) -> ModelPage | Failure:
        return decode_models(body, target)

    def schema_beside_tools(self, target: Target) -> bool:
        """No: `response_format` does not go together with tools or documents (https://docs.cohere.com/reference/chat)."""
        return False

    def serves(self, method: str, path: str) -> bool:
        return method.upper() == "POST" and path.partition("?")[0].rstrip("/").endswith("/v2/chat")


PROTOCOL = CohereChat()
