"""What the replay server says, and what a client must have read when it has heard it.

A tape is named by its kind and its number of deltas: `text-20000`, `mix-2000`, `args-50000`; `whole` is an answer that
is not streamed. `parts` gives its content, `stream` and `whole` the same content in the bytes of a wire format. Shapes
and sizes are those of today's vendors (ids, fingerprints, padding, usage); every word is made up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import cycle, islice
from typing import NamedTuple

__all__ = ["PROTOCOLS", "Expected", "Part", "expected", "parts", "stream", "whole"]

PROTOCOLS = ("openai_chat", "anthropic_messages")

PIECES = (
    "The",
    " ferry",
    " leaves",
    " at",
    " 6",
    ":",
    "40",
    ",",
    ' "if',
    ' the"',
    " fjord",
    " is",
    " calm",
    ".\n\n",
    "Über",
    " Tromsø",
    " 🌊",
    " 港",
    "s",
    "ing",
    "\t- ",
    " C:\\",
    " <b>",
    " half",
    "-",
    "way",
    "\n",
    " x",
    " =",
    " 3",
)
FILLER = "rope, tar and canvas; "


class Part(NamedTuple):
    """One delta: `kind` is text, thinking or arguments, `call` the number of the tool call it belongs to."""

    kind: str
    text: str
    call: int = 0


class Expected(NamedTuple):
    """All deltas of each kind, joined, and how many events a client reads for them."""

    text: str
    thinking: str
    arguments: str
    events: int


def parts(tape: str) -> list[Part]:
    """The deltas of a tape, in order."""
    kind, _, number = tape.partition("-")
    count = int(number or 150)
    match kind:
        case "text" | "whole":
            return [Part("text", piece) for piece in islice(cycle(PIECES), count)]
        case "args":
            return _call(0, count)
        case "mix":
            third = count // 3
            calls = [_call(number, third // 4) for number in range(4)]
            thinking = [Part("thinking", piece) for piece in islice(cycle(PIECES[::-1]), third)]
            text = [Part("text", piece) for piece in islice(cycle(PIECES), count - third - 4 * (third // 4))]
            return thinking + text + [part for call in calls for part in call]
        case _:
            raise ValueError(f"unknown tape {tape!r}")


def _call(number: int, count: int) -> list[Part]:
    """The arguments of one tool call: a JSON object in exactly `count` pieces of four characters."""
    head, tail, size = f'{{"file":"log{number}.txt","add":"', '"}', 4 * count
    document = head + "".join(islice(cycle(FILLER), size - len(head) - len(tail))) + tail
    json.loads(document)
    return [Part("arguments", document[start : start + 4], number) for start in range(0, size, 4)]


def expected(tape: str) -> Expected:
    """What a client must have read of a tape."""
    listed = parts(tape)
    joined = ["".join([part.text for part in listed if part.kind == kind]) for kind in ("text", "thinking", "arguments")]
    return Expected(*joined, events=1 if tape.startswith("whole") else len(listed))


def stream(protocol: str, listed: Iterable[Part]) -> list[bytes]:
    """The events of a streamed answer, each with its blank line."""
    return _chat_stream(listed) if protocol == "openai_chat" else _messages_stream(listed)


def whole(protocol: str, listed: Iterable[Part]) -> bytes:
    """The body of an answer that is not streamed."""
    text = "".join([part.text for part in listed])
    return _json(_chat_whole(text) if protocol == "openai_chat" else _messages_whole(text))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


_CHAT_USAGE = {
    "prompt_tokens": 913,
    "completion_tokens": 402,
    "total_tokens": 1315,
    "prompt_tokens_details": {"cached_tokens": 768, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 128,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}


def _chat_head(kind: str) -> dict[str, object]:
    return {
        "id": "chatcmpl-Rg2cHn0Zl4VtqJ8sYw6KxBp1uE3mD",
        "object": kind,
        "created": 1795000000,
        "model": "harbour-5-2026-04-01",
        "service_tier": "default",
        "system_fingerprint": "fp_0c4d8e12ab",
    }


def _chat_stream(listed: Iterable[Part]) -> list[bytes]:
    events: list[bytes] = []

    def say(delta: dict[str, object] | None, finish: str | None = None, usage: object = None) -> None:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        padding = "q7Wk2Lr9Zt4x"[: 4 + len(events) % 9]
        chunk = _chat_head("chat.completion.chunk") | {"choices": choices, "usage": usage, "obfuscation": padding}
        events.append(b"data: " + _json(chunk) + b"\n\n")

    say({"role": "assistant", "content": "", "refusal": None})
    calls = 0
    for part in listed:
        if part.kind == "text":
            say({"content": part.text})
        elif part.kind == "thinking":
            say({"reasoning_content": part.text})
        else:
            if part.call == calls:
                calls += 1
                opening = {"name": "append", "arguments": ""}
                say({"tool_calls": [{"index": part.call, "id": _call_id(part), "type": "function", "function": opening}]})
            say({"tool_calls": [{"index": part.call, "function": {"arguments": part.text}}]})
    say({}, "tool_calls" if calls else "stop")
    say(None, usage=_CHAT_USAGE)
    events.append(b"data: [DONE]\n\n")
    return events


def _chat_whole(text: str) -> object:
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return _chat_head("chat.completion") | {"choices": [choice], "usage": _CHAT_USAGE}


_MESSAGES_USAGE = {
    "input_tokens": 913,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 768,
    "output_tokens": 402,
    "service_tier": "standard",
}
_MESSAGE = {"id": "msg_01VkT7pNq3XcRz8sLw2HbYdM", "type": "message", "role": "assistant", "model": "harbour-5-20260401"}
_OPENINGS = {"text": {"type": "text", "text": ""}, "thinking": {"type": "thinking", "thinking": "", "signature": ""}}
_DELTAS = {
    "text": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "arguments": ("input_json_delta", "partial_json"),
}


def _messages_stream(listed: Iterable[Part]) -> list[bytes]:
    events: list[bytes] = []

    def say(kind: str, **fields: object) -> None:
        events.append(f"event: {kind}\ndata: ".encode() + _json({"type": kind, **fields}) + b"\n\n")

    def stop() -> None:
        if open_block is not None and open_block[0] == "thinking":
            signature = {"type": "signature_delta", "signature": "Rm9yIHRoZSByZWNvcmQ" * 8}
            say("content_block_delta", index=index, delta=signature)
        if open_block is not None:
            say("content_block_stop", index=index)

    start = _MESSAGE | {
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _MESSAGES_USAGE | {"output_tokens": 1},
    }
    say("message_start", message=start)
    say("ping")
    open_block: tuple[str, int] | None = None
    index = -1
    for part in listed:
        if open_block != (part.kind, part.call):
            stop()
            open_block, index = (part.kind, part.call), index + 1
            call = {"type": "tool_use", "id": _call_id(part), "name": "append", "input": {}}
            say("content_block_start", index=index, content_block=_OPENINGS.get(part.kind, call))
        kind, field = _DELTAS[part.kind]
        say("content_block_delta", index=index, delta={"type": kind, field: part.text})
    stop()
    reason = "tool_use" if open_block is not None and open_block[0] == "arguments" else "end_turn"
    say("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=_MESSAGES_USAGE)
    say("message_stop")
    return events


def _messages_whole(text: str) -> object:
    content = [{"type": "text", "text": text}]
    return _MESSAGE | {"content": content, "stop_reason": "end_turn", "stop_sequence": None, "usage": _MESSAGES_USAGE}


def _call_id(part: Part) -> str:
    return f"call_{part.call:020d}"
