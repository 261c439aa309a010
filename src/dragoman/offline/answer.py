"""The embedded provider: the events with which `eliza` answers a request, decided by nothing but the request.

| asked for | given |
|---|---|
| words | ELIZA's answer to the conversation, a word a delta |
| `reasoning` | a signed thinking block that says which keyword and pattern led to the answer |
| a tool the user's words name, or `tool_choice` | calls whose arguments come from the user's words |
| tool results in the last turn | what they say, in a sentence |
| `output` | JSON of that schema, its texts filled with the answer |
| pictures and other media | a remark about them |
| `max_tokens`, `stop` | kept to |

A token is one delta: a word with the space after it, or a few characters of arguments. Input tokens are the words of
all texts of the request, each picture, sound or document without text counting as one.

The signature of a thinking block follows from its text; a conversation that brings one back altered is refused, as
the vendors who sign their reasoning do.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

import msgspec

from ..types.content import (
    Audio,
    Block,
    Document,
    Image,
    PlainText,
    Refusal,
    ServerToolCall,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
)
from ..types.events import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Failed,
    Finished,
    SignatureDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ..types.messages import Message
from ..types.request import Request, Tool
from ..types.response import Failure, Finish, Usage
from .eliza import Reply, respond
from .schema import Impossible, value
from .tools import Unanswerable, calls
from .words import Words

__all__ = ["MODEL", "answer"]

MODEL = "eliza"

_PIECE = re.compile(r"\s*\S+\s*|\s+")
_ARGUMENTS = 8
_SIGNED = "eliza-"
_SHOWN: dict[type[Block], str] = {
    Image: "You show me a picture.",
    Document: "You show me a document.",
    Audio: "You let me hear something.",
    Video: "You show me a film.",
}
_AFTERWARDS = (
    "What does that mean to you?",
    "Is that what you expected?",
    "What will you do with it?",
)


class _Answer(msgspec.Struct):
    """What is to be said, before it is cut to measure."""

    reason: str
    text: str = ""
    calls: tuple[ToolCall, ...] = ()


def answer(request: Request) -> Iterator[Event]:
    """The events that answer a request; `Failed` where it cannot be answered."""
    try:
        _check(request)
        said = _compose(request)
    except Unanswerable as error:
        yield Failed(Failure(str(error), status=400, param=error.param))
        return
    except LookupError as error:
        yield Failed(Failure(str(error), status=404, code="model_not_found", param="model"))
        return
    yield from _say(request, said)


def _check(request: Request) -> None:
    if request.model != MODEL:
        raise LookupError(f"the model {request.model!r} does not exist; the only one here is {MODEL!r}")
    if request.n is not None and request.n != 1:
        raise Unanswerable(f"{MODEL} gives one answer, not {request.n}", "n")
    for at, message in enumerate(request.messages):
        for place, block in enumerate(message.content):
            if (
                isinstance(block, Thinking)
                and (block.signature or "").startswith(_SIGNED)
                and block.signature != _sign(block.text)
            ):
                path = f"messages[{at}].content[{place}]"
                raise Unanswerable(f"{path}: invalid signature in a thinking block; send it back as it came", path)


def _compose(request: Request) -> _Answer:
    """What to say to the last turn of the conversation."""
    turn = _last_turn(request.messages)
    blocks = [block for message in turn for block in message.content]
    results = [block for block in blocks if isinstance(block, ToolResult)]
    words = "\n".join([block.text for block in blocks if isinstance(block, Text)])
    forced = request.tool_choice is not None and request.tool_choice.mode in ("tool", "required")
    if not results or forced:
        called = calls(request, words or _last_words(request.messages))
        if called:
            names = " and ".join([call.name for call in called])
            return _Answer(f"The user's words point to {names}; I call it before I say more.", f"Let me ask {names}.", called)
    reply = _reply(request, turn, blocks, results, words)
    return _shaped(request, reply, words or _last_words(request.messages))


def _reply(
    request: Request, turn: Sequence[Message], blocks: Sequence[Block], results: Sequence[ToolResult], words: str
) -> Reply:
    remarks = list(dict.fromkeys([remark for block in blocks if (remark := _SHOWN.get(type(block)))]))
    if results:
        names = {block.id: block.name for block in _blocks(request.messages) if isinstance(block, ToolCall)}
        remarks += [_told(result, result.name or names.get(result.id) or "tool") for result in results]
    if words or not remarks:
        said = [message.text for message in request.messages if message.role == "user" and message.text]
        spoken = respond(said)
        return Reply(" ".join([*remarks, spoken.text]), spoken.reason)
    if not results:
        return Reply(" ".join([*remarks, "What does it suggest to you?"]), "There are no words, only something to look at.")
    earlier = sum(isinstance(block, ToolResult) for block in _blocks(request.messages)) - len(results)
    after = _AFTERWARDS[earlier % len(_AFTERWARDS)]
    return Reply(" ".join([*remarks, after]), "The tools have answered; I pass on what they say.")


def _told(result: ToolResult, name: str) -> str:
    """A tool's result in a sentence."""
    parts = [block.text.strip() for block in result.content if isinstance(block, Text)]
    shown = [remark.replace("You show me", "It shows") for block in result.content if (remark := _SHOWN.get(type(block)))]
    told = " ".join([part for part in parts if part]).rstrip(".")
    verb = "failed" if result.is_error else "says"
    sentence = f"{name} {verb}: {told}." if told else f"{name} {verb if result.is_error else 'says nothing'}."
    return " ".join([sentence, *shown])


def _shaped(request: Request, reply: Reply, said: str) -> _Answer:
    """The reply in the form the request asks for."""
    output = request.output
    if output is None or output.kind == "text":
        return _Answer(reply.reason, reply.text)
    if output.schema is None:
        made: object = {"reply": reply.text}
    else:
        try:
            made = value(output.schema, Words(said, reply.text))
        except Impossible as error:
            raise Unanswerable(f"no answer fits the schema: {error}", "output") from error
    return _Answer(f"{reply.reason} It has to be JSON.", msgspec.json.encode(made).decode())


def _say(request: Request, said: _Answer) -> Iterator[Event]:
    """The events of an answer, no further than `stop` and `max_tokens` allow."""
    digest = sha256(msgspec.json.encode(request.messages)).hexdigest()[:20]
    text, stopped = _stop(said.text, request.stop)
    spent = _count(request)
    left = request.max_tokens
    reasoned = 0
    output = 0
    yield Started(f"{_SIGNED}{digest}", MODEL)
    yield UsageUpdate(Usage(spent, 0))
    full = True
    for index, (block, deltas) in enumerate(_content(request, said, text, stopped, digest)):
        pieces = deltas if left is None else deltas[: max(0, left - output)]
        full = len(pieces) == len(deltas)
        if not pieces and not full:
            break
        yield BlockStart(index, block)
        for piece in pieces:
            yield _delta(block, index, piece)
        output += len(pieces)
        if isinstance(block, Thinking):
            reasoned = len(pieces)
            if full:
                yield SignatureDelta(index, _sign("".join(pieces)))
        yield BlockStop(index)
        if not full:
            break
    yield UsageUpdate(Usage(spent, output, reasoning=reasoned if _thinks(request) else None))
    if not full:
        yield Finished(Finish("length"))
    elif stopped is not None:
        yield Finished(Finish("stop", stop_sequence=stopped))
    else:
        yield Finished(Finish("tool_calls" if said.calls else "stop"))


def _content(
    request: Request, said: _Answer, text: str, stopped: str | None, digest: str
) -> Iterator[tuple[Thinking | Text | ToolCall, list[str]]]:
    """The blocks of the answer with the pieces they come in."""
    if _thinks(request):
        omitted = request.reasoning is not None and request.reasoning.summary == "omitted"
        yield Thinking(), [] if omitted else _PIECE.findall(said.reason)
    if text:
        yield Text(""), _PIECE.findall(text)
    if stopped is not None:
        return
    for number, call in enumerate(said.calls):
        arguments = call.arguments
        pieces = [arguments[at : at + _ARGUMENTS] for at in range(0, len(arguments), _ARGUMENTS)]
        yield ToolCall(f"call_{digest}_{number}", call.name, custom=call.custom), pieces


def _delta(block: Thinking | Text | ToolCall, index: int, piece: str) -> Event:
    if isinstance(block, ToolCall):
        return ArgumentsDelta(index, piece)
    return ThinkingDelta(index, piece) if isinstance(block, Thinking) else TextDelta(index, piece)


def _stop(text: str, sequences: Iterable[str]) -> tuple[str, str | None]:
    """The text before the first stop sequence in it, and that sequence."""
    found = [(at, sequence) for sequence in sequences if sequence and (at := text.find(sequence)) >= 0]
    if not found:
        return text, None
    at, sequence = min(found)
    return text[:at], sequence


def _thinks(request: Request) -> bool:
    reasoning = request.reasoning
    return reasoning is not None and reasoning.effort != "none" and reasoning.mode != "disabled"


def _sign(text: str) -> str:
    return _SIGNED + b64encode(sha256(b"dragoman eliza\n" + text.encode()).digest()).decode()


def _last_turn(messages: Sequence[Message]) -> list[Message]:
    """The user's and the tools' messages since the model spoke last."""
    turn: list[Message] = []
    for message in reversed(messages):
        if message.role == "assistant":
            break
        if message.role in ("user", "tool"):
            turn.append(message)
    return turn[::-1]


def _last_words(messages: Sequence[Message]) -> str:
    """The last thing the user said in words."""
    return next((message.text for message in reversed(messages) if message.role == "user" and message.text), "")


def _blocks(messages: Iterable[Message]) -> Iterator[Block]:
    for message in messages:
        yield from message.content


def _count(request: Request) -> int:
    tools = [f"{tool.name} {tool.description or ''}" for tool in request.tools if isinstance(tool, Tool)]
    texts = [*tools, *[part.text for part in request.system]]
    return sum([len(text.split()) for text in texts]) + sum(map(_words, _blocks(request.messages)))


def _words(block: Block) -> int:
    match block:
        case Text(text=text) | Refusal(text=text) | Thinking(text=text):
            return len(text.split())
        case ToolCall() | ServerToolCall():
            return len(f"{block.name} {block.arguments}".split())
        case ToolResult(content=content):
            return sum(map(_words, content))
        case Document(source=PlainText(text=text)):
            return len(text.split())
    return 1
