"""What a call may say, read: the words of a call to a request, and to how long and how often it tries.

Each provider shares these words. What is no word, or cannot be meant, is refused here with what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypedDict

import msgspec

from .access import Key
from .engine.policy import NO_RETRY, Retry, Timeouts
from .errors import UsageError
from .protocols.base import Policy
from .spending import Budget
from .types.cached import CachedPrompt
from .types.content import Cache, Text
from .types.messages import Message, user
from .types.request import AudioOutput, Defined, Reasoning, Request, ToolChoice, ToolLike, VendorTool

__all__ = ["Common", "Messages", "Options", "Words", "listed", "read_request", "read_retry", "read_timeouts"]

Messages = str | Message | Iterable[Message]


class Common(TypedDict, total=False):
    """What a call may say besides the model, messages, tools and form of the answer; every provider shares these words.

    `system`: instructions before all messages. `tool_choice`, of the `tools`: `"auto"`, `"none"`,
    `"required"`, a tool's name or a `ToolChoice`; `parallel_tools`: False for one call at a time. `reasoning`: an effort
    (`"low"`, ...), a token budget, True, False or a `Reasoning`. `max_tokens`: output tokens, reasoning included.
    `stop`: strings that end the answer. `logprobs`: True, or how many alternatives. `n`: how many answers. `cache`: `"auto"`
    (`"auto:1h"`) for marks and keys as the vendor wants them; True, a time to live or a `Cache` for the whole prompt, or the
    `CachedPrompt` it begins with; `cache_key`: routes equal prefixes together. `routing`: a provider's routing value.
    `extra`: fields for the raw body; `headers`: for the request.

    For the call itself: `key`, `base_url`, `timeout` (total seconds or `Timeouts`), `retry` (a number of tries,
    `Retry` or False), `adapt` (`"adapt"`, `"strict"` or a mapping by feature), `budget` (a `Budget` to be spent from; a call
    without `max_tokens` holds 4,096 tokens for its answer).
    """

    system: str | Sequence[Text] | None
    tool_choice: str | ToolChoice | None
    parallel_tools: bool | None
    reasoning: str | int | bool | Reasoning | None
    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    top_k: int | None
    stop: str | Sequence[str]
    seed: int | None
    presence_penalty: float | None
    frequency_penalty: float | None
    logprobs: bool | int | None
    n: int | None
    modalities: Sequence[str]
    audio: AudioOutput | None
    user: str | None
    metadata: dict[str, Any] | None
    service_tier: str | None
    cache: bool | str | Cache | CachedPrompt | None
    cache_key: str | None
    routing: Any
    extra: Mapping[str, Any] | None
    headers: Mapping[str, str] | None
    key: Key | None
    base_url: str | None
    timeout: float | Timeouts | None
    retry: int | bool | Retry | None
    adapt: Policy | None
    budget: Budget | None


class Words(Common, total=False):
    """What a call may say besides the model, the messages and the form of the answer: `Common`, and what the model may call."""

    tools: Sequence[ToolLike | Defined]


class Options(Words, total=False):
    """What a call may say besides the model and the messages: `Words`, and the form of the answer.

    `output`: a type the answer is read as (any that `dragoman.typed` knows, a JSON Schema, or a `dragoman.output.Typed`), or
    an `Output`, which is sent as it is and not read.
    """

    output: Any


def read_request(model: str, messages: Messages, stream: bool, options: Options) -> Request:
    """The request that a call means. Raises TypeError for a word that is none, and UsageError for what cannot be meant."""
    unknown = options.keys() - Options.__annotations__.keys()
    if unknown:
        raise TypeError(_unknown_option(min(unknown)))
    given: dict[str, Any] = {
        name: value for name, value in options.items() if name not in _NOT_IN_REQUEST and value is not None and value is not False
    }
    for name in _FALSE_COUNTS & options.keys():
        if options[name] is False:  # type: ignore[literal-required]
            given[name] = False
    for name in given.keys() & _READERS.keys():
        given[name] = _READERS[name](given[name])
    if (count := given.get("logprobs")) is not None and not isinstance(count, bool):
        given["logprobs"], given["top_logprobs"] = True, count
    return Request(model, listed(messages), stream=stream, **given)


def listed(messages: Messages) -> tuple[Message, ...]:
    """The messages of a call, a string for one of the user's. Raises UsageError for anything else, and for none."""
    if isinstance(messages, str):
        return (user(messages),)
    if isinstance(messages, Message):
        return (messages,)
    several = tuple(messages)
    for message in several:
        if not isinstance(message, Message):
            raise UsageError(
                f"messages must be a string or dragoman messages, not {type(message).__name__}: write user(...) or Message(...)"
            )
    if not several:
        raise UsageError("there is no message to answer: pass at least one")
    return several


def _unknown_option(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, Options.__annotations__, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "; fields of one vendor go into extra={...}"
    return f"unknown option {name!r}{hint}"


def _tools(tools: Sequence[ToolLike | Defined]) -> tuple[ToolLike, ...]:
    listed: tuple[Any, ...] = tuple([getattr(tool, "definition", tool) for tool in tools])
    for tool in listed:
        if not isinstance(tool, ToolLike):
            kind = type(tool).__name__
            if hasattr(tool, "opened") or hasattr(tool, "aopened"):
                raise UsageError(f"{tool!r} is opened by a run (client.run): to other calls give what is in it, as its tools()")
            raise UsageError(f"tools must be @tool functions, or values such as Tool, VendorTool or WebSearch, not {kind}")
    names = [tool.name for tool in listed if not isinstance(tool, VendorTool)]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UsageError(f"two tools are called {min(twice)!r}: give each its own name")
    return listed


def _tool_choice(choice: str | ToolChoice) -> ToolChoice:
    if isinstance(choice, ToolChoice):
        return choice
    return ToolChoice(choice) if choice in ("auto", "none", "required") else ToolChoice("tool", choice)


def _reasoning(value: str | int | bool | Reasoning) -> Reasoning:
    match value:
        case Reasoning():
            return value
        case True:
            return Reasoning(mode="enabled")
        case False:
            return Reasoning(effort="none")
        case int():
            return Reasoning(budget=value)
        case _:
            return Reasoning(effort=value)


def _system(value: str | Sequence[Text]) -> tuple[Text, ...]:
    return (Text(value),) if isinstance(value, str) else tuple(value)


def _cache(value: bool | str | Cache) -> Cache:
    if isinstance(value, Cache):
        return value
    return Cache(value if isinstance(value, str) else None)


def _stop(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "system": _system,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "reasoning": _reasoning,
    "stop": _stop,
    "modalities": tuple,
    "cache": _cache,
    "extra": dict,
    "headers": lambda headers: {name.lower(): value for name, value in headers.items()},
}
_NOT_IN_REQUEST = frozenset({"key", "base_url", "timeout", "retry", "adapt", "budget"})
_FALSE_COUNTS = frozenset({"parallel_tools", "reasoning", "logprobs"})


def read_timeouts(value: float | Timeouts | None, default: Timeouts) -> Timeouts:
    """How long a call may take: seconds in total, or each wait by itself. Raises UsageError for no time at all."""
    if value is None:
        return default
    if isinstance(value, Timeouts):
        return value
    if value <= 0:
        raise UsageError(f"timeout must be more than 0 seconds, not {value}")
    return msgspec.structs.replace(default, total=value)


def read_retry(value: int | bool | Retry | None, default: Retry) -> Retry:
    """How often a call tries. Raises UsageError for less than once."""
    if isinstance(value, Retry):
        return value
    if value is None or value is True:
        return default
    if value is False:
        return NO_RETRY
    if value < 1:
        raise UsageError(f"retry counts tries and must be at least 1, not {value}; retry=False tries once")
    return msgspec.structs.replace(default, attempts=value)
