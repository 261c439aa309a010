"""The words in which vendors say what went wrong, as data: codes, types and phrases by the class of error they mean.

Words are lower case. They are those of recorded answers and of these pages, as of November 2026:

| whose | page |
|---|---|
| OpenAI, Azure OpenAI | https://platform.openai.com/docs/guides/error-codes, |
| | https://learn.microsoft.com/en-us/azure/foundry/openai/concepts/content-filter |
| Anthropic | https://platform.claude.com/docs/en/api/errors |
| Google | https://ai.google.dev/gemini-api/docs/troubleshooting, |
| | https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto, |
| | https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto |
| Amazon Bedrock | https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html |
| Cohere | https://docs.cohere.com/reference/errors |
| OpenRouter | https://openrouter.ai/docs/api/reference/errors-and-debugging |
| Groq | https://console.groq.com/docs/errors |
| DeepSeek | https://api-docs.deepseek.com/quick_start/error_codes |
| Alibaba | https://www.alibabacloud.com/help/en/model-studio/error-code |
| Volcengine | https://www.volcengine.com/docs/82379/1299023 |
| llama.cpp | https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md |
"""

from __future__ import annotations

import re

from ..errors import (
    APIError,
    AuthenticationFailed,
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    DecodeError,
    DragomanError,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    Refused,
    ServerError,
)

__all__ = [
    "ADVICE",
    "CERTAIN",
    "FAMILY",
    "LONG_PERIOD",
    "PHRASES",
    "PROVIDER_CODES",
    "PROVIDER_STATUS",
    "STATUS",
    "TOO_LARGE",
    "VAGUE",
]

_Class = type[DragomanError]


def _words(table: dict[_Class, str]) -> dict[str, _Class]:
    return {word: kind for kind, words in table.items() for word in words.split()}


# Code and type words that name their class beyond doubt, whatever the status.
CERTAIN = _words(
    {
        ContextTooLong: """
            context_length_exceeded exceed_context_size_error too_many_prompt_tokens too_many_tokens prompt_too_long
            model_context_window_exceeded context_window_exceeded max_tokens_exceeded model_max_prompt_tokens_exceeded
            tokens_too_long token_limit_exceeded
        """,
        QuotaExhausted: """
            insufficient_quota billing_error billing_hard_limit_reached insufficient_balance insufficient_credits
            quota_exceeded exceeded_current_quota_error payment_required contract_spend_limit_reached
            enforced_spend_limit_reached credit_balance_too_low servicequotaexceededexception arrearage
            insufficient_balance_error insufficient_funds insufficient_user_quota credit_limit billing_disabled
            accountoverdueerror setlimitexceeded allocationquota.freetieronly
        """,
        AuthenticationFailed: """
            invalid_api_key authentication_error api_key_invalid unauthenticated invalid_authentication_error
            invalid_token unrecognizedclientexception expiredtokenexception expiredtoken invalid_iam_token authentication
            wrong_api_key access_token_expired authorized_error invalidsignatureexception
        """,
        PermissionDenied: """
            unsupported_country_region_territory organization_on_hold permissiondenied service_disabled
            api_key_service_blocked model.accessdenied
        """,
        NotFound: """
            model_not_found not_found_error not_found deploymentnotfound resourcenotfoundexception model_not_available
            model_not_supported model_decommissioned invalid_model endpoint_not_found resource_not_found_error notfounderror
            invalidendpointormodel.notfound
        """,
        ContentFiltered: """
            content_filter content_policy_violation responsibleaipolicyviolation moderation_blocked content_filtered
            data_inspection_failed datainspectionfailed prompt_blocked content_blocked safety recitation prohibited_content
            spii blocklist image_safety image_prohibited_content image_recitation sensitivecontentdetected
        """,
        Refused: "refusal",
        RateLimited: """
            rate_limit_error rate_limit_exceeded ratelimitreached rate_limit too_many_requests throttlingexception
            throttling resource_exhausted ramp_limit_exceeded rate_limit_reached_error limit_requests rate_limited
            model_rate_limit request_limit_exceeded token_quota_exceeded request_quota_exceeded throttling.ratequota
            throttling.allocationquota
        """,
        Overloaded: """
            overloaded_error provider_overloaded engine_overloaded_error engine_overloaded model_overloaded slow_down
            resource_unavailable unavailable_error unavailable serviceunavailableexception modelnotreadyexception
            capacity_exceeded provider_unavailable service_unavailable server_is_overloaded overloaded nocapacity
            queue_exceeded service_tier_capacity_exceeded serveroverloaded temporarily_unavailable
            service_unavailable_error
        """,
    }
)

# Words that say little: phrases and the HTTP status are asked first.
VAGUE = _words(
    {
        PermissionDenied: "permission_error permission_denied accessdeniedexception request_forbidden",
        BadRequest: """
            invalid_request_error bad_request invalid_argument validationexception request_too_large invalid_prompt
            unsupported_value unsupported_parameter invalid_value invalid_request parameter_unknown failed_precondition
            out_of_range
        """,
        ServerError: """
            server_error api_error internal_error internal_server_error internal internalserverexception timeout_error
            timeout deadline_exceeded modeltimeoutexception modelstreamerrorexception upstream_error bad_gateway
            gateway_timeout service_error modelerrorexception
        """,
    }
)

# Providers that number their errors as another one does.
FAMILY = {"zhipu": "zai", "zai-anthropic": "zai", "minimax-anthropic": "minimax"}


def _codes(provider: str, table: dict[_Class, str]) -> dict[tuple[str, str], _Class]:
    return {(provider, code): kind for code, kind in _words(table).items()}


# Business codes that are numbers, by provider: they mean nothing elsewhere.
PROVIDER_CODES: dict[tuple[str, str], _Class] = {
    # https://docs.z.ai/api-reference/api-code
    **_codes(
        "zai",
        {
            ServerError: "500 1120 1200 1230 1234",
            AuthenticationFailed: "1000 1001 1002 1003 1004",
            PermissionDenied: "1110 1111 1112 1121 1220 1300 1311 1313",
            QuotaExhausted: "1113 1304 1308 1309 1310",
            BadRequest: "1210 1212 1213 1214 1215",
            NotFound: "1211 1221 1222",
            ContextTooLong: "1261",
            ContentFiltered: "1301",
            RateLimited: "1231 1302 1303",
            Overloaded: "1305 1312",
        },
    ),
    # https://platform.minimax.io/docs/api-reference/errorcode: its "token limit" is of a minute, and to be waited for
    **_codes(
        "minimax",
        {
            ServerError: "1000 1001 1013 1024 1033",
            RateLimited: "1002 1039 1041 2045",
            AuthenticationFailed: "1004 2049",
            QuotaExhausted: "1008 2056",
            ContentFiltered: "1026 1027",
            BadRequest: "1042 2013",
        },
    ),
    # https://developers.cloudflare.com/workers-ai/platform/errors/
    **_codes("cloudflare", {QuotaExhausted: "3036 4006", Overloaded: "3040", NotFound: "5007"}),
}


def _phrases(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE | re.DOTALL)


# Phrases of messages, for vendors that have no word for it.
PHRASES: dict[_Class, re.Pattern[str]] = {
    ContextTooLong: _phrases(
        r"maximum (?:context|prompt|model) length",
        r"context (?:length|window|size)\b.{0,80}?(?:exceed|too|than|limit)",
        r"exceed(?:s|ed)? (?:the )?(?:available |maximum |this |model'?s? )*context",
        r"exceeded model token limit",
        r"prompt (?:is )?(?:too long|exceeds max length|超长)",
        r"prompt token count of \d+ exceeds",
        r"input is too long",
        r"too many (?:input )?tokens",
        r"input tokens? (?:count )?.{0,80}?exceed",
        r"exceeds the maximum number of (?:input )?tokens",
        r"max tokens of \d+ exceeded",
        r"reduce the length of",
        r"total length of all messages is too long",
        r"input length .{0,80}?exceed",
        r"range of input length should be",
        r"longer than the (?:model's )?(?:maximum )?(?:context|model)",
        r"(?:larger|greater) than the (?:max(?:imum)? )?context",
        r"context the overflows|context length of only",
        r"must have less than \d+ tokens",
        r"`inputs` tokens \+ `max_new_tokens` must be",
        r"tokens?\) is too large to process",
    ),
    QuotaExhausted: _phrases(
        r"(?:insufficient|not enough) (?:\w+ or \w+ )?(?:balance|quota|credit|fund)",
        r"exceeded your current quota",
        r"credit balance is too low",
        r"balance less than zero",
        r"overdue balance|in arrears|in good standing",
        r"out of credits?",
        r"credits? (?:limit exceeded|expired)",
        r"used all (?:available )?credits",
        r"monthly included credits",
        r"(?:spend|spending|billing|budget) limit",
        r"(?:api|weekly|daily|monthly|hourly|session) usage limits?|usage limit (?:reached|exceeded)",
        r"(?:daily )?free (?:tier|quota|allocat)\w*.{0,40}?(?:exhausted|exceeded|used up|neurons)",
        r"key limit exceeded",
        r"payment required",
        r"(?:payment method|billing) .{0,60}?to continue|billing to be enabled|enable billing",
        r"no (?:remaining )?(?:credits?|quota)\b",
        r"requires more credits",
        r"calls ?/ ?month",
        r"余额不足|欠费",
    ),
    AuthenticationFailed: _phrases(
        r"(?:invalid|incorrect|wrong|missing|no|expired) (?:x-)?api[ -]?key",
        r"api key (?:is )?(?:not valid|invalid|expired|missing)|api key is valid",
        r"api key was reported as leaked",
        r"invalid (?:authentication|access token)",
        r"authenti?cation failed|authorization failed",
        r"unregistered callers",
        r"^unauthori[sz]ed\.?$",
    ),
    PermissionDenied: _phrases(
        r"insufficient permissions|missing scopes|lacks the required",
        r"location is not supported|not (?:available|supported) in your (?:country|region)",
        r"organization must be verified",
    ),
    ContentFiltered: _phrases(
        r"content (?:management )?policy",
        r"content filter",
        r"flagged (?:by|as)",
        r"safety system",
        r"moderation",
        r"usage (?:policy|policies|guidelines)",
        r"content exists risk|considered high risk",
        r"inappropriate content|sensitive (?:content|information)|unsafe",
    ),
    NotFound: _phrases(
        r"(?:model|endpoint|deployment)\b.{0,120}?(?:does not exist|not exist|not found|is not available|was removed)",
        r"model\b.{0,120}?has been (?:deprecated|retired|decommissioned)",
        r"unknown model|no such model|model identifier is invalid|not a valid model",
        r"invalid model\b(?! (?:param|input|output|arg|config))",
        r"unable to access model|no endpoints found|no models loaded",
        r"requested model\b.{0,120}?is not supported|supported models are",
    ),
    BadRequest: _phrases(r"(?:is|are) not supported", r"does(?: not|n't) support", r"requires? --"),
    Overloaded: _phrases(
        r"overload",
        r"(?:over|at) capacity|capacity (?:temporarily )?exceeded",
        r"(?:experiencing|due to) (?:\w+ )?high (?:demand|traffic|load)|try again later due to high",
        r"(?:model|server|service) (?:is )?(?:too )?busy",
        r"degraded function",
    ),
    ServerError: _phrases(r"\bcrashed\b", r"failed to decode", r"internal (?:server )?error", r"(?:please |, )(?:try|retry)"),
}

# An allowance of a day or more: nobody waits for its end.
LONG_PERIOD = _phrases(r"per[ -]?(?:day|week|month)\b", r"PerDay", r"\b(?:daily|weekly|monthly)\b", r"calls ?/ ?(?:day|month)")

# A request that alone is larger than the allowance of a minute: waiting does not help, sending less does.
TOO_LARGE = _phrases(r"request too large\b.{0,300}?\b(?:per min|TPM|per day|TPD)")

STATUS: dict[int, _Class] = {
    401: AuthenticationFailed,
    402: QuotaExhausted,
    403: PermissionDenied,
    404: NotFound,
    408: ServerError,
    410: NotFound,
    424: ServerError,
    429: RateLimited,
    498: Overloaded,
    499: ServerError,
    501: BadRequest,
    503: Overloaded,
    529: Overloaded,
}

# A status that one provider uses for something else: Cohere's blocked token (https://docs.cohere.com/reference/errors).
PROVIDER_STATUS: dict[tuple[str, int], _Class] = {("cohere", 498): AuthenticationFailed}

ADVICE: dict[_Class, str] = {
    AuthenticationFailed: "check the key for this provider",
    PermissionDenied: "check what the key's account may use",
    NotFound: "check the model's name and the base URL",
    BadRequest: "change the request: the same one will be refused again",
    ContextTooLong: "shorten the conversation or take a model with a larger window",
    ContentFiltered: "the provider's filter blocked it; change the request",
    Refused: "ask differently, or ask another model",
    QuotaExhausted: "add credit or raise the limit at the provider; waiting does not help",
    RateLimited: "wait and send again, or send less",
    Overloaded: "send again later, or take another provider",
    ServerError: "send again; if it stays, ask the provider with the request id",
    APIError: "look into `body`, and ask the provider with the request id",
    DecodeError: "check the base URL, or send it again; `body` holds how the answer begins",
}
