"""What frames and whole bodies of an answer have in common: fields, counts, finish reasons, token probabilities.

Events of this wire have one canonical order. A chunk gives `Started` (when id, model or time are new), `Extra` (fields
that are new or changed), `UsageUpdate` (the first counts of a chunk that does not finish), then its parts; the end gives
the `BlockStop`s, `UsageUpdate` when the counts have changed, and `Finished`. Counts stand in every chunk and grow; those
in between are not told, as nobody waits for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ...types.response import Finish, FinishReason, Usage

__all__ = [
    "CANDIDATE_FIELDS",
    "ENDS",
    "Json",
    "candidate_key",
    "decode_finish",
    "decode_logprobs",
    "decode_time",
    "decode_usage",
    "encode_finish",
    "encode_logprobs",
    "encode_time",
    "encode_usage",
    "finish_word",
    "split_extra",
]

Json = dict[str, Any]

ENDS: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "MALFORMED_FUNCTION_CALL": "error",
    "UNEXPECTED_TOOL_CALL": "error",
    "TOO_MANY_TOOL_CALLS": "error",
    "MISSING_THOUGHT_SIGNATURE": "error",
    "MALFORMED_RESPONSE": "error",
    "CONTINUATION": "pause",
}
"""https://ai.google.dev/api/generate-content#FinishReason; words that are not here are `other`."""

_NUMBERS = (
    "FINISH_REASON_UNSPECIFIED",
    "STOP",
    "MAX_TOKENS",
    "SAFETY",
    "RECITATION",
    "OTHER",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MALFORMED_FUNCTION_CALL",
    "IMAGE_SAFETY",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
)
"""The reasons by number, which stand in place of words under `$alt=json;enum-encoding=int`
(https://github.com/googleapis/googleapis/blob/master/google/ai/generativelanguage/v1beta/generative_service.proto)."""

_WORDS: dict[str, str] = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
    "refusal": "SAFETY",
    "context_window": "MAX_TOKENS",
}

CANDIDATE_FIELDS = frozenset(
    {
        "avgLogprobs",
        "citationMetadata",
        "continuationToken",
        "groundingAttributions",
        "groundingMetadata",
        "logprobsResult",
        "safetyRatings",
        "tokenCount",
        "urlContextMetadata",
    }
)
"""Fields of a candidate that stand under their own name in `Extra` when the candidate is the first."""

_CANDIDATE_KEY = re.compile(r"candidates\[(\d{1,3})\]\.(.+)", re.DOTALL)
_OWN_FIELDS = frozenset({"candidates", "usageMetadata", "modelVersion", "responseId", "error"})
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z")


def candidate_key(choice: int, name: str) -> str:
    """The name in `Extra` and `Response.extra` of a candidate's field."""
    return name if choice == 0 and name in CANDIDATE_FIELDS else f"candidates[{choice}].{name}"


def split_extra(data: Json) -> tuple[Json, dict[int, Json]]:
    """The fields of an `Extra` by where they stand: in the answer itself, and in its candidates by number."""
    top: Json = {}
    of_candidates: dict[int, Json] = {}
    for key, value in data.items():
        if (found := _CANDIDATE_KEY.fullmatch(key)) is not None:
            of_candidates.setdefault(int(found[1]), {})[found[2]] = value
        elif key in CANDIDATE_FIELDS:
            of_candidates.setdefault(0, {})[key] = value
        elif key not in _OWN_FIELDS:
            top[key] = value
    return top, of_candidates


def finish_word(value: Any) -> str | None:
    """A finish reason in the vendor's word, from the word or its number; None for none."""
    if type(value) is int and value >= 0:
        return _NUMBERS[value] if value < len(_NUMBERS) else str(value)
    return value if type(value) is str and value else None


def decode_finish(raw: str | None, message: str | None, calls: bool) -> Finish:
    """The end of a candidate. There is no reason for tool calls here: `calls` says that the model made some."""
    reason: FinishReason = "stop" if raw is None else ENDS.get(raw, "other")
    if calls and reason == "stop":
        reason = "tool_calls"
    return Finish(reason, raw, details={} if message is None else {"finishMessage": message})


def encode_finish(finish: Finish) -> Json:
    """The finish fields of a candidate: the vendor's own word where it is one of this wire's, else the nearest."""
    raw = finish.raw
    known = raw is not None and (raw in ENDS or raw in _NUMBERS or (finish.reason == "other" and raw.isupper()))
    wire: Json = {"finishReason": raw if known else _WORDS.get(finish.reason, "OTHER")}
    if (message := finish.details.get("finishMessage")) is not None:
        wire["finishMessage"] = message
    return wire


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def decode_usage(wire: Json) -> Usage:
    """Counts that do not overlap, from the vendor's, where the prompt includes what was cached, tool results of the
    vendor's own tools are apart, and thoughts are apart from the answer. Counts of zero are left out on the wire."""
    prompt, cached = _count(wire.get("promptTokenCount")), _count(wire.get("cachedContentTokenCount"))
    tools = _count(wire.get("toolUsePromptTokenCount"))
    answer, thoughts = _count(wire.get("candidatesTokenCount")), _count(wire.get("thoughtsTokenCount"))
    return Usage(
        None if prompt is None else max(prompt - (cached or 0), 0) + (tools or 0),
        None if answer is None and thoughts is None else (answer or 0) + (thoughts or 0),
        cached,
        None,
        thoughts,
        wire,
    )


def encode_usage(usage: Usage) -> Json:
    """A `usageMetadata` object: the vendor's own where it is one of this wire's."""
    if usage.raw and decode_usage(usage.raw) == usage:
        return usage.raw
    wire: Json = {}
    cached = (usage.cache_read or 0) + (usage.cache_write or 0)
    if usage.input is not None:
        wire["promptTokenCount"] = usage.input + cached
    if usage.cache_read is not None:
        wire["cachedContentTokenCount"] = usage.cache_read
    if usage.output is not None:
        wire["candidatesTokenCount"] = usage.output - (usage.reasoning or 0)
    if usage.reasoning is not None:
        wire["thoughtsTokenCount"] = usage.reasoning
    if usage.total is not None:
        wire["totalTokenCount"] = usage.total
    return wire


def decode_logprobs(wire: Any) -> tuple[Json, ...] | None:
    """One object a token: the chosen one, with the others that were likely in `topCandidates`; None when they do not pair."""
    if type(wire) is not dict or not wire.keys() <= {"chosenCandidates", "topCandidates"}:
        return None
    chosen, top = wire.get("chosenCandidates"), wire.get("topCandidates")
    if type(chosen) is not list or not chosen or not all(type(token) is dict for token in chosen):
        return None
    if top is None:
        return tuple(chosen)
    if type(top) is not list or len(top) != len(chosen):
        return None
    found = []
    for token, others in zip(chosen, top, strict=True):
        if type(others) is not dict or not others.keys() <= {"candidates"} or "topCandidates" in token:
            return None
        found.append({**token, "topCandidates": others.get("candidates", [])})
    return tuple(found)


def encode_logprobs(tokens: Sequence[Json]) -> Json:
    """The `logprobsResult` of tokens; those of OpenAI's form (`logprob`, `top_logprobs`) are put in this wire's words."""
    chosen: list[Json] = []
    top: list[Json] = []
    for token in tokens:
        others = token.get("topCandidates", token.get("top_logprobs"))
        chosen.append(_token(token))
        if type(others) is list:
            top.append({"candidates": [_token(other) if type(other) is dict else other for other in others]})
    return {"chosenCandidates": chosen, "topCandidates": top} if len(top) == len(chosen) else {"chosenCandidates": chosen}


def _token(token: Json) -> Json:
    if "logprob" in token:
        return {"token": token.get("token", ""), "logProbability": token["logprob"]}
    return {key: value for key, value in token.items() if key != "topCandidates"}


def decode_time(value: Any) -> tuple[int | None, bool]:
    """Unix seconds of a `createTime`, and whether that says all of it."""
    found = _TIME.fullmatch(value) if type(value) is str else None
    if found is None:
        return None, value is None
    try:
        moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return None, False
    return int(moment.timestamp()), found[2] is None


def encode_time(created: int) -> str | None:
    """A `createTime`, None for a moment that no calendar has."""
    if not 0 <= created < 253_402_300_800:
        return None
    return datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
