"""What a row needs to know of one wire format, and the words in which its vendor refuses. A wire without its entry fails
the suite.

Bodies are the vendors' own, from their error pages and from answers as they came:
https://platform.claude.com/docs/en/api/errors, https://platform.openai.com/docs/guides/error-codes,
https://ai.google.dev/gemini-api/docs/api-errors, https://docs.mistral.ai/resources/error-glossary,
https://docs.cohere.com/reference/errors, https://docs.ollama.com/api/errors,
https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .frames import frame

__all__ = ["STATUSES", "WIRES", "Refusal", "Wire"]

Words = dict[int, str]

STATUSES = (400, 401, 402, 403, 404, 408, 409, 413, 422, 425, 429, 500, 502, 503, 504, 529)


@dataclass(frozen=True)
class Refusal:
    """An error answer by status: what its body says, and header fields."""

    status: int
    value: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wire:
    """One wire format.

    `complete_without` says whether an answer whose last frame is missing is complete all the same: the frame repeats what
    another has said. `whole_calls` says that a call's arguments come in one piece, `indexed` that frames number the blocks
    they belong to. `unknown` is the name and value of a frame that no client knows; `alive` a frame that says nothing but
    that the provider lives, or why there is none. `refusal` makes the error answer of a status; `overflow` and `quota` are
    the answers to a conversation too long and to an account that is empty, a reason where the vendor has none of its own.
    """

    complete_without: bool
    unknown: tuple[str, Any]
    refusal: Callable[[int], Refusal]
    overflow: Refusal | str
    quota: Refusal | str
    alive: bytes | str
    whole_calls: bool = False
    indexed: str = ""


_WHY = "because"


def _anthropic(status: int, message: str = _WHY, kind: str | None = None) -> Refusal:
    words = {
        401: "authentication_error",
        402: "billing_error",
        403: "permission_error",
        404: "not_found_error",
        408: "timeout_error",
        409: "conflict_error",
        413: "request_too_large",
        429: "rate_limit_error",
        504: "timeout_error",
        529: "overloaded_error",
    }
    kind = kind or words.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return Refusal(status, {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011"})


def _aws(status: int, message: str = _WHY, kind: str | None = None) -> Refusal:
    words = {
        401: "UnrecognizedClientException",
        402: "ServiceQuotaExceededException",
        403: "AccessDeniedException",
        404: "ResourceNotFoundException",
        408: "ModelTimeoutException",
        409: "ConflictException",
        429: "ThrottlingException",
        503: "ServiceUnavailableException",
        529: "ServiceUnavailableException",
    }
    kind = kind or words.get(status, "InternalServerException" if status >= 500 else "ValidationException")
    where = ":http://internal.amazon.com/coral/com.amazon.bedrock/"
    return Refusal(status, {"message": message}, {"x-amzn-errortype": kind + where, "x-amzn-requestid": "req-1"})


def _openai(status: int, message: str = _WHY, kind: str | None = None, code: str | None = None) -> Refusal:
    codes = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
    kinds = {429: "tokens"}
    kind = kind or kinds.get(status, "server_error" if status >= 500 else "invalid_request_error")
    error = {"message": message, "type": kind, "param": None, "code": code or codes.get(status)}
    return Refusal(status, {"error": error}, {"x-request-id": "req_1"})


def _google(status: int, message: str = _WHY, details: list[Any] | None = None) -> Refusal:
    words = {
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        409: "ABORTED",
        429: "RESOURCE_EXHAUSTED",
        500: "INTERNAL",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }
    word = words.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT")
    error: dict[str, Any] = {"code": status, "message": message, "status": word}
    return Refusal(status, {"error": {**error, "details": details} if details else error})


def _interactions(status: int, message: str = _WHY) -> Refusal:
    words = {
        401: "authentication",
        402: "payment_required",
        403: "permission_denied",
        404: "not_found",
        408: "deadline_exceeded",
        409: "aborted",
        429: "rate_limit_exceeded",
        503: "service_unavailable",
        504: "deadline_exceeded",
        529: "service_unavailable",
    }
    word = words.get(status, "internal" if status >= 500 else "invalid_request")
    return Refusal(status, {"error": {"code": word, "message": message}})


def _mistral(status: int, message: str = _WHY, kind: str | None = None, code: str | None = None) -> Refusal:
    match status:
        case 401:
            return Refusal(status, {"detail": "Unauthorized"})
        case 422:
            detail = [{"type": "missing", "loc": ["body", "messages"], "msg": message, "input": {}}]
            return Refusal(status, {"object": "error", "message": {"detail": detail}, "type": "invalid_request_error"})
        case 429:
            return Refusal(status, {"message": "Requests rate limit exceeded", "request_id": "r"})
    kind = kind or ("internal_server_error" if status >= 500 else "invalid_request_error")
    return Refusal(
        status, {"object": "error", "message": message, "type": kind, "param": None, "code": code, "raw_status_code": status}
    )


def _cohere(status: int, message: str = _WHY) -> Refusal:
    return Refusal(status, {"id": "0ddfe4ba", "message": message})


def _ollama(status: int, message: str = _WHY) -> Refusal:
    return Refusal(status, {"error": message})


_TOO_LONG = "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576)."
_NO_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_ONLY_402 = "no words of its own: status 402, which is a row"

_ANTHROPIC_EVENT = {"type": "thing_happened", "thing": {"index": 7}}
WIRES = {
    "anthropic_bedrock": Wire(
        complete_without=False,
        unknown=("thingHappened", {"thing": 7}),
        refusal=_aws,
        overflow=_aws(400, "Input is too long for requested model."),
        quota=_aws(400, "You have exceeded your quota.", "ServiceQuotaExceededException"),
        alive=frame("eventstream", "chunk", {"bytes": "eyJ0eXBlIjogInBpbmcifQ=="}),
        indexed="block",
    ),
    "anthropic_messages": Wire(
        complete_without=False,
        unknown=("thing_happened", _ANTHROPIC_EVENT),
        refusal=_anthropic,
        overflow=_anthropic(400, "prompt is too long: 215000 tokens > 200000 maximum"),
        quota=_anthropic(400, "Your credit balance is too low to access the Anthropic API."),
        alive=b'event: ping\ndata: {"type": "ping"}\n\n',
        indexed="block",
    ),
    "bedrock_converse": Wire(
        complete_without=True,
        unknown=("thingHappened", {"thing": 7}),
        refusal=_aws,
        overflow=_aws(400, "Input is too long for requested model."),
        quota=_aws(400, "You have exceeded your quota.", "ServiceQuotaExceededException"),
        alive="no such frame",
        indexed="block",
    ),
    "cohere_chat": Wire(
        complete_without=True,
        unknown=("thing-happened", {"type": "thing-happened", "thing": 7}),
        refusal=_cohere,
        overflow=_cohere(400, "too many tokens: size limit exceeded by 25836 tokens. Try using shorter or fewer inputs."),
        quota=_cohere(429, "You are using a Trial key, which is limited to 1000 API calls / month."),
        alive=b": alive\n\n",
        indexed="call",
    ),
    "gemini": Wire(
        complete_without=False,
        unknown=("", {"thing": 7}),
        refusal=_google,
        overflow=_google(400, _TOO_LONG),
        quota=_google(429, _NO_QUOTA),
        alive=b": alive\n\n",
        whole_calls=True,
    ),
    "gemini_interactions": Wire(
        complete_without=True,
        unknown=("thing.happened", {"event_type": "thing.happened", "thing": 7}),
        refusal=_interactions,
        overflow=_interactions(400, _TOO_LONG),
        quota=_interactions(429, _NO_QUOTA),
        alive=b": alive\n\n",
        indexed="block",
    ),
    "mistral_chat": Wire(
        complete_without=True,
        unknown=("", {"object": "thing.happened", "choices": []}),
        refusal=_mistral,
        overflow=_mistral(
            400, "Prompt contains 140000 tokens, too large for model with 131072 maximum context length", code="3051"
        ),
        quota=_ONLY_402,
        alive=b": alive\n\n",
        whole_calls=True,
        indexed="call",
    ),
    "ollama_chat": Wire(
        complete_without=False,
        unknown=("", {"thing": 7}),
        refusal=_ollama,
        overflow=_ollama(400, "the input length exceeds the context length"),
        quota=_ONLY_402,
        alive=b"\n",
        whole_calls=True,
    ),
    "openai_chat": Wire(
        complete_without=True,
        unknown=("", {"object": "thing.happened", "choices": []}),
        refusal=_openai,
        overflow=_openai(
            400,
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 145000 tokens.",
            code="context_length_exceeded",
        ),
        quota=_openai(429, _NO_QUOTA, "insufficient_quota", "insufficient_quota"),
        alive=b": alive\n\n",
        indexed="call",
    ),
    "openai_responses": Wire(
        complete_without=False,
        unknown=("response.thing.happened", {"type": "response.thing.happened", "sequence_number": 99}),
        refusal=_openai,
        overflow=_openai(
            400, "Your input exceeds the context window of this model. Please adjust your input.", code="context_length_exceeded"
        ),
        quota=_openai(429, _NO_QUOTA, "insufficient_quota", "insufficient_quota"),
        alive=b": alive\n\n",
        indexed="block",
    ),
}
"""The wires, by the name of the protocol."""
