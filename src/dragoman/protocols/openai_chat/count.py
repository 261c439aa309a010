"""Counts of a prompt by those who have an endpoint for it. OpenAI has none for Chat Completions.

| `ChatDialect.count` | where | what is sent | answer |
|---|---|---|---|
| `input_tokens` | `{path}/input_tokens` | the request [1] | `input_tokens` |
| `tokenize` | `/tokenize`, beside `/v1` | messages, tools, template arguments [2] | `count`, with every token |
| `estimate` | `/tokenizers/estimate-token-count` | model, messages, tools [3] | `data.total_tokens` |

1. llama.cpp: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md; older servers have no such path
2. vLLM: https://docs.vllm.ai/en/stable/serving/openai_compatible_server/#tokenizer-api
3. Moonshot, which calls it an estimate: https://platform.moonshot.cn/docs/api/misc
"""

from __future__ import annotations

import msgspec

from ...types.count import Count
from ...types.request import Request
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..counting import below, encode_counted, fields, read_count
from .dialect import REFERENCE, ChatDialect
from .encode_request import encode_request

__all__ = ["decode_count", "encode_count"]

_PROMPT = frozenset({"model", "messages", "tools"})
_TEMPLATE = _PROMPT | {
    *("chat_template", "chat_template_kwargs", "add_generation_prompt", "continue_final_message", "add_special_tokens"),
    *("mm_processor_kwargs", "media_io_kwargs"),
}
_UNCOUNTED = frozenset({"stream", "stream_options"})


def encode_count(request: Request, target: Target, report: Report) -> HttpRequest | None:
    """The request for a count; None where the dialect knows of none."""
    dialect = target.dialect if isinstance(target.dialect, ChatDialect) else REFERENCE
    if dialect.count == "none":
        return None
    http = encode_request(msgspec.structs.replace(request, stream=False), target, report)
    base = target.base_url
    match dialect.count:
        case "input_tokens":
            body = {name: value for name, value in msgspec.json.decode(http.body).items() if name not in _UNCOUNTED}
            return encode_counted(http, below(http.url, "/input_tokens"), body)
        case "tokenize":
            # https://docs.vllm.ai/en/stable/serving/openai_compatible_server/#tokenizer-api: at the root of the server.
            return encode_counted(http, f"{base.removesuffix('/v1')}/tokenize", fields(http, _TEMPLATE))
        case "estimate":
            return encode_counted(http, f"{base}/tokenizers/estimate-token-count", fields(http, _PROMPT))


def decode_count(body: bytes, target: Target) -> Count | Failure:
    """The count in an answer."""
    dialect = target.dialect if isinstance(target.dialect, ChatDialect) else REFERENCE
    match dialect.count:
        case "tokenize":
            return read_count(body, "count")
        case "estimate":
            return read_count(body, "data", "total_tokens", exact=False)
        case _:
            return read_count(body, "input_tokens")
