"""Whether a prompt begins as the one before it, and in plain words where it does not: what a prompt cache depends on.

```python
watch = caching.Watch()
watch.see(client.plan(model, history, tools=tools))     # None: the first one
watch.see(client.plan(model, longer, tools=tools))      # None while it only grows, else a Break that says what changed
```

Compared is what would be sent: `client.plan(...)` gives it without a network. Cache marks themselves do not count, nor
does what only steers the answer (`max_tokens`, `temperature`, ...).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from .prepare import Plan
from .types.request import Request

__all__ = ["Break", "Fingerprint", "Watch", "explain", "fingerprint"]

Json = Any

_CLIP = 24


class Break(NamedTuple):
    """What keeps a prompt from being read from the cache as the one before was.

    `part` is the first part of the prompt that differs, in the order in which vendors read it: `target`, `model`,
    `tools`, `system`, `settings` (those that change how the prompt is read: thinking, the choice of tools, a schema), or
    `messages`. `detail` is a sentence for people. `messages` is how many messages at the head are the same.
    """

    part: str
    detail: str
    messages: int

    def __str__(self) -> str:
        return self.detail


class Fingerprint(msgspec.Struct, frozen=True):
    """A prompt as hashes, without its words: it can be kept and compared later.

    `head` covers all that stands before the messages; each of `messages` covers everything up to that message.
    """

    head: str
    messages: tuple[str, ...]

    def extends(self, before: Fingerprint) -> bool:
        """Whether this prompt begins as that one does."""
        return self.head == before.head and self.messages[: len(before.messages)] == before.messages


class Watch:
    """Remembers the last prompt of a conversation and tells what broke its beginning."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: Plan | Request | None = None

    def see(self, prompt: Plan | Request) -> Break | None:
        """Compare with the prompt before, and remember this one. None for the first, and while it only grows."""
        last, self._last = self._last, prompt
        return None if last is None else explain(last, prompt)


def explain(before: Plan | Request, after: Plan | Request) -> Break | None:
    """Where the second prompt stops being the first one and more; None where it does not.

    Raises TypeError where one is a plan and the other a request.
    """
    if isinstance(before, Plan) != isinstance(after, Plan):
        raise TypeError("compare two plans or two requests, not one of each")
    old, new = _parts(before), _parts(after)
    same = _same_messages(old.messages, new.messages)
    for part in ("target", "model"):
        was, now = getattr(old, part), getattr(new, part)
        if was != now:
            return Break(part, f"the {part} changed from {was} to {now}", same)
    if (detail := _tools(old.tools, new.tools)) is not None:
        return Break("tools", detail, same)
    if not _same(old.system, new.system):
        return Break("system", f"the system prompt changed: {_difference(old.system, new.system)}", same)
    for name in sorted(old.settings.keys() | new.settings.keys()):
        was, now = old.settings.get(name), new.settings.get(name)
        if not _same(was, now):
            return Break("settings", f"the setting {name} changed: {_difference(was, now)}", same)
    return _messages(old.messages, new.messages, same)


def fingerprint(prompt: Plan | Request) -> Fingerprint:
    """The hashes of a prompt."""
    parts = _parts(prompt)
    running = sha256(msgspec.json.encode((parts.target, parts.model, parts.tools, parts.system, parts.settings)))
    head = running.hexdigest()[:32]
    messages = []
    for message in parts.messages:
        running.update(msgspec.json.encode(message))
        messages.append(running.hexdigest()[:32])
    return Fingerprint(head, tuple(messages))


# --- a prompt in its parts -----------------------------------------------------------------------------------------------


class _Parts(NamedTuple):
    """A prompt as vendors read it; marks are gone."""

    target: str
    model: str
    tools: list[Json]
    system: Json
    settings: dict[str, Json]
    messages: list[Json]


_SYSTEM = ("system", "systemInstruction", "system_instruction", "instructions")
_MESSAGES = ("messages", "contents", "input")
_SETTINGS = (
    *("tool_choice", "thinking", "output_config", "reasoning", "reasoning_effort", "response_format", "text", "output"),
    *("enable_thinking", "thinking_budget", "chat_template_kwargs", "think", "format", "additionalModelRequestFields"),
    *("outputConfig", "cachedContent", "previous_response_id", "conversation", "prompt_cache_key", "cache_key"),
    *("parallel_tool_calls", "parallel_tools", "documents", "response_mime_type", "previous_interaction_id"),
)
"""Fields that are part of the prompt or decide how it is read, on any wire."""

_INSIDE = {
    "toolConfig": ("toolChoice", "functionCallingConfig"),
    "generationConfig": ("thinkingConfig", "responseJsonSchema", "responseSchema", "responseMimeType", "mediaResolution"),
    "generation_config": ("thinking_level", "thinking_summaries", "tool_choice"),
}
"""Such fields that stand inside another."""

_MARKS = frozenset({"cache_control", "prompt_cache_breakpoint"})


def _parts(prompt: Plan | Request) -> _Parts:
    if isinstance(prompt, Plan):
        body: dict[str, Json] = msgspec.json.decode(prompt.http.body)
        target = f"{prompt.provider} ({prompt.protocol})"
        model = prompt.model
    else:
        body = msgspec.json.decode(msgspec.json.encode(msgspec.structs.replace(prompt, cache=None, routing=None)))
        target, model = "", prompt.model
    plain = _unmarked(body, own=not isinstance(prompt, Plan))
    settings = {name: plain[name] for name in _SETTINGS if name in plain}
    for outer, names in _INSIDE.items():
        inside = plain.get(outer)
        if isinstance(inside, Mapping):
            settings |= {f"{outer}.{name}": inside[name] for name in names if name in inside}
    found: Json = next((plain[name] for name in _MESSAGES if name in plain), [])
    messages = found if isinstance(found, list) else [found]
    tools = plain.get("tools")
    if tools is None and isinstance(config := plain.get("toolConfig"), Mapping):
        tools = config.get("tools")
    system = next((plain[name] for name in _SYSTEM if name in plain), None)
    return _Parts(target, model, tools if isinstance(tools, list) else [], system, settings, messages)


def _unmarked(value: Json, own: bool) -> Json:
    """JSON without cache marks; a list of one plain text is that text, which is what a mark makes of it."""
    if isinstance(value, dict):
        return {
            name: _unmarked(inner, own)
            for name, inner in value.items()
            if name not in _MARKS and not (own and name == "cache" and isinstance(inner, dict))
        }
    if isinstance(value, list):
        items = [_unmarked(item, own) for item in value if not (isinstance(item, dict) and item.keys() == {"cachePoint"})]
        match items:
            case [{"type": "text", "text": str() as text, **rest}] if not rest:
                return text
        return items
    return value


# --- differences, in words -----------------------------------------------------------------------------------------------


def _same(was: Json, now: Json) -> bool:
    """Whether two values are the same to a cache, for which the order of fields counts."""
    return bool(was == now) and msgspec.json.encode(was) == msgspec.json.encode(now)


def _tools(old: list[Json], new: list[Json]) -> str | None:
    """How two lists of tools differ, None where they do not."""
    if _same(old, new):
        return None
    before, after = _named(old), _named(new)
    added = [name for name in after if name not in before]
    gone = [name for name in before if name not in after]
    changes = [f"{_list(gone)} left"] if gone else []
    changes += [f"{_list(added)} came"] if added else []
    if changes:
        return f"the tools changed: {', '.join(changes)}"
    for name, tool in before.items():
        if not _same(tool, after[name]):
            return f"the tool {name!r} changed: {_difference(tool, after[name])}"
    return "the tools stand in another order"


def _named(tools: list[Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for place, tool in enumerate(tools):
        inner = tool.get("functionDeclarations") if isinstance(tool, Mapping) else None
        for item in inner if isinstance(inner, list) else [tool]:
            found[_name(item) or f"#{place}"] = item
    return found


def _name(tool: Json) -> str:
    if not isinstance(tool, Mapping):
        return ""
    for value in (tool, tool.get("function"), tool.get("toolSpec"), tool.get("custom"), tool.get("data")):
        if isinstance(value, Mapping) and isinstance(name := value.get("name") or value.get("type"), str) and name != "function":
            return name
    return ""


def _list(names: list[str]) -> str:
    return " and ".join([repr(name) for name in names])


def _same_messages(old: list[Json], new: list[Json]) -> int:
    count = 0
    for was, now in zip(old, new, strict=False):
        if not _same(was, now):
            break
        count += 1
    return count


def _messages(old: list[Json], new: list[Json], same: int) -> Break | None:
    """The first message that is not what it was. The last one may have grown: neighbours of one role are joined."""
    if same == len(old) or (same == len(old) - 1 and same < len(new) and _grew(old[same], new[same])):
        return None
    if same >= len(new):
        return Break("messages", f"the history is shorter: it had {len(old)} messages and has {len(new)}", same)
    was, now = old[same], new[same]
    who = was.get("role") or was.get("type") if isinstance(was, Mapping) else None
    which = f"message {same + 1} of {len(old)}" + (f" ({who})" if who else "")
    return Break("messages", f"{which} changed: {_difference(was, now)}", same)


def _grew(was: Json, now: Json) -> bool:
    if not isinstance(was, Mapping) or not isinstance(now, Mapping) or was.keys() != now.keys():
        return False
    for name, value in was.items():
        other = now[name]
        if _same(value, other):
            continue
        if isinstance(value, str) and isinstance(other, list):
            value = [{"type": "text", "text": value}]
        if not (isinstance(value, list) and isinstance(other, list) and _same(other[: len(value)], value)):
            return False
    return True


def _difference(was: Json, now: Json, path: str = "") -> str:
    """The first place where two values differ, and what stands there."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in [*was, *[name for name in now if name not in was]]:
            inner = f"{path}.{name}" if path else str(name)
            if name not in now:
                return f"{inner} is gone"
            if name not in was:
                return f"{inner} is new"
            if not _same(was[name], now[name]):
                return _difference(was[name], now[name], inner)
        return f"the fields of {path or 'it'} stand in another order"
    if isinstance(was, list) and isinstance(now, list):
        for place, (one, other) in enumerate(zip(was, now, strict=False)):
            if not _same(one, other):
                return _difference(one, other, f"{path}[{place}]")
        return f"{path or 'it'} had {len(was)} parts and has {len(now)}"
    where = f"{path} " if path else ""
    if isinstance(was, str) and isinstance(now, str):
        at = next((place for place, (one, other) in enumerate(zip(was, now, strict=False)) if one != other), None)
        at = min(len(was), len(now)) if at is None else at
        return f"{where}differs at character {at + 1}: {_piece(was, at)} became {_piece(now, at)}"
    return f"{where}was {_short(was)} and is {_short(now)}"


def _piece(text: str, at: int) -> str:
    piece = text[at : at + _CLIP]
    return repr(piece) + ("..." if len(text) > at + _CLIP else "") if piece else "nothing"


def _short(value: Json) -> str:
    if value is None:
        return "not there"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 3 * _CLIP else f"{text[: 3 * _CLIP]}..."
