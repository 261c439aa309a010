"""Ways of writing a request of Chat Completions that mean the same, and what only one form of an answer can say."""

from __future__ import annotations

import copy
from typing import Any

from .rules import Equivalence, without_nulls

__all__ = ["ACROSS", "EQUIVALENCES"]


def _drop_defaults(body: dict[str, Any]) -> None:
    if body.get("stream") is False:
        del body["stream"]
    if body.get("tools") == []:
        del body["tools"]
    if not body.get("tools") and not body.get("functions"):
        body.pop("tool_choice", None)
        body.pop("parallel_tool_calls", None)


def _list_stops(body: dict[str, Any]) -> None:
    if isinstance(body.get("stop"), str):
        body["stop"] = [body["stop"]]


def _drop_empty_content(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        if message.get("tool_calls") == []:
            del message["tool_calls"]
        if message.get("content") in ("", [], None):
            message.pop("content", None)


def _number_calls(body: dict[str, Any]) -> None:
    called = answered = 0
    for message in body.get("messages", ()):
        for call in message.get("tool_calls") or ():
            if call.get("id") is None:
                call["id"] = f"call_{called}"
                called += 1
        if message.get("role") == "tool" and message.get("tool_call_id") is None:
            message["tool_call_id"] = f"call_{answered}"
            answered += 1


_CALLERS_JSON = frozenset({"parameters", "schema", "arguments"})


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS_JSON)


def _join_one_text_part(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        content = message.get("content")
        if isinstance(content, list) and len(content) == 1 and set(content[0]) == {"type", "text"}:
            message["content"] = content[0]["text"]


EQUIVALENCES = (
    Equivalence("null is absent", "optional fields are nullable in OpenAI's schema, and null means unset", _drop_nulls),
    Equivalence(
        "one text part is a string",
        "`content` is a string or a list of parts, and OpenAI's reference gives the string as short for one text part",
        _join_one_text_part,
    ),
    Equivalence(
        "defaults are absent",
        "`stream` is false and `tools` empty unless something else is said, and without tools there is nothing to choose",
        _drop_defaults,
    ),
    Equivalence("one stop is a list", "`stop` is a string or a list of strings", _list_stops),
    Equivalence(
        "no words",
        "a message without words may have its content empty, null or absent, and one without calls no list of them",
        _drop_empty_content,
    ),
    Equivalence(
        "calls without ids",
        "Writer pairs calls and results by order; we give both an id, which every other server demands",
        _number_calls,
    ),
)


def _gather_kinds(response: dict[str, Any]) -> None:
    for message in [response["message"], *[choice["message"] for choice in response.get("choices", ())]]:
        content = message.get("content", ())
        thinking = [block for block in content if block["type"] == "thinking"]
        texts = [block for block in content if block["type"] == "text"]
        rest = [block for block in content if block["type"] not in ("thinking", "text")]
        message["content"] = [*_joined(thinking), *_joined(texts), *rest]


def _joined(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks of one kind as one: text and lists are joined, of the rest the first counts."""
    if not blocks:
        return []
    whole = copy.deepcopy(blocks[0])
    whole.setdefault("text", "")
    for block in blocks[1:]:
        _join(whole, {name: value for name, value in block.items() if name != "type"})
    return [whole]


def _join(whole: dict[str, Any], piece: dict[str, Any]) -> None:
    for name, value in piece.items():
        old = whole.get(name)
        if name == "text":
            whole[name] = old + value
        elif isinstance(old, list) and isinstance(value, list):
            old.extend(value)
        elif name == "extra" and isinstance(old, dict):
            _join(old, value)
        else:
            whole.setdefault(name, value)


ACROSS = (
    Equivalence(
        "a message has one text and one reasoning",
        "a whole message has a field for each kind and so no order among them, where a stream may speak, call and speak again",
        _gather_kinds,
    ),
)
