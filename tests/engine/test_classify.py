"""Facts make the same class whichever way they came."""

from __future__ import annotations

import pytest

from dragoman import errors
from dragoman.engine.classify import classify, error_class
from dragoman.types import Failure

CASES: list[tuple[type[errors.DragomanError], Failure]] = [
    # context overflow in each vendor's words
    (
        errors.ContextTooLong,
        Failure("maximum context length is 8192 tokens.", 400, "invalid_request_error", "context_length_exceeded"),
    ),
    (
        errors.ContextTooLong,
        Failure(
            "This endpoint's maximum context length is 200000 tokens.",
            400,
            code="400",
        ),
    ),
    (errors.ContextTooLong, Failure("prompt is too long: 3333404 tokens > 200000 maximum", 400, "invalid_request_error")),
    (errors.ContextTooLong, Failure("prompt is too long: 215000 tokens > 200000 maximum", None, "invalid_request_error")),
    (
        errors.ContextTooLong,
        Failure("The input token count (1250074) exceeds the maximum number of tokens", 400, "INVALID_ARGUMENT"),
    ),
    (
        errors.ContextTooLong,
        Failure("Input Tokens Exceeded: Number of input tokens exceeds maximum length.", 400),
    ),
    (
        errors.ContextTooLong,
        Failure(
            "request exceeds the available context size (512 tokens)",
            400,
            "exceed_context_size_error",
            "400",
        ),
    ),
    (errors.ContextTooLong, Failure("The total length of all messages is too long.", 400, "too_many_prompt_tokens", "400")),
    (errors.ContextTooLong, Failure("too many tokens: size limit exceeded by 25836 tokens.", 400, "TOO_MANY_TOKENS")),
    (errors.ContextTooLong, Failure("Input is too long for requested model.", 400, "ValidationException")),
    # quota is not rate
    (
        errors.QuotaExhausted,
        Failure("You exceeded your current quota", 429, "insufficient_quota", "insufficient_quota"),
    ),
    (errors.QuotaExhausted, Failure("Your credit balance is too low to access the API.", 400, "invalid_request_error")),
    (errors.QuotaExhausted, Failure("Insufficient Balance", 402, "unknown_error", "invalid_request_error")),
    (
        errors.QuotaExhausted,
        Failure("suspended due to insufficient balance", 429, "exceeded_current_quota_error"),
    ),
    (errors.QuotaExhausted, Failure("limit", 429, "rate_limit_error", "enforced_spend_limit_reached")),
    (errors.RateLimited, Failure("Rate limit reached for gpt-4", 429, "tokens", "rate_limit_exceeded")),
    (
        errors.RateLimited,
        Failure(
            "tokens per min (TPM): reduce the length of the messages",
            429,
            "tokens",
            "rate_limit_exceeded",
        ),
    ),
    (errors.RateLimited, Failure("You exceeded your current quota", 429, "RESOURCE_EXHAUSTED", retry_after=12.0)),
    (errors.RateLimited, Failure("slow", 429)),
    (errors.QuotaExhausted, Failure("You are using a Trial key, which is limited to 1000 API calls / month", 429)),
    (errors.RateLimited, Failure("You are using a Trial key, which is limited to 10 API calls / minute", 429)),
    (errors.RateLimited, Failure("Number of requests exceeded", None, "rate_limit_error")),
    # who and what
    (errors.AuthenticationFailed, Failure("invalid x-api-key", 401, "authentication_error")),
    (errors.AuthenticationFailed, Failure("Unauthorized", 401, "api_error")),
    (errors.AuthenticationFailed, Failure("API key not valid. Please pass a valid API key.", 400, "INVALID_ARGUMENT")),
    (errors.PermissionDenied, Failure("no", 403)),
    (errors.NotFound, Failure("model: claude-x", 404, "not_found_error")),
    (errors.NotFound, Failure("The requested model 'gpt-x' does not exist.", 400, "invalid_request_error", "model_not_found")),
    (errors.NotFound, Failure("Model no-such/model does not exist", 400, code="400")),
    (errors.NotFound, Failure("gone", 410)),
    (errors.ContentFiltered, Failure("The response was filtered", 400, None, "content_filter")),
    (errors.ContentFiltered, Failure("Your chosen model requires moderation and your input was flagged", 403, code="403")),
    (errors.Refused, Failure("no", 200, "refusal")),
    (errors.BadRequest, Failure("Unsupported parameter: 'stop'", 400, "invalid_request_error", "unsupported_parameter")),
    (errors.BadRequest, Failure("tools.0.custom: Invalid schema", None, "invalid_request_error")),
    (errors.BadRequest, Failure("big", 413)),
    # their side
    (errors.Overloaded, Failure("Overloaded", 529, "overloaded_error")),
    (errors.Overloaded, Failure("Overloaded", None, "overloaded_error")),
    (errors.Overloaded, Failure("Loading model", 503, "unavailable_error", "503")),
    (errors.Overloaded, Failure("flex capacity", 498)),
    (errors.ServerError, Failure("boom", 500, "api_error")),
    (errors.ServerError, Failure("boom", None, "server_error")),
    (errors.ServerError, Failure("boom", None, None, "502")),
    (errors.ServerError, Failure("<html>", 502)),
    (errors.APIError, Failure("?", None, "never_seen")),
    (errors.DecodeError, Failure("not JSON", reason="decode")),
]


@pytest.mark.parametrize(
    ("kind", "failure"), CASES, ids=lambda value: value.message[:40] if isinstance(value, Failure) else value.__name__
)
def test_every_word_has_its_class(kind: type[errors.DragomanError], failure: Failure) -> None:
    """The class follows from the vendor's words and the status, inside a 200 answer as well as by status."""
    assert kind is error_class(failure)


def test_numbers_mean_something_only_at_their_vendor() -> None:
    """A business code is looked up under its provider."""
    assert errors.QuotaExhausted is error_class(Failure("?", 429, code="1113"), "zai")
    assert errors.RateLimited is error_class(Failure("?", 429, code="1113"), "elsewhere")
    assert errors.AuthenticationFailed is error_class(Failure("blocked", 498), "cohere")


def test_the_error_carries_facts_and_advice() -> None:
    """The message ends with what the user can do."""
    error = classify(Failure("bad key.", 401, request_id="r", body={"x": 1}), provider="p", model="m")

    assert str(error) == "p/m: bad key; check the key for this provider (status 401, request r)"
    assert (error.body, error.retryable) == ({"x": 1}, False)


def test_the_providers_word_on_retrying_wins() -> None:
    """`x-should-retry` overrides the class; conflicts may be sent again although they are bad requests."""
    assert not classify(Failure("", 500), should_retry=False).retryable
    assert classify(Failure("", 400), should_retry=True).retryable
    assert classify(Failure("", 409)).retryable
