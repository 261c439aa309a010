"""The vendor's count of a prompt: the same body without what steers the answer, answered with `{"input_tokens": 19}`.

`POST /v1/messages/count_tokens` (https://platform.claude.com/docs/en/api/messages-count-tokens) with the fields named there
and in its beta form. Vertex AI has a path of its own without the model, which is in the body then
(https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai), and Bedrock takes the body of InvokeModel as it
is, in base64, for foundation models only
(https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html).
"""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import quote

import msgspec

from ...types.count import Count
from ...types.request import Request
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..counting import encode_counted, fields, read_count
from .dialect import REFERENCE, MessagesDialect
from .encode_request import encode_request

__all__ = ["decode_count", "decode_invoke_count", "encode_count", "encode_invoke_count"]

_COUNTED = frozenset(
    {
        *("model", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "messages"),
        *("mcp_servers", "context_management", "compaction", "speed", "anthropic_version"),
    }
)
_REGION = re.compile(r"^(?:us|eu|apac|au|ca|jp|sa|me|af|global|us-gov)\.")


def encode_count(request: Request, target: Target, report: Report) -> HttpRequest | None:
    """The request for a count; None where the dialect knows of none."""
    dialect = target.dialect if isinstance(target.dialect, MessagesDialect) else REFERENCE
    if dialect.count_path is None:
        return None
    http = encode_request(msgspec.structs.replace(request, stream=False), target, report)
    body = fields(http, _COUNTED)
    if "model" not in body:
        body = {"model": target.model or request.model, **body}
    return encode_counted(http, target.base_url + dialect.count_path, body)


def decode_count(body: bytes, target: Target) -> Count | Failure:
    """The count in an answer."""
    return read_count(body, "input_tokens")


def encode_invoke_count(http: HttpRequest, target: Target) -> HttpRequest:
    """The request for a count of a request to InvokeModel. Inference profiles are counted as the model behind them."""
    model = quote(_REGION.sub("", target.model), safe="")
    body = {"input": {"invokeModel": {"body": b64encode(http.body).decode()}}}
    return encode_counted(http, f"{target.base_url}/model/{model}/count-tokens", body)


def decode_invoke_count(body: bytes) -> Count | Failure:
    """The count in an answer of Bedrock's."""
    return read_count(body, "inputTokens")
