"""A whole answer to events: the same events as the answer streamed would have given."""

from __future__ import annotations

import msgspec

from ...types.content import Origin, ServerToolCall, ToolCall
from ...types.events import Event, Extra, Failed, Finished, Started, UsageUpdate
from ...wire.json import UNREADABLE, read_json
from .answers import NATIVE_FIELDS, decode_finish, decode_usage, message_extra, whole_block
from .decode_blocks import decode_block, with_id
from .errors import decode_exception, malformed
from .wire import MALFORMED, Json, beside

__all__ = ["decode_response"]


class _Call(msgspec.Struct):
    input: msgspec.Raw = msgspec.Raw(b"")


class _Item(msgspec.Struct):
    toolUse: _Call | None = None


class _Message(msgspec.Struct):
    content: list[_Item]


class _Output(msgspec.Struct):
    message: _Message


class _Body(msgspec.Struct):
    output: _Output


_inputs = msgspec.json.Decoder(_Body).decode


def decode_response(body: bytes, origin: Origin) -> list[Event]:
    """The events of a whole body; `Failed` for an error object and for anything that is not an answer."""
    try:
        wire = read_json(body)
    except ValueError as error:
        return [Failed(malformed(f"the answer is not JSON: {error}", body))]
    output = wire.get("output") if type(wire) is dict else None
    message = output.get("message") if type(output) is dict else None
    content = message.get("content") if type(message) is dict else None
    if type(message) is not dict or type(content) is not list:
        if type(wire) is dict and wire.keys() & {"message", "Message", "__type", "error"}:
            return [Failed(decode_exception("", body))]
        return [Failed(malformed("the answer is not a message", body))]
    events: list[Event] = [Started(), *message_extra(beside(message, "role", "content"))]
    texts = _argument_texts(body) if any(type(item) is dict and "toolUse" in item for item in content) else None
    calls = False
    for index, item in enumerate(content):
        block = decode_block(with_id(item, index) if type(item) is dict else item, origin, assistant=True)
        text = None
        if isinstance(block, ToolCall | ServerToolCall):
            calls = calls or isinstance(block, ToolCall)
            given = item["toolUse"].get("input")
            # An input that stands for malformed text was unwrapped already; all others keep the vendor's own spelling.
            if texts is not None and type(given) is dict and given.keys() != {MALFORMED}:
                text = texts[index]
        events += whole_block(index, block, arguments=text)
    events += _ending(wire, calls)
    return events


def _ending(wire: Json, calls: bool) -> list[Event]:
    events: list[Event] = []
    reason, usage, native = wire.get("stopReason"), wire.get("usage"), wire.get(NATIVE_FIELDS)
    if native is not None:
        events.append(Extra({NATIVE_FIELDS: native}))
    if type(usage) is dict and usage:
        events.append(UsageUpdate(decode_usage(usage)))
    reason = reason if type(reason) is str else None
    known = ["output", NATIVE_FIELDS]
    known += ["stopReason"] if reason is not None else []
    known += ["usage"] if type(usage) is dict else []
    if rest := beside(wire, *known):
        events.append(Extra(rest))
    events.append(Finished(decode_finish(reason, native, calls)))
    return events


def _argument_texts(body: bytes) -> list[str] | None:
    """The text of each block's `toolUse.input` as the vendor wrote it."""
    try:
        items = _inputs(body).output.message.content
    except UNREADABLE:
        return None  # the content holds something else than objects beside the calls: compact JSON has to do
    return [bytes(item.toolUse.input).decode() if item.toolUse is not None else "" for item in items]
