"""The words in which vendors say what went wrong, as data: codes, types and phrases by the class of error they mean.

Sources: the vendors' error pages and SDKs as of November 2026, and recorded answers. Words are lower case.
"""

from __future__ import annotations

import re

from ..errors import (
    AuthenticationFailed,
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    DragomanError,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    Refused,
    ServerError,
)

__all__ = ["ADVICE", "CERTAIN", "PHRASES", "PROVIDER_CODES", "PROVIDER_STATUS", "STATUS", "VAGUE"]

_Class = type[DragomanError]


def _words(table: dict[_Class, str]) -> dict[str, _Class]:
    return {word: kind for kind, words in table.items() for word in words.split()}


# Code and type words that name their class beyond doubt, whatever the status.
CERTAIN = _words(
    {
        ContextTooLong: """
            context_length_exceeded exceed_context_size_error too_many_prompt_tokens too_many_tokens prompt_too_long
            model_context_window_exceeded context_window_exceeded max_tokens_exceeded
        """,
        QuotaExhausted: """
            insufficient_quota billing_error billing_hard_limit_reached insufficient_balance insufficient_credits
            quota_exceeded exceeded_current_quota_error payment_required contract_spend_limit_reached
            enforced_spend_limit_reached credit_balance_too_low servicequotaexceededexception arrearage
        """,
        AuthenticationFailed: """
            invalid_api_key authentication_error api_key_invalid unauthenticated invalid_authentication_error
            invalid_token unrecognizedclientexception expiredtokenexception expiredtoken invalid_iam_token authentication
        """,
        PermissionDenied: """
            permission_error permission_denied unsupported_country_region_territory accessdeniedexception
            organization_on_hold
        """,
        NotFound: """
            model_not_found not_found_error not_found deploymentnotfound resourcenotfoundexception model_not_available
        """,
        ContentFiltered: """
            content_filter content_policy_violation responsibleaipolicyviolation moderation_blocked content_filtered
            data_inspection_failed datainspectionfailed prompt_blocked content_blocked safety recitation prohibited_content
            spii blocklist image_safety image_prohibited_content image_recitation
        """,
        Refused: "refusal",
        RateLimited: """
            rate_limit_error rate_limit_exceeded ratelimitreached rate_limit too_many_requests throttlingexception
            throttling resource_exhausted ramp_limit_exceeded rate_limit_reached_error limit_requests
        """,
        Overloaded: """
            overloaded_error provider_overloaded engine_overloaded_error engine_overloaded model_overloaded slow_down
            resource_unavailable unavailable_error unavailable serviceunavailableexception modelnotreadyexception
            capacity_exceeded provider_unavailable service_unavailable
        """,
    }
)

# Words that say little: phrases and the HTTP status are asked first.
VAGUE = _words(
    {
        BadRequest: """
            invalid_request_error bad_request invalid_argument validationexception request_too_large invalid_prompt
            unsupported_value unsupported_parameter invalid_value invalid_request parameter_unknown failed_precondition
            out_of_range
        """,
        ServerError: """
            server_error api_error internal_error internal_server_error internal internalserverexception timeout_error
            timeout deadline_exceeded modeltimeoutexception modelstreamerrorexception upstream_error bad_gateway
            gateway_timeout service_error
        """,
    }
)

# Business codes that are numbers, by provider: they mean nothing elsewhere.
PROVIDER_CODES: dict[tuple[str, str], _Class] = {
    ("zai", "1113"): QuotaExhausted,
    ("zai", "1302"): RateLimited,
    ("zai", "1305"): RateLimited,
    ("minimax", "1002"): RateLimited,
    ("minimax", "1004"): AuthenticationFailed,
    ("minimax", "1008"): QuotaExhausted,
    ("minimax", "1039"): ContextTooLong,
    ("minimax", "2013"): BadRequest,
}


def _phrases(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE | re.DOTALL)


# Phrases of messages, for vendors that have no word for it.
PHRASES: dict[_Class, re.Pattern[str]] = {
    ContextTooLong: _phrases(
        r"maximum context length",
        r"context (?:length|window|size)\b.{0,80}?(?:exceed|too|than|limit)",
        r"exceeds? the (?:available |maximum |model'?s? )?context",
        r"prompt (?:is )?too long",
        r"input is too long",
        r"too many (?:input )?tokens",
        r"input tokens? (?:count )?.{0,80}?exceed",
        r"exceeds the maximum number of (?:input )?tokens",
        r"reduce the length of",
        r"total length of all messages is too long",
        r"input length .{0,80}?exceed",
        r"longer than the (?:model's )?(?:maximum )?context",
        r"larger than the max(?:imum)? context",
    ),
    QuotaExhausted: _phrases(
        r"insufficient (?:balance|quota|credit|fund)",
        r"exceeded your current quota",
        r"credit balance is too low",
        r"out of credits?",
        r"(?:spend|spending|billing|budget) limit",
        r"payment required",
        r"no (?:remaining )?credits?\b",
        r"requires more credits",
        r"calls ?/ ?month",
        r"余额不足|欠费",
    ),
    AuthenticationFailed: _phrases(
        r"(?:invalid|incorrect|missing|no|expired) (?:x-)?api[ -]?key",
        r"api key (?:is )?(?:not valid|invalid|expired|missing)",
        r"invalid authentication",
    ),
    ContentFiltered: _phrases(
        r"content (?:management )?policy", r"content filter", r"flagged by", r"safety system", r"moderation"
    ),
    NotFound: _phrases(
        r"model\b.{0,120}?(?:does not exist|not found|is not available|was removed)",
        r"model\b.{0,120}?has been (?:deprecated|retired|decommissioned)",
        r"unknown model|no such model|model identifier is invalid|not a valid model",
    ),
    Overloaded: _phrases(r"overloaded", r"(?:over|at) capacity", r"try again later due to high"),
}

STATUS: dict[int, _Class] = {
    401: AuthenticationFailed,
    402: QuotaExhausted,
    403: PermissionDenied,
    404: NotFound,
    408: ServerError,
    410: NotFound,
    429: RateLimited,
    498: Overloaded,
    499: ServerError,
    503: Overloaded,
    529: Overloaded,
}

# A status that one provider uses for something else: Cohere's blocked token (https://docs.cohere.com/reference/errors).
PROVIDER_STATUS: dict[tuple[str, int], _Class] = {("cohere", 498): AuthenticationFailed}

ADVICE: dict[_Class, str] = {
    AuthenticationFailed: "check the key for this provider",
    PermissionDenied: "check what the key's account may use",
    NotFound: "check the model's name and the base URL",
    ContextTooLong: "shorten the conversation or take a model with a larger window",
    ContentFiltered: "the provider's filter blocked it; change the request",
    QuotaExhausted: "add credit or raise the limit at the provider; waiting does not help",
    RateLimited: "wait and send again, or send less",
    Overloaded: "send again later, or take another provider",
    ServerError: "send again; if it stays, ask the provider with the request id",
}
