"""Anthropic's Messages API on Amazon Bedrock's InvokeModel: the same JSON with the model in the path and in another framing.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html

The body says in fields what are headers elsewhere (`anthropic_version`, `anthropic_beta`), and neither the model nor
whether the answer streams: the path says both. A whole answer is a plain message. Errors are the service's own.
"""

from __future__ import annotations

import re

import msgspec

from ...errors import DecodeError
from ...types.count import Count
from ...types.events import Event, Failed
from ...types.request import Request
from ...types.response import Failure, Response
from ...wire.http import HttpHead, HttpRequest
from ...wire.json import read_json
from ..base import CacheRules, HttpReply, Protocol, Report, Target, ToolIdRule
from .bedrock_errors import decode_exception, decode_failure, encode_failure
from .bedrock_stream import InvokeDecoder, InvokeEncoder
from .caching import caching
from .count import decode_invoke_count, encode_invoke_count
from .decode_request import decode_request
from .decode_response import decode_response
from .dialect import BEDROCK
from .encode_request import encode_request
from .encode_response import encode_response
from .errors import clip

__all__ = ["PROTOCOL", "AnthropicBedrock"]

_PATH = re.compile(r".*/model/.+/(invoke(?:-with-response-stream)?)/?")


class AnthropicBedrock(Protocol):
    """The Messages API in the framing of InvokeModel; its dialects are `MessagesDialect`, by default `BEDROCK`."""

    name = "anthropic_bedrock"
    framing = "eventstream"
    tool_ids = ToolIdRule(r"[a-zA-Z0-9_-]+", 30, prefix="toolu_")
    uncounted = ("support counting tokens",)

    def encode_request(self, request: Request, target: Target, report: Report) -> HttpRequest:
        """See `encode_request.py`."""
        if target.dialect is None:
            target = msgspec.structs.replace(target, dialect=BEDROCK)
        return encode_request(request, target, report)

    def stream_decoder(self, target: Target) -> InvokeDecoder:
        """See `bedrock_stream.py`."""
        return InvokeDecoder(target.origin())

    def decode_response(self, body: bytes, target: Target) -> list[Event]:
        """See `decode_response.py`; an error of the service in a body of good status is one too."""
        events = decode_response(body, target.origin())
        if type(last := events[-1]) is Failed and last.failure.reason == "decode" and _states_error(body):
            return [Failed(decode_exception("", body))]
        return events

    def decode_failure(self, head: HttpHead, body: bytes, target: Target) -> Failure:
        """See `bedrock_errors.py`."""
        return decode_failure(head, body)

    def decode_request(self, request: HttpRequest) -> Request:
        """See `decode_request.py`. Raises DecodeError for a body that is another family's: those name no version."""
        asked = decode_request(request)
        if "anthropic-version" not in asked.headers:
            raise DecodeError("the request names no anthropic_version: it is another model family's", body=clip(request.body))
        path = _PATH.fullmatch(request.url.partition("?")[0])
        return msgspec.structs.replace(asked, stream=path is not None and path[1] != "invoke")

    def stream_encoder(self, request: Request) -> InvokeEncoder:
        """See `bedrock_stream.py`."""
        return InvokeEncoder(request.model)

    def encode_response(self, response: Response, request: Request) -> bytes:
        """See `encode_response.py`."""
        return encode_response(response, request.model)

    def encode_failure(self, failure: Failure) -> HttpReply:
        """See `bedrock_errors.py`."""
        return encode_failure(failure)

    def encode_count(self, request: Request, target: Target, report: Report) -> HttpRequest | None:
        """See `count.py`."""
        return encode_invoke_count(self.encode_request(msgspec.structs.replace(request, stream=False), target, report), target)

    def decode_count(self, body: bytes, target: Target) -> Count | Failure:
        """See `count.py`."""
        return decode_invoke_count(body)

    def caching(self, target: Target) -> CacheRules:
        """See `caching.py`."""
        return caching(target)

    def serves(self, method: str, path: str) -> bool:
        """`POST .../model/{model}/invoke` and `/invoke-with-response-stream`, whatever stands before it."""
        return method.upper() == "POST" and _PATH.fullmatch(path.partition("?")[0]) is not None


def _states_error(body: bytes) -> bool:
    """Whether a body that is no message is an error object of the service."""
    try:
        wire = read_json(body)
    except ValueError:
        return False
    return type(wire) is dict and bool(wire.keys() & {"message", "Message", "__type"})


PROTOCOL = AnthropicBedrock()
