"""A client's request to ours (https://docs.cohere.com/reference/chat).

What has no word of ours stays in `extra`: of the body in `Request.extra` (`documents`, `citation_options`,
`safety_mode`, ...), of a message in `Message.extra`, of a part or a call in the `extra` of its block.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from ...errors import DecodeError
from ...types.content import Base64, Block, Document, Image, PlainText, Text, Thinking, ToolCall, ToolResult, Url
from ...types.messages import Message
from ...types.request import Output, Reasoning, Request, Tool, ToolChoice, ToolLike, VendorTool
from ...wire.http import HttpRequest
from ...wire.json import read_json
from .answer import decode_call, decode_content
from .wire import PLAN, PROTOCOL_NAME, WIRE, decode_citation

__all__ = ["decode_request"]

Json = dict[str, Any]

# Body fields that need no translation: the field, the name in `Request`, and what it may hold.
_NUMBER = (int, float)
_PLAIN: Final = (
    ("max_tokens", "max_tokens", (int,)),
    ("temperature", "temperature", _NUMBER),
    ("p", "top_p", _NUMBER),
    ("k", "top_k", (int,)),
    ("seed", "seed", (int,)),
    ("presence_penalty", "presence_penalty", _NUMBER),
    ("frequency_penalty", "frequency_penalty", _NUMBER),
    ("logprobs", "logprobs", (bool,)),
    ("stream", "stream", (bool,)),
)
_CHOICES: Final = {"REQUIRED": "required", "NONE": "none"}
_DATA_URL: Final = re.compile(r"data:([\w.+-]+/[\w.+*-]+);base64,", re.ASCII)


def decode_request(request: HttpRequest) -> Request:
    """The request as a value. Raises DecodeError when it is not one of this wire."""
    try:
        body = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise DecodeError("the request is not a JSON object")
    rest: Json = {name: value for name, value in body.items() if value is not None}
    messages, model = rest.pop("messages", None), rest.pop("model", "")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DecodeError("the request has no list of messages")
    if not isinstance(model, str):
        raise DecodeError("model is not a string")
    said: Json = {}
    for field, name, kinds in _PLAIN:
        if type(rest.get(field)) in kinds:
            said[name] = rest.pop(field)
    stop = rest.get("stop_sequences")
    if isinstance(stop, list) and stop and all(isinstance(word, str) for word in stop):
        said["stop"] = tuple(rest.pop("stop_sequences"))
    _forms(rest, said)
    _tools(rest, said)
    taken: set[str] = set()
    said["system"], said["messages"] = _instructions([_message(message, place, taken) for place, message in enumerate(messages)])
    return Request(model, **said, extra=rest)


def _forms(rest: Json, said: Json) -> None:
    thinking = rest.get("thinking")
    if isinstance(thinking, dict):
        fields = {name: value for name, value in thinking.items() if value is not None}
        mode, budget = fields.pop("type", None), fields.pop("token_budget", None)
        if isinstance(mode, str | None) and type(budget) in (int, type(None)):
            said["reasoning"] = Reasoning(budget=budget, mode=mode, extra=fields)
            del rest["thinking"]
    form = rest.get("response_format")
    if isinstance(form, dict):
        fields = {name: value for name, value in form.items() if value is not None}
        kind, schema = fields.pop("type", None), fields.pop("json_schema", None)
        if kind == "json_object" and isinstance(schema, dict):
            said["output"] = Output(schema, extra=fields)
        elif kind in ("json_object", "text") and schema is None:
            said["output"] = Output(kind=kind, extra=fields)
        if "output" in said:
            del rest["response_format"]


def _tools(rest: Json, said: Json) -> None:
    tools = rest.get("tools")
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        found = [_tool(tool) for tool in rest.pop("tools")]
        functions = [tool for tool in found if isinstance(tool, Tool)]
        if rest.get("strict_tools") is True and functions:
            del rest["strict_tools"]
            found = [msgspec.structs.replace(tool, strict=True) if isinstance(tool, Tool) else tool for tool in found]
        said["tools"] = tuple(found)
    choice = rest.get("tool_choice")
    if isinstance(choice, str) and choice in _CHOICES:
        said["tool_choice"] = ToolChoice(_CHOICES[rest.pop("tool_choice")])


def _tool(tool: Json) -> ToolLike:
    fields = {name: value for name, value in tool.items() if value is not None}
    kind, about = fields.pop("type", None), fields.pop("function", None)
    if kind != "function" or not isinstance(about, dict) or not isinstance(about.get("name"), str):
        return VendorTool(tool, PROTOCOL_NAME)
    inner = {name: value for name, value in about.items() if value is not None}
    name, description, parameters = inner.pop("name"), inner.pop("description", None), inner.pop("parameters", None)
    if inner:
        fields["function"] = inner
    return Tool(name, description, parameters, extra=fields)


def _instructions(messages: list[Message]) -> tuple[tuple[Text, ...], tuple[Message, ...]]:
    """A first message of plain instructions becomes `Request.system`; later ones keep their place."""
    first = messages[0] if messages else None
    if first is not None and first.role == "system" and not first.extra:
        texts = tuple([block for block in first.content if isinstance(block, Text)])
        if texts and len(texts) == len(first.content):
            return texts, tuple(messages[1:])
    return (), tuple(messages)


def _message(message: Json, place: int, taken: set[str]) -> Message:
    fields = {name: value for name, value in message.items() if value is not None}
    role: Any = fields.pop("role", None)
    reader = _READERS.get(role) if isinstance(role, str) else None
    if reader is None:
        raise DecodeError(f"messages[{place}] has the unknown role {role!r}")
    blocks = reader(fields, taken)
    return Message(role, tuple(blocks), None, WIRE if fields else None, fields)


def _plain(fields: Json, taken: set[str]) -> list[Block]:
    return [_part(part) for part in _parts(fields)]


def _parts(fields: Json) -> list[Json]:
    """The parts of `content`; a form that this wire does not have stays a field."""
    content = fields.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": fields.pop("content")}]
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        found: list[Json] = fields.pop("content")
        return found
    return []


def _part(part: Json) -> Block:
    """A part of a system, user or tool message."""
    kind = part.get("type")
    about = part.get(kind) if isinstance(kind, str) else None
    if isinstance(about, dict):
        fields = {name: value for name, value in part.items() if name not in ("type", kind) and value is not None}
        inner = {name: value for name, value in about.items() if value is not None}
        block = _image(inner, fields) if kind == "image_url" else _document(inner, fields) if kind == "document" else None
        if block is not None:
            return block
    return decode_content(part, WIRE)


def _image(about: Json, fields: Json) -> Block | None:
    url, detail = about.pop("url", None), about.pop("detail", None)
    if not isinstance(url, str) or not isinstance(detail, str | None):
        return None
    if about:
        fields["image_url"] = about
    found = _DATA_URL.match(url)
    source = Url(url) if found is None else Base64(found[1], url[found.end() :])
    return Image(source, detail, origin=WIRE if fields else None, extra=fields)


def _document(about: Json, fields: Json) -> Block | None:
    """A document whose data has a text is one of plain text; data of any other form stays as it is."""
    data = about.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        return None
    data = {name: value for name, value in data.items() if value is not None}
    title = data.pop("title") if isinstance(data.get("title"), str) else None
    text = data.pop("text")
    kept = {**about, "data": data} if data else {name: value for name, value in about.items() if name != "data"}
    if kept:
        fields["document"] = kept
    return Document(PlainText(text), title, origin=WIRE if fields else None, extra=fields)


def _assistant(fields: Json, taken: set[str]) -> list[Block]:
    blocks: list[Block] = []
    if isinstance(plan := fields.get(PLAN), str):
        del fields[PLAN]
        if plan:
            blocks.append(Thinking(plan, origin=WIRE, extra={"field": PLAN}))
    content: list[Block] = [decode_content(part, WIRE) for part in _parts(fields)]
    _cite(content, fields)
    blocks += content
    calls = fields.get("tool_calls")
    if isinstance(calls, list) and all(isinstance(call, dict) for call in calls):
        called: list[ToolCall] = [decode_call(call, taken, WIRE) for call in fields.pop("tool_calls")]
        blocks += called
        if content == [Text("")] and called:
            blocks.remove(Text(""))
    return blocks


def _cite(content: list[Block], fields: Json) -> None:
    """Citations onto the texts they are of; others stay a field."""
    citations = fields.pop("citations", None)
    if not isinstance(citations, list):
        if citations is not None:
            fields["citations"] = citations
        return
    left: list[Any] = []
    first = next((place for place, block in enumerate(content) if isinstance(block, Text)), -1)
    for raw in citations:
        place = raw.get("content_index", first) if isinstance(raw, dict) and raw else -1
        block = content[place] if type(place) is int and 0 <= place < len(content) else None
        if isinstance(block, Text) and raw.get("type", "TEXT_CONTENT") == "TEXT_CONTENT":
            content[place] = msgspec.structs.replace(block, citations=(*block.citations, decode_citation(raw)))
        else:
            left.append(raw)
    if left:
        fields["citations"] = left


def _tool_message(fields: Json, taken: set[str]) -> list[Block]:
    id = fields.pop("tool_call_id") if isinstance(fields.get("tool_call_id"), str) else ""
    return [ToolResult(id, tuple(_plain(fields, taken)))]


_READERS: dict[str, Callable[[Json, set[str]], list[Block]]] = {
    "system": _plain,
    "user": _plain,
    "assistant": _assistant,
    "tool": _tool_message,
}
