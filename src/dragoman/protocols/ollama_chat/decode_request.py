"""A client's request to ours (https://docs.ollama.com/api/chat).

What has no word of ours stays in `extra`: of the body in `Request.extra` (`keep_alive`, options such as `num_ctx`, ...),
of a message in `Message.extra`, of a call in the `extra` of its block. The wire pairs results with calls by order and
name, and in later versions by id; ours by id, so results without one take the id of the call they answer, and
`synthetic_id` says that the wire did not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...errors import DecodeError
from ...types.content import Block, Image, Opaque, Text, Thinking, ToolCall, ToolResult
from ...types.messages import Message
from ...types.request import Output, Reasoning, Request, Tool, ToolLike, VendorTool
from ...wire.http import HttpRequest
from ...wire.json import read_json
from .answer import decode_call
from .wire import PROTOCOL_NAME, WIRE, decode_picture

__all__ = ["decode_request"]

Json = dict[str, Any]

# Options with a word of ours, and what they may hold.
_NUMBER = (int, float)
_OPTIONS: Final = (
    ("temperature", "temperature", _NUMBER),
    ("top_p", "top_p", _NUMBER),
    ("top_k", "top_k", (int,)),
    ("seed", "seed", (int,)),
    ("presence_penalty", "presence_penalty", _NUMBER),
    ("frequency_penalty", "frequency_penalty", _NUMBER),
)


def decode_request(request: HttpRequest) -> Request:
    """The request as a value. Raises DecodeError when it is not one of this wire."""
    try:
        body = read_json(request.body)
    except ValueError as error:
        raise DecodeError(f"the request is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise DecodeError("the request is not a JSON object")
    rest: Json = {name: value for name, value in body.items() if value is not None}
    messages = rest.pop("messages", [])  # a request without messages loads the model
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise DecodeError("messages is not a list of objects")
    model = rest.pop("model", "")
    if not isinstance(model, str):
        raise DecodeError("model is not a string")
    stream = rest.pop("stream", True)
    if not isinstance(stream, bool):
        raise DecodeError("stream is neither true nor false")
    said: Json = {}
    _settings(rest, said)
    _options(rest, said)
    said["system"], said["messages"] = _instructions(_Messages().decode(messages))
    return Request(model, stream=stream, **said, extra=rest)


def _settings(rest: Json, said: Json) -> None:
    think = rest.get("think")
    if isinstance(think, bool):
        said["reasoning"] = Reasoning(mode="enabled" if rest.pop("think") else "disabled")
    elif isinstance(think, str) and think:
        said["reasoning"] = Reasoning(rest.pop("think"))
    form = rest.get("format")
    if form == "json":
        said["output"] = Output(kind="json_object")
        del rest["format"]
    elif isinstance(form, dict):
        said["output"] = Output(rest.pop("format"))
    tools = rest.get("tools")
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        said["tools"] = tuple([_tool(tool) for tool in rest.pop("tools")])
    if isinstance(rest.get("logprobs"), bool):
        said["logprobs"] = rest.pop("logprobs")
    if type(rest.get("top_logprobs")) is int:
        said["top_logprobs"] = rest.pop("top_logprobs")


def _options(rest: Json, said: Json) -> None:
    options = rest.get("options")
    if not isinstance(options, dict):
        return
    left = {name: value for name, value in options.items() if value is not None}
    for field, name, kinds in _OPTIONS:
        if type(left.get(field)) in kinds:
            said[name] = left.pop(field)
    limit = left.get("num_predict")
    if type(limit) is int and limit > 0:  # -1 is no limit, -2 fills the window
        said["max_tokens"] = left.pop("num_predict")
    stop = left.get("stop")
    if isinstance(stop, list) and stop and all(isinstance(word, str) for word in stop):
        said["stop"] = tuple(left.pop("stop"))
    if left:
        rest["options"] = left
    else:
        del rest["options"]


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


class _Messages:
    """The messages of one request; remembers which calls wait for a result."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.open: list[ToolCall] = []

    def decode(self, messages: list[Json]) -> list[Message]:
        return [self._message(message, place) for place, message in enumerate(messages)]

    def _message(self, message: Json, place: int) -> Message:
        fields = {name: value for name, value in message.items() if value is not None}
        role = fields.pop("role", None)
        if not isinstance(role, str):
            raise DecodeError(f"messages[{place}] has no role")
        known: Any = role.lower()  # as the server does
        reader = _READERS.get(known)
        if reader is None:  # roles of single model families, such as granite's `control`, instruct the model
            known, reader = "system", _Messages._plain
            fields["role"] = role
        blocks = reader(self, fields)
        return Message(known, tuple(blocks), None, WIRE if fields else None, fields)

    def _plain(self, fields: Json) -> list[Block]:
        blocks = self._pictures(fields)
        text = self._text(fields)
        if text is not None and (text.text or not blocks):
            blocks.append(text)
        return blocks

    def _assistant(self, fields: Json) -> list[Block]:
        blocks: list[Block] = []
        if isinstance(fields.get("thinking"), str):
            blocks.append(Thinking(fields.pop("thinking"), origin=WIRE))
        text = self._text(fields)
        pictures = self._pictures(fields)
        calls = fields.get("tool_calls")
        called: list[Block] = []
        if isinstance(calls, list) and all(isinstance(call, dict) for call in calls):
            called = [self._call(call) for call in fields.pop("tool_calls")]
        if text is not None and (text.text or not (blocks or pictures or called)):
            blocks.append(text)
        self.open = [block for block in called if isinstance(block, ToolCall)]
        return [*blocks, *pictures, *called]

    def _tool(self, fields: Json) -> list[Block]:
        name, id = fields.pop("tool_name", None), fields.pop("tool_call_id", None)
        extra: Json = {}
        if not isinstance(name, str):
            name = None
            extra["unnamed"] = True
        call = self._answered(id, name)
        if not isinstance(id, str):
            extra["synthetic_id"] = True
        elif call is not None and call.id != id:
            extra["tool_call_id"] = id
        if call is not None:
            id = call.id
        elif not isinstance(id, str):
            id = self._fresh()
        return [ToolResult(id, tuple(self._plain(fields)), name=name, origin=WIRE if extra else None, extra=extra)]

    def _answered(self, id: Any, name: str | None) -> ToolCall | None:
        """The waiting call that a result answers: by id, else by name, else the first."""
        for fits in (
            lambda call: call.id == id,
            lambda call: "synthetic_id" in call.extra and call.name == name,
            lambda call: not isinstance(id, str) and call.name == name,
            lambda call: not isinstance(id, str) and name is None,
        ):
            if (call := next(filter(fits, self.open), None)) is not None:
                self.open.remove(call)
                return call
        return None

    def _call(self, entry: Json) -> Block:
        return decode_call(entry, self.taken, WIRE) or Opaque(entry, origin=WIRE, extra={"field": "tool_calls"})

    def _fresh(self) -> str:
        number = len(self.taken)
        while (id := f"call_{number}") in self.taken:
            number += 1
        self.taken.add(id)
        return id

    def _text(self, fields: Json) -> Text | None:
        """The text; content of any other form stays a field."""
        return Text(fields.pop("content")) if isinstance(fields.get("content"), str) else None

    def _pictures(self, fields: Json) -> list[Block]:
        pictures = fields.get("images")
        if isinstance(pictures, list) and all(isinstance(picture, str) for picture in pictures):
            return [Image(decode_picture(picture)) for picture in fields.pop("images")]
        return []


_READERS: dict[str, Callable[[_Messages, Json], list[Block]]] = {
    "system": _Messages._plain,
    "user": _Messages._plain,
    "assistant": _Messages._assistant,
    "tool": _Messages._tool,
}
