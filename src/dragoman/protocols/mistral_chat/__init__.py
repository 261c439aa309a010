"""Mistral's chat completions (https://docs.mistral.ai/api/endpoint/chat): `POST {base_url}/chat/completions`.

Like OpenAI's in outline and a protocol of its own: content is a string or a list of chunks and changes between the two
within an answer, thinking stands among them, ids of calls are nine letters or digits.
"""

from __future__ import annotations

from ...types.events import Event
from ...types.request import Request
from ...types.response import Failure, Response
from ...wire.http import HttpHead, HttpRequest
from ..base import CacheRules, Decoder, Encoder, HttpReply, ModelPage, Protocol, Report, Target, ToolIdRule
from .decode_request import decode_request
from .decode_response import decode_response
from .decode_stream import StreamDecoder
from .dialect import MistralDialect
from .encode_request import encode_request
from .encode_response import encode_response
from .encode_stream import StreamEncoder
from .errors import decode_failure, encode_failure
from .models import decode_models, encode_models

__all__ = ["PROTOCOL", "MistralChat", "MistralDialect"]


class MistralChat(Protocol):
    """Mistral's own wire format."""

    name = "mistral_chat"
    framing = "sse"
    # Any other id is a 400, code 3280: https://docs.mistral.ai/resources/error-glossary
    tool_ids = ToolIdRule("[a-zA-Z0-9]{9}", 9)

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

    def caching(self, target: Target) -> CacheRules:
        """By itself, for each key apart: without one there is nothing to find again.

        https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching.
        """
        return CacheRules(key=True, automatic=False)

    def serves(self, method: str, path: str) -> bool:
        """Chat completions below a folder `mistral`: the vendor's own path is also that of OpenAI's wire, which a server
        of several wires takes it for."""
        path = path.partition("?")[0].rstrip("/")
        return method.upper() == "POST" and "/mistral/" in path and path.endswith("/chat/completions")


PROTOCOL = MistralChat()
