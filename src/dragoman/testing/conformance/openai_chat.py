"""What the checks know about OpenAI's Chat Completions and the many vendors that speak it."""

from __future__ import annotations

import json
from typing import Any

from ... import providers
from ...protocols.openai_chat import ChatDialect
from ...protocols.openai_chat.dialect import REFERENCE
from ...protocols.tool_forms import OPENROUTER
from ...types.response import Usage
from .corpus import Exchange
from .openai_chat_equivalences import ACROSS, EQUIVALENCES
from .openai_chat_sdk import ORACLE_RULES
from .rules import Echo, Summary, WireRules

__all__ = ["RULES"]

_THINKING = ("reasoning_content", "reasoning", "reasoning_text")
_SIGNATURES = ("signature", "data", "encrypted_content", "thought_signature")


def _usage(usage: Usage) -> Summary:
    """`prompt_tokens` holds what was read from and written to the cache; our output holds the reasoning that some
    vendors count beside `completion_tokens`."""
    output = usage.output
    if output is not None and usage.reasoning and _apart(usage.raw, usage.reasoning):
        output -= usage.reasoning
    return {
        "input": None if usage.input is None else usage.input + (usage.cache_read or 0) + (usage.cache_write or 0),
        "output": output,
        "total": usage.raw.get("total_tokens"),
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _apart(raw: dict[str, Any], reasoning: int) -> bool:
    """Whether the vendor counts reasoning beside `completion_tokens` and not inside (xAI), by its own total."""
    prompt, completion, total = [raw.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
    return isinstance(prompt, int) and isinstance(completion, int) and total == prompt + completion + reasoning


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each assistant message sends back."""
    return [_echo(message) for message in body.get("messages", ()) if message.get("role") == "assistant"]


def _echo(message: dict[str, Any]) -> Echo:
    found: Echo = []
    for field in _THINKING:
        if isinstance(message.get(field), str):
            found.append(("thinking_text", [field, message[field]]))
    for detail in message.get("reasoning_details") or ():
        for field in ("text", "summary"):
            if isinstance(detail.get(field), str):
                found.append(("thinking_text", ["reasoning_details", detail[field]]))
        found += [("signature", [field, detail[field]]) for field in _SIGNATURES if isinstance(detail.get(field), str)]
    content = message.get("content")
    parts = [content] if isinstance(content, str) else [part.get("text") or "" for part in content or ()]
    if text := "".join(parts):
        found.append(("text", text))
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        value = [call.get("id"), function.get("name"), _parsed(function.get("arguments"))]
        found += [("tool_id", value), ("tool_name", value)]
    return found


def _dialect(exchange: Exchange) -> Any:
    """Azure hosts OpenAI's own; a vendor that the library does not know is spoken to as any compatible server is."""
    return None if exchange.provider == "azure" else providers.load("openai-compatible").dialect


def _spoken(exchange: Exchange, dialect: Any) -> Any:
    """The dialect of the recorded client: where vendors take several spellings, the one it chose; no limits of a vendor's
    that it did not keep to; and reasoning sent back wherever it was."""
    body = exchange.request_json
    if body is None:
        return dialect
    messages = [message for message in body.get("messages") or () if isinstance(message, dict)]
    assistants = [message for message in messages if message.get("role") == "assistant"]
    text = json.dumps(body)
    roles = {message.get("role") for message in messages}
    return ChatDialect(
        model_in_body="model" in body,
        max_tokens_field="max_completion_tokens" if "max_completion_tokens" in body else "max_tokens",
        stream_options="stream_options" in body,
        cache_marks="cache_control" if '"cache_control"' in text else "prompt_cache_breakpoint",
        top_k=True,
        system_role="developer" if "developer" in roles and "system" not in roles else "system",
        tool_media=any(isinstance(message.get("content"), list) for message in messages if message.get("role") == "tool"),
        audio_urls=True,
        video_urls=True,
        document_urls=True,
        reasoning_style=next(
            (style for field, style in _REASONING if isinstance(body.get(field), dict | bool)), "reasoning_effort"
        ),
        think_tags=bool(dialect and dialect.think_tags),
        echo="always",
        echo_field=next((field for field in _THINKING if any(isinstance(turn.get(field), str) for turn in assistants)), None),
        server_tools=OPENROUTER if '"openrouter:' in text else REFERENCE.server_tools,
        echo_details=not assistants or '"reasoning_details"' in text or not any(field in text for field in _THINKING),
    )


_REASONING: tuple[tuple[str, Any], ...] = (
    ("reasoning", "reasoning"),
    ("thinking", "thinking"),
    ("enable_thinking", "enable_thinking"),
)


def _parsed(arguments: Any) -> Any:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments or "{}")
    except ValueError:
        return arguments


RULES = WireRules(
    wire="openai-chat",
    protocol="openai_chat",
    usage=_usage,
    echoes=_echoes,
    dialect=_dialect,
    spoken=_spoken,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
    across=ACROSS,
)
