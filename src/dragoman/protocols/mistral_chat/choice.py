"""One choice of an answer: its `delta` or `message`, read in one way, content first and calls after it.

`content` is a string or a list of chunks and may change from one piece to the next. A stream has no block boundaries: a
text or thinking block begins when its kind speaks and ends when another does; in a whole answer each chunk is a block.
Tool calls stay open to the end, since some models that Mistral hosts send them in pieces: a call is known by its id, and
a piece without one belongs to the call of its index, or to the last.

Fields that this wire has no word for: of the choice into `Finish.details`, of the message, gathered, into `Extra`, of a
chunk or call onto its block.

Where the vendor's own tools were at work, an answer is several messages: `messages` in place of `message`, and in a stream the
`index` of a delta tells which. Those of the role `tool` answer calls of those before them, which are thus not the caller's to
answer (https://docs.mistral.ai/cookbooks/mistral-connectors-05-connectors-in-completions).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...types.content import Opaque, Origin, Text, Thinking
from ...types.events import ArgumentsDelta, CitationDelta, Event, OpaqueDelta, SignatureDelta, TextDelta, ThinkingDelta
from ...types.response import Finish
from .blocks import OpenCall, OpenResult, OpenText, OpenThinking, Register
from .chunks import decode_chunk, decode_reference, is_plain_text
from .wire import BEGINS, PIECES, RAW_FINISH, arguments_text, decode_finish

__all__ = ["ChoiceReader"]

Json = dict[str, Any]
Logprobs = tuple[Json, ...] | None

_CHOICE: Final = frozenset({"index", "delta", "message", "messages", "finish_reason", RAW_FINISH, "logprobs"})
_MESSAGE: Final = frozenset({"role", "content", "tool_calls"})
_PLAIN: Final = frozenset({"role", "content"})
_CALL: Final = frozenset({"id", "index", "type", "function", PIECES})
_NO_ID: Final = frozenset({"", "null"})  # the client's type says the word `null` where a server gave no id


class ChoiceReader:
    """The state of one choice."""

    __slots__ = (
        "_answered",
        "_by_id",
        "_by_slot",
        "_calls",
        "_details",
        "_fresh_id",
        "_gathered",
        "_origin",
        "_raw",
        "_register",
        "_result",
        "_tokens",
        "_word",
        "index",
        "voice",
    )

    def __init__(self, index: int, register: Register, origin: Origin, fresh_id: Callable[[], str]) -> None:
        self.index = index
        self.voice: OpenText | OpenThinking | None = None
        self._register = register
        self._origin = origin
        self._fresh_id = fresh_id
        self._calls: list[OpenCall] = []
        self._by_id: dict[str, list[OpenCall]] = {}
        self._by_slot: dict[int | None, OpenCall] = {}
        self._answered: frozenset[str] = frozenset()
        """Calls of which it is known before that the vendor answers them itself."""
        self._result: OpenResult | None = None
        self._details: Json = {}
        self._gathered: Json = {}
        self._tokens: list[Json] = []
        self._word: str | None = None
        self._raw: str | None = None

    @property
    def ended(self) -> bool:
        """Whether it has said how it ended."""
        return self._word is not None

    def take(self, choice: Json, out: list[Event], *, whole: bool) -> None:
        """Take one object of `choices`."""
        message = choice.get("message" if whole else "delta")
        if message is None and not whole:
            message, whole = choice.get("message"), True  # a server that does not stream answers whole all the same
        word = choice.get("finish_reason")
        if isinstance(word, str) and word:
            raw = choice.get(RAW_FINISH, word)
            self._word, self._raw = word, raw if isinstance(raw, str) and raw else None
        logprobs = choice.get("logprobs")
        turns = choice.get("messages")
        if isinstance(message, dict):
            self._message(message, logprobs, out, whole=whole)
        elif turns and isinstance(turns, list) and all(isinstance(turn, dict) for turn in turns):
            self._answered = frozenset([turn["tool_call_id"] for turn in turns if _answers(turn)])
            for turn in turns:
                self._message(turn, None, out, whole=True)
            self._end_result(out)
            self._hush(out)
            turns = None
            if logprobs:
                self._keep_tokens(logprobs)
        elif logprobs:
            self._keep_tokens(logprobs)
        if turns is not None:
            self._details["messages"] = turns
        for name, value in choice.items():
            if name not in _CHOICE and value is not None:
                self._details[name] = value

    def finish(self) -> Finish:
        """How this choice ended, so far as it was said."""
        details = {**self._details, "logprobs": {"content": self._tokens}} if self._tokens else self._details
        return decode_finish(self._word, self._raw, details, calls=not all(call.served for call in self._calls))

    @property
    def vendor_fields(self) -> Json:
        """The message's fields without a word, gathered so far."""
        return {name: "".join(value) if isinstance(value, _Pieces) else value for name, value in self._gathered.items()}

    # --- the message ---------------------------------------------------------------------------------------------------

    def _message(self, message: Json, logprobs: Any, out: list[Event], *, whole: bool) -> None:
        """One message, or a piece of it: what a tool of the vendor's answered, or what the model says."""
        index = message.get("index")
        if _answers(message):
            self._begin_result(message["tool_call_id"], index, out)
        elif self._result is not None and (whole or message.get("role") or index != self._result.turn):
            self._end_result(out)
        if self._result is not None:
            self._result.take(message)
            return
        self._read(message, logprobs, out, whole=whole)

    def _begin_result(self, id: str, turn: Any, out: list[Event]) -> None:
        if self._result is not None and self._result.id == id and self._result.turn == turn:
            return
        self._end_result(out)
        self._hush(out)
        for call in self._by_id.get(id, ()):
            call.served = True
            if call.place in self._register.opened:
                self._register.end(call, out)
        self._result = OpenResult(self._origin, id, turn)
        self._register.begin(self._result, self.index, out)

    def _end_result(self, out: list[Event]) -> None:
        if (result := self._result) is not None:
            self._result = None
            self._register.end(result, out)

    def _read(self, message: Json, logprobs: Any, out: list[Event], *, whole: bool) -> None:
        content = message.get("content")
        if not message.keys() <= _PLAIN:
            for name, value in message.items():
                if name not in _MESSAGE and not (name == "index" and type(value) is int) and not (name == "prefix" and not value):
                    self._gather(name, value)
        if isinstance(content, str):
            tokens = _tokens(logprobs) if content else None
            if content:
                self._text(content, tokens, out)
            if logprobs and tokens is None:
                self._keep_tokens(logprobs)
        else:
            if logprobs:
                self._keep_tokens(logprobs)
            if isinstance(content, list):
                for chunk in content:
                    self._chunk(chunk, out, whole=whole)
            else:
                self._gather("content", content)
        calls = message.get("tool_calls")
        if isinstance(calls, list):
            for entry in calls:
                self._call(entry, out, whole=whole)
        else:
            self._gather("tool_calls", calls)

    def _gather(self, name: str, value: Any) -> None:
        """Text is joined, lists are extended, of everything else the last value counts; null is none."""
        old = self._gathered.get(name)
        if isinstance(value, str):
            value = _Pieces([value])
        if isinstance(old, list) and type(old) is type(value):
            old += value
        elif value is not None:
            self._gathered[name] = value.copy() if type(value) is list else value

    def _keep_tokens(self, logprobs: Any) -> None:
        """Tokens that go with no text of their own."""
        tokens = _tokens(logprobs)
        if tokens is None:
            self._details["logprobs"] = logprobs
        else:
            self._tokens += tokens

    # --- content -------------------------------------------------------------------------------------------------------

    def _chunk(self, chunk: Any, out: list[Event], *, whole: bool) -> None:
        if isinstance(chunk, str):
            if chunk:
                self._text(chunk, None, out)
            return
        if not isinstance(chunk, dict):
            self._gather("content", [chunk])
            return
        if chunk.get(BEGINS) is True and not whole:
            chunk = {name: value for name, value in chunk.items() if name != BEGINS}
            self._hush(out)
        voice = self.voice
        if isinstance(voice, OpenText) and (citation := decode_reference(chunk)) is not None:
            voice.citations.append(citation)
            out.append(CitationDelta(voice.place, citation))
            return
        block = decode_chunk(chunk, self._origin)
        if whole:
            self._hush(out)
        if isinstance(block, Text):
            if block.text or block.extra:
                self._text(block.text, None, out, block.extra)
        elif isinstance(block, Thinking):
            self._thinking(block, chunk["thinking"], out, whole=whole)
        else:
            self._hush(out)
            self._register.whole(block, self.index, out)

    def _text(self, text: str, tokens: Logprobs, out: list[Event], extra: Json | None = None) -> None:
        voice = self.voice
        if not isinstance(voice, OpenText) or (voice.citations and text):
            voice = OpenText(self._origin)
            self._speak(voice, out)
        if extra:
            voice.extra.update(extra)
        if text:
            voice.pieces.append(text)
            voice.logprobs += tokens or ()
            out.append(TextDelta(voice.place, text, tokens))

    def _thinking(self, block: Thinking, inner: list[Any], out: list[Event], *, whole: bool) -> None:
        extra = {name: value for name, value in block.extra.items() if name != "thinking"}
        voice = self.voice
        if not isinstance(voice, OpenThinking):
            if not inner and block.signature is None and extra.keys() <= {"closed"} and not whole:
                return  # says once more that the thinking before the text has ended
            voice = OpenThinking(self._origin)
            self._speak(voice, out)
        voice.extra.update(extra)
        for text, chunk in _joined(inner):
            if chunk is None:
                voice.say(text)
                out.append(ThinkingDelta(voice.place, text))
            else:
                voice.take(chunk)
                if text:
                    voice.pieces.append(text)
                    out.append(ThinkingDelta(voice.place, text))
                out.append(OpaqueDelta(voice.place, {"thinking": [chunk]}))
        if block.signature is not None and block.signature != voice.signature:
            voice.signature = block.signature
            out.append(SignatureDelta(voice.place, block.signature))

    def _speak(self, opened: OpenText | OpenThinking, out: list[Event]) -> None:
        self._hush(out)
        self.voice = opened
        self._register.begin(opened, self.index, out)

    def _hush(self, out: list[Event]) -> None:
        if (voice := self.voice) is not None:
            self.voice = None
            self._register.end(voice, out)

    # --- calls ---------------------------------------------------------------------------------------------------------

    def _call(self, entry: Any, out: list[Event], *, whole: bool) -> None:
        if not isinstance(entry, dict):
            self._gather("tool_calls", [entry])
            return
        function = entry.get("function")
        if not isinstance(function, dict):
            self._hush(out)
            self._register.whole(Opaque(entry, origin=self._origin, extra={"field": "tool_calls"}), self.index, out)
            return
        call = None if whole else self._continued(entry, function)
        if call is None or call.served:
            self._hush(out)
            call = self._new_call(entry, function)
            self._calls.append(call)
            self._by_id.setdefault(call.id, []).append(call)
            self._by_slot[call.slot] = call
            self._register.begin(call, self.index, out)
        else:
            call.extra.update(_call_extra(entry, function, call.slot))
        arguments = arguments_text(function.get("arguments"))
        for piece in _cut(arguments, entry.get(PIECES)):
            call.pieces.append(piece)
            out.append(ArgumentsDelta(call.place, piece))

    def _continued(self, entry: Json, function: Json) -> OpenCall | None:
        """The open call that an entry goes on with, None when it is a call of its own."""
        calls, id, slot = self._calls, entry.get("id"), entry.get("index")
        if isinstance(id, str) and id not in _NO_ID:
            same = self._by_id.get(id, ())
            return next((call for call in same if function.get("name") in (None, "", call.name)), None)
        if function.get("name") or not calls:
            return None
        return self._by_slot.get(slot, calls[-1]) if type(slot) is int else calls[-1]

    def _new_call(self, entry: Json, function: Json) -> OpenCall:
        place = len(self._calls)
        extra = _call_extra(entry, function, place)
        id, name, slot = entry.get("id"), function.get("name"), entry.get("index")
        if not isinstance(id, str) or id in _NO_ID:
            id = self._fresh_id()
            extra["synthetic_id"] = True
        if isinstance(function.get("arguments"), dict):
            extra["object"] = True
        name, slot = name if isinstance(name, str) else "", slot if type(slot) is int else place
        return OpenCall(self._origin, id, name, slot, extra, served=id in self._answered)


def _answers(message: Json) -> bool:
    """Whether a message is what a tool of the vendor's answered to a call."""
    id = message.get("tool_call_id")
    return isinstance(id, str) and bool(id) and message.get("role") in (None, "tool")


class _Pieces(list[str]):
    """Text of a field as it came, to be joined once."""


def _tokens(logprobs: Any) -> Logprobs:
    """The token objects of a `logprobs` field, None when it holds anything else."""
    if not isinstance(logprobs, dict) or logprobs.keys() != {"content"} or not isinstance(logprobs["content"], list):
        return None
    tokens = logprobs["content"]
    return tuple(tokens) if tokens and all(isinstance(token, dict) for token in tokens) else None


def _joined(inner: list[Any]) -> list[tuple[str, Json | None]]:
    """What stands inside a thinking chunk: plain text, joined, and everything else, with the text that it shows."""
    found: list[tuple[str, Json | None]] = []
    for chunk in inner:
        if isinstance(chunk, str):
            chunk = {"type": "text", "text": chunk}
        if is_plain_text(chunk):
            if not chunk["text"]:
                continue
            if found and found[-1][1] is None:
                found[-1] = (found[-1][0] + chunk["text"], None)
            else:
                found.append((chunk["text"], None))
        elif isinstance(chunk, dict):
            text = chunk.get("text")
            found.append((text if isinstance(text, str) else "", chunk))
    return found


def _call_extra(entry: Json, function: Json, place: int | None) -> Json:
    """Fields of a call that its block has no word for; an index that only counts the calls says nothing."""
    extra = {name: value for name, value in entry.items() if name not in _CALL and value is not None}
    if entry.get("type") not in (None, "function", "", "null"):
        extra["type"] = entry["type"]
    if entry.get("index") not in (None, place):
        extra["index"] = entry["index"]
    inner = {name: value for name, value in function.items() if name not in ("name", "arguments") and value is not None}
    if inner:
        extra["function"] = inner
    return extra


def _cut(arguments: str, lengths: Any) -> list[str]:
    """Arguments in the pieces they came in, where a server of ours says so."""
    if not arguments:
        return []
    if (
        isinstance(lengths, list)
        and all(type(length) is int and length > 0 for length in lengths)
        and sum(lengths) == len(arguments)
    ):
        pieces, at = [], 0
        for length in lengths:
            pieces.append(arguments[at : at + length])
            at += length
        return pieces
    return [arguments]
