"""Items of an answer to blocks (https://platform.openai.com/docs/api-reference/responses/object#output).

| item | block |
|---|---|
| `message` | one `Text` or `Refusal` a part |
| `reasoning` | one `Thinking`: text of summary and content, `encrypted_content` |
| `function_call`, `custom_tool_call` | `ToolCall`, its id is `call_id` |
| calls of vendor tools that the caller runs (`CLIENT_CALLS`) | `ToolCall`: the tool's name, the action as JSON |
| calls of tools that the vendor runs (`SERVER_CALLS`) | `ServerToolCall`, and a `ServerToolResult` for what came back in it |
| `image_generation_call` with its picture | `Image` |
| everything else (compaction, approval requests, lists of MCP tools, kinds to come) | `Opaque` |

What stands beside a block's own words is kept in `extra`, from which `say.py` makes the item again: `item` holds the fields of
the item (`type` only where the block does not tell it), `part` the place in a message after the first, `fields` the part's own,
`field` and `form` where the arguments or the result stood, `summary` and `content` where reasoning is cut into parts. A
status of `completed` is not kept on messages and calls: an item is, unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from ...types.content import (
    Base64,
    Block,
    Image,
    Opaque,
    Origin,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
)
from .json_text import Json, dump
from .wire import decode_citation

__all__ = ["CLIENT_CALLS", "RESULTS", "SERVER_CALLS", "ItemReader"]

CLIENT_CALLS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "computer_call": ("computer", ("actions", "action")),
    "local_shell_call": ("local_shell", ("action",)),
    "shell_call": ("shell", ("action",)),
    "apply_patch_call": ("apply_patch", ("operation",)),
    "tool_search_call": ("tool_search", ("arguments",)),
}
"""Calls of vendor tools that the caller may have to run: the tool's name and the fields its arguments stand in."""

SERVER_CALLS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "web_search_call": ("web_search", ("action", "arguments")),
    "x_search_call": ("x_search", ("arguments",)),  # xAI
    "file_search_call": ("file_search", ("queries", "arguments")),
    "code_interpreter_call": ("code_execution", ("code", "arguments")),
    "image_generation_call": ("image_generation", ()),
    "mcp_call": ("", ("arguments",)),
    "shell_call": ("shell", ("action",)),
    "tool_search_call": ("tool_search", ("arguments",)),
    # Perplexity: what was found, with what was looked for: https://docs.perplexity.ai/api-reference/responses-post
    "search_results": ("web_search", ("queries",)),
    "fetch_url_results": ("web_fetch", ()),
    "sandbox_results": ("code_execution", ("code",)),
}
"""Calls of tools that the vendor runs, likewise."""

RESULTS: Final[dict[str, tuple[str, ...]]] = {
    "file_search_call": ("results",),
    "code_interpreter_call": ("outputs",),
    "mcp_call": ("output", "error"),
    "search_results": ("results",),
    "fetch_url_results": ("contents",),
    "sandbox_results": ("results",),
}
"""Where the result stands inside the item of its call."""

_OUTPUTS: Final = {"shell_call_output": "output", "tool_search_output": "tools"}
"""Results of the vendor's tools that are items of their own."""

_DONE: Final = ("completed", None)
_NOT_YET: Final = ("in_progress", "completed", None)
_ENCRYPTED_SUMMARY: Final = frozenset({"type", "summary", "encrypted_content"})


def _rest(item: Json, known: Collection[str | None], defaults: Collection[Any] = ()) -> Json:
    """The fields of an item beyond the known ones; a status that is one of the defaults goes without saying."""
    return {
        name: value
        for name, value in item.items()
        if name not in known and name != "type" and not (name == "status" and value in defaults)
    }


class ItemReader:
    """Reads items of one origin; `hosted_custom` says that the vendor answers free-text calls itself."""

    def __init__(self, origin: Origin, hosted_custom: bool = False) -> None:
        self.origin = origin
        self._hosted_custom = hosted_custom

    def decode(self, item: Json) -> list[Block]:
        """The blocks of a whole item, at least one."""
        kind = item.get("type")
        if kind == "message" and isinstance(parts := item.get("content"), list | str) and parts:
            fields = self.message_fields(item)
            listed = [{"type": "output_text", "text": parts}] if isinstance(parts, str) else parts
            return [self.part(part, fields, place) for place, part in enumerate(listed)]
        if kind == "image_generation_call" and isinstance(data := item.get("result"), str) and data:
            word = item.get("output_format")
            source = Base64(f"image/{word if isinstance(word, str) and word else 'png'}", data)
            return [Image(source, extra={"item": _rest(item, ("result",))}, origin=self.origin)]
        return self._single(item, started=False)

    def announced(self, item: Json) -> Block:
        """The block that opens for an item of any kind but `message`. What deltas bring is left out, and so is what an item
        that is not complete may say otherwise in the end."""
        streamed = item.get("type") in ("reasoning", "function_call", "custom_tool_call")
        if streamed or item.get("status") != "completed":
            return self._single(item, started=True)[0]
        return self.decode(item)[0]

    def message_fields(self, item: Json, *, started: bool = False) -> Json:
        """The fields of a message that its blocks carry."""
        fields = _rest(item, ("content",), _NOT_YET if started else _DONE)
        if fields.get("role") == "assistant":
            del fields["role"]
        return fields

    def part(self, part: Any, fields: Json, place: int) -> Block:
        """A part of a message."""
        extra: Json = {"item": fields}
        if place:
            extra["part"] = place
        if not isinstance(part, dict):
            return Opaque({"type": "output_text", "text": part}, extra=extra, origin=self.origin)
        kind = part.get("type")
        if kind in ("output_text", "input_text", "text") and isinstance(text := part.get("text"), str):
            known = {"text", "annotations", "logprobs"}
            cited, tokens = part.get("annotations") or [], part.get("logprobs") or []
            if not isinstance(cited, list) or not all(isinstance(entry, dict) for entry in cited):
                cited = []
                known.discard("annotations")
            if not isinstance(tokens, list) or not all(isinstance(entry, dict) for entry in tokens):
                tokens = []
                known.discard("logprobs")
            left = _rest(part, known)
            if kind != "output_text":
                left["type"] = kind
            if left:
                extra["fields"] = left
            citations = tuple([decode_citation(entry) for entry in cited])
            return Text(text, citations=citations, logprobs=tuple(tokens) or None, extra=extra, origin=self.origin)
        if kind == "refusal" and isinstance(text := part.get("refusal"), str):
            if left := _rest(part, ("refusal",)):
                extra["fields"] = left
            return Refusal(text, extra=extra, origin=self.origin)
        return Opaque(part, extra=extra, origin=self.origin)

    # --- items that are one block, or a call and its result ---------------------------------------------------------------

    def _single(self, item: Json, *, started: bool) -> list[Block]:
        kind = item.get("type")
        if not isinstance(kind, str):
            return [Opaque(item, origin=self.origin)]
        if kind == "reasoning":
            return [self._thinking(item, started)]
        if kind in ("function_call", "custom_tool_call"):
            call = self._call(item, kind, started)
        elif kind in CLIENT_CALLS and self._is_callers(item, kind):
            call = self._client_call(item, kind, started)
        elif kind in SERVER_CALLS:
            return self._server_call(item, kind, started)
        elif kind in _OUTPUTS:
            call = self._output(item, kind)
        else:
            call = None
        return [Opaque(item, origin=self.origin) if call is None else call]

    def _thinking(self, item: Json, started: bool) -> Thinking:
        summary, content = item.get("summary"), item.get("content")
        parts, more = (value if isinstance(value, list) else [] for value in (summary, content))
        known = _ENCRYPTED_SUMMARY | {"content"} if more or content is None else _ENCRYPTED_SUMMARY
        extra: Json = {"item": _rest(item, known, ("in_progress", None) if started else ())}
        text = _text(parts) + _text(more)
        encrypted = item.get("encrypted_content")
        if not started:
            cuts, cuts_more = _cuts(parts, "summary_text"), _cuts(more, "reasoning_text")
            if more or cuts != ([len(text)] if text else []):
                extra["summary"] = cuts
            if more:
                extra["content"] = cuts_more
        return Thinking(
            "" if started else text,
            encrypted=encrypted if isinstance(encrypted, str) and not started else None,
            extra=extra,
            origin=self.origin,
        )

    def _call(self, item: Json, kind: str, started: bool) -> Block | None:
        field = "arguments" if kind == "function_call" else "input"
        name, call_id, text = item.get("name"), item.get("call_id"), item.get(field)
        if not isinstance(name, str):
            return None
        custom = kind == "custom_tool_call"
        known = {"name", field} if not isinstance(call_id, str) or not call_id else {"name", field, "call_id"}
        fields = _rest(item, known, _NOT_YET if started else _DONE)
        arguments = "" if started else text if isinstance(text, str) else "" if text is None else dump(text)
        id = _first_text(call_id, item.get("id"))
        if custom and self._hosted_custom:
            return ServerToolCall(id, name, arguments, kind, extra={"item": fields}, origin=self.origin)
        return ToolCall(id, name, arguments, custom, extra={"item": fields}, origin=self.origin)

    @staticmethod
    def _is_callers(item: Json, kind: str) -> bool:
        """Whether the caller runs it: a shell in a container is the vendor's, so is a tool search that does not say `client`."""
        if kind == "shell_call":
            place = item.get("environment")
            return not isinstance(place, dict) or place.get("type") == "local"
        return kind != "tool_search_call" or item.get("execution") == "client"

    def _client_call(self, item: Json, kind: str, started: bool) -> Block | None:
        name, places = CLIENT_CALLS[kind]
        id = _first_text(item.get("call_id"), item.get("id"))
        if not id:
            return None
        arguments, field, extra = _arguments(item, places, started)
        defaults = _NOT_YET if started else ()
        known: set[str | None] = {*places, "call_id"} if started else {field, "call_id"}
        if item.get("call_id") != id:
            known.discard("call_id")
        fields = {"type": kind, **_rest(item, known, defaults)}
        return ToolCall(id, name, arguments, extra={"item": fields, **extra}, origin=self.origin)

    def _server_call(self, item: Json, kind: str, started: bool) -> list[Block]:
        name, places = SERVER_CALLS[kind]
        arguments, field, extra = _arguments(item, places, started)
        known: set[str | None] = {field}
        result: ServerToolResult | None = None
        ids = ("call_id", "id") if kind in _ANSWERED else ("id", "call_id")
        id = _first_text(*[item.get(each) for each in ids])
        if started:
            known = {*places, *RESULTS.get(kind, ())}
        else:
            found = next((place for place in RESULTS.get(kind, ()) if item.get(place) is not None), None)
            if found is not None:
                known.add(found)
                value, failed = item[found], found == "error"
                result = ServerToolResult(id, kind, value, failed, extra={"field": found}, origin=self.origin)
        fields = _rest(item, known, _NOT_YET if started else ())
        own_name, server = item.get("name"), item.get("server_label")
        call = ServerToolCall(
            id,
            own_name if isinstance(own_name, str) and own_name else name,
            arguments,
            kind,
            server if isinstance(server, str) else None,
            extra={"item": fields, **extra},
            origin=self.origin,
        )
        return [call] if result is None else [call, result]

    def _output(self, item: Json, kind: str) -> Block | None:
        field = _OUTPUTS[kind]
        id = _first_text(item.get("call_id"), item.get("id"))
        if field not in item:
            return None
        return ServerToolResult(id, kind, item[field], extra={"item": _rest(item, (field,)), "field": field}, origin=self.origin)


_ANSWERED: Final = ("shell_call", "tool_search_call")
"""Vendor-run calls whose result is an item of its own, paired by `call_id`."""


def _first_text(*values: Any) -> str:
    return next((value for value in values if isinstance(value, str) and value), "")


def _arguments(item: Json, places: tuple[str, ...], started: bool) -> tuple[str, str | None, Json]:
    """The arguments as JSON text, the field they stood in, and what `say.py` needs to put them back there."""
    field = next((place for place in places if item.get(place) is not None), None)
    if started or field is None:
        return "", None, {}
    value = item[field]
    if isinstance(value, str) and field == "arguments":
        return value, field, {"field": field, "form": "text"}
    if isinstance(value, dict):
        return dump(value), field, {"field": field}
    return dump({field: value}), field, {"field": field, "form": "wrapped"}


def _text(parts: list[Any]) -> str:
    words = [part.get("text") if isinstance(part, dict) else part for part in parts]  # Venice has plain texts
    return "".join([text for text in words if isinstance(text, str)])


def _cuts(parts: list[Any], kind: str) -> list[Any]:
    """How long each part is; the parts themselves where one says more than its text."""
    plain = all(isinstance(part, dict) and part.keys() == {"type", "text"} and part["type"] == kind for part in parts)
    if plain and all(isinstance(part["text"], str) for part in parts):
        return [len(part["text"]) for part in parts]
    return parts
