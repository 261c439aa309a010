"""Google's Gemini API, `generateContent` of AI Studio and Vertex AI, from both sides
(https://ai.google.dev/api/generate-content)."""

from __future__ import annotations

from ...types.cached import CachedPrompt
from ...types.count import Count
from ...types.events import Event
from ...types.request import Request
from ...types.response import Failure, Response
from ...wire.http import HttpHead, HttpRequest
from ..base import HttpReply, ModelPage, Protocol, Report, Target
from .cached import decode_cached, encode_cached, encode_uncached
from .count import decode_count, encode_count
from .decode_request import PATH, decode_request
from .decode_response import decode_response
from .decode_stream import GeminiDecoder
from .dialect import GeminiDialect
from .encode_request import ARRAY, encode_request
from .encode_response import encode_response
from .encode_stream import GeminiEncoder
from .errors import decode_failure, encode_failure
from .models import decode_models, encode_models

__all__ = ["PROTOCOL", "Gemini", "GeminiDialect"]


class Gemini(Protocol):
    """The `generateContent` wire format: model and method in the path, parts in contents, every chunk a response."""

    name = "gemini"
    framing = "sse"
    arrays = True
    tool_ids = None
    held = ("cachedContent",)

    def encode_request(self, request: Request, target: Target, report: Report) -> HttpRequest:
        """See `encode_request.py`."""
        return encode_request(request, target, report)

    def stream_decoder(self, target: Target) -> GeminiDecoder:
        """See `decode_stream.py`."""
        return GeminiDecoder(target.origin())

    def decode_response(self, body: bytes, target: Target) -> list[Event]:
        """See `decode_response.py`."""
        return decode_response(body, target.origin())

    def decode_failure(self, head: HttpHead, body: bytes, target: Target) -> Failure:
        """See `errors.py`."""
        return decode_failure(head, body)

    def decode_request(self, request: HttpRequest) -> Request:
        """See `decode_request.py`."""
        return decode_request(request)

    def stream_encoder(self, request: Request) -> GeminiEncoder:
        """See `encode_stream.py`; a JSON array for a request that came without `alt=sse`."""
        return GeminiEncoder(array=request.headers.get("accept") == ARRAY)

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

    def encode_cached(self, request: Request, target: Target, report: Report, seconds: int) -> HttpRequest:
        """See `cached.py`."""
        return encode_cached(request, target, report, seconds)

    def decode_cached(self, body: bytes, target: Target) -> CachedPrompt | Failure:
        """See `cached.py`."""
        return decode_cached(body, target)

    def encode_uncached(self, name: str, target: Target) -> HttpRequest:
        """See `cached.py`."""
        return encode_uncached(name, target)

    def recall(self, name: str) -> dict[str, str]:
        """The field of https://ai.google.dev/api/generate-content that names it."""
        return {"cachedContent": name}

    def schema_beside_tools(self, target: Target) -> bool:
        """Gemini 3 takes both; older models answer `Function calling with a response mime type: 'application/json' is
        unsupported` (https://github.com/googleapis/python-genai/issues/867)."""
        dialect = target.dialect if isinstance(target.dialect, GeminiDialect) else GeminiDialect()
        return not target.model.rpartition("/")[2].startswith(dialect.schema_or_tools)

    def serves(self, method: str, path: str) -> bool:
        """`POST .../models/{model}:generateContent` or `:streamGenerateContent`, whatever stands before it."""
        found = PATH.search(path.partition("?")[0])
        return method.upper() == "POST" and found is not None and found.end() == len(path.partition("?")[0])


PROTOCOL = Gemini()
"""The one instance."""
