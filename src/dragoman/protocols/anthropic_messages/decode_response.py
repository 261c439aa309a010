"""A whole answer to events: the same events as the answer streamed would have given."""

from __future__ import annotations

import msgspec

from ...types.content import Origin, ServerToolCall, ToolCall
from ...types.events import Event, Extra, Failed, Finished, OpaqueEvent, Started, UsageUpdate
from ...wire.json import read_json
from .answers import MESSAGE_FIELDS, MessageDelta, decode_finish, decode_usage, whole_block
from .decode_blocks import decode_block, with_id
from .encode_blocks import MALFORMED
from .errors import decode_error, malformed

__all__ = ["decode_response"]


class _Input(msgspec.Struct):
    input: msgspec.Raw = msgspec.Raw(b"")


class _Inputs(msgspec.Struct):
    content: list[_Input]


_inputs = msgspec.json.Decoder(_Inputs).decode


def decode_response(body: bytes, origin: Origin) -> list[Event]:
    """The events of a whole body; `Failed` for an error object and for anything that is not a message."""
    try:
        wire = read_json(body)
    except ValueError as error:
        return [Failed(malformed(f"the answer is not JSON: {error}", body))]
    if type(wire) is not dict or type(wire.get("content")) is not list:
        stated = wire[0] if type(wire) is list and wire else wire
        if type(stated) is dict and (stated.get("type") == "error" or stated.get("error")):
            return [Failed(decode_error(stated))]
        return [Failed(malformed("the answer is not a message", body))]
    answer_id, model, content = wire.get("id"), wire.get("model"), wire["content"]
    events: list[Event] = [
        Started(answer_id if type(answer_id) is str and answer_id else None, model if type(model) is str and model else None)
    ]
    if extra := {key: value for key, value in wire.items() if value is not None and key not in MESSAGE_FIELDS}:
        events.append(Extra(extra))
    if type(usage := wire.get("usage")) is dict and usage:
        events.append(UsageUpdate(decode_usage(usage)))
    arguments = _argument_texts(body) if any(type(item) is dict and "input" in item for item in content) else None
    index = 0
    calls = False
    for place, item in enumerate(content):
        if type(item) is not dict:
            events.append(OpaqueEvent("content", item))
            continue
        block = decode_block(with_id(item, index), origin)
        text = None
        if type(block) is ToolCall or type(block) is ServerToolCall:
            calls = calls or type(block) is ToolCall
            # An input that stands for malformed text was unwrapped already; all others keep the vendor's own spelling.
            if arguments is not None and type(item.get("input")) is dict and item["input"].keys() != {MALFORMED}:
                text = arguments[place]
        events += whole_block(index, block, arguments=text)
        index += 1
    stop = MessageDelta()
    stop.update(wire)
    events.append(Finished(decode_finish(stop, calls)))
    return events


def _argument_texts(body: bytes) -> list[str] | None:
    """The text of each block's `input` as the vendor wrote it."""
    try:
        return [bytes(item.input).decode() for item in _inputs(body).content]
    except (msgspec.MsgspecError, RecursionError):
        return None  # content holds something else than objects beside the calls: compact JSON has to do
